"""The journey of an order: one table of steps, the rules that guard them, what they do.

Buttons, permissions, the help page, the diagram in the docs and the test that walks every path read
`STEPS`. `may` says whether a step is open (or why not, in words), `apply` does it. Only `observe`
moves an order in another way. Pure: the caller brings the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from desktop.errors import UserError
from desktop.fields import Field, FieldKind, parse_all
from desktop.i18n import N_, decimals
from desktop.journey import guards
from desktop.journey.path import FINAL, MAIN_PATH, ON_THE_ROAD, OPTIONAL, Journey, rank
from desktop.journey.steps import STEPS, Step, StepRule
from desktop.order import Kind, Order, Person, Role, Status

__all__ = [
    "FINAL", "MAIN_PATH", "OPTIONAL", "STEPS", "Journey", "Step", "StepRule",
    "apply", "fields_of", "may", "next_step", "rank",
]  # fmt: skip

S = Status

COMMENT_FIELDS = (
    Field("comment", N_("Comment"), FieldKind.LONG_TEXT, personal=True),
    Field("notify", N_("Notify the customer"), FieldKind.YES_NO),
    Field("visible", N_("Visible to the customer"), FieldKind.YES_NO),
)


def fields_of(step: Step) -> tuple[Field, ...]:
    """What a step asks for, and the comment that any step may carry."""
    return STEPS[step].fields + COMMENT_FIELDS


def may(order: Order, step: Step, journey: Journey, role: Role | None = None) -> UserError | None:
    """Why `step` is closed for this order (and role), or None when it is open."""
    rule = STEPS[step]
    if role is not None and role not in rule.roles:
        return UserError(N_("Your role may not do this. Ask a manager."))
    if rule.kind is not None and rule.kind is not order.kind:
        if rule.kind is Kind.PICKUP:
            return UserError(N_("This is a delivery order. Ship it instead."))
        return UserError(N_("This is a pickup order. Make it ready for pickup instead."))
    if rule.to is not None and rule.to in journey.off & OPTIONAL:
        return UserError(N_("This store does not use this stage. Take the next one."))
    for guard in rule.guards:
        refusal = guard(order, journey)
        if refusal is not None:
            return refusal
    return None


def apply(
    order: Order,
    step: Step,
    given: Mapping[str, Any],
    journey: Journey,
    at: datetime,
    who: Person,
) -> Order:
    """The order after `step`. `given` are field values by name, typed or as strings.

    Raises UserError (with the field at fault) and changes nothing when the step is closed or its data
    does not do.
    """
    refusal = may(order, step, journey, who.role)
    if refusal is not None:
        raise refusal
    data = parse_all(fields_of(step), given, decimals(order.currency))
    return STEPS[step].effect(order, data, at, who.name, journey)


def next_step(order: Order, journey: Journey) -> Step | None:
    """The one step that leads on: what the big button offers, whether or not its guard is open."""
    if order.status in FINAL | {S.RETURNED}:
        refund = order.status in {S.RETURNED, S.CANCELLED} and _is_open(order, Step.REFUND, journey)
        return Step.REFUND if refund else None
    if order.cancellation is not None:
        out = (Step.CANCEL, Step.TAKE_BACK)
        return next((step for step in out if _is_open(order, step, journey)), Step.RELEASE)
    if order.hold is not None:
        return Step.RELEASE
    if order.status is S.AWAITING_PAYMENT:
        return Step.RECORD_PAYMENT
    forward = Step.DELIVER if order.status in ON_THE_ROAD else _forward(order, journey)
    return _opened_by(order, forward, journey) or forward


def _is_open(order: Order, step: Step, journey: Journey) -> bool:
    return may(order, step, journey) is None


def _forward(order: Order, journey: Journey) -> Step:
    path = journey.path(order.kind)
    stage = journey.stage(order.status, order.kind) or path[0]
    target = path[path.index(stage) + 1]
    return next(step for step, rule in STEPS.items() if rule.main and rule.to is target)


_OPENERS = {
    guards.payment_lets_accept: Step.RECORD_PAYMENT,
    guards.store_has_its_money: Step.RECORD_PAYMENT,
    guards.money_in: Step.RECORD_PAYMENT,
    guards.invoice_known: Step.INVOICE,
}


def _opened_by(order: Order, step: Step, journey: Journey) -> Step | None:
    """The step that brings the fact which `step` is waiting for."""
    waiting = (g for g in STEPS[step].guards if g in _OPENERS and g(order, journey) is not None)
    openers = (_OPENERS[guard] for guard in waiting)
    return next((opener for opener in openers if _is_open(order, opener, journey)), None)
