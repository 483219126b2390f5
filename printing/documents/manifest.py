"""The manifest (*romaneio*), A4: what a carrier's or the store's own driver takes away, package by package,
with count and weight, signed by both.

Each page but the last carries its totals forward, and says of how many it is one: no page can be lost
unseen. Without a handover it is of all the orders' packages, with lines to write who takes them and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from desktop.i18n import N_, tr, tr_n, weight
from desktop.local_day import words
from desktop.order import Order, Package
from desktop.store.departures import Way, key_of, taken_by, weight_of
from printing.document import Align, Bars, Pages, Placed, Rule, Text
from printing.documents import About, Handover, Kind, Per
from printing.documents._parts import city, postal_code, reprint_mark

_WIDTH, _HEIGHT = 210.0, 297.0
_LEFT, _INNER = 15.0, 180.0
_HEADS, _TOP, _BOTTOM = 47.0, 53.0, 280.0
_ROW, _SUM, _SIGNED = 13.0, 8.0, 62.0

# Columns: left edge and width.
_NUMBER, _ORDER, _TRACKING = (15, 9), (26, 43), (70, 55)
_TO, _VOLUME, _WEIGHT = (128, 37), (166, 11), (178, 17)


@dataclass(frozen=True, slots=True)
class _Row:
    order: Order
    package: Package

    @property
    def weight_g(self) -> int:
        return weight_of(self.order, self.package)


@dataclass(frozen=True, slots=True)
class _Sum:
    """So many packages of the paper so far; `unweighed` of them are not in the weight."""

    packages: int = 0
    weight_g: int = 0
    unweighed: int = 0

    def __add__(self, row: _Row) -> _Sum:
        grams = row.weight_g
        return _Sum(self.packages + 1, self.weight_g + grams, self.unweighed + (not grams))

    @property
    def words(self) -> str:
        parts = [tr_n("{n} package", "{n} packages", self.packages), weight(self.weight_g)]
        if self.unweighed:
            parts.append(tr_n("{n} not weighed", "{n} not weighed", self.unweighed))
        return " · ".join(parts)


def _draw(orders: Sequence[Order], about: About) -> Pages:
    rows = [
        _Row(order, package)
        for order in orders
        for package in order.packages
        if about.handover is None or _is_of(package, about.handover)
    ]
    split = _paginate(rows)
    sums = list(accumulate(rows, lambda total, row: total + row, initial=_Sum()))
    pages, done = [], 0
    for number, some in enumerate(split, 1):
        places = _heading(rows, about, number, len(split))
        places += _body(some, done, sums, last=number == len(split))
        pages.append(tuple(places))
        done += len(some)
    return Pages(tr(DOCUMENT.title), _WIDTH, _HEIGHT, tuple(pages))


DOCUMENT = Kind(N_("Manifest"), "page", Per.ALL, _draw)


def _is_of(package: Package, handover: Handover) -> bool:
    way, name = taken_by(package)
    at = package.shipped_at
    return (
        (way, key_of(name)) == (handover.way, handover.carrier)
        and at is not None
        and at in handover.day
    )


def _paginate(rows: Sequence[_Row]) -> list[Sequence[_Row]]:
    """Rows by page; the signatures stand under the last rows, or alone on a page where they must."""
    room = int((_BOTTOM - _TOP - 2 * _SUM) // _ROW)
    at_the_end = int((_BOTTOM - _TOP - 2 * _SUM - _SIGNED) // _ROW)
    pages = [rows[start : start + room] for start in range(0, len(rows), room)] or [rows]
    return pages if len(pages[-1]) <= at_the_end else [*pages, rows[:0]]


# --- the heading ------------------------------------------------------------------------------------------


def _heading(rows: Sequence[_Row], about: About, page: int, pages: int) -> list[Placed]:
    numbers = tr(N_("Page {page} of {pages}"), page=page, pages=pages)
    sender = "\n".join((about.store, *about.store_lines))
    return [
        Placed(_LEFT, 13, 90, 8, Text(tr(DOCUMENT.title), 6.5, bold=True)),
        Placed(110, 13, 85, 12, Text(sender, 3.8, align=Align.RIGHT)),
        *_who_and_when(rows, about),
        *_mark(about),
        *_columns(),
        Placed(_LEFT, 286, _INNER, 4.5, Text(numbers, 3.4, align=Align.RIGHT)),
    ]


def _who_and_when(rows: Sequence[_Row], about: About) -> list[Placed]:
    name, date = _taker(rows, about), ""
    if about.handover is not None:
        date = words(about.handover.day)
    return [
        Placed(_LEFT, 25, 60, 3.2, Text(_role(about).upper(), 2.8)),
        *_filled_in(_LEFT, 28.5, 118, Text(name, 7.0, bold=True)),
        Placed(150, 25, 45, 3.2, Text(tr(N_("Date")).upper(), 2.8)),
        *_filled_in(150, 28.5, 45, Text(date, 6.0, bold=True)),
    ]


def _role(about: About) -> str:
    own = about.handover is not None and about.handover.way is Way.DRIVER
    return tr(N_("Own driver")) if own else tr(N_("Carrier"))


def _taker(rows: Sequence[_Row], about: About) -> str:
    """Who takes it all; empty where nobody said, or several do."""
    if about.handover is not None:
        return about.handover.name
    names = {taken_by(row.package)[1] for row in rows}
    return names.pop() if len(names) == 1 else ""


def _filled_in(x: float, y: float, width: float, text: Text) -> list[Placed]:
    """Words, or a line to write them on."""
    if text.text:
        return [Placed(x, y, width, 8.5, text)]
    return [Placed(x, y + 7.5, width, 0.5, Rule(0.25))]


def _mark(about: About) -> list[Placed]:
    mark = reprint_mark(about)
    if not mark:
        return []
    return [Placed(_LEFT, 38, 90, 6, Text(mark, 3.8, bold=True, align=Align.CENTER, inverse=True))]


def _columns() -> list[Placed]:
    heads = (
        (_NUMBER, "#", Align.RIGHT), (_ORDER, tr(N_("Order")), Align.LEFT),
        (_TRACKING, tr(N_("Tracking code")), Align.CENTER), (_TO, tr(N_("Deliver to")), Align.LEFT),
        (_VOLUME, tr(N_("Vol.")), Align.CENTER), (_WEIGHT, tr(N_("Weight")), Align.RIGHT),
    )  # fmt: skip
    places = [
        Placed(x, _HEADS, width, 3.6, Text(text, 3.0, align=align))
        for (x, width), text, align in heads
    ]
    return [*places, Placed(_LEFT, _TOP - 1.2, _INNER, 0.5, Rule(0.4))]


# --- the packages and their sum -----------------------------------------------------------------------------


def _body(some: Sequence[_Row], done: int, sums: Sequence[_Sum], last: bool) -> list[Placed]:
    places: list[Placed] = []
    y = _TOP
    if done:
        places += _sum_line(tr(N_("Brought forward")), sums[done], y)
        y += _SUM
    for number, row in enumerate(some, done + 1):
        places += _row(row, number, y)
        y += _ROW
    if not last:
        return places + _sum_line(tr(N_("Carried forward")), sums[done + len(some)], y)
    places += _sum_line(tr(N_("Total")), sums[-1], y, size=5.0)
    return places + _signatures(y + _SUM + 3)


def _row(row: _Row, number: int, y: float) -> list[Placed]:
    order, package = row.order, row.package
    volume = f"{package.number}/{max(len(order.packages), 1)}"
    grams = row.weight_g
    return [
        Placed(_NUMBER[0], y + 4, _NUMBER[1], 4, Text(f"{number}", 3.2, align=Align.RIGHT)),
        Placed(_ORDER[0], y + 0.5, _ORDER[1], _ROW - 2.5, Text(order.number, 4.0, bold=True, middle=True)),
        *_tracking(package, y),
        Placed(_TO[0], y + 1.4, _TO[1], 3.8, Text(postal_code(order.address), 3.6, bold=True)),
        Placed(_TO[0], y + 5.8, _TO[1], 6.2, Text(city(order.address), 3.0)),
        Placed(_VOLUME[0], y + 4, _VOLUME[1], 4, Text(volume, 3.4, align=Align.CENTER)),
        Placed(
            _WEIGHT[0], y + 4, _WEIGHT[1], 4,
            Text(weight(grams) if grams else "—", 3.4, align=Align.RIGHT),
        ),
        Placed(_LEFT, y + _ROW - 0.4, _INNER, 0.3, Rule(0.1)),
    ]  # fmt: skip


def _tracking(package: Package, y: float) -> list[Placed]:
    """The code as bars, where they fit, above its letters."""
    x, width = _TRACKING
    if not package.tracking:
        return [Placed(x, y + 4, width, 4, Text("—", 3.4, align=Align.CENTER))]
    return [
        Placed(x, y + 0.8, width, 7.6, Bars(package.tracking)),
        Placed(x, y + 8.9, width, 3.2, Text(package.tracking, 2.9, align=Align.CENTER)),
    ]


def _sum_line(words: str, total: _Sum, y: float, size: float = 3.8) -> list[Placed]:
    return [
        Placed(_LEFT, y + 1.5, 60, size, Text(words, size, bold=True)),
        Placed(80, y + 1.5, 115, size, Text(total.words, size, bold=True, align=Align.RIGHT)),
        Placed(_LEFT, y + _SUM - 0.4, _INNER, 0.3, Rule(0.25)),
    ]


def _signatures(y: float) -> list[Placed]:
    """What the driver says by signing, and lines for both sides."""
    sentence = tr(N_("The driver received these packages closed and without visible damage."))
    lines = (
        (_LEFT, tr(N_("Driver")), tr(N_("Name and document"))), (110, tr(N_("Store")), tr(N_("Name"))),
    )  # fmt: skip
    places = [Placed(_LEFT, y, _INNER, 4.2, Text(sentence, 3.4))]
    for x, head, name in lines:
        places.append(Placed(x, y + 8, 85, 4, Text(head, 3.8, bold=True)))
        places += _line(x, y + 24, 85, name)
        places += _line(x, y + 41, 85, tr(N_("Signature")))
    places += _line(_LEFT, y + 55, 40, tr(N_("Vehicle plate")))
    return places + _line(60, y + 55, 40, tr(N_("Date and time")))


def _line(x: float, y: float, width: float, label: str) -> list[Placed]:
    return [
        Placed(x, y - 4, width, 0.5, Rule(0.25)),
        Placed(x, y - 3, width, 3, Text(label, 2.8)),
    ]
