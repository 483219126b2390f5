"""What a step does to an order. Data that does not do raises UserError with the field at fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from desktop.errors import UserError
from desktop.i18n import N_
from desktop.journey.guards import some_left
from desktop.journey.path import GONE, Journey, rank
from desktop.order import (
    Cancellation,
    CancelState,
    Collected,
    Hold,
    Invoice,
    Label,
    Order,
    Package,
    Refund,
    Return,
    Status,
)

S = Status
Effect = Callable[[Order, dict[str, Any], datetime, str, Journey], Order]


def move(to: Status) -> Effect:
    def effect(
        order: Order, _data: dict[str, Any], _at: datetime, _by: str, _journey: Journey
    ) -> Order:
        return replace(order, status=to)

    return effect


def record_payment(
    order: Order, data: dict[str, Any], at: datetime, _by: str, _journey: Journey
) -> Order:
    amount = data.get("amount", order.total)
    if amount != order.total:
        raise UserError(
            N_("The amount differs from the order's total. Type the whole sum."), field="amount"
        )
    payment = replace(
        order.payment, settled_at=data.get("date", at), reference=data["reference"], amount=amount
    )
    prepaid = order.status is S.AWAITING_PAYMENT
    status = S.AWAITING_CREATION if prepaid else order.status
    return replace(order, payment=payment, status=status)


def invoice(order: Order, data: dict[str, Any], at: datetime, _by: str, _journey: Journey) -> Order:
    """Takes an Invoice under `key`: the caller has it made and checked by `fiscal` from what was given.

    An order that the platform moved past this stage only gains the fact.
    """
    invoice = data.get("key")
    if not isinstance(invoice, Invoice):
        raise UserError(N_("Scan the access key, choose the XML or type the number."), field="key")
    passed = rank(order.status, order.kind) > rank(S.INVOICED, order.kind)
    return replace(
        order,
        status=order.status if passed else S.INVOICED,
        invoice=replace(invoice, issued_at=invoice.issued_at or at),
    )


def pack(order: Order, data: dict[str, Any], _at: datetime, _by: str, _journey: Journey) -> Order:
    """A package whose label or tracking is known already keeps them; a label of the store's own that says
    another weight, size or number of packages is none any more."""
    measured = data.get("packages", ())
    known = {package.number: package for package in order.packages}
    as_many = len(measured) == max(len(order.packages), 1)
    packages = tuple(
        _packed(known.get(number, Package(number)), weight, size, as_many)
        for number, (weight, size) in enumerate(measured, 1)
    )
    return replace(order, status=S.PACKED, packages=packages or order.packages or (Package(1),))


def _packed(package: Package, weight: int, size: tuple[int, int, int], as_many: bool) -> Package:
    same = as_many and (package.weight_g, package.size_mm) == (weight, size)
    if package.label is Label.PRINTED and not same:
        package = replace(package, label=Label.NONE)
    return replace(package, weight_g=weight, size_mm=size)


def _chosen(order: Order, data: dict[str, Any], left: Callable[[Package], bool]) -> set[int]:
    """The package numbers that a step is about; all that are left when none is named."""
    open_ones = {package.number for package in order.packages if left(package)}
    chosen = set(data.get("packages", ())) or open_ones
    if not chosen <= open_ones:
        raise UserError(
            N_("There is no such package left. Choose another, or none for all."), field="packages"
        )
    return chosen


def ship(order: Order, data: dict[str, Any], at: datetime, _by: str, journey: Journey) -> Order:
    order = replace(order, packages=order.packages or (Package(1),))
    chosen = _chosen(order, data, lambda package: package.shipped_at is None)
    _check_carrier(data, [p for p in order.packages if p.number in chosen], journey)
    packages = tuple(
        _shipped(package, data, at) if package.number in chosen else package
        for package in order.packages
    )
    all_left = all(package.shipped_at for package in packages)
    return replace(order, packages=packages, status=S.SHIPPED if all_left else order.status)


def _check_carrier(data: dict[str, Any], packages: list[Package], journey: Journey) -> None:
    carrier = data.get("carrier", "")
    if not carrier and data.get("driver"):
        return
    if not carrier:
        raise UserError(N_("Who takes it? Name the carrier or your own driver."), field="carrier")
    known = data.get("tracking") or all(package.tracking for package in packages)
    if not known and carrier.lower() not in journey.untracked:
        raise UserError(
            N_("{carrier} gives a tracking code. Scan or type it."),
            field="tracking",
            carrier=carrier,
        )


def _shipped(package: Package, data: dict[str, Any], at: datetime) -> Package:
    elsewhere = data.get("label_elsewhere", "")
    if package.label is Label.NONE and not elsewhere:
        raise UserError(
            N_("The label of package {n} is not printed. Print it, or say where it was made."),
            field="label_elsewhere",
            n=package.number,
        )
    if package.label is Label.NONE:
        package = replace(package, label=Label.ELSEWHERE, label_reason=elsewhere)
    return replace(
        package,
        shipped_at=at,
        carrier=data.get("carrier", ""),
        service=data.get("service", package.service),
        tracking=data.get("tracking", package.tracking),
        tracking_url=data.get("tracking_url", package.tracking_url),
        driver=data.get("driver", ""),
        driver_phone=data.get("driver_phone", ""),
    )


def ready(order: Order, data: dict[str, Any], _at: datetime, _by: str, _journey: Journey) -> Order:
    shelf = data.get("shelf", order.shelf)
    return replace(order, status=S.READY_FOR_PICKUP, shelf=shelf)


def deliver(order: Order, data: dict[str, Any], at: datetime, _by: str, _journey: Journey) -> Order:
    at = data.get("date", at)
    if not order.packages:
        return replace(order, status=S.DELIVERED)
    chosen = _chosen(order, data, lambda package: package.delivered_at is None)
    packages = tuple(
        replace(package, delivered_at=at) if package.number in chosen else package
        for package in order.packages
    )
    all_there = all(package.delivered_at for package in packages)
    return replace(order, packages=packages, status=S.DELIVERED if all_there else order.status)


def hand_over(
    order: Order, data: dict[str, Any], at: datetime, _by: str, _journey: Journey
) -> Order:
    if not data.get("checked"):
        raise UserError(
            N_("Check the code or the document first, and confirm that."), field="checked"
        )
    collected = Collected(
        at, data["collected_by"], data.get("document", ""), data.get("signature", "")
    )
    return replace(order, status=S.PICKED_UP, collected=collected)


def hold(order: Order, data: dict[str, Any], at: datetime, by: str, _journey: Journey) -> Order:
    return replace(order, hold=Hold(at, by, data["reason"]))


def release(
    order: Order, _data: dict[str, Any], _at: datetime, _by: str, _journey: Journey
) -> Order:
    return replace(order, hold=None)


def cancel(order: Order, data: dict[str, Any], at: datetime, by: str, _journey: Journey) -> Order:
    cancelled = Cancellation(CancelState.CANCELLED, at, by, data["reason"])
    return replace(order, status=S.CANCELLED, cancellation=cancelled, hold=None)


def take_back(
    order: Order, data: dict[str, Any], at: datetime, _by: str, _journey: Journey
) -> Order:
    gone = order.status in GONE | {S.FINALIZED} or some_left(order)
    if gone and not data.get("goods_here"):
        raise UserError(
            N_("The goods have left. Take them back when they are here, and confirm that."),
            field="goods_here",
        )
    if order.invoice is not None and not data.get("invoice"):
        raise UserError(
            N_("Say what becomes of the invoice: cancelled, or a return invoice."), field="invoice"
        )
    returned = Return(
        at,
        data["reason"],
        _lines(order, data) or tuple(line.number for line in order.lines),
        data.get("to_stock", False),
        data.get("invoice", ""),
    )
    return replace(order, status=S.RETURNED, returned=returned, hold=None)


def _lines(order: Order, data: dict[str, Any]) -> tuple[int, ...]:
    lines: tuple[int, ...] = data.get("lines", ())
    if not set(lines) <= {line.number for line in order.lines}:
        raise UserError(
            N_("There is no such line in this order. Choose one of its lines."), field="lines"
        )
    return lines


def refund(order: Order, data: dict[str, Any], at: datetime, _by: str, _journey: Journey) -> Order:
    left = order.total - order.refunded
    amount = data.get("amount", left)
    if not 0 < amount <= left:
        raise UserError(N_("The refund must be more than nothing and no more than what is left."),
                        field="amount")  # fmt: skip
    refund = Refund(at, amount, data.get("reason", ""), _lines(order, data))
    order = replace(order, refunds=(*order.refunds, refund))
    return replace(order, status=S.CLOSED, hold=None) if amount == left else order
