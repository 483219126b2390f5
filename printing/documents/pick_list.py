"""The pick list, A4: what to fetch for one order or several, with a box to tick for each product.

Every row is made to fit its place, so that a page's end is known before anything is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.i18n import N_, day, tr, tr_n
from desktop.order import Line, Order
from printing.document import Align, Bars, Box, Pages, Placed, Rule, Text
from printing.documents import About, Kind, Per
from printing.documents._parts import quantity, reprint_mark

_WIDTH, _HEIGHT = 210.0, 297.0
_LEFT, _INNER = 15.0, 180.0
_TOP, _BOTTOM = 38.0, 280.0
_ORDER_MM, _LINE_MM = 21.0, 12.0

# Columns: left edge and width.
_TICK, _QUANTITY, _NAME, _SKU, _EAN = (15, 8), (25, 20), (48, 82), (133, 30), (165, 30)


@dataclass(frozen=True, slots=True)
class _Row:
    """A product, or an order's heading (also at the top of a page it continues on)."""

    order: Order
    line: Line | None = None
    continued: bool = False

    @property
    def height(self) -> float:
        return _LINE_MM if self.line else _ORDER_MM


def _draw(orders: Sequence[Order], about: About) -> Pages:
    split = _paginate(orders)
    pages = []
    for number, rows in enumerate(split, 1):
        places = _heading(orders, about, number, len(split))
        y = _TOP
        for row in rows:
            places += _line(row.line, y) if row.line else _order(row, y)
            y += row.height
        pages.append(tuple(places))
    return Pages(tr(DOCUMENT.title), _WIDTH, _HEIGHT, tuple(pages))


DOCUMENT = Kind(N_("Pick list"), "page", Per.ALL, _draw)


def _paginate(orders: Sequence[Order]) -> list[list[_Row]]:
    """Rows by page; a heading never stands last and is repeated where its order goes on."""
    pages: list[list[_Row]] = [[]]
    y = _TOP
    for order in orders:
        if y + _ORDER_MM + _LINE_MM > _BOTTOM:
            pages.append([])
            y = _TOP
        rows = [_Row(order), *(_Row(order, line) for line in order.lines)]
        for row in rows:
            if y + row.height > _BOTTOM:
                pages.append([_Row(order, continued=True)])
                y = _TOP + _ORDER_MM
            pages[-1].append(row)
            y += row.height
    return pages


def _heading(orders: Sequence[Order], about: About, page: int, pages: int) -> list[Placed]:
    lines = sum(len(order.lines) for order in orders)
    counts = " · ".join((
        tr_n("{n} order", "{n} orders", len(orders)),
        tr_n("{n} line", "{n} lines", lines),
    ))  # fmt: skip
    numbers = tr(N_("Page {page} of {pages}"), page=page, pages=pages)
    places = [
        Placed(_LEFT, 14, 110, 9, Text(tr(DOCUMENT.title), 7.5, bold=True)),
        Placed(_LEFT, 24, 110, 5, Text(counts, 4.2)),
        Placed(125, 14, 70, 5, Text(about.store, 4.2, align=Align.RIGHT)),
        Placed(_LEFT, 286, _INNER, 4.5, Text(numbers, 3.4, align=Align.RIGHT)),
        *_columns(),
    ]
    mark = reprint_mark(about)
    if mark:
        places.append(
            Placed(125, 20, 70, 7, Text(mark, 4.0, bold=True, align=Align.CENTER, inverse=True))
        )
    return places


def _columns() -> list[Placed]:
    y = 31.5
    heads = (
        (_QUANTITY, tr(N_("Quantity")), Align.RIGHT),
        (_NAME, tr(N_("Product")), Align.LEFT),
        (_SKU, tr(N_("SKU")), Align.LEFT),
        (_EAN, tr(N_("EAN")), Align.LEFT),
    )
    places = [
        Placed(x, y, width, 4, Text(text, 3.2, align=align)) for (x, width), text, align in heads
    ]
    return [*places, Placed(_LEFT, 36.2, _INNER, 0.5, Rule(0.4))]


def _order(row: _Row, y: float) -> list[Placed]:
    order = row.order
    due = tr(N_("due {day}"), day=day(order.due_at)) if order.due_at else ""
    facts = [tr(order.kind.label), due, order.channel, order.buyer.name]
    if row.continued:
        facts = [tr(N_("continued"))]
    return [
        Placed(_LEFT, y + 3, 110, 7, Text(order.number, 6.5, bold=True)),
        Placed(_LEFT, y + 11, 110, 8.2, Text(" · ".join(filter(None, facts)), 3.8)),
        Placed(127, y + 3, 68, 12, Bars(order.number)),
        Placed(_LEFT, y + _ORDER_MM - 1, _INNER, 0.5, Rule(0.25)),
    ]


def _line(line: Line, y: float) -> list[Placed]:
    middle = y + 3.2
    amount = quantity(line.quantity, line.unit)
    return [
        Placed(_TICK[0], y + 3, 5.5, 5.5, Box(0.4)),
        Placed(*_at(_QUANTITY, middle), 5.5, Text(amount, 5.5, bold=True, align=Align.RIGHT)),
        Placed(*_at(_NAME, y + 1), _LINE_MM - 2.5, Text(line.name, 4.2, middle=True)),
        Placed(*_at(_SKU, y + 1), _LINE_MM - 2.5, Text(line.sku, 3.8, middle=True)),
        Placed(*_at(_EAN, y + 1), _LINE_MM - 2.5, Text(line.ean, 3.8, middle=True)),
        Placed(_LEFT, y + _LINE_MM - 0.4, _INNER, 0.3, Rule(0.1)),
    ]


def _at(column: tuple[float, float], y: float) -> tuple[float, float, float]:
    return column[0], y, column[1]
