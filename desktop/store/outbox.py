"""The outbox: pushes not yet confirmed by the platform.

A push waits, is leased with a token and sent, and is settled with that token; a late settle is dropped.
Of each order only the oldest unfinished push may move, so a parked one blocks its own order and no other.

    waiting → sending → done
                      → waiting (retry)  → …
                      → unknown (read back first) → …
                      → refused (parked: a person mends it)
    waiting, unknown, refused → withdrawn (made needless)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Subquery,
    and_,
    func,
    insert,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.engine import Row

from desktop.errors import UserError
from desktop.journey import Step
from desktop.store.engine import sound
from desktop.store.store import Session
from desktop.store.tables import outbox

_c = outbox.c
_ADD = insert(outbox)


class State(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    DONE = "done"
    WITHDRAWN = "withdrawn"


UNFINISHED = (State.WAITING, State.SENDING, State.UNKNOWN, State.REFUSED)
# Word for word as the partial index has it, or the index is not used.
_UNFINISHED = text("state in ('waiting', 'sending', 'unknown', 'refused')")


@dataclass(frozen=True, slots=True)
class Entry:
    """One push. `reason` is the sentence of the last trouble, `field` the step's field to mend."""

    id: int
    order_id: int
    connection: str
    key: str
    step: Step
    data: Mapping[str, Any]
    who: str
    state: State
    attempts: int
    enqueued_at: datetime
    due_at: datetime
    token: str
    settled_at: datetime | None
    reason: UserError | None
    field: str


def enqueue(
    session: Session, order_id: int, connection: str, step: Step, data: Mapping[str, Any],
    who: str, at: datetime,
) -> str:  # fmt: skip
    """Adds an intention, in the clerk's own transaction; returns its key."""
    key = uuid4().hex
    row = {
        "order_id": order_id, "connection": connection, "key": key, "step": step.value,
        "data": dict(data), "who": who, "state": State.WAITING.value, "enqueued_at": at, "due_at": at,
    }  # fmt: skip
    session.run(_ADD, row)
    return key


def due(session: Session, connection: str, now: datetime, limit: int = 50) -> list[Entry]:
    """The oldest unfinished push of each order, where it may be sent now.

    One whose lease expired comes back as UNKNOWN: a send may still be running or have taken effect.
    """
    oldest = _oldest(connection)
    rows = session.run(
        select(outbox)
        .join(oldest, oldest.c.id == _c.id)
        .where(_ready(now))
        .order_by(_c.id)
        .limit(limit)
    )
    return [_push(row) for row in rows]


def _oldest(connection: str) -> Subquery:
    return (
        select(func.min(_c.id).label("id"))
        .where(_c.connection == connection, _UNFINISHED)
        .group_by(_c.order_id)
        .subquery()
    )


def _ready(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(_c.state.in_((State.WAITING, State.UNKNOWN)), _c.due_at <= now),
        and_(_c.state == State.SENDING, _c.lease_until <= now),
    )


def lease(session: Session, push_id: int, now: datetime, until: datetime) -> str | None:
    """Takes the push for sending; the token to settle it with, or None when it is not due any more:
    somebody else has it, settled it, or took it back."""
    token = uuid4().hex
    taken = session.run(
        update(outbox)
        .where(_c.id == push_id, _ready(now))
        .values(state=State.SENDING.value, token=token, lease_until=until, attempts=_c.attempts + 1)
    )
    return token if taken.rowcount == 1 else None


def settle(
    session: Session, push_id: int, token: str, state: State, at: datetime,
    due_at: datetime | None = None, reason: UserError | None = None, field: str = "",
) -> bool:  # fmt: skip
    """Ends a send. False when the lease was lost meanwhile: then nothing is written."""
    values: dict[str, Any] = {
        "state": state.value,
        "token": "",
        "lease_until": None,
        "field": field,
    }
    values["reason"] = reason.text if reason else ""
    values["reason_values"] = _values(reason)
    if due_at is not None:
        values["due_at"] = due_at
    if state is State.DONE:
        values["settled_at"] = at
    done = session.run(
        update(outbox)
        .where(_c.id == push_id, _c.token == token, _c.state == State.SENDING)
        .values(**values)
    )
    return done.rowcount == 1


def withdraw(session: Session, order_id: int, steps: Iterable[Step], at: datetime) -> int:
    """Takes back pushes of these steps that are not being sent; returns how many."""
    names = [step.value for step in steps]
    quiet = (State.WAITING, State.UNKNOWN, State.REFUSED)
    done = session.run(
        update(outbox)
        .where(_c.order_id == order_id, _c.step.in_(names), _c.state.in_(quiet))
        .values(state=State.WITHDRAWN.value, settled_at=at)
    )
    return done.rowcount


def hurry(session: Session, connection: str, at: datetime) -> int:
    """What waits for a later try may go now, because the reason to wait has ended; returns how many."""
    waits = (_c.connection == connection, _UNFINISHED, _c.state == State.WAITING, _c.due_at > at)
    return session.run(update(outbox).where(*waits).values(due_at=at)).rowcount


def resend(session: Session, push_id: int, data: Mapping[str, Any] | None, at: datetime) -> bool:
    """Sends a refused or unknown push again, with mended `data` when given."""
    values: dict[str, Any] = {"due_at": at, "attempts": 0}
    row = session.run(select(_c.state).where(_c.id == push_id)).first()
    if row is None or row.state not in (State.REFUSED, State.UNKNOWN):
        return False
    if row.state == State.REFUSED:
        values |= {"state": State.WAITING.value, "reason": "", "reason_values": {}, "field": ""}
    if data is not None:
        values["data"] = dict(data)
    session.run(update(outbox).where(_c.id == push_id).values(**values))
    return True


def answered(session: Session, push_id: int, reached: bool, at: datetime) -> bool:
    """A person's word on an unanswered push: it reached the platform, or it is to be sent again."""
    state = State.DONE if reached else State.WAITING
    done = session.run(
        update(outbox)
        .where(_c.id == push_id, _c.state.in_((State.REFUSED, State.UNKNOWN)))
        .values(state=state.value, due_at=at, settled_at=at if reached else None, reason="",
                reason_values={}, field="")
    )  # fmt: skip
    return done.rowcount == 1


def of_order(session: Session, order_id: int) -> list[Entry]:
    """All pushes of an order, oldest first."""
    rows = session.run(select(outbox).where(_c.order_id == order_id).order_by(_c.id))
    return [_push(row) for row in rows]


def get(session: Session, push_id: int) -> Entry | None:
    row = session.run(select(outbox).where(_c.id == push_id)).first()
    return _push(row) if row else None


def in_trouble(session: Session) -> list[Entry]:
    """Refused and unanswered pushes, for the repair page, oldest first."""
    bad = (State.REFUSED, State.UNKNOWN)
    # Sorted here: asked to sort, SQLite would read the whole table in the order of its ids.
    rows = session.run(select(outbox).where(_UNFINISHED, _c.state.in_(bad)))
    return sorted((_push(row) for row in rows), key=lambda push: push.id)


def counts(session: Session, connection: str = "") -> dict[State, int]:
    """How many unfinished pushes stand in each state, of all connections or of one."""
    wanted = _c.connection == connection if connection else true()
    rows = session.run(select(_c.state, func.count()).where(_UNFINISHED, wanted).group_by(_c.state))
    return {State(row[0]): row[1] for row in rows}


def next_due(session: Session, connection: str) -> datetime | None:
    """When the next push of the connection may be sent; None when nothing waits.

    What stands behind a refused or unanswered push of its order does not count.
    """
    oldest = _oldest(connection)
    at: datetime | None = session.run(
        select(func.min(func.coalesce(_c.lease_until, _c.due_at), type_=_c.due_at.type))
        .join(oldest, oldest.c.id == _c.id)
        .where(_c.state != State.REFUSED)
    ).scalar()
    return at


def _values(reason: UserError | None) -> dict[str, Any]:
    if reason is None:
        return {}
    plain = (str, int, float)
    return {k: v if isinstance(v, plain) else str(v) for k, v in reason.values.items()}


def _push(row: Row[Any]) -> Entry:
    with sound():
        reason = UserError(row.reason, **row.reason_values) if row.reason else None
        return Entry(
            row.id, row.order_id, row.connection, row.key, Step(row.step), row.data, row.who,
            State(row.state), row.attempts, row.enqueued_at, row.due_at, row.token,
            row.settled_at, reason, row.field,
        )  # fmt: skip
