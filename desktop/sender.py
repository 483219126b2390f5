"""One push, from its lease to its settling.

It is leased, sent outside any transaction, and settled with the lease's token; a late settle is dropped.
What ended without an answer is read back and compared before it is sent again.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from desktop import ingest
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
)
from desktop.connectors.http import as_sentence
from desktop.errors import BalcaoError, UserError
from desktop.fiscal.text import as_text
from desktop.i18n import N_
from desktop.journey import Step
from desktop.order import Order
from desktop.store import Session, Store, journal, notes, orders, outbox
from desktop.store.outbox import State

log = logging.getLogger(__name__)

# A reading (20 s), the push (25 s) and a reading back (20 s) end well before it.
LEASE = timedelta(seconds=120)
BACKOFF_BASE_S = 1.0
BACKOFF_CAP_S = 300.0
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
Take = Callable[[Session, Sequence[RemoteOrder]], Any]


class Sender:
    """Sends the pushes of one connection; safe to call from many threads. `take` takes orders in."""

    def __init__(
        self, store: Store, connector: Connector, now: Callable[[], datetime], take: Take
    ) -> None:
        self._store, self._connector, self._now, self._take = store, connector, now, take
        self._random = random.Random()

    def send(self, row: outbox.Entry) -> Outcome | None:
        """One push; None when it is not due any more.

        That the platform asks for time puts off this push alone: an order may not be ready while
        others are. After a 429 the connector's own door stays shut for all.
        """
        leased = self._store.do(lambda s: self._lease(s, row.id))
        if leased is None:
            return None
        row, token, push = leased
        outcome, remotes = self._attempt(push, in_doubt=row.state is not State.WAITING)
        self._store.do(lambda s: self._settle(s, row, token, outcome, remotes))
        return outcome

    def _lease(self, session: Session, push_id: int) -> tuple[outbox.Entry, str, Push] | None:
        """The row as it stands now, which may be later than it was listed; its token; what to send."""
        now = self._now()
        row = outbox.get(session, push_id)
        token = outbox.lease(session, push_id, now, now + LEASE)
        if row is None or token is None:
            return None
        return row, token, _built(session, row)

    def _attempt(self, push: Push, in_doubt: bool) -> tuple[Outcome, Sequence[RemoteOrder]]:
        try:
            return self._tell(push, in_doubt)
        except Exception as error:
            # A bug blocks its own order only, and nobody knows how far it came.
            report(error)
            return Unknown(_FAILED), ()

    def _tell(self, push: Push, in_doubt: bool) -> tuple[Outcome, Sequence[RemoteOrder]]:
        repeat = self._connector.tells[push.step].repeat
        if in_doubt and repeat is Repeat.ASK:
            return Unknown(_ASK), ()
        if in_doubt and repeat is Repeat.COMPARE:
            try:
                remotes = self._connector.read(push.order.remote_id)
            except BalcaoError as error:
                return Unknown(as_sentence(error)), ()
            if any(
                one.facts.group == push.order.group and self._connector.confirms(push, one)
                for one in remotes
            ):
                return Done(), remotes
        outcome = self._connector.push(push)
        return outcome, self._read_back(push.order) if isinstance(outcome, Done) else ()

    def _read_back(self, order: Order) -> Sequence[RemoteOrder]:
        """What the platform shows after a push; the pull brings it anyway when this fails."""
        try:
            return self._connector.read(order.remote_id)
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


_ASK = UserError(
    N_(
        "No answer came, and the platform cannot be asked whether it arrived. Look there, then say so here."
    )
)
_FAILED = UserError(
    N_("The program failed while it told the platform. It looks there before it tries again.")
)


def _built(session: Session, row: outbox.Entry) -> Push:
    """What to send. The outbox names the invoice's file by its hash; its bytes join here."""
    order = orders.get(session, row.order_id)
    return Push(row.key, row.step, row.data, order, _xml(session, row.step, order))


def _xml(session: Session, step: Step, order: Order) -> str:
    if step is not Step.INVOICE or order.invoice is None or not order.invoice.xml_hash:
        return ""
    return as_text(notes.file(session, order.id, order.invoice.xml_hash) or b"")


def report(error: Exception) -> None:
    """Shows a bug to whoever watches for them, and lets the thread go on."""
    threading.excepthook(
        threading.ExceptHookArgs(
            (type(error), error, error.__traceback__, threading.current_thread())
        )
    )
