"""The print ledger: every paper that was ever asked for, and what became of it.

    queued → sending → sent → confirmed
                     → queued (not one byte left: it is tried again)
                     → unknown (some left: a person looks) → confirmed, or queued again
    queued → failed (expired, or needless)

The key is (order, document, package, version, copy): copy 0 is the first print, reprints count on. Papers
that concern several orders have order 0. Payloads hold names and addresses and can be purged; hash and
count stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import and_, exists, insert, select, true, update
from sqlalchemy.engine import Row

from desktop.errors import UserError
from desktop.i18n import N_
from desktop.store.store import Session
from desktop.store.tables import orders, print_jobs

_c = print_jobs.c
_COLUMNS = [column for column in _c if column.name != "payload"]


class State(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """The source string of the word on the screen."""
        return _LABELS[self]


_LABELS = {
    State.QUEUED: N_("Waiting"),
    State.SENDING: N_("Printing"),
    State.SENT: N_("Sent"),
    State.CONFIRMED: N_("Printed"),
    State.UNKNOWN: N_("Did it come out?"),
    State.FAILED: N_("Not printed"),
}

OUT = (State.SENT, State.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Job:
    """One paper. `reason` is the sentence of the last trouble, `copy` the number of the reprint."""

    id: int
    order_id: int
    document: str
    package: int
    version: str
    copy: int
    printer: str
    who: str
    state: State
    attempts: int
    sent_bytes: int
    token: str
    queued_at: datetime
    due_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    reason: UserError | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A paper to print; `order_id` 0 for one that concerns several orders."""

    order_id: int
    document: str
    package: int
    version: str
    payload: bytes
    copy: int = 0


def put(
    session: Session, wanted: Wanted, printer: str, who: str, at: datetime, expires_at: datetime
) -> tuple[Job, bool]:
    """The job of this paper, and whether it will print because of this call.

    One that was asked for before is not printed again, unless it failed and so never came out. One that
    still waits is tried at once, and moves along when another printer is asked for.
    """
    values = {
        "printer": printer, "payload": wanted.payload, "due_at": at,
        "sha256": hashlib.sha256(wanted.payload).hexdigest(),
    }  # fmt: skip
    fresh = values | {
        "who": who, "state": State.QUEUED.value, "queued_at": at, "expires_at": expires_at,
        "settled_at": None, "reason": "", "reason_values": {}, "sent_bytes": 0, "token": "",
        "attempts": 0,
    }  # fmt: skip
    known = session.run(select(*_COLUMNS).where(*_same(wanted))).first()
    if known is None:
        key = {
            "order_id": wanted.order_id, "document": wanted.document, "package": wanted.package,
            "version": wanted.version, "copy": wanted.copy,
        }  # fmt: skip
        session.run(insert(print_jobs).values(**key, **fresh))
    elif known.state == State.FAILED:
        session.run(update(print_jobs).where(_c.id == known.id).values(**fresh))
    elif known.state == State.QUEUED:
        session.run(update(print_jobs).where(_c.id == known.id).values(**values))
    else:
        return _job(known), False
    _announce(session, wanted.order_id)
    moved = known is not None and known.state == State.QUEUED and known.printer != printer
    prints = known is None or known.state == State.FAILED or moved
    return _job(session.run(select(*_COLUMNS).where(*_same(wanted))).one()), prints


def _same(wanted: Wanted) -> tuple[Any, ...]:
    return (
        _c.order_id == wanted.order_id,
        _c.document == wanted.document,
        _c.package == wanted.package,
        _c.version == wanted.version,
        _c.copy == wanted.copy,
    )


def latest(session: Session, wanted: Wanted) -> Job | None:
    """The newest job of this very paper that did not fail; one that looks otherwise is another paper."""
    same = [_c.order_id == wanted.order_id, _c.document == wanted.document]
    same += [_c.package == wanted.package, _c.version == wanted.version]
    row = session.run(
        select(*_COLUMNS)
        .where(*same, _c.state != State.FAILED)
        .order_by(_c.copy.desc(), _c.id.desc())
        .limit(1)
    ).first()
    return _job(row) if row else None


def claim(session: Session, printer: str, now: datetime) -> tuple[Job, bytes] | None:
    """Takes the printer's oldest job for sending, with its bytes; None when nothing is due.

    Papers keep their order: one that waits for another try holds back those behind it. What has expired
    is not looked for here: `give_up` comes first, in the same transaction.
    """
    oldest = session.run(
        select(print_jobs)
        .where(_c.printer == printer, _c.state == State.QUEUED)
        .order_by(_c.id)
        .limit(1)
    ).first()
    if oldest is None or oldest.due_at > now:
        return None
    token = uuid4().hex
    taken = session.run(
        update(print_jobs)
        .where(_c.id == oldest.id, _c.state == State.QUEUED)
        .values(state=State.SENDING.value, token=token, attempts=_c.attempts + 1)
    )
    if taken.rowcount != 1:
        return None
    _announce(session, oldest.order_id)
    claimed = session.run(select(*_COLUMNS).where(_c.id == oldest.id)).one()
    return _job(claimed), oldest.payload


def settle(
    session: Session, job: Job, state: State, at: datetime, sent_bytes: int = 0,
    reason: UserError | None = None, due_at: datetime | None = None,
) -> bool:  # fmt: skip
    """What became of a claimed job. QUEUED needs `due_at`, the next try.

    False, and nothing written, when somebody else has the job now. A late word on a job that was taken
    for lost counts: its sender knows better.
    """
    values: dict[str, Any] = {
        "state": state.value,
        "sent_bytes": sent_bytes,
        "settled_at": at,
        **_reason(reason),
    }
    if due_at is not None:
        values["due_at"] = due_at
    done = session.run(
        update(print_jobs)
        .where(_c.id == job.id, _c.token == job.token)
        .where(_c.state.in_((State.SENDING, State.UNKNOWN)))
        .values(**values)
    )
    _announce(session, job.order_id)
    return done.rowcount == 1


def give_up(session: Session, now: datetime, papers: Iterable[str]) -> list[Job]:
    """Ends queued jobs that nobody wants any more: expired ones, and of cancelled orders the documents
    named in `papers`. Returns them."""
    cancelled = exists().where(orders.c.id == _c.order_id, orders.c.stopped == true())
    expired = _fail(session, now, EXPIRED, _c.expires_at <= now)
    return expired + _fail(session, now, CANCELLED, _c.document.in_(list(papers)), cancelled)


EXPIRED = UserError(
    N_(
        "It waited too long for the printer and was dropped, so that it does not come out by surprise."
    )
)
CANCELLED = UserError(N_("The order was cancelled; this paper must not be used."))


def drop(session: Session, job_id: int, now: datetime, reason: UserError) -> bool:
    """Ends a queued job; False when it is no longer queued."""
    return bool(_fail(session, now, reason, _c.id == job_id))


def _fail(session: Session, now: datetime, reason: UserError, *conditions: Any) -> list[Job]:
    found = _jobs(session, and_(_c.state == State.QUEUED, *conditions))
    for job in found:
        session.run(
            update(print_jobs)
            .where(_c.id == job.id, _c.state == State.QUEUED)
            .values(state=State.FAILED.value, settled_at=now, **_reason(reason))
        )
        _announce(session, job.order_id)
    return found


def lose(session: Session, printer: str, at: datetime) -> list[Job]:
    """Jobs that a process took along when it died become unknown; returns them."""
    reason = UserError(
        N_("The program ended while it was printing. Look whether the paper came out.")
    )
    taken_along = and_(_c.printer == printer, _c.state == State.SENDING)
    lost = _jobs(session, taken_along)
    session.run(
        update(print_jobs)
        .where(taken_along)
        .values(state=State.UNKNOWN.value, settled_at=at, **_reason(reason))
    )
    for job in lost:
        _announce(session, job.order_id)
    return lost


def answer(
    session: Session, job_id: int, came_out: bool, at: datetime, expires_at: datetime
) -> Job | None:
    """A person looked: it came out, or it is printed again (until `expires_at`).

    None when the job is not unknown, or was purged and cannot be printed again.
    """
    values: dict[str, Any] = {"settled_at": at, **_reason(None)}
    if came_out:
        values["state"] = State.CONFIRMED.value
    else:
        values |= {
            "state": State.QUEUED.value, "token": "", "due_at": at, "expires_at": expires_at,
        }  # fmt: skip
    open_to_answer = [_c.id == job_id, _c.state == State.UNKNOWN]
    open_to_answer += [] if came_out else [_c.payload.is_not(None)]
    done = session.run(update(print_jobs).where(*open_to_answer).values(**values))
    job = get(session, job_id)
    if done.rowcount != 1 or job is None:
        return None
    _announce(session, job.order_id)
    return job


def get(session: Session, job_id: int) -> Job | None:
    row = session.run(select(*_COLUMNS).where(_c.id == job_id)).first()
    return _job(row) if row else None


def payload(session: Session, job_id: int) -> bytes | None:
    """The bytes of a job; None once they are purged."""
    data: bytes | None = session.run(select(_c.payload).where(_c.id == job_id)).scalar()
    return data


def of_order(session: Session, order_id: int) -> list[Job]:
    """Oldest first."""
    return _jobs(session, _c.order_id == order_id)


def in_state(session: Session, states: Iterable[State]) -> list[Job]:
    """Jobs of all printers in these states, oldest first: the unknown ones want an answer."""
    return _jobs(session, _c.state.in_([state.value for state in states]))


def next_due(session: Session, printer: str) -> datetime | None:
    """When the printer's oldest queued job may be tried."""
    due: datetime | None = session.run(
        select(_c.due_at)
        .where(_c.printer == printer, _c.state == State.QUEUED)
        .order_by(_c.id)
        .limit(1)
    ).scalar()
    return due


def purge(session: Session, before: datetime) -> int:
    """Drops the bytes of jobs settled before then and not open; returns how many."""
    done = session.run(
        update(print_jobs)
        .where(_c.settled_at < before, _c.payload.is_not(None))
        .where(_c.state.in_((State.SENT, State.CONFIRMED, State.FAILED)))
        .values(payload=None)
    )
    return done.rowcount


def _jobs(session: Session, condition: Any) -> list[Job]:
    rows = session.run(select(*_COLUMNS).where(condition).order_by(_c.id))
    return [_job(row) for row in rows]


def _announce(session: Session, order_id: int) -> None:
    session.changed |= {order_id, 0}


def _reason(reason: UserError | None) -> dict[str, Any]:
    if reason is None:
        return {"reason": "", "reason_values": {}}
    plain = (str, int, float)
    values = {k: v if isinstance(v, plain) else str(v) for k, v in reason.values.items()}
    return {"reason": reason.text, "reason_values": values}


def _job(row: Row[Any]) -> Job:
    reason = UserError(row.reason, **row.reason_values) if row.reason else None
    return Job(
        row.id, row.order_id, row.document, row.package, row.version, row.copy, row.printer,
        row.who, State(row.state), row.attempts, row.sent_bytes, row.token, row.queued_at,
        row.due_at, row.expires_at, row.settled_at, reason,
    )  # fmt: skip
