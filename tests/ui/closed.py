"""What is closed on a screen without saying why."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QWidget,
)

from ui.closed import why

_CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QPlainTextEdit, QAbstractItemView)


def unexplained(*roots: QWidget) -> Iterator[str]:
    """Every visible control and menu entry in `roots` that cannot be used and does not say why where a
    mouse, a reader and the help page look for it."""
    for root in roots:
        for widget in (root, *root.findChildren(QWidget)):
            if widget.testAttribute(Qt.WidgetAttribute.WA_ForceDisabled) and _holds(widget):
                yield from _silent(widget)
            if widget.isVisible() and isinstance(widget, QMenu):
                yield from _silent_entries(widget)


def _holds(widget: QWidget) -> bool:
    """Whether it is, or holds, a control that is to be seen."""
    return any(
        isinstance(one, _CONTROLS) and one.isVisible()
        for one in (widget, *widget.findChildren(QWidget))
    )


def _silent(widget: QWidget) -> Iterator[str]:
    reason = why(widget)
    told = {reason, widget.toolTip(), widget.accessibleDescription()}
    if not reason or told != {reason}:
        name = widget.accessibleName() or getattr(widget, "text", str)()
        yield f"the closed {type(widget).__name__} “{name}” does not say why"


def _silent_entries(menu: QMenu) -> Iterator[str]:
    for action in menu.actions():
        reason = why(action)
        said = reason and action.toolTip() == reason and menu.toolTipsVisible()
        # A long reason ends in … behind the word.
        begins = f"  —  {reason[:12]}".replace("&", "&&") in action.text()
        if not action.isSeparator() and not action.isEnabled() and not (said and begins):
            yield f"the closed entry “{action.text()}” does not say why"
