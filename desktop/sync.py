"""Keeping a connection in step with its platform: one thread each.

Push what is due, pull changes, take a page in, acknowledge it, wait or wake. The store is the only state:
a process killed anywhere goes on from it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from desktop import connectors, ingest
from desktop.connectors import (
    Connector,
    Done,
    Outcome,
    Refused,
    RemoteOrder,
    Retry,
    Unknown,
    Unreadable,
)
from desktop.connectors.http import KeyUnknown, as_sentence
from desktop.errors import (
    BalcaoError,
    PlatformDenied,
    PlatformError,
    PlatformRefused,
    StoreError,
    UserError,
)
from desktop.sender import Sender, report
from desktop.store import Session, Store, again, outbox, setup

log = logging.getLogger(__name__)

POLL_S = 15.0
SENDERS = 8
_AT_ONCE = 100  # orders that are read again and taken in together
_Look = tuple[RemoteOrder, ...] | Unreadable | PlatformError


@dataclass(slots=True)
class Pass:
    """What one pass did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    parked: int = 0
    sent: int = 0
    refused: int = 0
    unanswered: int = 0
    later: int = 0
    freed: int = 0
    trouble: BalcaoError | None = None
    warning: BalcaoError | None = None

    @property
    def moved(self) -> int:
        """How much happened; 0 when everything is quiet. What is parked may come again each time."""
        return self.new + self.changed + self.sent + self.refused + self.freed

    def count(self, outcome: Outcome | None) -> None:
        match outcome:
            case Done():
                self.sent += 1
            case Refused():
                self.refused += 1
            case Unknown():
                self.unanswered += 1
            case Retry():
                self.later += 1

    def count_taken(self, taken: ingest.Taken) -> None:
        self.new += len(taken.new)
        self.changed += len(taken.changed)
        self.parked += len(taken.parked)
        self.unchanged += taken.unchanged

    def add(self, later: Pass) -> None:
        for name in (
            "new",
            "changed",
            "unchanged",
            "parked",
            "sent",
            "refused",
            "unanswered",
            "later",
            "freed",
        ):
            setattr(self, name, getattr(self, name) + getattr(later, name))
        self.trouble, self.warning = later.trouble, later.warning


class Sync:
    """One connection's pushes and pulls. `start` begins its thread; `once` is one pass for anyone.

    Once the platform does not know its key any more, `is_denied`, it asks nothing: one with another key
    has to take its place. `fault` is what keeps its thread from writing to the store, None while all is
    well.
    """

    def __init__(
        self,
        store: Store,
        connection: str,
        connector: Connector,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        poll_s: float = POLL_S,
    ) -> None:
        self.connection = connection
        self.connector = connector
        self._store, self._now, self._poll_s = store, now, poll_s
        self._sender = Sender(store, connector, now, self._take)
        self._wake, self._stop = threading.Event(), threading.Event()
        self._quiet_until: datetime | None = None
        self.is_denied = False
        self.fault: StoreError | None = None
        self._doubts_key = False
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix=f"send-{connection}")
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix=f"pull-{connection}")
        self._thread = threading.Thread(target=self._run, name=f"sync-{connection}")
        self._deaf: Callable[[], None] = lambda: None

    def start(self) -> None:
        self._deaf = self._store.listen(lambda _ids: self._wake.set())
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def close(self) -> None:
        """Ends after the call that is under way; what was not sent stays in the outbox."""
        self._stop.set()
        self._deaf()
        self._deaf = lambda: None
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._pool.shutdown()
        self._ahead.shutdown()
        self.connector.close()

    def once(self) -> Pass:
        """Pushes what is due, then takes in all changes. Trouble with the platform is noted, not raised."""
        done = Pass()
        self.push(done)
        self.pull(done)
        return done

    def push(self, done: Pass) -> None:
        """Sends due pushes, several orders at a time, until none is left or the platform asks for quiet."""
        self._doubts_key = False
        while not (self._stop.is_set() or self._doubts_key or self._is_quiet()):
            with self._store.read() as session:
                due = outbox.due(session, self.connection, self._now())
            if not due:
                return
            for outcome in self._pool.map(self._send, due):
                done.count(outcome)

    def pull(self, done: Pass) -> None:
        """Takes in pages until the platform has no more, then what a new mapping put in question and what
        was not heard of for long."""
        if self._is_quiet():
            return
        try:
            self._pull_pages(done)
            self._read_marked(done)
            self._read_unheard(done)
            done.warning = self.connector.warning()
        except BalcaoError as error:
            log.info("pull: %s", error)
            done.trouble = error
            self._ask_quiet(getattr(error, "after_s", None))
            self.is_denied = isinstance(error, KeyUnknown)
        self._note(done)

    def read_again(self, remote_id: str) -> None:
        """Reads one order and takes it in; also a parked one. Raises PlatformError or UserError."""
        found = self.connector.read(remote_id)
        self._store.do(lambda s: self._take(s, found))

    # --- pull -----------------------------------------------------------------------------------------

    def _pull_pages(self, done: Pass) -> None:
        """Fetches the next page while one is stored."""
        with self._store.read() as session:
            known = {c.name: c.cursor for c in setup.all_connections(session)}
        ahead = self._ahead.submit(self.connector.pull, known.get(self.connection, ""))
        receipts: list[Future[None]] = []
        try:
            while True:
                page = ahead.result()
                more = page.more and not self._stop.is_set()
                if more:
                    ahead = self._ahead.submit(self.connector.pull, page.cursor)
                taken = self._store.do(partial(self._take_page, page=page))
                if page.receipt is not None:
                    receipts.append(self._pool.submit(self.connector.acknowledge, page.receipt))
                done.count_taken(taken)
                if not more:
                    break
        finally:
            for receipt in receipts:
                receipt.result()

    def _read_marked(self, done: Pass) -> None:
        """Reads again what the mapping gave another meaning, each order once a pass.

        What cannot be had now keeps its mark; only when nothing can be had is that trouble.
        """
        tried: set[str] = set()
        while not self._stop.is_set():
            with self._store.read() as session:
                found = again.wanted(session, self.connection, _AT_ONCE + len(tried))
            ids = [one for one in found if one not in tried]
            if not ids:
                return
            self._read_all(ids, done)
            tried.update(ids)

    def _read_unheard(self, done: Pass) -> None:
        """Reads open orders again of which the platform may not have told; some each pass."""
        span = self.connector.recheck_s
        if not span or self._stop.is_set():
            return
        before = self._now() - timedelta(seconds=span)
        with self._store.read() as session:
            ids = again.unheard(session, self.connection, before, _AT_ONCE)
        if ids:
            self._read_all(ids, done)

    def _read_all(self, ids: Sequence[str], done: Pass) -> None:
        """Reads orders and takes them in together. Raises PlatformError when none can be had."""
        looks = dict(zip(ids, self._pool.map(self._look, ids), strict=True))
        done.count_taken(self._store.do(partial(self._take_looks, looks=looks)))
        failed = [one for one in looks.values() if isinstance(one, PlatformError)]
        if len(failed) == len(looks):
            raise failed[0]

    def _look(self, remote_id: str) -> _Look:
        try:
            return self.connector.read(remote_id)
        except (UserError, PlatformRefused) as error:
            return Unreadable(remote_id, as_sentence(error), b"")
        except PlatformError as error:
            return error

    def _take_looks(self, session: Session, looks: Mapping[str, _Look]) -> ingest.Taken:
        found = [order for one in looks.values() if isinstance(one, tuple) for order in one]
        bad = [one for one in looks.values() if isinstance(one, Unreadable)]
        taken = self._take(session, found, bad)
        had = [name for name, one in looks.items() if not isinstance(one, PlatformError)]
        again.settle(session, self.connection, had)
        return taken

    def _take_page(self, session: Session, page: connectors.Pulled) -> ingest.Taken:
        journey = setup.store_settings(session).journey
        return ingest.take_page(session, self.connection, page, journey, self._now())

    def _take(
        self, session: Session, found: Sequence[RemoteOrder], bad: Iterable[Unreadable] = ()
    ) -> ingest.Taken:
        journey = setup.store_settings(session).journey
        return ingest.take(session, self.connection, found, bad, journey, self._now())

    # --- push -----------------------------------------------------------------------------------------

    def _send(self, row: outbox.Entry) -> Outcome | None:
        """None also when we are to stop, and when a push before it found the key refused: then the pull
        that follows tells whether it is."""
        if self._stop.is_set() or self._doubts_key:
            return None
        outcome = self._sender.send(row)
        if isinstance(outcome, Retry) and outcome.key_refused:
            self._doubts_key = True
        return outcome

    # --- the thread -----------------------------------------------------------------------------------

    def _run(self) -> None:
        next_pull = 0.0
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self.push(Pass())
                is_time = time.monotonic() >= next_pull or self._doubts_key
                if is_time and not self._stop.is_set():
                    self.pull(Pass())
                    next_pull = time.monotonic() + self._poll_s
                pause = self._pause(next_pull)
                self.fault = None
            except StoreError as error:
                log.warning("sync of %s: %s", self.connection, error)
                self.fault, pause = error, self._poll_s
            except Exception as error:
                report(error)
                pause = self._poll_s
            # After the wake was cleared above, or an end asked for meanwhile would be slept through.
            if not self._stop.is_set():
                self._wake.wait(pause)

    def _pause(self, next_pull: float) -> float:
        with self._store.read() as session:
            due_at = outbox.next_due(session, self.connection)
        until_pull = max(0.0, next_pull - time.monotonic())
        if due_at is None or self.is_denied:
            return until_pull
        until_push = (max(due_at, self._quiet_until or due_at) - self._now()).total_seconds()
        return min(until_pull, max(0.05, until_push))

    def _is_quiet(self) -> bool:
        asked_to_wait = self._quiet_until is not None and self._now() < self._quiet_until
        return asked_to_wait or self.is_denied

    def _ask_quiet(self, after_s: float | None) -> None:
        if after_s:
            until = self._now() + timedelta(seconds=after_s)
            self._quiet_until = max(until, self._quiet_until or until)

    def _note(self, done: Pass) -> None:
        """What became of the pass; once a key that was refused is taken again, all that waited goes."""

        def note(session: Session) -> int:
            now, known = self._now(), setup.all_connections(session)
            denied = {c.name for c in known if isinstance(c.trouble, PlatformDenied)}
            setup.note_sync(session, self.connection, now, done.trouble, done.warning)
            is_over = done.trouble is None and self.connection in denied
            return outbox.hurry(session, self.connection, now) if is_over else 0

        done.freed += self._store.do(note)
