"""What stands where nothing can be shown: what is the matter, and what to do about it or wait for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import theme
from ui.widgets import Sign, WrappedLabel

SIGN_PX, LARGE_PX = 40, 64


class Blank(QWidget):
    """A sign, a title and a sentence in the middle of its place: empty, still being read, or unreadable.

    `large` is for a whole page, otherwise it is for a list. Signs are icons of `resources/icons`.
    """

    def __init__(self, large: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = Sign("check", "dim", LARGE_PX if large else SIGN_PX)
        self._title = WrappedLabel(role="title" if large else "lead-strong")
        self._words = WrappedLabel(role="lead" if large else "text", tone="dim")
        body = QVBoxLayout(self)
        body.setContentsMargins(*[2 * theme.MARGIN] * 4)
        body.setSpacing(theme.GAP)
        body.addStretch(1)
        body.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self._title, self._words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            body.addWidget(label)
        body.addStretch(1)

    def say(self, title: str, words: str = "", sign: str = "", token: str = "dim") -> None:
        """`title` is what is the matter, `words` one sentence with what comes next; no `sign`, no icon."""
        self._title.setText(title)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._sign.setVisible(bool(sign))
        if sign:
            self._sign.show_sign(sign, token)
        self.setAccessibleName(self.text())

    def say_unread(self, title: str, words: str) -> None:
        """Something went wrong while it was read."""
        self.say(title, words, "attention", "attention")

    def text(self) -> str:
        """All of it, as it is read out."""
        return "\n".join(filter(None, (self._title.text(), self._words.text())))
