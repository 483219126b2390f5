"""Orders to be read again: what the platform's word means here has changed, or nothing was heard of them.

The mark of a changed meaning stands where an order keeps the digest of what it was read from, so whatever
brings the order next takes it in and ends the mark, and a program killed meanwhile goes on from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import and_, or_, select, true, update

from desktop.order import Status
from desktop.store.store import Session
from desktop.store.tables import mapping, orders, parked

_MARK = "read again"
_o = orders.c
_OPEN = _o.is_open == true()


def mark(session: Session, connection: str, meant: Collection[Status | None]) -> None:
    """Marks the open orders whose word meant one of these until now; ended ones move no more."""
    if not meant:
        return
    known = _o.seen_status.in_([status.value for status in meant if status is not None])
    without = and_(_o.seen_status.is_(None), _o.seen_at.is_not(None))
    concerned = or_(known, without) if None in meant else known
    session.run(
        update(orders).where(_OPEN, _o.connection == connection, concerned).values(digest=_MARK)
    )


def wanted(session: Session, connection: str, most: int) -> list[str]:
    """Remote ids of up to `most` marked orders, and of those that were parked because the mapping had no
    row for their word and now has it."""
    found = session.run(
        select(_o.remote_id)
        .where(_OPEN, _o.connection == connection, _o.digest == _MARK)
        .order_by(_o.id)
        .limit(most)
    ).scalars()
    return list(dict.fromkeys([*found, *_with_a_row_now(session, connection)]))


def _with_a_row_now(session: Session, connection: str) -> list[str]:
    waiting = session.run(
        select(parked.c.remote_id, parked.c.reason_values).where(parked.c.connection == connection)
    ).all()
    if not any("row" in one.reason_values for one in waiting):
        return []
    rows = session.run(select(mapping.c.word).where(mapping.c.connection == connection)).scalars()
    words = set(rows)
    return [one.remote_id for one in waiting if one.reason_values.get("row") in words]


def unheard(session: Session, connection: str, before: datetime, most: int) -> list[str]:
    """Remote ids of up to `most` open orders that were last read `before` then, longest ago first.

    One whose answer is parked waits for a person, and would keep its place in the row for ever.
    """
    waiting = select(parked.c.remote_id).where(parked.c.connection == connection)
    found = session.run(
        select(_o.remote_id)
        .where(_OPEN, _o.connection == connection, _o.seen_at < before)
        .where(_o.remote_id.not_in(waiting))
        .order_by(_o.seen_at)
        .limit(most)
    ).scalars()
    return list(dict.fromkeys(found))


def settle(session: Session, connection: str, remote_ids: Iterable[str]) -> None:
    """Ends the marks of orders that were read, also where the answer does not hold them any more."""
    session.run(
        update(orders)
        .where(_o.connection == connection, _o.remote_id.in_(list(remote_ids)), _o.digest == _MARK)
        .values(digest="")
    )
