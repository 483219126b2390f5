"""The numbers of the shipments page: what left on a day, what is ready, how long orders stand where.

Every number carries the heap behind it, and `keys` of that heap are as many as the number says. What left
is counted in packages, each of which has one carrier and one hour, so that rows and columns add up; what
has not left is counted in orders.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    bindparam,
    case,
    false,
    func,
    select,
    true,
    type_coerce,
)

from desktop.journey import Journey
from desktop.local_day import HOUR, Day
from desktop.order import Kind, Order, Package, Status
from desktop.store import orders as stored
from desktop.store.departures import Way
from desktop.store.engine import sound
from desktop.store.queries import BEFORE_LEAVING, View, condition, statuses
from desktop.store.store import Session
from desktop.store.tables import departures, from_ms, orders, to_ms

_c, _d = orders.c, departures.c
_MS = timedelta(milliseconds=1)

# From what age on a manager should ask why an order still stands there.
LIMITS: Mapping[View, timedelta] = {
    View.PAYMENT: timedelta(days=3),
    View.CREATION: timedelta(hours=4),
    View.PREPARE: timedelta(hours=24),
    View.INVOICE: timedelta(hours=24),
    View.PACK: timedelta(hours=24),
    View.SHIP: timedelta(hours=24),
    View.READY: timedelta(days=5),
    View.ROAD: timedelta(days=10),
    View.FINALIZE: timedelta(days=7),
    View.HELD: timedelta(days=2),
    View.STOPPED: timedelta(days=2),
}


@dataclass(frozen=True, slots=True)
class Left:
    """Packages that left from `start` until before `end`: all that were shipped, or those of one way (at
    the counter: orders handed over), or of one carrier, by its key."""

    start: datetime
    end: datetime
    way: Way | None = None
    carrier: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Open orders: of a view, or (without one) all that should still leave; of one kind; due before a
    time; in their status since before a time."""

    view: View | None = None
    kind: Kind | None = None
    due_before: datetime | None = None
    since_before: datetime | None = None


Heap: TypeAlias = Left | Standing
# (order id, package number); package 0 is the whole order.
Key: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Number:
    """How many, and which."""

    n: int
    behind: Heap


@dataclass(frozen=True, slots=True)
class Taker:
    """What one carrier, driver or the counter took on a day, in all and in each hour of it.

    `name` is how most people wrote it, empty where nobody said; `weight_g` is of what was weighed.
    """

    way: Way | None
    carrier: str | None
    name: str
    total: Number
    hours: tuple[Number, ...]
    weight_g: int


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands in a stage, since when at the longest, and how many for longer than `limit`."""

    view: View
    orders: Number
    oldest: datetime | None
    limit: timedelta
    over: Number


@dataclass(frozen=True, slots=True)
class DayNumbers:
    """A day's departures (`shipped` all together, `takers` the largest first, `counter` what buyers
    collected), and what stands here now. `most_late` is the due time that passed longest ago."""

    day: Day
    shipped: Taker
    takers: tuple[Taker, ...]
    counter: Taker
    ready: Number
    late: Number
    most_late: datetime | None
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One of a heap: a package that left at `at`, an order that was collected then, or an order that
    stands in its status `since`."""

    order: Order
    package: Package | None
    at: datetime | None
    since: datetime


def day_numbers(session: Session, day: Day, journey: Journey, now: datetime) -> DayNumbers:
    """Every number of the page, from two indexes."""
    groups = _departed(session, day)
    shipped = [group for group in groups if group.way is not Way.COUNTER]
    collected = [group for group in groups if group.way is Way.COUNTER]
    standing = _stood(session, journey, now)
    return DayNumbers(
        day,
        _taker(day, shipped, None, None),
        _takers(day, shipped),
        _taker(day, collected, Way.COUNTER, None),
        Number(
            sum(one.deliveries for one in standing if one.view is View.SHIP),
            Standing(View.SHIP, Kind.DELIVERY),
        ),
        Number(sum(one.late for one in standing), Standing(due_before=now)),
        min((one.due for one in standing if one.due is not None), default=None),
        _stages(standing, journey, now),
    )


def keys(session: Session, heap: Heap, journey: Journey) -> list[Key]:
    """What is behind a number: departures as they left, late and ready orders by due time (those without
    one last), the others by how long they stand there."""
    if isinstance(heap, Left):
        statement = (
            select(_d.order_id, _d.package)
            .where(*_of_left(heap))
            .order_by(_d.at, _d.order_id, _d.package)
        )
        return [(row[0], row[1]) for row in session.run(statement)]
    by_due = heap.kind is not None or heap.due_before is not None
    first = (_c.due_at.is_(None), _c.due_at) if by_due else (_c.since,)
    found = session.run(select(_c.id).where(*_of_standing(heap, journey)).order_by(*first, _c.id))
    return [(row[0], 0) for row in found]


def items(session: Session, wanted: Sequence[Key]) -> list[Item]:
    """The orders and packages of keys, in their order; what is gone meanwhile is left out."""
    found = stored.several(session, list(dict.fromkeys(order_id for order_id, _ in wanted)))
    made = (_item(*found[order_id], number) for order_id, number in wanted if order_id in found)
    return [item for item in made if item is not None]


def _item(order: Order, since: datetime, number: int) -> Item | None:
    if number:
        package = next((one for one in order.packages if one.number == number), None)
        return Item(order, package, package.shipped_at, since) if package is not None else None
    return Item(order, None, order.collected.at if order.collected else None, since)


# --- what left ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Group:
    """Departures of one hour under one spelling of a carrier's name."""

    way: Way
    carrier: str
    name: str
    hour: int
    n: int
    weight_g: int


_at_ms = type_coerce(_d.at, BigInteger)
_hour = ((_at_ms - bindparam("start", type_=BigInteger)) // (HOUR // _MS)).label("hour")
_DEPARTED = (
    select(_d.way, _d.carrier, _d.name, _hour, func.count(), func.sum(_d.weight_g))
    .where(
        _at_ms >= bindparam("start"),
        _at_ms < bindparam("end"),
    )
    .group_by(_d.way, _d.carrier, _d.name, _hour.name)
)


def _departed(session: Session, day: Day) -> list[_Group]:
    found = session.run(_DEPARTED, {"start": to_ms(day.start), "end": to_ms(day.end)})
    with sound():
        return [_Group(Way(way), *rest) for way, *rest in found]


def _takers(day: Day, groups: Iterable[_Group]) -> tuple[Taker, ...]:
    apart: defaultdict[tuple[Way, str], list[_Group]] = defaultdict(list)
    for group in groups:
        apart[group.way, group.carrier].append(group)
    made = (_taker(day, some, *key) for key, some in apart.items())
    return tuple(sorted(made, key=lambda one: (-one.total.n, one.way or "", one.carrier or "")))


def _taker(day: Day, groups: Sequence[_Group], way: Way | None, carrier: str | None) -> Taker:
    by_hour, names = Counter[int](), Counter[str]()
    for group in groups:
        by_hour[group.hour] += group.n
        names[group.name] += group.n
    name = max(names, key=lambda one: (names[one], one)) if carrier is not None else ""
    hours = tuple(
        Number(by_hour[n], Left(at, min(at + HOUR, day.end), way, carrier))
        for n, at in enumerate(day.hours)
    )
    total = Number(by_hour.total(), Left(day.start, day.end, way, carrier))
    return Taker(way, carrier, name, total, hours, sum(group.weight_g for group in groups))


def _of_left(heap: Left) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [_d.at >= heap.start, _d.at < heap.end]
    if heap.way is None:
        wanted.append(_d.way != Way.COUNTER.value)
    else:
        wanted.append(_d.way == heap.way.value)
    if heap.carrier is not None:
        wanted.append(_d.carrier == heap.carrier)
    return wanted


# --- what stands here -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Stood:
    """The open orders of one status that are alike in being held and stopped."""

    view: View | None
    n: int
    deliveries: int
    oldest: datetime
    over: int
    late: int
    due: datetime | None


def _ms(name: str) -> Any:
    return bindparam(name, type_=BigInteger)


_since_ms, _due_ms = type_coerce(_c.since, BigInteger), type_coerce(_c.due_at, BigInteger)
_is_late = and_(_due_ms < _ms("now"), _c.stopped == false(), _c.status.in_(BEFORE_LEAVING))
_limit_ms = case(
    (_c.stopped == true(), _ms("stopped")),
    (_c.held == true(), _ms("held")),
    *((_c.status == one.value, _ms(one.value)) for one in Status),
    else_=0,
)
_STOOD = (
    select(
        _c.status, _c.held, _c.stopped, func.count(),
        func.sum(case((_c.kind == Kind.DELIVERY.value, 1), else_=0)),
        func.min(_since_ms),
        func.sum(case((_since_ms < _limit_ms, 1), else_=0)),
        func.sum(case((_is_late, 1), else_=0)),
        func.min(case((_is_late, _due_ms))),
    )
    .where(_c.is_open == true())
    .group_by(_c.status, _c.held, _c.stopped)
)  # fmt: skip


def _stood(session: Session, journey: Journey, now: datetime) -> list[_Stood]:
    of_status = {one: view for view in View for one in statuses(view, journey)}
    limits = {
        one.value: to_ms(now - LIMITS[of_status[one]]) if one in of_status else 0 for one in Status
    }
    beside = {"held": to_ms(now - LIMITS[View.HELD]), "stopped": to_ms(now - LIMITS[View.STOPPED])}
    found = session.run(_STOOD, limits | beside | {"now": to_ms(now)})
    with sound():
        return [
            _Stood(
                _view(Status(status), held, stopped, of_status), n, deliveries, from_ms(oldest), over,
                late, None if due is None else from_ms(due),
            )
            for status, held, stopped, n, deliveries, oldest, over, late, due in found
        ]  # fmt: skip


def _view(
    status: Status, held: bool, stopped: bool, of_status: Mapping[Status, View]
) -> View | None:
    if stopped:
        return View.STOPPED
    return View.HELD if held else of_status.get(status)


def _stages(standing: Iterable[_Stood], journey: Journey, now: datetime) -> tuple[Stage, ...]:
    apart: defaultdict[View | None, list[_Stood]] = defaultdict(list)
    for one in standing:
        apart[one.view].append(one)
    used = [v for v in LIMITS if v in {View.HELD, View.STOPPED} or statuses(v, journey)]
    return tuple(_stage(view, apart[view], now) for view in used)


def _stage(view: View, some: Sequence[_Stood], now: datetime) -> Stage:
    limit = LIMITS[view]
    return Stage(
        view,
        Number(sum(one.n for one in some), Standing(view)),
        min((one.oldest for one in some), default=None),
        limit,
        Number(sum(one.over for one in some), Standing(view, since_before=now - limit)),
    )


def _of_standing(heap: Standing, journey: Journey) -> list[ColumnElement[bool]]:
    if heap.view is not None:
        wanted = [condition(heap.view, journey)]
    else:
        wanted = [
            _c.is_open == true(), _c.stopped == false(), _c.status.in_(BEFORE_LEAVING),
        ]  # fmt: skip
    if heap.kind is not None:
        wanted.append(_c.kind == heap.kind.value)
    if heap.due_before is not None:
        wanted.append(_c.due_at < heap.due_before)
    if heap.since_before is not None:
        wanted.append(_c.since < heap.since_before)
    return wanted


__all__ = [
    "LIMITS", "DayNumbers", "Heap", "Item", "Key", "Left", "Number", "Stage", "Standing", "Taker",
    "day_numbers", "items", "keys",
]  # fmt: skip
