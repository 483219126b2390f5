"""The facts of an order as lines of text: payment, delivery, invoice, packages, times, notes.

Personal data stands masked; whoever may see it asks for it elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from desktop.fiscal.documents import mask
from desktop.i18n import N_, money, number, tr_n, weight, when
from desktop.i18n import tr as _
from desktop.order import (
    Cancellation,
    CancelState,
    Invoice,
    Kind,
    Label,
    Line,
    Order,
    Package,
    Status,
)
from desktop.store.notes import Note
from desktop.truth import Tone, lateness, say

_LABELS = {
    Label.NONE: N_("no label yet"),
    Label.PRINTED: N_("label printed"),
    Label.ELSEWHERE: N_("label made elsewhere"),
}
_INVOICE_FATES = {
    "cancelled": N_("invoice cancelled"),
    "return_invoice": N_("return invoice issued"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    text: str
    tone: Tone = Tone.CALM


def facts(order: Order, notes: Sequence[Note], now: datetime) -> list[Fact]:
    """What stands beside the status, in the order it is asked for at a counter."""
    found = [Fact(_("Payment"), _payment(order, now)), Fact(*_way(order))]
    if order.due_at is not None:
        found.append(_due(order, now))
    if order.invoice is not None:
        found.append(Fact(_("Fiscal invoice"), _invoice(order.invoice, order)))
    found += _packages(order.packages)
    found += _stops(order, now)
    if order.collected is not None:
        who = [order.collected.name, mask(order.collected.document), when(order.collected.at, now)]
        found.append(Fact(_("Collected by"), _joined(who)))
    found += _given_back(order, now)
    found += [Fact(_("Note"), _joined([note.text, note.who, when(note.at, now)])) for note in notes]
    return found


def buyer_line(order: Order) -> str:
    """Name, masked document, masked phone."""
    buyer = order.buyer
    parts = [buyer.name or _("Without a name"), mask(buyer.document), mask_phone(buyer.phone)]
    return _joined(parts, "  ·  ")


def mask_phone(phone: str) -> str:
    """A phone with its last four digits; the area code stays where brackets mark it."""
    area = re.match(r"\s*(?:\+\d{1,3}\s*)?(\(\d{1,4}\))", phone)
    digits = re.sub(r"\D", "", phone)
    if len(digits) < 8:
        return "•" * len(digits)
    return f"{area[1] + ' ' if area else ''}•••••-{digits[-4:]}"


def banner(order: Order, may_take_back: bool, may_refund: bool) -> tuple[str, str]:
    """What has happened to a stopped order, and what to do; empty for one that goes on."""
    cancellation = order.cancellation
    if order.status is Status.CLOSED or (
        cancellation is None and order.status is not Status.RETURNED
    ):
        return "", ""
    if cancellation is None:
        return _("Returned to stock."), _refund_advice(may_refund)
    if cancellation.state is CancelState.REQUESTED:
        return _asked(cancellation)
    if may_take_back:
        return _cancelled(cancellation), _("Do not let it leave. Return the goods to stock.")
    if order.status in {Status.CANCELLED, Status.RETURNED}:
        return _cancelled(cancellation), _refund_advice(may_refund)
    return _cancelled(cancellation), _("Do not let it leave. Cancel it here too.")


def picked_chip(line: Line) -> tuple[str, str]:
    """Word and tone of a line's picking; empty before it began."""
    if line.picked is None:
        return "", ""
    if line.picked >= line.quantity:
        return _("picked"), "ok"
    values = {"n": number(line.picked), "all": number(line.quantity)}
    return _("{n} of {all} picked", **values), "attention"


def _asked(cancellation: Cancellation) -> tuple[str, str]:
    lead = _("The buyer asks to cancel.")
    advice = _("Stop. Cancel the order, or wait until the platform takes the wish back.")
    return lead, _joined([cancellation.reason, advice], " — ")


def _cancelled(cancellation: Cancellation) -> str:
    values = {"who": cancellation.by, "reason": cancellation.reason.rstrip(".")}
    if cancellation.by == "platform":
        if values["reason"]:
            return _("Cancelled on the platform: {reason}.", **values)
        return _("Cancelled on the platform.")
    return _("Cancelled by {who}: {reason}.", **values)


def _refund_advice(may_refund: bool) -> str:
    return _("The money is to be given back.") if may_refund else _("There is nothing left to do.")


def _payment(order: Order, now: datetime) -> str:
    payment = order.payment
    state = _("not settled yet")
    if payment.settled_at is not None:
        state = _("settled {at}", at=when(payment.settled_at, now))
    how = payment.method or _(payment.kind.label)
    return _joined([how, money(order.total, order.currency), state, payment.reference])


def _way(order: Order) -> tuple[str, str]:
    address = order.address
    if order.kind is Kind.PICKUP:
        shelf = _("shelf {shelf}", shelf=order.shelf) if order.shelf else ""
        return _("Pickup"), _joined([shelf, address.district, address.city]) or _("at this store")
    place = ", ".join(part for part in (address.city, address.state) if part)
    code = address.postal_code
    masked = code[:-3] + "•••" if len(code) > 4 else ""
    return _("Delivery"), _joined([place, masked]) or _("no address yet")


def _due(order: Order, now: datetime) -> Fact:
    assert order.due_at is not None
    late = lateness(order, now)
    at = when(order.due_at, now)
    if late is None:
        return Fact(_("Due"), at)
    return Fact(_("Due"), _joined([at, say(late, now)]), late.tone)


def _invoice(invoice: Invoice, order: Order) -> str:
    name = invoice.document or _("Fiscal invoice")
    series = _("series {series}", series=invoice.series) if invoice.series else ""
    total = money(invoice.total, order.currency) if invoice.total else ""
    key = _("key ends in {end}", end=invoice.key[-8:]) if invoice.key else ""
    return _joined([f"{name} {invoice.number}", series, total, key])


def _packages(packages: Sequence[Package]) -> Iterable[Fact]:
    gone = sum(package.shipped_at is not None for package in packages)
    for package in packages:
        label = _("Package {n}", n=package.number) if len(packages) > 1 else _("Package")
        yield Fact(label, _package(package))
    if len(packages) > 1 and 0 < gone < len(packages):
        text = _("{n} of {all} shipped", n=gone, all=len(packages))
        yield Fact(_("Packages"), text, Tone.ATTENTION)


def _package(package: Package) -> str:
    heavy = weight(package.weight_g) if package.weight_g else ""
    size = "×".join(str(side) for side in package.size_mm) + " mm" if any(package.size_mm) else ""
    carrier = " ".join(part for part in (package.carrier, package.service) if part)
    driver = _("driver {name}", name=package.driver) if package.driver else ""
    return _joined([carrier or driver, package.tracking, heavy, size, _(_LABELS[package.label])])


def _stops(order: Order, now: datetime) -> Iterable[Fact]:
    if order.hold is not None:
        text = _joined([order.hold.reason, order.hold.by, when(order.hold.at, now)])
        yield Fact(_("On hold"), text, Tone.ATTENTION)
    if order.cancellation is not None:
        stop = order.cancellation
        by = _("platform") if stop.by == "platform" else stop.by
        asked = stop.state is CancelState.REQUESTED
        label = _("Wish to cancel") if asked else _("Cancelled")
        yield Fact(label, _joined([stop.reason, by, when(stop.at, now)]), Tone.STOP)


def _given_back(order: Order, now: datetime) -> Iterable[Fact]:
    if order.returned is not None:
        back = order.returned
        lines = tr_n("{n} line", "{n} lines", len(back.lines))
        fate = _(_INVOICE_FATES.get(back.invoice, ""))
        yield Fact(_("Returned"), _joined([back.reason, lines, fate, when(back.at, now)]))
    for refund in order.refunds:
        amount = money(refund.amount, order.currency)
        yield Fact(_("Refunded"), _joined([amount, refund.reason, when(refund.at, now)]))


def _joined(parts: Iterable[str], mark: str = " · ") -> str:
    return mark.join(part for part in parts if part)
