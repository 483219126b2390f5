"""The rows of the list behind a number, and what it says when it is empty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from desktop.i18n import N_, ago, clock, tr_n, weight
from desktop.i18n import tr as _
from desktop.order import Order, Status
from desktop.shipments import NOBODY
from desktop.store.departures import taken_by
from desktop.store.queries import View
from desktop.store.shipments import Item, Key, Taker
from desktop.truth import lateness, say
from ui.row_list import Row
from ui.shipments.slots import Place, Slot

_TONES = {
    Status.DELIVERED: "ok", Status.FINALIZED: "ok", Status.PICKED_UP: "ok",
    Status.DELIVERY_PROBLEM: "stop", Status.CANCELLED: "stop", Status.RETURNED: "stop",
    Status.CLOSED: "stop", Status.IN_TRANSIT: "accent",
}  # fmt: skip
# Views in which orders of several statuses stand.
_MIXED = {View.ROAD, View.FINALIZE, View.HELD, View.STOPPED}
_ANOTHER = N_("Choose another number, or another day.")
_EMPTY = {
    Place.LEFT: (N_("Nothing left here in this time."), _ANOTHER),
    Place.TO_LEAVE: (
        N_("Everything that is ready has left."), N_("What is packed next waits here."),
    ),
    Place.LATE: (N_("Nothing is late."), N_("What misses its time comes here by itself.")),
    Place.STAGE: (N_("No orders here."), _ANOTHER),
    Place.OVER: (N_("No order stands here for too long."), _ANOTHER),
}  # fmt: skip


def nothing(slot: Slot) -> tuple[str, str, str]:
    """Title, sentence and sign for a number that is zero."""
    title, words = _EMPTY[slot.place]
    return _(title), _(words), "check"


def weighed(taker: Taker) -> str:
    """The weight of what was weighed; empty without one."""
    return weight(taker.weight_g) if taker.weight_g else ""


def of_keys(keys: Sequence[Key], found: Sequence[Item], slot: Slot, now: datetime) -> list[Row]:
    """One row for each key, also of what is gone meanwhile."""
    known = {(item.order.id, item.package.number if item.package else 0): item for item in found}
    make = _left if slot.place is Place.LEFT else _standing
    return [make(key, known[key], slot, now) if key in known else _gone(key) for key in keys]


def _gone(key: Key) -> Row:
    return Row(key, "—", _("No longer here"))


def _left(key: Key, item: Item, slot: Slot, _now: datetime) -> Row:
    order, package = item.order, item.package
    title = order.number
    if package is not None and len(order.packages) > 1:
        title += f" · {package.number}/{len(order.packages)}"
    parts = [order.buyer.name]
    if package is not None:
        _way, name = taken_by(package)
        name = "" if slot.carrier is not None else name or _(NOBODY)
        parts = [name, package.service, package.tracking]
    parts.append(" - ".join(filter(None, (order.address.city, order.address.state))))
    moved = order.status in _TONES
    return Row(
        key, title, " · ".join(filter(None, parts)), lead=clock(item.at) if item.at else "",
        mark=_(order.status.label) if moved else "", tone=_TONES.get(order.status, "dim"),
    )  # fmt: skip


def _standing(key: Key, item: Item, slot: Slot, now: datetime) -> Row:
    order = item.order
    age = _("for {span}", span=ago((now - item.since).total_seconds()))
    stage = _(order.status.label) if slot.place is Place.LATE or slot.view in _MIXED else ""
    lines = tr_n("{n} item", "{n} items", len(order.lines))
    parts = (stage, age, order.buyer.name, lines, order.channel)
    mark, tone = _chip(order, now)
    return Row(key, order.number, " · ".join(filter(None, parts)), mark=mark, tone=tone)


def _chip(order: Order, now: datetime) -> tuple[str, str]:
    if order.cancellation is not None:
        return _("cancelled"), "stop"
    if order.hold is not None:
        return _("on hold"), "attention"
    time = lateness(order, now)
    if time is None:
        return "", "dim"
    return say(time, now), "dim" if time.tone == "calm" else time.tone.value
