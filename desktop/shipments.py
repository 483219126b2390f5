"""The shipments page without a screen: what a number is called, its rows as a table, and the command.

The table has a row for each of what the number counts; times are those of the store's clock, with the zone
in their heads, and money stands beside its currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

from desktop import sheet
from desktop.errors import UserError
from desktop.i18n import N_, decimals, tr
from desktop.local_day import Day, zone_name
from desktop.order import Order
from desktop.sheet import Cell, Sheet
from desktop.store import Session, Store, setup, shipments
from desktop.store.departures import Way, key_of, taken_by, weight_of
from desktop.store.shipments import DayNumbers, Heap, Item, Left, Number, Taker

NOBODY = N_("Carrier not named")


def taker_name(taker: Taker) -> str:
    """Who took the goods, as a row of the page is headed."""
    if taker.way is None:
        return tr(N_("Dispatched"))
    if taker.way is Way.COUNTER:
        return tr(N_("Collected here"))
    return taker.name or tr(NOBODY)


# --- tables ---------------------------------------------------------------------------------------------


def sheet_of(found: Sequence[Item], behind: Heap, zone: tzinfo | None = None) -> Sheet:
    """The rows behind a number: packages that left, or orders that stand here."""
    left = isinstance(behind, Left)
    columns = _LEFT if left else _STANDING
    times = [at for item in found for at in _times(item, left)]
    heads = tuple(
        f"{tr(head)} ({zone_name(times, zone)})" if is_time else tr(head)
        for head, is_time in columns
    )
    make = _left_row if left else _standing_row
    seen: set[int] = set()
    rows = []
    for item in found:
        rows.append(make(item, item.order.id not in seen))
        seen.add(item.order.id)
    return Sheet(tr(N_("Shipments")), heads, rows, zone)


# Head, and whether the column holds times.
_LEFT = (
    (N_("Order"), False), (N_("Channel"), False), (N_("Package"), False), (N_("Packages"), False),
    (N_("Carrier"), False), (N_("Own driver"), False), (N_("Service"), False),
    (N_("Tracking code"), False), (N_("Left at"), True), (N_("City"), False), (N_("State"), False),
    (N_("Postal code"), False), (N_("Weight in grams"), False), (N_("Status"), False),
    (N_("Total, once an order"), False), (N_("Currency"), False),
)  # fmt: skip
_STANDING = (
    (N_("Order"), False), (N_("Channel"), False), (N_("Kind"), False), (N_("Status"), False),
    (N_("Here since"), True), (N_("Due"), True), (N_("Placed"), True), (N_("On hold"), False),
    (N_("Lines"), False), (N_("Packages"), False), (N_("City"), False), (N_("State"), False),
    (N_("Postal code"), False), (N_("Weight in grams"), False), (N_("Total"), False),
    (N_("Currency"), False),
)  # fmt: skip


def _times(item: Item, left: bool) -> Iterable[datetime]:
    own = (item.at,) if left else (item.since, item.order.due_at, item.order.placed_at)
    return (at for at in own if at is not None)


def _left_row(item: Item, first: bool) -> tuple[Cell, ...]:
    """`first` of an order's rows carries its total: a sum of the column is right."""
    order, package = item.order, item.package
    way, name = taken_by(package) if package is not None else (Way.COUNTER, "")
    grams = weight_of(order, package) if package is not None else order.weight_g
    return (
        order.number, order.channel, package.number if package else None, len(order.packages),
        name if way is Way.CARRIER else "", name if way is Way.DRIVER else "",
        package.service if package else "", package.tracking if package else "", item.at,
        *_place(order), grams or None, tr(order.status.label),
        _money(order) if first else None, order.currency if first else "",
    )  # fmt: skip


def _standing_row(item: Item, _first: bool) -> tuple[Cell, ...]:
    order = item.order
    return (
        order.number, order.channel, tr(order.kind.label), tr(order.status.label), item.since,
        order.due_at, order.placed_at, order.hold.reason if order.hold else "", len(order.lines),
        len(order.packages), *_place(order), order.weight_g or None, _money(order), order.currency,
    )  # fmt: skip


def _place(order: Order) -> tuple[Cell, ...]:
    address = order.address
    return address.city, address.state, address.postal_code


def _money(order: Order) -> Decimal:
    return Decimal(order.total).scaleb(-decimals(order.currency))


# --- the command ----------------------------------------------------------------------------------------


def report(
    store: Store, day: Day, now: datetime, of: str, files: Mapping[str, Path]
) -> dict[str, Any]:
    """The day's numbers as JSON values; `files` ("csv" or "xlsx" → path) get the rows behind the number
    called `of`."""
    with store.read() as session:
        journey = setup.store_settings(session).journey
        numbers = shipments.day_numbers(session, day, journey, now)
        known = named(numbers)
        if of not in known:
            raise UserError(
                N_("There is no number “{name}”. There are: {known}."),
                name=of,
                known=", ".join(known),
            )
        found = _items(session, known[of]) if files else []
    for kind, path in files.items():
        sheet.save(sheet_of(found, known[of].behind, day.zone), path, kind)
    written = {"written": [str(path) for path in files.values()], "rows": len(found)}
    return _plain(numbers) | (written if files else {})


def _items(session: Session, number: Number) -> list[Item]:
    journey = setup.store_settings(session).journey
    return shipments.items(session, shipments.keys(session, number.behind, journey))


def named(numbers: DayNumbers) -> dict[str, Number]:
    """The page's main numbers by the names that the command takes."""
    main = {
        "shipped": numbers.shipped.total, "collected": numbers.counter.total,
        "to_leave": numbers.ready, "late": numbers.late,
    }  # fmt: skip
    return main | {stage.view.value: stage.orders for stage in numbers.stages}


def taker_of(numbers: DayNumbers, name: str) -> Taker:
    """The carrier or driver of the day that is called `name`. Raises UserError when nothing left with
    it."""
    for taker in numbers.takers:
        if taker.carrier == key_of(name):
            return taker
    known = ", ".join(taker_name(one) for one in numbers.takers)
    if not known:
        raise UserError(N_("Nothing was shipped on this day."), field="day")
    raise UserError(
        N_("Nothing left with “{name}” on this day. There are: {known}."),
        field="carrier", name=name, known=known,
    )  # fmt: skip


def _plain(numbers: DayNumbers) -> dict[str, Any]:
    day = numbers.day
    return {
        "day": day.date.isoformat(),
        "zone": zone_name((day.start, day.hours[-1]), day.zone),
        "shipped": numbers.shipped.total.n,
        "carriers": [_taker(day, one) for one in numbers.takers],
        "collected": numbers.counter.total.n,
        "to_leave": numbers.ready.n,
        "late": numbers.late.n,
        "stages": [
            {
                "stage": one.view.value, "orders": one.orders.n,
                "oldest": one.oldest.isoformat() if one.oldest else "",
                "limit_h": round(one.limit.total_seconds() / 3600), "over": one.over.n,
            }
            for one in numbers.stages
        ],
    }  # fmt: skip


def _taker(day: Day, taker: Taker) -> dict[str, Any]:
    hours = {day.hour_label(n): hour.n for n, hour in enumerate(taker.hours) if hour.n}
    return {
        "name": taker_name(taker), "own": taker.way is Way.DRIVER, "packages": taker.total.n,
        "weight_g": taker.weight_g, "hours": hours,
    }  # fmt: skip
