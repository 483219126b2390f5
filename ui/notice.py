"""A notice in the system's tray: new orders came while nobody looks at the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from desktop.i18n import tr_n
from desktop.order import Order, Status
from desktop.store import orders
from desktop.store.queries import View
from ui.bell import Bell
from ui.desk import Desk
from ui.window import Window

# A burst of orders comes in several pages; so long after the last one it is told, as one.
GATHER_MS = 3_000
SHOWN_MS = 10_000


def system_tray(parent: QObject) -> QSystemTrayIcon | None:
    """The icon in the tray; None where the desktop has no tray."""
    if not QSystemTrayIcon.isSystemTrayAvailable():
        return None
    return QSystemTrayIcon(QApplication.windowIcon(), parent)


class Notice(QObject):
    """Tells in words what the bell rings for, while the window is minimised or behind others.

    It names a number and nobody, for the screen may be anybody's. A click brings the window and the stage of
    the first new order. `on` is the store's setting; `tray` makes the icon, which stands only as long as
    there is something to tell. GUI thread only.
    """

    def __init__(
        self, desk: Desk, window: Window, bell: Bell, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.on = True
        self.tray: Callable[[QObject], Any] = system_tray
        self._desk, self._window, self._bell = desk, window, bell
        self._icon: Any = None
        self._view = View.CREATION
        self._gathering = QTimer(self)
        self._gathering.setSingleShot(True)
        self._gathering.setInterval(GATHER_MS)
        self._gathering.timeout.connect(self._read)
        bell.came.connect(self._gathering.start)
        bell.silent.connect(self._clear)

    def _read(self) -> None:
        unseen, store = self._bell.unseen, self._desk.store
        if not unseen or not self._is_wanted():
            return

        def first() -> Order | None:
            with store.read() as session:
                found = orders.several(session, [min(unseen)])
            return found[min(unseen)][0] if found else None

        self._desk.tasks.run(first, lambda order: self._tell(order, len(unseen)), key="notice")

    def _is_wanted(self) -> bool:
        return self.on and (self._window.isMinimized() or QApplication.activeWindow() is None)

    def _tell(self, first: Order | None, count: int) -> None:
        if first is None or not self._bell.unseen or not self._is_wanted():
            return
        if self._icon is None and not self._make_icon():
            return
        paying = first.status is Status.AWAITING_PAYMENT
        self._view = View.PAYMENT if paying else View.CREATION
        title = tr_n("{n} new order", "{n} new orders", count)
        words = tr_n("Order {number}.", "The first is {number}.", count, number=first.number)
        self._icon.setToolTip(f"Balcão: {title}")
        self._icon.show()
        self._icon.showMessage(title, words, QApplication.windowIcon(), SHOWN_MS)

    def _make_icon(self) -> bool:
        self._icon = self.tray(self)
        if self._icon is None:
            return False
        self._icon.messageClicked.connect(self._come)
        self._icon.activated.connect(self._come)
        return True

    def _come(self, *_how: object) -> None:
        self._window.come_forward()
        self._window.show_view(self._view)

    def _clear(self) -> None:
        self._gathering.stop()
        if self._icon is not None:
            self._icon.hide()
