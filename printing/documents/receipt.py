"""The pickup receipt for an 80 mm roll: what was handed over, to whom, and where they sign.

Personal numbers are masked: no law wants them whole on a paper that is not fiscal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from desktop.fiscal.documents import mask
from desktop.i18n import N_, clock, day, money, tr
from desktop.order import Kind as OrderKind
from desktop.order import Order
from printing.document import Align, Bars, Blank, Pair, Qr, Roll, RollBlock, Rule, Text
from printing.documents import About, Kind, Per
from printing.documents._parts import payment, quantity, reprint_mark


def _draw(orders: Sequence[Order], about: About) -> Roll:
    slips = tuple(tuple(_slip(order, about)) for order in orders)
    return Roll(tr(DOCUMENT.title), 80.0, slips)


DOCUMENT = Kind(N_("Pickup receipt"), "receipt", Per.ORDER, _draw, only=OrderKind.PICKUP)


def _slip(order: Order, about: About) -> Iterator[RollBlock]:
    yield from _head(order, about)
    yield Rule()
    yield from _items(order)
    yield Rule()
    yield from _money(order)
    yield Rule()
    yield from _collector(order)
    yield Qr(order.number, 26.0)
    yield Text(tr(N_("This is not a fiscal document.")), align=Align.CENTER)


def _head(order: Order, about: About) -> Iterator[RollBlock]:
    if about.store:
        yield Text(about.store, 6.0, bold=True, align=Align.CENTER)
    for line in about.store_lines:
        yield Text(line, align=Align.CENTER)
    yield Text("")
    mark = reprint_mark(about)
    if mark:
        yield Text(mark, bold=True, align=Align.CENTER, inverse=True)
    yield Text(tr(DOCUMENT.title).upper(), bold=True, align=Align.CENTER)
    yield Text(order.number, 6.0, bold=True, align=Align.CENTER)
    yield Bars(order.number, 10.0)
    yield Text("")
    if order.channel:
        yield Pair(tr(N_("Channel")), order.channel)
    yield Pair(tr(N_("Ordered")), day(order.placed_at))
    if order.invoice:
        yield Pair(tr(N_("Fiscal invoice")), order.invoice.number)
    yield Text(tr(N_("Customer: {name}"), name=order.buyer.name))


def _items(order: Order) -> Iterator[RollBlock]:
    for line in order.lines:
        yield Text(line.name, bold=True)
        each = f"{quantity(line.quantity, line.unit)} x {money(line.unit_price, order.currency)}"
        code = f"  {line.sku}" if line.sku else ""
        yield Pair(f"{each}{code}", money(line.total, order.currency))
        if line.leaves < line.quantity:
            handed = quantity(line.leaves, line.unit)
            yield Text(
                tr(
                    N_("Handed over: {quantity}. {reason}"),
                    quantity=handed,
                    reason=line.short_reason,
                )
            )


def _money(order: Order) -> Iterator[RollBlock]:
    yield Pair(tr(N_("TOTAL")), money(order.total, order.currency), 6.0, bold=True)
    yield Pair(tr(N_("Payment")), payment(order))


def _collector(order: Order) -> Iterator[RollBlock]:
    """Who took it, or lines to write it on."""
    taken = order.collected
    if taken:
        yield Text(tr(N_("Collected by {name}"), name=taken.name), bold=True)
        if taken.document:
            yield Pair(tr(N_("Document")), mask(taken.document))
        yield Pair(tr(N_("Date")), f"{day(taken.at)} {clock(taken.at)}")
    else:
        yield Text("")
        yield Blank(tr(N_("Name")))
        yield Text("")
        yield Blank(tr(N_("Document")))
        yield Text("")
        yield Blank(tr(N_("Date")))
    yield Text("")
    yield Text("")
    yield Blank("")
    yield Text(tr(N_("Signature")), align=Align.CENTER)
    yield Text("")
