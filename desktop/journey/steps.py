"""The table of steps: verb, target, roles, guards, effect, and the fields it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from desktop.fields import Field, FieldKind
from desktop.i18n import N_
from desktop.journey import effects, guards
from desktop.order import Kind, Role, Status

S = Status


class Step(StrEnum):
    RECORD_PAYMENT = "record_payment"
    ACCEPT = "accept"
    PREPARE = "prepare"
    INVOICE = "invoice"
    PACK = "pack"
    SHIP = "ship"
    READY = "ready"
    TRANSIT = "transit"
    PROBLEM = "problem"
    DELIVER = "deliver"
    HAND_OVER = "hand_over"
    FINALIZE = "finalize"
    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"
    TAKE_BACK = "take_back"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class StepRule:
    """One row of the table. `to` is None for a step that only records a fact. `confirm` asks twice."""

    step: Step
    label: str
    to: Status | None
    roles: frozenset[Role]
    guards: tuple[guards.Guard, ...]
    effect: effects.Effect
    fields: tuple[Field, ...] = ()
    kind: Kind | None = None
    confirm: bool = False
    main: bool = False


_EVERYONE = frozenset(Role)
_STORE = frozenset({Role.CLERK, Role.MANAGER})
_MANAGER = frozenset({Role.MANAGER})
_OPEN: tuple[guards.Guard, ...] = (
    guards.not_final, guards.not_returned, guards.not_cancelled, guards.not_held,
)  # fmt: skip
_REASON = Field("reason", N_("Reason"), required=True)
_PACKAGES = Field("packages", N_("Packages (all when empty)"), FieldKind.NUMBERS)


def _main(to: Status, *more: guards.Guard) -> tuple[guards.Guard, ...]:
    return (*_OPEN, guards.from_stage_before(to), *more)


_ROWS = (
    StepRule(
        Step.RECORD_PAYMENT, N_("Record payment"), None, _EVERYONE,
        (guards.not_final, guards.not_cancelled, guards.payment_open), effects.record_payment,
        (
            Field("reference", N_("Reference or document"), required=True),
            Field("amount", N_("Amount"), FieldKind.MONEY),
            Field("date", N_("Date"), FieldKind.DATE),
        ),
    ),
    StepRule(
        Step.ACCEPT, N_("Accept"), S.ACCEPTED, _STORE,
        _main(S.ACCEPTED, guards.payment_lets_accept), effects.move(S.ACCEPTED), main=True,
    ),
    StepRule(
        Step.PREPARE, N_("Prepare"), S.IN_PREPARATION, _STORE,
        _main(S.IN_PREPARATION), effects.move(S.IN_PREPARATION), main=True,
    ),
    StepRule(
        Step.INVOICE, N_("Invoice"), S.INVOICED, _STORE, (*_OPEN, guards.invoice_due), effects.invoice,
        (
            Field("key", N_("Access key"), hint=N_("Scan or type the 44 characters")),
            Field("xml", N_("XML file"), hint=N_("Or choose the authorised NF-e or NFC-e")),
            Field("number", N_("Invoice number"), hint=N_("Where the country has no key")),
            Field("document", N_("Kind of document")),
            Field("total", N_("Invoice total"), FieldKind.MONEY, hint=N_("When it differs")),
        ),
        main=True,
    ),
    StepRule(
        Step.PACK, N_("Pack"), S.PACKED, _STORE, _main(S.PACKED, guards.lines_settled), effects.pack,
        (
            Field(
                "packages", N_("Packages"), FieldKind.PACKAGES,
                hint=N_("Grams and millimetres: 1200 300x200x100; 800"),
            ),
        ),
        main=True,
    ),
    StepRule(
        Step.SHIP, N_("Ship"), S.SHIPPED, _STORE,
        _main(S.SHIPPED, guards.invoice_known), effects.ship,
        (
            Field("carrier", N_("Carrier")),
            Field("service", N_("Service")),
            Field("tracking", N_("Tracking code")),
            Field("tracking_url", N_("Tracking link")),
            Field("driver", N_("Own driver"), personal=True),
            Field("driver_phone", N_("Driver's phone"), personal=True),
            Field("label_elsewhere", N_("Label made elsewhere, because")),
            _PACKAGES,
        ),
        kind=Kind.DELIVERY, main=True,
    ),
    StepRule(
        Step.READY, N_("Ready for pickup"), S.READY_FOR_PICKUP, _EVERYONE,
        _main(S.READY_FOR_PICKUP, guards.invoice_known), effects.ready, (Field("shelf", N_("Shelf")),),
        kind=Kind.PICKUP, main=True,
    ),
    StepRule(
        Step.TRANSIT, N_("In transit"), S.IN_TRANSIT, _STORE,
        (*_OPEN, guards.on_the_road_to(S.IN_TRANSIT)), effects.move(S.IN_TRANSIT),
        kind=Kind.DELIVERY,
    ),
    StepRule(
        Step.PROBLEM, N_("Delivery problem"), S.DELIVERY_PROBLEM, _STORE,
        (*_OPEN, guards.on_the_road_to(S.DELIVERY_PROBLEM)), effects.move(S.DELIVERY_PROBLEM),
        kind=Kind.DELIVERY,
    ),
    StepRule(
        Step.DELIVER, N_("Delivered"), S.DELIVERED, _STORE,
        (*_OPEN, guards.on_the_road_to(S.DELIVERED)), effects.deliver,
        (Field("date", N_("Date"), FieldKind.DATE), _PACKAGES),
        kind=Kind.DELIVERY, main=True,
    ),
    StepRule(
        Step.HAND_OVER, N_("Hand over"), S.PICKED_UP, _EVERYONE,
        _main(S.PICKED_UP, guards.invoice_known, guards.store_has_its_money), effects.hand_over,
        (
            Field("collected_by", N_("Who collects"), required=True, personal=True),
            Field("document", N_("Document"), personal=True),
            Field("checked", N_("Code or document checked"), FieldKind.YES_NO),
            Field("signature", N_("Signature")),
        ),
        kind=Kind.PICKUP, main=True,
    ),
    StepRule(
        Step.FINALIZE, N_("Finalize"), S.FINALIZED, _STORE,
        _main(S.FINALIZED, guards.money_in), effects.move(S.FINALIZED),
        confirm=True, main=True,
    ),
    StepRule(
        Step.HOLD, N_("Hold"), None, _EVERYONE, (guards.not_final, guards.not_held), effects.hold, (_REASON,),
    ),
    StepRule(Step.RELEASE, N_("Release"), None, _STORE, (guards.not_final, guards.is_held), effects.release),
    StepRule(
        Step.CANCEL, N_("Cancel order"), S.CANCELLED, _STORE,
        (
            guards.not_final, guards.not_returned, guards.no_invoice, guards.goods_here,
            guards.nothing_half_shipped,
        ),
        effects.cancel, (_REASON,),
        confirm=True,
    ),
    StepRule(
        Step.TAKE_BACK, N_("Return to stock"), S.RETURNED, _STORE,
        (guards.not_held, guards.not_returned, guards.returnable), effects.take_back,
        (
            _REASON,
            Field("lines", N_("Lines (all when empty)"), FieldKind.NUMBERS),
            Field("to_stock", N_("Back to stock"), FieldKind.YES_NO, default="yes"),
            Field("goods_here", N_("The goods are here"), FieldKind.YES_NO),
            Field(
                "invoice", N_("The invoice was"), FieldKind.CHOICE,
                choices={"cancelled": N_("cancelled"), "return_invoice": N_("answered by a return invoice")},
            ),
        ),
    ),
    StepRule(
        Step.REFUND, N_("Refund"), None, _MANAGER,
        (guards.refundable,), effects.refund,
        (
            Field("amount", N_("Amount (all when empty)"), FieldKind.MONEY),
            Field("lines", N_("Lines"), FieldKind.NUMBERS),
            Field("reason", N_("Reason")),
        ),
    ),
)  # fmt: skip

STEPS: Mapping[Step, StepRule] = {rule.step: rule for rule in _ROWS}
