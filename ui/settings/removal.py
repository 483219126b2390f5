"""Removing what is configured: a button, and the question before it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.i18n import tr as _
from ui.widgets import SmallButton, WrappedLabel, row


class Removal(QWidget):
    """Signals: `confirmed()` once the person has said yes to the question."""

    confirmed = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ask = SmallButton(text)
        self._question = WrappedLabel()
        self.keep, self.remove = SmallButton(_("Keep it")), SmallButton(_("Remove"))
        self._answers = QWidget()
        answers = QVBoxLayout(self._answers)
        answers.setContentsMargins(0, 0, 0, 0)
        answers.addWidget(self._question)
        answers.addLayout(row(self.keep, self.remove, 1))
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.addLayout(row(self.ask, 1))
        body.addWidget(self._answers)
        self.ask.clicked.connect(self._open)
        self.keep.clicked.connect(self.reset)
        self.remove.clicked.connect(self.confirmed)
        self.reset()

    @property
    def question(self) -> str:
        return self._question.text()

    @question.setter
    def question(self, text: str) -> None:
        self._question.setText(text)

    def reset(self) -> None:
        """Back to the button."""
        self._answers.hide()
        self.ask.show()

    def _open(self) -> None:
        self.ask.hide()
        self._answers.show()
        self.keep.setFocus(Qt.FocusReason.OtherFocusReason)
