"""Why a step is closed: each guard gives a sentence, or None when it lets through."""

from __future__ import annotations

from collections.abc import Callable

from desktop.errors import UserError
from desktop.i18n import N_
from desktop.journey.path import FINAL, GONE, ON_THE_ROAD, Journey, rank
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
        return UserError(
            N_("The buyer asked to cancel. Cancel the order, or refuse that on the platform.")
        )
    return UserError(N_("The order was cancelled. Do not let it leave; take the goods back."))


def not_final(order: Order, _journey: Journey) -> UserError | None:
    if order.status in FINAL:
        return UserError(
            N_("The order is finished ({status}). Go on with another one."),
            status=order.status.label,
        )
    return None


def not_returned(order: Order, _journey: Journey) -> UserError | None:
    if order.status is S.RETURNED:
        return UserError(N_("The goods were taken back already. Refund what was paid."))
    return None


def from_stage_before(to: Status) -> Guard:
    """The order stands exactly at the enabled stage before `to`."""

    def guard(order: Order, journey: Journey) -> UserError | None:
        needed = journey.before(to, order.kind)
        if journey.stage(order.status, order.kind) is needed:
            return None
        if rank(order.status, order.kind) >= rank(to, order.kind):
            return _done_already(order)
        return _too_early(order, needed)

    return guard


def on_the_road_to(to: Status) -> Guard:
    """The carrier or driver has the goods, and the order is not `to` yet."""

    def guard(order: Order, _journey: Journey) -> UserError | None:
        if order.status in ON_THE_ROAD - {to}:
            return None
        if rank(order.status, order.kind) >= rank(to, order.kind):
            return _done_already(order)
        return _too_early(order, S.SHIPPED)

    return guard


def invoice_due(order: Order, journey: Journey) -> UserError | None:
    """At its stage, or later where the platform moved the order on without showing its invoice."""
    if order.invoice is None and is_invoiced(order, journey):
        return None
    return from_stage_before(S.INVOICED)(order, journey)


def _done_already(order: Order) -> UserError:
    return UserError(
        N_("This was done already: the order is “{status}”. Take its next step."),
        status=order.status.label,
    )


def _too_early(order: Order, needed: Status) -> UserError:
    return UserError(
        N_("The order is “{status}”; it must be “{needed}” first."),
        status=order.status.label,
        needed=needed.label,
    )


def payment_open(order: Order, _journey: Journey) -> UserError | None:
    if order.payment.is_settled:
        return UserError(N_("The payment is settled already. Take the next step."))
    if order.payment.kind is PaymentKind.ONLINE:
        return _unpaid(order)
    return None


def payment_lets_accept(order: Order, _journey: Journey) -> UserError | None:
    if order.payment.is_settled or order.payment.kind is PaymentKind.ON_DELIVERY:
        return None
    return _unpaid(order)


def money_in(order: Order, _journey: Journey) -> UserError | None:
    return None if order.payment.is_settled else _unpaid(order)


def store_has_its_money(order: Order, journey: Journey) -> UserError | None:
    """What the store itself collects is in; online money is the platform's affair."""
    return None if order.payment.kind is PaymentKind.ONLINE else money_in(order, journey)


def _unpaid(order: Order) -> UserError:
    if order.payment.kind is PaymentKind.ONLINE:
        return UserError(
            N_("An online payment is settled by the platform only. Wait for its word.")
        )
    return UserError(N_("The money is not in yet. Record the payment first."))


def lines_settled(order: Order, journey: Journey) -> UserError | None:
    left = sum(not line.is_settled for line in order.lines)
    if not journey.picking or not left:
        return None
    return UserError(N_("Lines left to pick: {n}. Pick them, or say why they are short."), n=left)


def is_invoiced(order: Order, journey: Journey) -> bool:
    """Whether there is an invoice, seen here or implied by a stage after it."""
    used = S.INVOICED in journey.path(order.kind)
    passed = rank(order.status, order.kind) >= rank(S.INVOICED, order.kind)
    return order.invoice is not None or (used and passed)


def invoice_known(order: Order, journey: Journey) -> UserError | None:
    """Where the store invoices, nothing leaves before its invoice is known here."""
    if order.invoice is not None or S.INVOICED not in journey.path(order.kind):
        return None
    return UserError(N_("The invoice is missing. Record it first."))


def no_invoice(order: Order, journey: Journey) -> UserError | None:
    if not is_invoiced(order, journey):
        return None
    return UserError(N_("The order is invoiced already. Take the goods back to stock instead."))


def goods_here(order: Order, _journey: Journey) -> UserError | None:
    if order.status not in GONE:
        return None
    return UserError(N_("The goods have left. Take them back to stock instead."))


def returnable(order: Order, _journey: Journey) -> UserError | None:
    if order.status in {S.CANCELLED, S.CLOSED}:
        return not_final(order, _journey)
    invoiced = rank(order.status, order.kind) >= rank(S.INVOICED, order.kind)
    if invoiced or order.invoice is not None or some_left(order):
        return None
    return UserError(
        N_("There is nothing to take back: the order was not invoiced. Cancel it instead.")
    )


_REFUNDED_IN = frozenset({S.RETURNED, S.CANCELLED, S.DELIVERED, S.PICKED_UP, S.FINALIZED})


def refundable(order: Order, _journey: Journey) -> UserError | None:
    if order.status is not S.CLOSED and order.status not in _REFUNDED_IN:
        return UserError(
            N_("The order is “{status}”. Refund it when it is cancelled, returned or delivered."),
            status=order.status.label,
        )
    if not order.payment.is_settled or order.total == 0:
        return UserError(N_("Nothing was paid. There is nothing to refund."))
    if order.status is S.CLOSED or order.refunded >= order.total:
        return UserError(N_("The whole sum is back already. There is nothing left to refund."))
    return None


def is_held(order: Order, _journey: Journey) -> UserError | None:
    if order.hold is not None:
        return None
    return UserError(N_("The order is not on hold. Take its next step."))


def some_left(order: Order) -> bool:
    """Whether a package has left the store."""
    return any(package.shipped_at for package in order.packages)


def nothing_half_shipped(order: Order, _journey: Journey) -> UserError | None:
    if some_left(order):
        return UserError(N_("A package has left already. Take it back to stock instead."))
    return None
