"""The shipping or pickup label of a package, 100 by 150 mm: readable from two metres where it matters.

From top to bottom: store, carrier and package, tracking, receiver (or shelf and name), order, sender.
Without a tracking code the receiver gets its room.
"""

from __future__ import annotations

from collections.abc import Sequence

from desktop.i18n import N_, tr, weight
from desktop.order import Kind as OrderKind
from desktop.order import Order, Package
from printing import code128
from printing.document import Align, Bars, Box, Pages, Placed, Qr, Rule, Text
from printing.documents import About, Kind, Per
from printing.documents._parts import city, postal_code, reprint_mark, street

_WIDTH, _HEIGHT = 100.0, 150.0
_LEFT, _INNER = 3.0, 94.0
# Modules of 0.25 mm, two dots at 203 dpi, that fit beside the QR code with their quiet zones.
_WIDEST_BARS = 70 * 4 - 2 * code128.QUIET_MODULES


def _draw(orders: Sequence[Order], about: About) -> Pages:
    pages = [
        _page(order, package, about)
        for order in orders
        for package in order.packages or (Package(1),)
        if about.package in {0, package.number}
    ]
    return Pages(tr(DOCUMENT.title), _WIDTH, _HEIGHT, tuple(pages))


DOCUMENT = Kind(N_("Label"), "label", Per.PACKAGE, _draw)


def _page(order: Order, package: Package, about: About) -> tuple[Placed, ...]:
    middle = _pickup if order.kind is OrderKind.PICKUP else _delivery
    return (
        *_head(order, about),
        *middle(order, package),
        *_order(order, 106.0),
        *_foot(order, about),
    )


def _head(order: Order, about: About) -> list[Placed]:
    mark = reprint_mark(about)
    right = (
        Text(mark, 3.4, bold=True, align=Align.CENTER, inverse=True)
        if mark
        else Text(order.channel, 4.0, align=Align.RIGHT, middle=True)
    )
    return [
        Placed(_LEFT, 3, 50, 7.5, Text(about.store, 5.0, bold=True, middle=True)),
        Placed(55, 3, 42, 7.5, right),
        Placed(_LEFT, 11.5, _INNER, 0.5, Rule(0.4)),
    ]


def _number(order: Order, package: Package, y: float) -> list[Placed]:
    """Which package of how many, and its weight."""
    count = max(len(order.packages), 1)
    grams = package.weight_g or (order.weight_g if count == 1 else 0)
    blocks = [
        Placed(73, y, 24, 9, Text(f"{package.number}/{count}", 9.0, bold=True, align=Align.RIGHT))
    ]
    if grams:
        blocks.append(Placed(67, y + 9.8, 30, 4.2, Text(weight(grams), 4.0, align=Align.RIGHT)))
    return blocks


def _delivery(order: Order, package: Package) -> list[Placed]:
    carrier = package.carrier or package.driver or tr(N_("Delivery"))
    blocks = [
        *_number(order, package, 13.5),
        Placed(_LEFT, 13.0, 66, 9.6, Text(carrier, 7.5, bold=True)),
        Placed(_LEFT, 23, 62, 4.5, Text(package.service, 4.2)),
        Placed(_LEFT, 29, _INNER, 0.5, Rule(0.4)),
    ]
    if not package.tracking:
        return blocks + _receiver(order, 30.5, 73.0)
    return [
        *blocks,
        Placed(_LEFT, 30.5, _INNER, 16.5, Bars(package.tracking)),
        Placed(_LEFT, 48, _INNER, 4.5, Text(package.tracking, 4.2, bold=True, align=Align.CENTER)),
        Placed(_LEFT, 54, _INNER, 0.5, Rule(0.4)),
        *_receiver(order, 55.5, 48.0),
    ]


def _receiver(order: Order, y: float, height: float) -> list[Placed]:
    """Name, address in full and the postal code large, in `height` millimetres."""
    address = order.address
    big = height / 48.0
    place = ", ".join(part for part in (address.district, city(address)) if part)
    lines = (street(address), place, address.reference)
    name, words, code = 6.2 * big, 4.6 * min(big, 1.3), 10.0 * min(big, 1.4)
    name_room = name * 2.2
    words_room = height - 4.5 - name_room - code - 3.0
    return [
        Placed(_LEFT, y, _INNER, 3.2, Text(tr(N_("Deliver to")).upper(), 3.0)),
        Placed(
            _LEFT, y + 4, _INNER, name_room,
            Text(address.receiver or order.buyer.name, name, bold=True),
        ),
        Placed(
            _LEFT, y + 5 + name_room, _INNER, words_room,
            Text("\n".join(line for line in lines if line), words),
        ),
        Placed(_LEFT, y + height - code - 0.5, _INNER, code, Text(postal_code(address), code, bold=True)),
    ]  # fmt: skip


def _pickup(order: Order, package: Package) -> list[Placed]:
    """What the counter looks for: the shelf (a box to write it in where none is set), then the name."""
    blocks = [
        Placed(
            _LEFT, 13.5, 66, 10,
            Text(tr(N_("Store pickup")).upper(), 6.5, bold=True, align=Align.CENTER, inverse=True),
        ),
        *_number(order, package, 13.5),
    ]  # fmt: skip
    shelf: Text | Box = Box(0.3)
    if order.shelf:
        size = 30.0 if len(order.shelf) <= 6 else 13.0
        shelf = Text(order.shelf, size, bold=True, align=Align.CENTER, middle=True)
    point = (order.address.receiver, street(order.address), city(order.address))
    return [
        *blocks,
        Placed(_LEFT, 30, 30, 3.2, Text(tr(N_("Shelf")).upper(), 3.0)),
        Placed(_LEFT, 34, _INNER, 30, shelf),
        Placed(_LEFT, 66, _INNER, 0.5, Rule(0.4)),
        Placed(_LEFT, 67.5, _INNER, 3.2, Text(tr(N_("Customer")).upper(), 3.0)),
        Placed(_LEFT, 71.5, _INNER, 24, Text(order.buyer.name, 11.0, bold=True)),
        Placed(_LEFT, 96, _INNER, 8, Text(", ".join(filter(None, point)), 3.6)),
    ]


def _order(order: Order, y: float) -> list[Placed]:
    """The number, never cut: a long one takes the room of its bars, which would not fit either."""
    long = code128.modules(code128.runs(order.number)) > _WIDEST_BARS
    size = 7.0 if len(order.number) <= 17 else 5.8
    number = Placed(_LEFT, y + 3.7, 66, 22 if long else 7.5, Text(order.number, size, bold=True))
    bars = () if long else (Placed(_LEFT - 2, y + 12, 70, 14, Bars(order.number)),)
    return [
        Placed(_LEFT, y - 1.5, _INNER, 0.5, Rule(0.4)),
        Placed(_LEFT, y, 60, 3.2, Text(tr(N_("Order")).upper(), 3.0)),
        number,
        *bars,
        Placed(71, y, 26, 27, Qr(order.number, 26.0)),
    ]


def _foot(order: Order, about: About) -> list[Placed]:
    sender = "\n".join((about.store, *about.store_lines))
    invoice = order.invoice
    facts = [tr(N_("Invoice {number}"), number=invoice.number)] if invoice else []
    facts += [order.channel] if about.reprint and order.channel else []
    return [
        Placed(_LEFT, 134, _INNER, 0.5, Rule(0.4)),
        Placed(_LEFT, 135.5, 14, 3.2, Text(tr(N_("Sender")).upper(), 2.6)),
        Placed(18, 135.3, 46, 11.7, Text(sender, 3.0)),
        Placed(65, 135.3, 32, 11.7, Text("\n".join(facts), 3.4, align=Align.RIGHT)),
    ]
