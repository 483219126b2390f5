"""The line on top: scan or type anything."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.i18n import N_
from desktop.i18n import tr as _
from ui import theme
from ui.widgets import Sign

PROMPT = N_("Scan or type: order, key, tracking, customer, product…")
ICON = 24


class ScanLine(QLineEdit):
    """Signals besides Qt's: `entered(str)` Enter on a text, which is a code or words to look for."""

    entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "scan")
        self.setFixedHeight(theme.SCAN_LINE)
        self.setPlaceholderText(_(PROMPT))
        self.setAccessibleName(_("Scan or search"))
        self.setMaxLength(4000)
        self.setTextMargins(34, 0, 0, 0)
        Sign("scan", "dim", ICON, self).move(14, (theme.SCAN_LINE - ICON) // 2)

    def type(self, text: str) -> None:
        """Goes on with what somebody began to type elsewhere."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.setCursorPosition(len(self.text()))
        self.insert(text)
        self.textEdited.emit(self.text())

    def empty(self) -> None:
        """Clears the line as a person would: the search hears of it."""
        if self.text():
            self.clear()
            self.textEdited.emit("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.text().strip():
                self.entered.emit(self.text().strip())
            return
        super().keyPressEvent(event)
