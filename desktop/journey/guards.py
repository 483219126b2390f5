"""Why a step is closed: each guard gives a sentence, or None when it lets through."""

from __future__ import annotations

from collections.abc import Callable

from desktop.errors import UserError
from desktop.i18n import N_
from desktop.journey.path import FINAL, GONE, Journey, rank
from desktop.order import CancelState, Order, PaymentKind, Status

S = Status
Guard = Callable[[Order, Journey], UserError | None]


def not_held(order: Order, _journey: Journey) -> UserError | None:
    if order.hold is None:
        return None
    return UserError(
        N_("The order is on hold: {reason}. Release it first."), reason=order.hold.reason
    )


def not_cancelled(order: Order, _journey: Journey) -> UserError | None:
    if order.cancellation is None:
        return None
    if order.cancellation.state is CancelState.REQUESTED:
        return UserError(N_("The buyer asked to cancel. Stop, and settle that first."))
    return UserError(N_("The order was cancelled. Do not let it leave."))


def not_final(order: Order, _journey: Journey) -> UserError | None:
    if order.status in FINAL | {S.RETURNED}:
        return UserError(
            N_("The order is finished ({status}) and moves no more."), status=order.status.label
        )
    return None


def from_stage_before(to: Status) -> Guard:
    """The order stands exactly at the enabled stage before `to`."""

    def guard(order: Order, journey: Journey) -> UserError | None:
        needed = journey.before(to, order.kind)
        if order.status is needed:
            return None
        if rank(order.status, order.kind) >= rank(to, order.kind):
            return UserError(N_("This was done already: the order is “{status}”."),
                             status=order.status.label)  # fmt: skip
        return UserError(
            N_("The order is “{status}”; it must be “{needed}” first."),
            status=order.status.label,
            needed=needed.label,
        )

    return guard


def stands_in(*statuses: Status) -> Guard:
    def guard(order: Order, _journey: Journey) -> UserError | None:
        if order.status in statuses:
            return None
        return UserError(
            N_("The order is “{status}”; this step is not for that stage."),
            status=order.status.label,
        )

    return guard


def payment_open(order: Order, _journey: Journey) -> UserError | None:
    if order.payment.is_settled:
        return UserError(N_("The payment is settled already."))
    if order.payment.kind is PaymentKind.ONLINE:
        return UserError(
            N_("An online payment is settled by the platform only. Wait for its word.")
        )
    return None


def payment_lets_accept(order: Order, _journey: Journey) -> UserError | None:
    if order.payment.is_settled or order.payment.kind is PaymentKind.ON_DELIVERY:
        return None
    return UserError(N_("The payment is not settled yet. Record it first."))


def money_in(order: Order, _journey: Journey) -> UserError | None:
    if order.payment.is_settled:
        return None
    return UserError(N_("The money is not in yet. Record the payment first."))


def lines_settled(order: Order, journey: Journey) -> UserError | None:
    left = sum(not line.is_settled for line in order.lines)
    if not journey.picking or not left:
        return None
    return UserError(N_("{n} lines are neither picked nor short with a reason."), n=left)


def no_invoice(order: Order, _journey: Journey) -> UserError | None:
    if order.invoice is None:
        return None
    return UserError(N_("The order is invoiced already. Take the goods back to stock instead."))


def goods_here(order: Order, _journey: Journey) -> UserError | None:
    if order.status not in GONE:
        return None
    return UserError(N_("The goods have left. Take them back to stock instead."))


def returnable(order: Order, _journey: Journey) -> UserError | None:
    invoiced = rank(order.status, order.kind) >= rank(S.INVOICED, order.kind)
    if order.status is not S.RETURNED and (invoiced or _still_stands_invoiced(order)):
        return None
    return UserError(N_("There is nothing to take back: the order was not invoiced."))


def _still_stands_invoiced(order: Order) -> bool:
    return order.invoice is not None and order.status not in {S.CLOSED, S.CANCELLED}


def refundable(order: Order, _journey: Journey) -> UserError | None:
    if not order.payment.is_settled:
        return UserError(N_("Nothing was paid, so nothing can be refunded."))
    if order.refunded >= order.total:
        return UserError(N_("The whole sum is back already."))
    return None


def is_held(order: Order, _journey: Journey) -> UserError | None:
    return None if order.hold is not None else UserError(N_("The order is not on hold."))


def nothing_half_shipped(order: Order, _journey: Journey) -> UserError | None:
    if any(package.shipped_at for package in order.packages):
        return UserError(N_("A package has left already. Take it back to stock instead."))
    return None
