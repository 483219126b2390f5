"""Controls that cannot be used now: each says why, in words.

A closed control takes no focus, so its reason stands in its tool tip, is what a screen reader says of it, and
is listed by the help page, which a key opens. A test walks every screen and finds those without a reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

_WHY = "why"
# As wide as a screen of 1024 px can show.
_ENTRY_PX = 950


def close(control: QWidget, why: str, hint: str = "") -> None:
    """Closes a control, or all that stands in it, because of `why`, a translated sentence; opens it where
    that is empty.

    `hint` is what its tool tip and description say while it is open: its key, or what it does.
    """
    control.setProperty(_WHY, why)
    control.setEnabled(not why)
    control.setToolTip(why or hint)
    control.setAccessibleDescription(why or hint)


def entry(menu: QMenu, word: str, why: str = "") -> QAction:
    """A new entry of `menu`; a closed one says why behind its word, and whole in its tool tip."""
    text = f"{word}  —  {why}" if why else word
    shown = menu.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, _ENTRY_PX)
    action = menu.addAction(shown.replace("&", "&&"))
    action.setToolTip(why or word)
    action.setProperty(_WHY, why)
    action.setEnabled(not why)
    menu.setToolTipsVisible(True)
    return action


def why(control: QWidget | QAction) -> str:
    """Why it is closed; empty for one that is open, or that was closed without a word."""
    return str(control.property(_WHY) or "")


def shown(root: QWidget) -> Iterator[QAbstractButton]:
    """The closed buttons that are to be seen in `root`, from top to bottom as they were made."""
    for button in root.findChildren(QAbstractButton):
        if button.isVisible() and not button.isEnabled():
            yield button
