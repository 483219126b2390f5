"""The sound of new orders: it repeats until somebody has taken them, then it is silent."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.store import queries, setup
from desktop.store.queries import View
from ui.desk import Desk

EVERY_MS = 20_000
_VIEWS = (View.PAYMENT, View.CREATION)


class Bell(QObject):
    """Rings while an order that awaits payment or creation has come since somebody last looked.

    What waits when the program starts is not new. `came()` tells of newer ones, `silent()` that none is left
    to look at. GUI thread only.
    """

    came = Signal()
    silent = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._waiting: frozenset[int] | None = None
        self._seen: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._ring)
        desk.bridge.orders_changed.connect(self._look)

    def start(self) -> None:
        self._look()

    @property
    def rings(self) -> bool:
        return self._timer.isActive()

    @property
    def unseen(self) -> frozenset[int]:
        """The new orders that still wait and nobody has looked at."""
        return (self._waiting or frozenset()) - self._seen

    def taken(self) -> None:
        """Somebody looks at the new orders."""
        self._seen |= self._waiting or frozenset()
        self._quiet()

    def _look(self) -> None:
        desk = self._desk
        desk.tasks.run(lambda: _waiting_ids(desk), self._have, key="bell")

    def _have(self, waiting: frozenset[int]) -> None:
        if self._waiting is None:
            self._seen |= waiting
        is_news = bool(waiting - self._seen - (self._waiting or frozenset()))
        self._waiting = waiting
        self._seen &= waiting
        if is_news:
            self.came.emit()
        if not self.unseen:
            self._quiet()
        elif is_news or not self._timer.isActive():
            self._ring()
            self._timer.start()

    def _quiet(self) -> None:
        self._timer.stop()
        self.silent.emit()

    def _ring(self) -> None:
        self._desk.messages.sounds.play("new_order")


def _waiting_ids(desk: Desk) -> frozenset[int]:
    with desk.store.read() as session:
        journey = setup.store_settings(session).journey
        return frozenset(one for view in _VIEWS for one in queries.ids(session, view, journey))
