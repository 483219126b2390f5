"""Who takes a pickup order away, and the signature."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QWidget

from desktop.i18n import tr as _
from ui.signature import SignaturePad
from ui.widgets import Label, SmallButton, column, row


class CollectBox(QWidget):
    """Signals: `changed()` with each choice, edit and stroke."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buyer_name = ""
        self._make_choice()
        self._make_person()
        self._pad = SignaturePad()
        self._clear = SmallButton(_("Clear"))
        self._clear.setAccessibleName(_("Clear the signature"))
        self._clear.clicked.connect(self._pad.clear)
        policy = self._clear.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._clear.setSizePolicy(policy)
        self._pad.changed.connect(self._signed)
        whole = column(Label(_("Who collects").upper(), "heading"), spacing=6)
        whole.addLayout(row(self._buyer, self._other, 1, self._clear))
        whole.addWidget(self._person)
        whole.addWidget(Label(_("Signature").upper(), "heading"))
        whole.addWidget(self._pad, 1)
        self.setLayout(whole)

    def _make_choice(self) -> None:
        self._buyer, self._other = SmallButton(_("The buyer")), SmallButton(_("Another person"))
        group = QButtonGroup(self)
        for button in (self._buyer, self._other):
            button.setCheckable(True)
            group.addButton(button)
        self._buyer.setChecked(True)
        self._other.toggled.connect(self._chosen)

    def _make_person(self) -> None:
        self._name, self._document = QLineEdit(), QLineEdit()
        for editor, label in ((self._name, _("Name")), (self._document, _("Document"))):
            editor.setPlaceholderText(label)
            editor.setAccessibleName(label)
            editor.textEdited.connect(lambda _text: self.changed.emit())
        self._person = QWidget()
        line = row(self._name, self._document)
        line.setStretch(0, 3)
        line.setStretch(1, 2)
        self._person.setLayout(line)
        self._person.hide()

    def start(self, buyer_name: str) -> None:
        """Ready for another order."""
        self._buyer_name = buyer_name
        self.clear()

    def clear(self) -> None:
        self._name.clear()
        self._document.clear()
        self._buyer.setChecked(True)
        self._pad.clear()

    def missing(self) -> str:
        """What has to be filled in still, in words; empty when all is there."""
        name, document = self._name.text().strip(), self._document.text().strip()
        if self._other.isChecked() and not (name and document):
            return _("Who collects? Write name and document.")
        return ""

    def values(self) -> dict[str, str]:
        """Fields of the step."""
        if self._buyer.isChecked():
            return {"collected_by": self._buyer_name or _("The buyer")}
        return {
            "collected_by": self._name.text().strip(),
            "document": self._document.text().strip(),
        }

    def png(self) -> bytes:
        return self._pad.png()

    def focus_name(self) -> None:
        empty = self._name if not self._name.text().strip() else self._document
        empty.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen(self, other: bool) -> None:
        self._person.setVisible(other)
        if other:
            self._name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _signed(self) -> None:
        self._clear.setVisible(self._pad.has_ink)
        self.changed.emit()
