"""The page's numbers as rows of its two tables: carriers by hour, and stages with their age."""

from __future__ import annotations

from datetime import datetime

from desktop.i18n import ago
from desktop.i18n import tr as _
from desktop.shipments import taker_name
from desktop.store.shipments import DayNumbers, Stage, Taker
from ui.shipments import slots
from ui.shipments.number_grid import Cell, GridRow
from ui.shipments.slots import Place, Slot

# The hours that always stand there, so that the table keeps its shape through the day.
FIRST_HOUR, LAST_HOUR = 8, 18


def hours_shown(numbers: DayNumbers) -> range:
    """The usual hours, and those before and after in which something left."""
    used = [
        n
        for taker in (numbers.shipped, numbers.counter)
        for n, hour in enumerate(taker.hours)
        if hour.n
    ]
    first, last = min([FIRST_HOUR, *used]), max([LAST_HOUR, *used])
    return range(first, min(last + 1, len(numbers.day.hours)))


def hour_heads(numbers: DayNumbers) -> list[str]:
    labels = (numbers.day.hour_label(n) for n in hours_shown(numbers))
    return [_("All"), *(label.replace("h", "").replace(" ", "\n") for label in labels)]


def hour_rows(numbers: DayNumbers) -> list[GridRow]:
    """What all carriers took as bars, each of them, and the counter."""
    return [
        _hour_row(numbers, taker, bars=taker is numbers.shipped) for taker in slots.takers(numbers)
    ]


def _hour_row(numbers: DayNumbers, taker: Taker, bars: bool) -> GridRow:
    name, most = taker_name(taker), max(hour.n for hour in taker.hours) or 1
    total = slots.of_taker(taker)
    cells = [_cell(taker.total.n, total, f"{name}: {slots.counted(total, taker.total.n)}")]
    for n in hours_shown(numbers):
        slot, count = slots.of_taker(taker, n), taker.hours[n].n
        spoken = f"{name}, {numbers.day.hour_label(n)}: {slots.counted(slot, count)}"
        cells.append(_cell(count, slot, spoken, count / most if bars else None))
    return GridRow(name, tuple(cells))


def _cell(n: int, slot: Slot, spoken: str, bar: float | None = None) -> Cell:
    return Cell(f"{n}" if n else "·", slot, spoken, "ink" if n else "dim", bar)


def stage_heads() -> list[str]:
    return [_("Orders"), _("Age"), _("Limit")]


def stage_rows(numbers: DayNumbers, now: datetime) -> list[GridRow]:
    """Each stage with how many stand there, since when at the longest, and how many for too long."""
    return [_stage_row(stage, now) for stage in numbers.stages]


def _stage_row(stage: Stage, now: datetime) -> GridRow:
    name = _(stage.view.label)
    whole, over = Slot(Place.STAGE, view=stage.view), Slot(Place.OVER, view=stage.view)
    n, late = stage.orders.n, stage.over.n
    age = ago((now - stage.oldest).total_seconds()) if stage.oldest is not None else "·"
    limit = slots.span(stage.limit)
    said = _("{n} over {span}", n=late, span=limit)
    spoken = f"{name}: {slots.counted(whole, n)}"
    aged = (
        f"{spoken}, " + _("the oldest for {age}", age=age) if stage.oldest is not None else spoken
    )
    return GridRow(name, (
        Cell(f"{n}", whole, spoken, "ink" if n else "dim"),
        Cell(age, whole, aged, "ink" if n else "dim"),
        Cell(f"{late} > {limit}" if late else limit, over, f"{name}: {said}", "stop" if late else "dim"),
    ))  # fmt: skip
