"""The store: the only state that threads share.

`write` runs a function on the one writer thread, in one transaction, and announces the ids it changed
after the commit. `read` may be used from any thread.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.sql import Executable

from desktop.errors import StoreError
from desktop.folder import DATABASE, make_private, private_file
from desktop.i18n import N_
from desktop.store.engine import DAMAGED, open_sqlite, translated
from desktop.store.migrate import bring_up_to_date

T = TypeVar("T")
Rows: TypeAlias = "CursorResult[*tuple[Any, ...]]"
Listener = Callable[[frozenset[int]], None]
log = logging.getLogger(__name__)


class Session:
    """One transaction. `changed` collects order ids to announce; 0 announces that something else (a
    connection, a printer, a setting) changed."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.changed: set[int] = set()

    def run(self, statement: Executable, values: Any = None) -> Rows:
        result: Rows = self.connection.execute(statement, values)
        return result

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part that may fail alone: its exception undoes what it did and nothing before it."""
        with translated(), self.connection.begin_nested():
            yield


class Store:
    """A store's database in the folder `folder`, opened and brought up to date.

    Raises StoreError when it is locked, unwritable, damaged or from a newer version. Close it when done;
    writes still queued are carried out first.
    """

    FILE = DATABASE

    def __init__(self, folder: Path) -> None:
        self.path = folder / self.FILE
        with translated(), _folder_usable():
            make_private(folder)
            private_file(self.path)
            bring_up_to_date(self.path)
            self.engine = open_sqlite(self.path)
            self._connection = self.engine.connect().execution_options(writes=True)
        self._listeners: list[Listener] = []
        self._queue: queue.SimpleQueue[tuple[Callable[[Session], Any], Future[Any]] | None]
        self._queue = queue.SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()
        self._writer = threading.Thread(target=self._serve, name="writer", daemon=True)
        self._writer.start()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """`listener` gets the changed ids after each commit, on the writer thread: be quick there. Ends
        when what is returned is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A snapshot for reading, closed at the end of the block."""
        if self._closed:
            raise RuntimeError("the store is closed")
        with translated(), self.engine.begin() as connection:
            yield Session(connection)

    def write(self, work: Callable[[Session], T]) -> Future[T]:
        """Queues `work` for the writer thread; the future is done once the transaction is durable.

        An exception in `work` rolls everything back and comes out of the future.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the store is closed")
            self._queue.put((work, future))
        return future

    def do(self, work: Callable[[Session], T]) -> T:
        """`write` and wait. Never on the GUI thread."""
        return self.write(work).result()

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._writer.join()
        self._connection.close()
        self.engine.dispose()

    def _serve(self) -> None:
        while (item := self._queue.get()) is not None:
            self._carry_out(*item)

    def _carry_out(self, work: Callable[[Session], Any], future: Future[Any]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        session = Session(self._connection)
        try:
            with translated(), self._connection.begin():
                result = work(session)
        except BaseException as error:
            future.set_exception(error)
            return
        self._announce(frozenset(session.changed))
        future.set_result(result)

    def _announce(self, ids: frozenset[int]) -> None:
        if not ids:
            return
        for listener in tuple(self._listeners):
            try:
                listener(ids)
            except Exception:
                log.exception("a listener failed")


@contextmanager
def _folder_usable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            N_("The data folder cannot be used ({reason}). Choose another, or mend its rights."),
            reason=error.strerror or str(error),
        ) from error
    except UnicodeDecodeError as error:  # the driver, over what a damaged file calls its tables
        raise StoreError(DAMAGED) from error
