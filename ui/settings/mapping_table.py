"""The mapping of a connection: each word of the platform and what it means here."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.i18n import tr as _
from desktop.order import Status
from desktop.store.setup import MapRow
from ui.choices import Choice, Tick
from ui.counter_texts import clear
from ui.widgets import SmallButton, WrappedLabel, row

_HEAD = 1


class MappingTable(QWidget):
    """Signals: `changed()` with every edit."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: list[_Line] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 3)
        self._grid.setColumnStretch(1, 3)
        self.word = QLineEdit()
        self.word.setPlaceholderText(_("A word of the platform"))
        self.word.setAccessibleName(_("A word of the platform"))
        self.word.returnPressed.connect(self._add_word)
        add = SmallButton(_("Add word"))
        add.clicked.connect(self._add_word)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(self._grid)
        whole.addLayout(row(self.word, add))

    def show_rows(self, rows: Iterable[MapRow]) -> None:
        clear(self._grid)
        self.lines = []
        heads = (_("Platform says"), _("Here it is"), _("in use"), _("creates"))
        for column, text in enumerate(heads):
            self._grid.addWidget(WrappedLabel(text, "small"), 0, column)
        for one in rows:
            self._add(one)

    def rows(self) -> list[MapRow]:
        return [line.row() for line in self.lines]

    def _add(self, one: MapRow) -> None:
        line = _Line(one, self)
        place = len(self.lines) + _HEAD
        for column, widget in enumerate(line.widgets):
            self._grid.addWidget(widget, place, column)
        line.changed.connect(self.changed)
        self.lines.append(line)

    def _add_word(self) -> None:
        word = self.word.text().strip()
        if word and all(line.word != word for line in self.lines):
            self._add(MapRow(word, None))
            self.word.clear()
            self.changed.emit()


class _Line(QObject):
    """One row's editors."""

    changed = Signal()

    def __init__(self, one: MapRow, parent: QObject) -> None:
        super().__init__(parent)
        self.word = one.word
        self.status = Choice()
        self.status.addItem(_("word only"), "")
        for status in Status:
            self.status.addItem(_(status.label), status.value)
        self.status.setCurrentIndex(self.status.findData(one.status.value if one.status else ""))
        self.status.setMinimumWidth(196)
        self.active, self.creates = Tick(), Tick()
        self.active.setChecked(one.active)
        self.creates.setChecked(one.creates)
        self._name_them()
        self.status.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.active.toggled.connect(lambda _on: self.changed.emit())
        self.creates.toggled.connect(lambda _on: self.changed.emit())
        self.widgets = (WrappedLabel(one.word), self.status, self.active, self.creates)

    def _name_them(self) -> None:
        self.status.setAccessibleName(_("Meaning of {word}", word=self.word))
        self.active.setAccessibleName(_("{word} is in use", word=self.word))
        self.creates.setAccessibleName(_("{word} creates orders", word=self.word))

    def row(self) -> MapRow:
        status = self.status.currentData()
        return MapRow(
            self.word,
            Status(status) if status else None,
            self.active.isChecked(),
            self.creates.isChecked(),
        )
