"""One form from declared fields: for steps, connectors, printers and settings alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import UserError
from desktop.fields import Field, FieldKind, parse
from desktop.i18n import day, number, tr_error
from desktop.i18n import tr as _
from ui import theme
from ui.choices import Choice, Tick
from ui.widgets import Label, SmallButton, WrappedLabel

# Fields that a code is read into; in any other a burst is taken out of the text again.
SCANNED = frozenset({"key", "tracking", "shelf"})
FILES = frozenset({"xml"})


class Form(QWidget):
    """A column of labelled fields. `changed` on every edit, `submitted` by Enter in a line.

    Values go in typed or as strings and come out as strings, for `fields.parse_all`; an empty field is
    left out, a tick is "yes" or "no". `decimals` are those of the currency of typed money.
    """

    changed = Signal()
    submitted = Signal()

    def __init__(
        self, fields: tuple[Field, ...], values: Mapping[str, Any] | None = None,
        parent: QWidget | None = None, decimals: int = 2,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.fields = fields
        self._decimals = decimals
        self._rows = {field.name: _Row(field, self) for field in fields}
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(12)
        for row in self._rows.values():
            body.addWidget(row)
            row.changed.connect(self._edited)
            row.submitted.connect(self.submitted)
        self.set_values(values or {})

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fills the form; a field that is not named gets its default."""
        for name, row in self._rows.items():
            value = values.get(name, row.field.default)
            row.set_value(_as_text(row.field, value, self._decimals))

    def values(self) -> dict[str, str]:
        found = {name: row.value() for name, row in self._rows.items()}
        return {name: value for name, value in found.items() if value}

    def field_widget(self, name: str) -> QWidget:
        """The editor of a field, to focus it or to mark it."""
        return self._rows[name].editor

    def show_error(self, error: UserError) -> None:
        """The sentence under the field at fault (the first one when none is named), which gets the focus
        with its text selected."""
        self.clear_error()
        row = self._rows.get(error.field) or next(iter(self._rows.values()), None)
        if row is not None:
            row.show_error(tr_error(error))

    def clear_error(self) -> None:
        for row in self._rows.values():
            row.show_error("")

    def focus_first(self) -> None:
        """Focus to the first field that is empty and needed, or to the first."""
        rows = list(self._rows.values())
        wanted = [row for row in rows if row.field.required and not row.value()] or rows
        if wanted:
            wanted[0].editor.setFocus(Qt.FocusReason.TabFocusReason)

    def _edited(self) -> None:
        self.clear_error()
        self.changed.emit()


class _Row(QWidget):
    """A label, an editor, and below it the hint or what is wrong."""

    changed = Signal()
    submitted = Signal()

    def __init__(self, field: Field, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = field
        self.editor = _editor(field)
        label, hint = _(field.label), _(field.hint)
        self.editor.setAccessibleName(label)
        self.editor.setAccessibleDescription(hint)
        self.editor.setProperty("takes_scans", field.name in SCANNED)
        self._wrong = WrappedLabel(role="text", tone="stop")
        self._wrong.hide()
        self._lay_out(label, hint)
        self._listen()

    def _lay_out(self, label: str, hint: str) -> None:
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(theme.STEP)
        if not isinstance(self.editor, QCheckBox):
            mark = " *" if self.field.required else ""
            name = Label(label + mark, "small")
            name.setBuddy(self.editor)
            body.addWidget(name)
        body.addWidget(self.editor if self.field.name not in FILES else self._with_chooser())
        if hint:
            body.addWidget(WrappedLabel(hint, "small"))
        body.addWidget(self._wrong)

    def _with_chooser(self) -> QWidget:
        """A file is chosen in a dialog, dropped on the line, or its path is typed."""
        box = QWidget(self)
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        choose = SmallButton(_("Choose…"))
        choose.setAccessibleName(f"{_(self.field.label)}: {_('Choose…')}")
        choose.clicked.connect(self._choose)
        line.addWidget(self.editor, 1)
        line.addWidget(choose)
        return box

    def _choose(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, _(self.field.label), "", "*.xml *.XML")
        if name:
            self.set_value(name)
            self.changed.emit()

    def _listen(self) -> None:
        editor = self.editor
        if isinstance(editor, QCheckBox):
            editor.toggled.connect(self.changed)
        elif isinstance(editor, QComboBox):
            editor.currentIndexChanged.connect(self.changed)
        elif isinstance(editor, _Text):
            editor.textChanged.connect(self.changed)
            editor.submitted.connect(self.submitted)
        elif isinstance(editor, QLineEdit):
            editor.textEdited.connect(self.changed)
            editor.returnPressed.connect(self.submitted)

    def value(self) -> str:
        editor = self.editor
        if isinstance(editor, QCheckBox):
            return "yes" if editor.isChecked() else "no"
        if isinstance(editor, QComboBox):
            return str(editor.currentData() or "")
        if isinstance(editor, QPlainTextEdit):
            return editor.toPlainText().strip()
        return editor.text().strip() if isinstance(editor, QLineEdit) else ""

    def set_value(self, text: str) -> None:
        editor = self.editor
        if isinstance(editor, QCheckBox):
            editor.setChecked(text == "yes")
        elif isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(0, editor.findData(text)))
        elif isinstance(editor, QPlainTextEdit) and editor.toPlainText() != text:
            editor.setPlainText(text)
        elif isinstance(editor, QLineEdit) and editor.text() != text:
            editor.setText(text)

    def show_error(self, sentence: str) -> None:
        self._wrong.setText(sentence)
        self._wrong.setVisible(bool(sentence))
        theme.set_property(self.editor, "wrong", "true" if sentence else "false")
        if not sentence:
            return
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(self.editor, QLineEdit | QPlainTextEdit):
            self.editor.selectAll()


class _Line(QLineEdit):
    """A line that takes a dropped file as its path."""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if not files:
            super().dropEvent(event)
            return
        self.setText(files[0])
        self.textEdited.emit(files[0])
        event.acceptProposedAction()


class _Text(QPlainTextEdit):
    """Several lines: Enter begins a new one, Ctrl+Enter sends the form, Tab goes on."""

    submitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setFixedHeight(76)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submitted.emit()
        else:
            super().keyPressEvent(event)


def _editor(field: Field) -> QWidget:
    if field.kind is FieldKind.YES_NO:
        return Tick(_(field.label))
    if field.kind is FieldKind.CHOICE:
        return _choice(field)
    if field.kind is FieldKind.LONG_TEXT:
        return _Text()
    line = _Line()
    if field.secret:
        line.setEchoMode(QLineEdit.EchoMode.Password)
    if field.kind is FieldKind.DATE:
        line.setPlaceholderText(_("dd/mm/yyyy"))
    return line


def _choice(field: Field) -> Choice:
    box = Choice()
    if not field.required:
        box.addItem("", "")
    for value, label in field.choices.items():
        box.addItem(_(label), value)
    return box


def _as_text(field: Field, value: Any, decimals: int) -> str:
    """A value as it would be typed."""
    if value is None:
        return ""
    if field.kind is FieldKind.YES_NO and isinstance(value, str):
        value = bool(parse(field, value))
    if isinstance(value, datetime):
        return day(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.kind is FieldKind.MONEY and isinstance(value, int):
        return number(Decimal(value).scaleb(-decimals), decimals)
    if field.kind is FieldKind.NUMBERS and isinstance(value, tuple | list):
        return ", ".join(str(one) for one in value)
    if field.kind is FieldKind.PACKAGES and isinstance(value, tuple | list):
        return "; ".join(_package(one) for one in value)
    return str(value)


def _package(one: Any) -> str:
    weight, size = one
    return f"{weight} {'x'.join(str(side) for side in size)}" if any(size) else str(weight)
