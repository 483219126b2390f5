"""What lists show: ids of a view in order, rows by ids, exact counts.

A view is a heap of orders at one point of the journey. Lists hold ids and fetch rows by page; nothing
here uses OFFSET, and each view's order stands in a covering index.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, false, func, select, true

from desktop.i18n import N_
from desktop.journey import Journey
from desktop.journey.path import ON_THE_ROAD
from desktop.order import Kind, Status
from desktop.store import search
from desktop.store.engine import sound
from desktop.store.store import Session
from desktop.store.tables import from_ms, orders, personal

_c = orders.c
S = Status
_LOT = 500


class View(StrEnum):
    """The stage list, in the order of the screen."""

    PAYMENT = "payment"
    CREATION = "creation"
    PREPARE = "prepare"
    INVOICE = "invoice"
    PACK = "pack"
    SHIP = "ship"
    READY = "ready"
    ROAD = "road"
    FINALIZE = "finalize"
    HELD = "held"
    STOPPED = "stopped"
    ALL = "all"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    View.PAYMENT: N_("Awaiting payment"),
    View.CREATION: N_("Awaiting creation"),
    View.PREPARE: N_("To prepare"),
    View.INVOICE: N_("To invoice"),
    View.PACK: N_("To pack"),
    View.SHIP: N_("To ship or shelve"),
    View.READY: N_("Ready to be picked up"),
    View.ROAD: N_("On the road"),
    View.FINALIZE: N_("To finalize"),
    View.HELD: N_("Held orders"),
    View.STOPPED: N_("Cancelled orders"),
    View.ALL: N_("All orders"),
}
_NEXT_STAGE = {
    View.PREPARE: S.IN_PREPARATION,
    View.INVOICE: S.INVOICED,
    View.PACK: S.PACKED,
    View.SHIP: S.SHIPPED,
}


class Sort(StrEnum):
    DUE = "due"
    NEWEST = "newest"


BEFORE_LEAVING = (
    S.AWAITING_PAYMENT, S.AWAITING_CREATION, S.ACCEPTED, S.IN_PREPARATION, S.INVOICED, S.PACKED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListRow:
    """What a list row shows; `name` is the buyer's."""

    id: int
    number: str
    name: str
    kind: Kind
    status: Status
    channel: str
    lines: int
    total: int
    currency: str
    due_at: datetime | None
    placed_at: datetime
    held: bool
    stopped: bool
    seen_status: Status | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many orders stand in a view, and how many of them are past their time."""

    n: int = 0
    late: int = 0


def statuses(view: View, journey: Journey) -> tuple[Status, ...]:
    """The statuses whose orders stand in a stage view under this store's journey; empty for a stage
    that is switched off and for views that are no stage."""
    if view in _NEXT_STAGE:
        target = _NEXT_STAGE[view]
        path = journey.path(Kind.DELIVERY)
        return (journey.before(target, Kind.DELIVERY),) if target in path else ()
    return {
        View.PAYMENT: (S.AWAITING_PAYMENT,),
        View.CREATION: (S.AWAITING_CREATION,),
        View.READY: (S.READY_FOR_PICKUP,),
        View.ROAD: tuple(sorted(ON_THE_ROAD)),
        View.FINALIZE: (S.DELIVERED, S.PICKED_UP),
    }.get(view, ())


def ids(
    session: Session, view: View, journey: Journey, sort: Sort = Sort.DUE, typed: str = "",
    limit: int | None = None,
) -> array[int]:  # fmt: skip
    """Ids of a view in order, the first `limit` of them; orders without a time stand after all that have
    one. With `typed`, the newest matches of the search in all orders instead.

    A million take half a second; the interpreter is free for other threads meanwhile.
    """
    if typed.strip():
        return search.find(session, typed)[:limit]
    statement = select(_c.id).where(condition(view, journey)).limit(limit)
    if view is View.ALL or sort is Sort.NEWEST:
        statement = statement.order_by(_c.id.desc())
    else:
        # The index has those without a time first; SQLite reads it in two parts, without sorting.
        statement = statement.order_by(_c.due_at.nulls_last(), _c.id)
    # The driver's own cursor, by lots: a million ids take a third of the time.
    cursor: Any = session.run(statement).cursor
    found = array("q")
    while lot := cursor.fetchmany(_LOT):
        found.extend(chain.from_iterable(lot))
    return found


def in_status(session: Session, status: Status | None) -> array[int]:
    """Ids of the orders in a status, finished and archived ones too, newest first; all when None."""
    wanted = true() if status is None else _c.status == status.value
    found = session.run(select(_c.id).where(wanted).order_by(_c.id.desc()))
    return array("q", found.scalars())


_COLUMNS = (
    _c.id, _c.number, personal.c.name, _c.kind, _c.status, _c.channel, _c.lines, _c.total, _c.currency,
    _c.due_at, _c.placed_at, _c.held, _c.stopped, _c.seen_status,
)  # fmt: skip
# All rows as one text: the driver lets go of the interpreter at each row, and on the GUI thread each time
# waits for the threads that take orders in; 32 rows took 40 ms.
_ROWS = (
    select(func.json_group_array(func.json_array(*_COLUMNS)))
    .join(personal, personal.c.order_id == _c.id)
    .where(_c.id.in_(bindparam("wanted", expanding=True)))
)


def rows(session: Session, wanted: Sequence[int]) -> dict[int, ListRow]:
    """List rows by id, in the order that was asked for; ids that are gone are left out."""
    found = session.run(_ROWS, {"wanted": list(wanted)}).scalar_one()
    with sound():
        known = {one[0]: _row(*one) for one in json.loads(found)}
    return {one: known[one] for one in wanted if one in known}


def _row(
    id_: int, number: str, name: str, kind: str, status: str, channel: str, lines: int, total: int,
    currency: str, due: int | None, placed: int, held: int, stopped: int, seen: str | None,
) -> ListRow:  # fmt: skip
    return ListRow(
        id_, number, name, Kind(kind), Status(status), channel, lines, total, currency,
        None if due is None else from_ms(due), from_ms(placed), bool(held), bool(stopped),
        Status(seen) if seen else None,
    )  # fmt: skip


def counts(session: Session, journey: Journey, now: datetime) -> Mapping[View, Count]:
    """Exact numbers of every view but ALL, from the index of open orders alone."""
    late = case((and_(_c.due_at < now, _c.status.in_(BEFORE_LEAVING)), 1), else_=0)
    found = session.run(
        select(_c.status, _c.held, _c.stopped, func.count(), func.sum(late))
        .where(_c.is_open == true())
        .group_by(_c.status, _c.held, _c.stopped)
    ).all()
    with sound():
        return {
            view: _sum(
                Count(n, int(behind))
                for status, held, stopped, n, behind in found
                if _stands_in(view, Status(status), held, stopped, journey)
            )
            for view in View
            if view is not View.ALL
        }


def total(session: Session) -> int:
    """How many orders the store holds in all."""
    return int(session.run(select(func.count()).select_from(orders)).scalar_one())


def by_status(session: Session) -> dict[Status, int]:
    """Orders by status, archived ones too."""
    found = session.run(select(_c.status, func.count()).group_by(_c.status))
    with sound():
        return {Status(row[0]): row[1] for row in found}


def _sum(parts: Iterable[Count]) -> Count:
    n = late = 0
    for part in parts:
        n, late = n + part.n, late + part.late
    return Count(n, late)


def _stands_in(view: View, status: Status, held: bool, stopped: bool, journey: Journey) -> bool:
    if view is View.STOPPED:
        return stopped
    if view is View.HELD:
        return held and not stopped
    return not held and not stopped and status in statuses(view, journey)


def condition(view: View, journey: Journey) -> ColumnElement[bool]:
    """What the orders of a view have in common, as SQL."""
    if view is View.ALL:
        return true()
    is_open = _c.is_open == true()
    if view is View.STOPPED:
        return and_(is_open, _c.stopped == true())
    if view is View.HELD:
        return and_(is_open, _c.held == true(), _c.stopped == false())
    wanted = statuses(view, journey)
    return and_(is_open, _c.status.in_(wanted), _c.held == false(), _c.stopped == false())


__all__ = [
    "BEFORE_LEAVING", "Count", "ListRow", "Sort", "View", "by_status", "condition", "counts", "ids",
    "in_status", "rows", "statuses", "total",
]  # fmt: skip
