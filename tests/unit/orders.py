"""Orders for tests: realistic, with accents, and made in one line.

`order()` gives an order, `remote()` what a platform says of it, `helpful()` data that a step takes, and
`walk()` leads an order on by the big button.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from desktop.journey import Journey, Step, apply, next_step
from desktop.journey.observe import Remote
from desktop.order import (
    Address,
    Buyer,
    CancelState,
    Invoice,
    Kind,
    Label,
    Line,
    Order,
    Package,
    Payment,
    PaymentKind,
    Person,
    Role,
    Status,
)

AT = datetime(2026, 3, 14, 13, 30, tzinfo=UTC)
MANAGER = Person("Conceição", Role.MANAGER)
CLERK = Person("João", Role.CLERK)
COUNTER = Person("Inês", Role.COUNTER)

LINES = (
    Line(1, "CAF-500", "Café torrado em grãos 500 g", Decimal(2), 3490, 6980, "7891000315507",
         unit_weight_g=500, remote_id="A1"),
    Line(2, "QJO-KG", "Queijo da Serra da Canastra (peça)", Decimal("1.250"), 8900, 11125, unit="kg",
         unit_weight_g=1000, remote_id="A2"),
    Line(3, "PIL-01", "Pilão de pedra-sabão nº 1", Decimal(1), 4590, 4590, remote_id="A3"),
)  # fmt: skip
INVOICE = Invoice("1234", "1", "35260312345678000195550010000012341000012346", 22695)


def order(
    status: Status = Status.AWAITING_CREATION,
    kind: Kind = Kind.DELIVERY,
    payment: PaymentKind = PaymentKind.ONLINE,
    *,
    settled: bool | None = None,
    invoiced: bool | None = None,
    packages: int | None = None,
    **changes: Any,
) -> Order:
    """An order as it stands in `status` after an uneventful journey.

    What is not said follows from the status: prepaid is settled from awaiting_creation on, the invoice is
    there from invoiced on, one package from packed on (shipped and delivered where the status says so).
    """
    far = list(Status).index(status)
    if settled is None:
        prepaid = payment is not PaymentKind.ON_DELIVERY and status is not Status.AWAITING_PAYMENT
        settled = prepaid or status is Status.FINALIZED
    if invoiced is None:
        invoiced = far >= list(Status).index(Status.INVOICED) and status is not Status.CANCELLED
    if packages is None:
        packages = int(invoiced and status is not Status.INVOICED)
    base = Order(
        connection="Loja São Paulo",
        remote_id="1492170500123-01",
        number="1492170500123-01",
        kind=kind,
        status=status,
        currency="BRL",
        total=22695,
        lines=LINES,
        payment=Payment(payment, "Pix", 22695, AT if settled else None, remote_id="P1"),
        placed_at=AT,
        buyer=Buyer("María José Peñaranda Öztürk", "123.456.789-09", "+55 11 98765-4321"),
        address=Address(
            "María José Peñaranda Öztürk", "Rua Conceição de Monte Alegre", "107", "Bl. B, apº 71",
            "Brooklin", "São Paulo", "SP", "04563-060", "BRA", "ao lado da padaria “Pão & Cia”",
        ),
        channel="Mercado Livre",
        invoice=INVOICE if invoiced else None,
        packages=tuple(_package(n + 1, status, kind) for n in range(packages)),
    )  # fmt: skip
    return replace(base, **changes)


def _package(number: int, status: Status, kind: Kind) -> Package:
    gone = {Status.SHIPPED, Status.IN_TRANSIT, Status.DELIVERY_PROBLEM}
    there = {Status.DELIVERED, Status.FINALIZED}
    package = Package(number, 1200, (300, 200, 100), Label.PRINTED)
    if kind is Kind.PICKUP or status not in gone | there:
        return package
    shipped = replace(package, carrier="Jadlog", tracking=f"JD{number:09d}BR", shipped_at=AT)
    return replace(shipped, delivered_at=AT if status in there else None)


def remote(
    facts: Order,
    status: Status | None = None,
    word: str = "",
    cancel: CancelState | None = None,
    reason: str = "",
) -> Remote:
    """What the platform says; its word is the status unless another is named."""
    return Remote(facts, status, word or (status.value if status else "?"), cancel, reason)


def helpful(order: Order, step: Step) -> dict[str, Any]:
    """Data with which `step` succeeds when it is open."""
    given: dict[Step, dict[str, Any]] = {
        Step.RECORD_PAYMENT: {"reference": "Comprovante nº 77"},
        Step.INVOICE: {"key": replace(INVOICE, total=order.total)},
        Step.PACK: {"packages": "1200 300x200x100; 800"},
        Step.SHIP: {"carrier": "Jadlog", "tracking": "JD000000001BR", "label_elsewhere": "balcão"},
        Step.READY: {"shelf": "B-3"},
        Step.HAND_OVER: {
            "collected_by": "José Ângelo",
            "document": "RG 1.234.567",
            "checked": "sim",
        },
        Step.HOLD: {"reason": "endereço não confere"},
        Step.CANCEL: {"reason": "desistência"},
        Step.TAKE_BACK: {"reason": "não retirado", "goods_here": "yes", "invoice": "cancelled"},
    }
    return given.get(step, {})


def take(order: Order, step: Step, journey: Journey | None = None, **given: Any) -> Order:
    """The order after `step` by a manager, with helpful data where none is given."""
    return apply(order, step, helpful(order, step) | given, journey or Journey(), AT, MANAGER)


def pick_all(order: Order) -> Order:
    """Every line scanned."""
    return replace(order, lines=tuple(replace(one, picked=one.quantity) for one in order.lines))


def walk(order: Order, journey: Journey) -> list[Order]:
    """Every order on the way that the big button leads, from `order` to where it offers nothing more."""
    way = [order]
    while (step := next_step(way[-1], journey)) is not None:
        here = pick_all(way[-1]) if step is Step.PACK and journey.picking else way[-1]
        way.append(take(here, step, journey))
        assert len(way) < 25, [one.status.value for one in way]
    return way
