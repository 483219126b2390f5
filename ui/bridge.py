"""From the core's threads to the window's: three signals and the answers of futures."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from desktop.errors import BalcaoError

if TYPE_CHECKING:
    # The window stands before the store is imported.
    from desktop.store import Store

T = TypeVar("T")
Failed = Callable[[BalcaoError], None]


class Bridge(QObject):
    """Lives on the GUI thread; `attach` and `watch` let other threads reach it.

    Signals: `orders_changed(frozenset[int])` ids whose orders changed; `state_changed()` connections,
    printers, settings or people changed; `scanned(str)` a code was read.
    """

    orders_changed = Signal(object)
    state_changed = Signal()
    scanned = Signal(str)
    _announced = Signal()
    _answered = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._changed: set[int] = set()
        self._watched: dict[int, tuple[Future[Any], Callable[[Any], None], Failed | None]] = {}
        self._numbers = itertools.count(1)
        self._closed = False
        self.on_error: Failed = raise_error
        self._announced.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._answered.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def attach(self, store: Store) -> None:
        """Turns the store's announcements into signals; what comes while the window is busy is merged."""
        store.listen(self._hear)

    def watch(
        self, future: Future[T], done: Callable[[T], None], failed: Failed | None = None
    ) -> None:
        """Calls `done(result)` or `failed(error)` on the GUI thread; without `failed` the error's
        sentence is shown. Any other exception is a bug and opens the crash window. A callback of a
        widget that is gone by then is dropped."""
        number = next(self._numbers)
        # The callbacks may hold widgets, which must not die with the thread that finishes the future.
        self._watched[number] = (future, done, failed)
        future.add_done_callback(lambda _future: self._post(number))

    def close(self) -> None:
        """Nothing is delivered any more; the store may go on announcing."""
        with self._lock:
            self._closed = True
        self._watched.clear()

    def _hear(self, ids: frozenset[int]) -> None:
        with self._lock:
            first = not self._changed
            self._changed |= ids
            if first and not self._closed:
                self._announced.emit()

    def _post(self, number: int) -> None:
        with self._lock:
            if not self._closed:
                self._answered.emit(number)

    def _tell(self) -> None:
        with self._lock:
            ids, self._changed = frozenset(self._changed), set()
        if self._closed:
            return
        if orders := ids - {0}:
            self.orders_changed.emit(orders)
        if 0 in ids:
            self.state_changed.emit()

    def _answer(self, number: int) -> None:
        if self._closed:
            return
        future, done, failed = self._watched.pop(number)
        deliver(future, done, failed or self.on_error)


def deliver(future: Future[Any], done: Callable[[Any], None], failed: Failed) -> None:
    """Hands a finished future's answer to one of two callbacks, unless their widget is gone.

    A BalcaoError goes to `failed`; any other exception is raised here, for the crash window.
    """
    try:
        result = future.result()
    except CancelledError:
        return
    except BalcaoError as error:
        if _lives(failed):
            failed(error)
        return
    if _lives(done):
        done(result)


def _lives(callback: Callable[..., Any]) -> bool:
    owner = getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)


def raise_error(error: BalcaoError) -> None:
    raise error
