"""Keeping a connection in step with its platform: one thread each.

Push what is due, pull changes, take a page in, acknowledge it, wait or wake. The store is the only state:
a process killed anywhere goes on from it. Pushes are leased, sent outside any transaction and settled
with the lease's token; whatever ended without an answer is read back and compared before it is sent
again.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from desktop import connectors, ingest
from desktop.connectors import (
    Connector,
    Done,
    Outcome,
    Push,
    Refused,
    RemoteOrder,
    Repeat,
    Retry,
    Unknown,
    Unreadable,
)
from desktop.errors import BalcaoError, UserError
from desktop.i18n import N_
from desktop.order import Order
from desktop.store import Session, Store, journal, orders, outbox, setup
from desktop.store.outbox import State

log = logging.getLogger(__name__)

# Every call of a connector ends within 20 s, and a push makes at most two before it is settled.
LEASE = timedelta(seconds=120)
POLL_S = 15.0
SENDERS = 8
BACKOFF_BASE_S = 1.0
BACKOFF_CAP_S = 300.0
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


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
    trouble: BalcaoError | None = None

    @property
    def moved(self) -> int:
        """How much happened; 0 when everything is quiet. What is parked may come again each time."""
        return self.new + self.changed + self.sent + self.refused

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
        ):
            setattr(self, name, getattr(self, name) + getattr(later, name))
        self.trouble = later.trouble


class Sync:
    """One connection's pushes and pulls. `run` is its thread; `once` is one pass for anyone."""

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
        self._random = random.Random()
        self._wake, self._stop = threading.Event(), threading.Event()
        self._quiet_until: datetime | None = None
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
        while not self._stop.is_set() and not self._is_quiet():
            with self._store.read() as session:
                due = outbox.due(session, self.connection, self._now())
            if not due:
                return
            for outcome in self._pool.map(self._send, due):
                done.count(outcome)

    def pull(self, done: Pass) -> None:
        """Takes in pages until the platform has no more, fetching the next while one is stored."""
        if self._is_quiet():
            return
        try:
            self._pull_pages(done)
        except BalcaoError as error:
            log.info("pull: %s", error)
            done.trouble = error
            self._ask_quiet(getattr(error, "after_s", None))
        self._note(done.trouble)

    def read_again(self, remote_id: str) -> None:
        """Reads one order and takes it in; also a parked one. Raises PlatformError or UserError."""
        found = self.connector.read(remote_id)
        self._store.do(lambda s: self._take(s, found))

    # --- pull -----------------------------------------------------------------------------------------

    def _pull_pages(self, done: Pass) -> None:
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
                done.new += len(taken.new)
                done.changed += len(taken.changed)
                done.parked += len(taken.parked)
                done.unchanged += taken.unchanged
                if not more:
                    break
        finally:
            for receipt in receipts:
                receipt.result()

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
        """One push from lease to settle; None when it is not due any more, or we are to stop.

        That the platform asks for time puts off this push alone: an order may not be ready while
        others are. After a 429 the connector's own door stays shut for all.
        """
        if self._stop.is_set():
            return None
        leased = self._store.do(lambda s: self._lease(s, row.id))
        if leased is None:
            return None
        row, token, order = leased
        push = Push(row.key, row.step, row.data, order)
        outcome, remotes = self._attempt(push, in_doubt=row.state is not State.WAITING)
        self._store.do(lambda s: self._settle(s, row, token, outcome, remotes))
        return outcome

    def _lease(self, session: Session, push_id: int) -> tuple[outbox.Entry, str, Order] | None:
        """The push as it stands now, which may be later than it was listed; its token; its order."""
        now = self._now()
        row = outbox.get(session, push_id)
        token = outbox.lease(session, push_id, now, now + LEASE)
        if row is None or token is None:
            return None
        return row, token, orders.get(session, row.order_id)

    def _attempt(self, push: Push, in_doubt: bool) -> tuple[Outcome, Sequence[RemoteOrder]]:
        try:
            return self._tell(push, in_doubt)
        except Exception as error:
            # A bug blocks its own order only, and nobody knows how far it came.
            report(error)
            return Unknown(_FAILED), ()

    def _tell(self, push: Push, in_doubt: bool) -> tuple[Outcome, Sequence[RemoteOrder]]:
        repeat = self.connector.tells[push.step].repeat
        if in_doubt and repeat is Repeat.ASK:
            return Unknown(_ASK), ()
        if in_doubt and repeat is Repeat.COMPARE:
            try:
                remotes = self.connector.read(push.order.remote_id)
            except BalcaoError as error:
                return Unknown(_sentence(error)), ()
            if any(
                one.facts.group == push.order.group and self.connector.confirms(push, one)
                for one in remotes
            ):
                return Done(), remotes
        outcome = self.connector.push(push)
        return outcome, self._read_back(push.order) if isinstance(outcome, Done) else ()

    def _read_back(self, order: Order) -> Sequence[RemoteOrder]:
        """What the platform shows after a push; the pull brings it anyway when this fails."""
        try:
            return self.connector.read(order.remote_id)
        except BalcaoError as error:
            log.info("read back: %s", error)
            return ()

    def _settle(
        self, session: Session, row: outbox.Entry, token: str, outcome: Outcome,
        remotes: Sequence[RemoteOrder],
    ) -> None:  # fmt: skip
        now = self._now()
        state, due_at, reason, field = self._verdict(row, outcome, now)
        if not outbox.settle(session, row.id, token, state, now, due_at, reason, field):
            return
        line = {"step": row.step.value, "key": row.key, "attempt": row.attempts + 1}
        journal.append(session, now, "balcao", f"push_{state.value}", [(row.order_id, line)])
        self._take(session, remotes)
        # What became needless while it was under way could not be withdrawn then.
        order = orders.get(session, row.order_id)
        outbox.withdraw(session, order.id, ingest.made_needless(order), now)
        session.changed.add(row.order_id)

    def _verdict(
        self, row: outbox.Entry, outcome: Outcome, now: datetime
    ) -> tuple[State, datetime | None, UserError | None, str]:
        match outcome:
            case Done():
                return State.DONE, None, None, ""
            case Refused(reason, field):
                return State.REFUSED, None, reason, field
            case Unknown(reason) if reason is _ASK:
                return State.UNKNOWN, NEVER, reason, ""
            case Unknown(reason):
                return State.UNKNOWN, now + self._back_off(row.attempts), reason, ""
            case Retry(reason, after_s):
                wait = self._back_off(row.attempts)
                if after_s is not None:
                    wait = max(wait, timedelta(seconds=after_s))
                return State.WAITING, now + wait, reason, ""

    def _back_off(self, attempts: int) -> timedelta:
        """Full jitter: anywhere between nothing and a bound that doubles with each attempt."""
        bound = min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2.0 ** min(attempts, 16))
        return timedelta(seconds=self._random.uniform(0, bound))

    # --- the thread -----------------------------------------------------------------------------------

    def _run(self) -> None:
        next_pull = 0.0
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self.push(Pass())
                if time.monotonic() >= next_pull and not self._stop.is_set():
                    self.pull(Pass())
                    next_pull = time.monotonic() + self._poll_s
                pause = self._pause(next_pull)
            except BalcaoError as error:
                log.warning("sync of %s: %s", self.connection, error)
                pause = self._poll_s
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
        if due_at is None:
            return until_pull
        until_push = (max(due_at, self._quiet_until or due_at) - self._now()).total_seconds()
        return min(until_pull, max(0.05, until_push))

    def _is_quiet(self) -> bool:
        return self._quiet_until is not None and self._now() < self._quiet_until

    def _ask_quiet(self, after_s: float | None) -> None:
        if after_s:
            until = self._now() + timedelta(seconds=after_s)
            self._quiet_until = max(until, self._quiet_until or until)

    def _note(self, trouble: BalcaoError | None) -> None:
        self._store.do(lambda s: setup.note_sync(s, self.connection, self._now(), trouble))


_ASK = UserError(
    N_(
        "No answer came, and the platform cannot be asked whether it arrived. Look there, then say so here."
    )
)
_FAILED = UserError(
    N_("The program failed while it told the platform. It looks there before it tries again.")
)


def _sentence(error: BalcaoError) -> UserError:
    if isinstance(error, UserError):
        return error
    sentence = UserError(error.text)
    sentence.values = dict(error.values)
    return sentence


def report(error: Exception) -> None:
    """Shows a bug to whoever watches for them, and lets the thread go on."""
    threading.excepthook(
        threading.ExceptHookArgs(
            (type(error), error, error.__traceback__, threading.current_thread())
        )
    )
