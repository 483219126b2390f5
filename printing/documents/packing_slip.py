"""The packing slip, which lies in the box: whose order it is, which of its packages, and what is inside.

A4, and the same on labels of 100 by 150 mm or on a roll. It has no prices, for many parcels are gifts; of
the receiver it has no more than name and town. Nobody records in which of an order's packages a product
lies: where there are several, the slip says that all of them together hold what it lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desktop.i18n import N_, day, tr
from desktop.order import Kind as OrderKind
from desktop.order import Line, Order, Package
from printing.document import Align, Bars, Pages, Pair, Placed, Qr, Roll, RollBlock, Rule, Text
from printing.documents import About, Kind, Per
from printing.documents._parts import city, quantity, reprint_mark

_HEAD, _HEAD_AGAIN = 74.5, 32.0
_ROW, _SHORT_ROW = 12.0, 17.5
_QUANTITY = 20.0


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Cut paper: its size and its margins in millimetres. On a narrow one bars would be too fine for its
    printer: a QR code stands for the order, and the tracking code is only written."""

    width: float
    height: float
    left: float
    top: float
    bottom: float
    is_narrow: bool = False

    @property
    def inner(self) -> float:
        return self.width - 2 * self.left

    @property
    def middle(self) -> float:
        """Where the right column of the head begins."""
        return self.left + 0.57 * self.inner


_A4 = _Sheet(210.0, 297.0, 15.0, 12.0, 282.0)
_LABEL = _Sheet(100.0, 150.0, 3.0, 3.0, 143.5, is_narrow=True)


def _draw(orders: Sequence[Order], about: About) -> Pages:
    return _pages(_A4, orders, about)


def _draw_on_labels(orders: Sequence[Order], about: About) -> Pages:
    return _pages(_LABEL, orders, about)


def _draw_on_roll(orders: Sequence[Order], about: About) -> Roll:
    slips = tuple(tuple(_slip(one, about)) for one in _boxes(orders, about))
    return Roll(tr(DOCUMENT.title), 80.0, slips)


DOCUMENT = Kind(
    N_("Packing slip"), "page", Per.PACKAGE, _draw,
    {"label": _draw_on_labels, "receipt": _draw_on_roll},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Parcel:
    order: Order
    package: Package

    @property
    def count(self) -> int:
        return max(len(self.order.packages), 1)

    @property
    def place(self) -> str:
        return tr(N_("Package {n} of {count}"), n=self.package.number, count=self.count)

    @property
    def taker(self) -> str:
        """Who brings it, as far as that is known."""
        name = self.package.carrier or self.package.driver
        return " · ".join(filter(None, (name, self.package.service)))

    @property
    def receiver(self) -> str:
        order = self.order
        is_sent = order.kind is OrderKind.DELIVERY
        return (order.address.receiver if is_sent else "") or order.buyer.name

    @property
    def town(self) -> str:
        """Of a pickup order the address is the store's."""
        return city(self.order.address) if self.order.kind is OrderKind.DELIVERY else ""

    @property
    def giver(self) -> str:
        """Who ordered it, where that is somebody else."""
        buyer = self.order.buyer.name
        if not buyer or buyer == self.receiver:
            return ""
        return tr(N_("Ordered by {name}"), name=buyer)

    @property
    def order_facts(self) -> str:
        ordered = tr(N_("ordered {day}"), day=day(self.order.placed_at))
        return " · ".join(filter(None, (self.order.channel, ordered)))

    @property
    def note(self) -> str:
        if self.count == 1:
            return ""
        return tr(N_("The order comes in {n} packages. Together they hold:"), n=self.count)


def _boxes(orders: Sequence[Order], about: About) -> list[_Parcel]:
    return [
        _Parcel(order, package)
        for order in orders
        for package in order.packages or (Package(1),)
        if about.package in {0, package.number}
    ]


def _enclosed(line: Line) -> str:
    return quantity(line.leaves, line.unit)


def _codes(line: Line) -> str:
    return " · ".join(filter(None, (line.sku, line.ean)))


def _shortage(line: Line) -> str:
    """What the buyer ordered and does not get, and why; empty where nothing is missing."""
    if line.leaves >= line.quantity:
        return ""
    return tr(
        N_("Ordered: {ordered}. Not enclosed: {missing}. {reason}"),
        ordered=quantity(line.quantity, line.unit),
        missing=quantity(line.quantity - line.leaves, line.unit),
        reason=line.short_reason,
    )


# --- cut paper --------------------------------------------------------------------------------------------


def _pages(sheet: _Sheet, orders: Sequence[Order], about: About) -> Pages:
    pages = [
        page for parcel in _boxes(orders, about) for page in _parcel_pages(sheet, parcel, about)
    ]
    return Pages(tr(DOCUMENT.title), sheet.width, sheet.height, tuple(pages))


def _parcel_pages(sheet: _Sheet, parcel: _Parcel, about: About) -> Iterator[tuple[Placed, ...]]:
    split = _paginate(sheet, parcel.order.lines)
    for number, lines in enumerate(split, 1):
        places = [*_store(sheet, about), *_foot(sheet, parcel, number, len(split))]
        if number == 1:
            places += [*_order(sheet, parcel), *_package(sheet, parcel), *_note(sheet, parcel)]
        else:
            places += _again(sheet, parcel)
        y = sheet.top + (_HEAD if number == 1 else _HEAD_AGAIN)
        places += _columns(sheet, y)
        for line in lines:
            places += _row(sheet, line, y)
            y += _height(line)
        yield tuple(places)


def _height(line: Line) -> float:
    return _SHORT_ROW if _shortage(line) else _ROW


def _paginate(sheet: _Sheet, lines: Sequence[Line]) -> list[list[Line]]:
    pages: list[list[Line]] = [[]]
    y = sheet.top + _HEAD
    for line in lines:
        if y + _height(line) > sheet.bottom:
            pages.append([])
            y = sheet.top + _HEAD_AGAIN
        pages[-1].append(line)
        y += _height(line)
    return pages


def _store(sheet: _Sheet, about: About) -> list[Placed]:
    left, right = (sheet.left, sheet.middle - sheet.left - 2), (sheet.middle, _right(sheet))
    mark = reprint_mark(about)
    places = [
        _at(left, sheet.top, 7, Text(about.store, 5.5, bold=True)),
        _at(left, sheet.top + 7.5, 11, Text("\n".join(about.store_lines), 3.0)),
        _at(right, sheet.top, 7, Text(tr(DOCUMENT.title), 5.5, bold=True, align=Align.RIGHT)),
        _rule(sheet, sheet.top + 19.5),
    ]
    if mark:
        text = Text(mark, 3.4, bold=True, align=Align.CENTER, inverse=True)
        places.append(_at(right, sheet.top + 9, 6, text))
    return places


def _order(sheet: _Sheet, parcel: _Parcel) -> list[Placed]:
    left, y = (sheet.left, sheet.middle - sheet.left - 2), sheet.top
    is_sent = parcel.order.kind is OrderKind.DELIVERY
    receiver = tr(N_("Deliver to")) if is_sent else tr(N_("Customer"))
    return [
        _at(left, y + 21, 3.2, Text(tr(N_("Order")).upper(), 2.6)),
        _at(left, y + 24.2, 7, Text(parcel.order.number, 6.0, bold=True)),
        _at(left, y + 31.9, 4, Text(parcel.order_facts, 3.4)),
        _rule(sheet, y + 37.5),
        _at(left, y + 39, 3.2, Text(receiver.upper(), 2.6)),
        _at(left, y + 42.2, 10.4, Text(parcel.receiver, 4.6, bold=True)),
        _at(left, y + 53, 4.4, Text(parcel.town, 3.8)),
        _at(left, y + 57.8, 4, Text(parcel.giver, 3.2)),
        _rule(sheet, y + 63),
    ]


def _package(sheet: _Sheet, parcel: _Parcel) -> list[Placed]:
    right, y = (sheet.middle, _right(sheet)), sheet.top
    tracking = parcel.package.tracking
    places = [
        _order_code(sheet, parcel.order.number),
        _at(right, y + 39, 5.6, Text(parcel.place, 4.6, bold=True, align=Align.RIGHT)),
        _at(right, y + 45.2, 3.8, Text(parcel.taker, 3.2, align=Align.RIGHT)),
    ]
    if not sheet.is_narrow:
        places.append(_at(right, y + 49.5, 8.5, Bars(tracking)))
        y += 8.6
    return [*places, _at(right, y + 50, 3.6, Text(tracking, 3.0, align=Align.RIGHT))]


def _order_code(sheet: _Sheet, number: str) -> Placed:
    y = sheet.top + 21.2
    if sheet.is_narrow:
        return Placed(sheet.left + sheet.inner - 15.0, y, 15.0, 15.0, Qr(number, 15.0))
    return _at((sheet.middle, _right(sheet)), y, 15.0, Bars(number))


def _note(sheet: _Sheet, parcel: _Parcel) -> list[Placed]:
    whole = (sheet.left, sheet.inner)
    return [_at(whole, sheet.top + 64.2, 4.4, Text(parcel.note, 3.4))] if parcel.note else []


def _again(sheet: _Sheet, parcel: _Parcel) -> list[Placed]:
    """What a page says above the rows that did not fit the one before."""
    words = f"{parcel.order.number} · {parcel.place} · {tr(N_('continued'))}"
    whole = (sheet.left, sheet.inner)
    return [_at(whole, sheet.top + 21, 4.8, Text(words, 4.0, bold=True))]


def _columns(sheet: _Sheet, y: float) -> list[Placed]:
    number, name = _row_columns(sheet)
    return [
        _at(number, y - 5, 3.4, Text(tr(N_("Quantity")), 2.8, align=Align.RIGHT)),
        _at(name, y - 5, 3.4, Text(tr(N_("Product")), 2.8)),
        _rule(sheet, y - 1),
    ]


def _row(sheet: _Sheet, line: Line, y: float) -> list[Placed]:
    number, name = _row_columns(sheet)
    amount = Text(_enclosed(line), 4.6, bold=True, align=Align.RIGHT, middle=True)
    places = [
        _at(number, y + 0.8, 6.6, amount),
        _at(name, y + 0.8, 6.6, Text(line.name, 4.0, middle=True)),
        _at(name, y + 7.7, 3.4, Text(_codes(line), 2.8)),
        Placed(sheet.left, y + _height(line) - 0.6, sheet.inner, 0.3, Rule(0.1)),
    ]
    if words := _shortage(line):
        places.append(_at(name, y + 11.5, 5.0, Text(words, 3.0, bold=True)))
    return places


def _foot(sheet: _Sheet, parcel: _Parcel, page: int, pages: int) -> list[Placed]:
    numbers = tr(N_("Page {page} of {pages}"), page=page, pages=pages)
    text = Text(numbers, 3.0, align=Align.RIGHT)
    return [Placed(sheet.left, sheet.bottom + 2, sheet.inner, 3.6, text)]


def _right(sheet: _Sheet) -> float:
    return sheet.left + sheet.inner - sheet.middle


def _row_columns(sheet: _Sheet) -> tuple[tuple[float, float], tuple[float, float]]:
    begin = _QUANTITY + 3
    return (sheet.left, _QUANTITY), (sheet.left + begin, sheet.inner - begin)


def _rule(sheet: _Sheet, y: float) -> Placed:
    return Placed(sheet.left, y, sheet.inner, 0.5, Rule(0.3))


def _at(column: tuple[float, float], y: float, height: float, block: Text | Bars) -> Placed:
    return Placed(column[0], y, column[1], height, block)


# --- a roll -----------------------------------------------------------------------------------------------


def _slip(parcel: _Parcel, about: About) -> Iterator[RollBlock]:
    yield from _roll_head(parcel, about)
    yield Rule()
    yield from _roll_receiver(parcel)
    yield Rule()
    if parcel.note:
        yield Text(parcel.note)
    for line in parcel.order.lines:
        yield Pair(line.name, _enclosed(line), bold=True)
        if codes := _codes(line):
            yield Text(codes)
        if words := _shortage(line):
            yield Text(words)


def _roll_head(parcel: _Parcel, about: About) -> Iterator[RollBlock]:
    if about.store:
        yield Text(about.store, 6.0, bold=True, align=Align.CENTER)
    for line in about.store_lines:
        yield Text(line, align=Align.CENTER)
    yield Text("")
    if mark := reprint_mark(about):
        yield Text(mark, bold=True, align=Align.CENTER, inverse=True)
    yield Text(tr(DOCUMENT.title).upper(), bold=True, align=Align.CENTER)
    yield Text(parcel.order.number, 6.0, bold=True, align=Align.CENTER)
    yield Bars(parcel.order.number, 10.0)
    yield Text(parcel.order_facts, align=Align.CENTER)


def _roll_receiver(parcel: _Parcel) -> Iterator[RollBlock]:
    yield Text(parcel.receiver, bold=True)
    yield from (Text(words) for words in (parcel.town, parcel.giver) if words)
    yield Text("")
    yield Text(parcel.place, bold=True)
    if parcel.taker:
        yield Text(parcel.taker)
    if parcel.package.tracking:
        yield Text(parcel.package.tracking)
        yield Bars(parcel.package.tracking, 10.0)
