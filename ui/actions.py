"""Every command with its word and key: buttons, shortcuts and the help page read this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.i18n import N_
from desktop.i18n import tr as _


@dataclass(frozen=True, slots=True)
class Action:
    """`text` is a source string, `key` a Qt key sequence. Pages that are never shown together may share a
    key."""

    name: str
    text: str
    key: str


_TABLE = (
    Action("help", N_("Help"), "F1"),
    Action("orders", N_("Orders"), "F2"),
    Action("pickup", N_("Pickup counter"), "F3"),
    Action("shipments", N_("Shipments"), "Shift+F3"),
    Action("next", N_("Next step of the order"), "F4"),
    Action("update", N_("Update now"), "F5"),
    Action("hold", N_("Hold or release"), "F6"),
    Action("repair", N_("Repair"), "F7"),
    Action("settings", N_("Settings"), "F8"),
    Action("print", N_("Print"), "F9"),
    Action("more", N_("More steps"), "F10"),
    Action("export", N_("Export"), "F10"),
    Action("day_before", N_("Day before"), "Alt+Left"),
    Action("day_after", N_("Day after"), "Alt+Right"),
    Action("today", N_("Today"), "Alt+Home"),
    Action("above", N_("The order above"), "Up"),
    Action("below", N_("The order below"), "Down"),
    Action("save", N_("Save"), "Ctrl+S"),
    Action("screen", N_("Full screen"), "F11"),
    Action("person", N_("Who is at the window"), "F12"),
    Action("scan", N_("Search"), "Ctrl+F"),
    Action("home", N_("Back, one level"), "Esc"),
    Action("onward", N_("Next"), "Enter"),
    Action("back", N_("Back"), "Alt+Left"),
)
_ARROWS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}
ACTIONS = {action.name: action for action in _TABLE}


def text(name: str) -> str:
    """The translated word."""
    return _(ACTIONS[name].text)


def key(name: str) -> str:
    """The key as it is written on a button: arrows as they are printed on keyboards."""
    *held, last = ACTIONS[name].key.split("+")
    return "+".join([*held, _ARROWS.get(last, last)])


def bind(
    widget: QWidget, name: str, slot: Callable[[], object],
    where: Qt.ShortcutContext = Qt.ShortcutContext.WindowShortcut,
) -> QAction:  # fmt: skip
    """The action on `widget`: its key calls `slot` while `widget` is visible."""
    action = QAction(text(name), widget)
    action.setObjectName(name)
    action.setShortcut(QKeySequence(ACTIONS[name].key))
    action.setShortcutContext(where)
    action.setAutoRepeat(False)
    action.triggered.connect(lambda _checked=False: slot())
    widget.addAction(action)
    return action
