"""Who takes a pickup order away, and the signature."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QVBoxLayout, QWidget

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
        self.pad = SignaturePad()
        self.clear_button = SmallButton(_("Clear"))
        self.clear_button.setAccessibleName(_("Clear the signature"))
        self.clear_button.clicked.connect(self.pad.clear)
        # In the pad's corner: nothing moves when it comes while somebody signs.
        corner = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight
        QVBoxLayout(self.pad).addWidget(self.clear_button, 0, corner)
        self.clear_button.hide()
        self.pad.changed.connect(self._signed)
        whole = column(Label(_("Who collects").upper(), "heading"), spacing=6)
        whole.addLayout(row(self.buyer, self.other, 1))
        whole.addWidget(self._person)
        whole.addWidget(Label(_("Signature").upper(), "heading"))
        whole.addWidget(self.pad, 1)
        self.setLayout(whole)

    def _make_choice(self) -> None:
        self.buyer, self.other = SmallButton(_("The buyer")), SmallButton(_("Another person"))
        group = QButtonGroup(self)
        for button in (self.buyer, self.other):
            button.setCheckable(True)
            group.addButton(button)
        self.buyer.setChecked(True)
        self.other.toggled.connect(self._chosen)

    def _make_person(self) -> None:
        self.name, self.document = QLineEdit(), QLineEdit()
        for editor, label in ((self.name, _("Name")), (self.document, _("Document"))):
            editor.setPlaceholderText(label)
            editor.setAccessibleName(label)
            editor.textEdited.connect(lambda _text: self.changed.emit())
        self._person = QWidget()
        line = row(self.name, self.document)
        line.setStretch(0, 4)
        line.setStretch(1, 3)
        self._person.setLayout(line)
        self._person.hide()

    def start(self, buyer_name: str) -> None:
        """Ready for another order."""
        self._buyer_name = buyer_name
        self.clear()

    def clear(self) -> None:
        self.name.clear()
        self.document.clear()
        self.buyer.setChecked(True)
        self.pad.clear()

    def missing(self) -> str:
        """What has to be filled in still, in words; empty when all is there."""
        name, document = self.name.text().strip(), self.document.text().strip()
        if self.other.isChecked() and not (name and document):
            return _("Who collects? Write name and document.")
        return ""

    def values(self) -> dict[str, str]:
        """Fields of the step."""
        if self.buyer.isChecked():
            return {"collected_by": self._buyer_name or _("The buyer")}
        return {
            "collected_by": self.name.text().strip(),
            "document": self.document.text().strip(),
        }

    def png(self) -> bytes:
        return self.pad.png()

    def focus_name(self) -> None:
        empty = self.name if not self.name.text().strip() else self.document
        empty.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen(self, other: bool) -> None:
        self._person.setVisible(other)
        if other:
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _signed(self) -> None:
        self.clear_button.setVisible(self.pad.has_ink)
        self.changed.emit()
