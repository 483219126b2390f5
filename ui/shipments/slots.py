"""Where on the shipments page a number stands. The place stays while its number changes with the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from desktop.i18n import N_, ago, tr_n
from desktop.i18n import tr as _
from desktop.local_day import HOUR
from desktop.shipments import taker_name
from desktop.store.departures import Way
from desktop.store.queries import View
from desktop.store.shipments import LIMITS, DayNumbers, Left, Number, Taker


class Place(StrEnum):
    LEFT = "left"
    TO_LEAVE = "to_leave"
    LATE = "late"
    STAGE = "stage"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Slot:
    """A number's place: what `way` (None: all that was shipped) and `carrier` took, in the day's `hour`th
    hour or all day; or what stands in `view`. `name` is how the carrier was written when it was opened."""

    place: Place
    way: Way | None = None
    carrier: str | None = None
    hour: int | None = None
    view: View | None = None
    name: str = field(default="", compare=False)

    @property
    def counts_packages(self) -> bool:
        return self.place is Place.LEFT and self.way is not Way.COUNTER


TO_LEAVE, LATE = Slot(Place.TO_LEAVE), Slot(Place.LATE)
SHIPPED, COLLECTED = Slot(Place.LEFT), Slot(Place.LEFT, Way.COUNTER)


def of_taker(taker: Taker, hour: int | None = None) -> Slot:
    return Slot(Place.LEFT, taker.way, taker.carrier, hour, name=taker.name)


def number_at(numbers: DayNumbers, slot: Slot) -> Number:
    """The number that stands there now; of a carrier that took nothing on this day, nothing."""
    if slot.place is Place.TO_LEAVE:
        return numbers.ready
    if slot.place is Place.LATE:
        return numbers.late
    if slot.place is Place.LEFT:
        return _left(numbers, slot)
    stage = next((one for one in numbers.stages if one.view is slot.view), None)
    if stage is None:
        return Number(0, Left(numbers.day.start, numbers.day.start))
    return stage.orders if slot.place is Place.STAGE else stage.over


def _left(numbers: DayNumbers, slot: Slot) -> Number:
    taker = taker_at(numbers, slot)
    if taker is None:
        return Number(0, Left(numbers.day.start, numbers.day.end, slot.way, slot.carrier))
    if slot.hour is None:
        return taker.total
    if slot.hour < len(taker.hours):
        return taker.hours[slot.hour]
    return Number(0, Left(numbers.day.end, numbers.day.end))  # an hour that this day does not have


def taker_at(numbers: DayNumbers, slot: Slot) -> Taker | None:
    """Whose row of the day the slot is in."""
    if slot.place is not Place.LEFT:
        return None
    return next(
        (t for t in takers(numbers) if (t.way, t.carrier) == (slot.way, slot.carrier)), None
    )


def takers(numbers: DayNumbers) -> Iterator[Taker]:
    """The rows of the table of hours: all, each carrier and driver, the counter."""
    yield numbers.shipped
    yield from numbers.takers
    yield numbers.counter


def title(numbers: DayNumbers, slot: Slot) -> str:
    """What the list behind the number is called."""
    if slot.place is Place.LEFT:
        return _left_title(numbers, slot)
    if slot.view is None:
        return _(TO_LEAVE_TITLE if slot.place is Place.TO_LEAVE else LATE_TITLE)
    if slot.place is Place.STAGE:
        return _(slot.view.label)
    return _(
        "{stage}, for more than {span}", stage=_(slot.view.label), span=span(LIMITS[slot.view])
    )


TO_LEAVE_TITLE, LATE_TITLE = N_("Ready, not left"), N_("Late")


def _left_title(numbers: DayNumbers, slot: Slot) -> str:
    taker = taker_at(numbers, slot)
    name = taker_name(taker) if taker is not None else slot.name
    if slot.hour is None or slot.hour >= len(numbers.day.hours):
        return name
    return f"{name} · {numbers.day.hour_label(slot.hour)}"


def counted(slot: Slot, n: int) -> str:
    """The number in words: 12 packages, 1 order."""
    if slot.counts_packages:
        return tr_n("{n} package", "{n} packages", n)
    return tr_n("{n} order", "{n} orders", n)


def span(limit: timedelta) -> str:
    """A limit in words: 24 h, 5 days."""
    hours = limit // HOUR
    return _("{n} h", n=hours) if hours <= 24 else ago(limit.total_seconds())
