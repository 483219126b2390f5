"""Orders of a real Vendure, from the buyer's payment to the end, and what the shop shows of them then."""

from __future__ import annotations

from collections.abc import Callable

from desktop.journey import Step
from desktop.order import Kind, PaymentKind, Status
from desktop.store.outbox import State
from tests.flow.vendure import TO_PACKED, Counter
from tests.vendure import Server
from tests.vendure.shop import PICKUP, Owner, place

S = Status
Begin = Callable[..., Counter]


def test_an_order_comes_in_whole(shop: Server, counter: Begin) -> None:
    placed, here = place(shop.url), counter()
    here.sees()
    order = here.order(placed.id)
    assert (order.number, order.kind, order.status) == (
        placed.code,
        Kind.DELIVERY,
        S.AWAITING_CREATION,
    )
    assert (order.total, order.currency) == (9805, "BRL")
    assert [(line.sku, line.name, line.quantity, line.total) for line in order.lines] == [
        ("CAF-500", "Café torrado 500 g", 2, 6980),
        ("ACU-1000", "Açúcar mascavo 1 kg", 1, 1235),
    ]
    assert [(line.ean, line.unit_weight_g) for line in order.lines] == [
        ("7891000315507", 520), ("7896002360012", 1010),
    ]  # fmt: skip
    assert order.buyer.name == "João Conceição" and order.buyer.document == "12345678909"
    assert (order.buyer.phone, order.buyer.email) == ("+55 11 98765-4321", "joao@example.com")
    address = order.address
    assert (address.street, address.complement) == ("Rua das Flores, 10", "Apto 3")
    assert (address.city, address.state, address.postal_code, address.country) == (
        "São Paulo", "SP", "01310-100", "BRA",
    )  # fmt: skip
    assert order.payment.kind is PaymentKind.ONLINE and order.payment.is_settled


def test_a_delivery_from_the_payment_to_the_end(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    here.sees()
    here.walk(placed.id, *TO_PACKED)
    assert owner.order(placed.id)["customFields"]["invoiceNumber"] == "990000123"
    assert owner.order(placed.id)["fulfillments"] == []
    here.walk(placed.id, Step.SHIP)
    (shipment,) = owner.live(placed.id)
    assert (shipment["state"], shipment["method"]) == ("Shipped", "PAC")
    assert shipment["trackingCode"] == "BR123456789BR"
    assert sum(line["quantity"] for line in shipment["lines"]) == 3
    here.walk(placed.id, Step.DELIVER, Step.FINALIZE)
    assert here.status(placed.id) is S.FINALIZED
    theirs = owner.order(placed.id)
    assert theirs["state"] == "Delivered" and theirs["totalWithTax"] == 9805
    assert set(here.states(placed.id)) == {State.DONE}
    assert len(owner.events(placed.id, "ORDER_FULFILLMENT")) == 1
    here.agrees(placed.id)


def test_a_pickup_from_the_payment_to_the_end(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url, shipping=PICKUP), counter(), Owner(shop.url)
    here.sees()
    assert here.order(placed.id).kind is Kind.PICKUP
    assert here.order(placed.id).address.receiver == "Retirada"
    here.walk(placed.id, *TO_PACKED, Step.READY)
    # Only the fulfilment says so: the order itself stays where it was.
    assert owner.order(placed.id)["state"] == "PaymentSettled"
    assert [one["state"] for one in owner.live(placed.id)] == ["ReadyForPickup"]
    assert here.order(placed.id).seen.word == "PaymentSettled (ReadyForPickup)"
    assert here.order(placed.id).seen.status is S.READY_FOR_PICKUP
    here.walk(placed.id, Step.HAND_OVER, Step.FINALIZE)
    assert owner.order(placed.id)["state"] == "Delivered"
    assert here.order(placed.id).seen.status is S.PICKED_UP
    assert here.status(placed.id) is S.FINALIZED
    assert len(owner.events(placed.id, "ORDER_FULFILLMENT")) == 1
    here.agrees(placed.id)


# ---- money


def test_a_card_that_is_only_authorised_is_collected_when_the_goods_leave(
    shop: Server, counter: Begin
) -> None:
    placed, here, owner = place(shop.url, "cartao"), counter(), Owner(shop.url)
    assert placed.state == "PaymentAuthorized"
    here.sees()
    assert here.order(placed.id).payment.is_settled
    here.walk(placed.id, *TO_PACKED)
    assert owner.order(placed.id)["payments"][0]["state"] == "Authorized"
    here.walk(placed.id, Step.SHIP)
    theirs = owner.order(placed.id)
    assert (theirs["payments"][0]["state"], theirs["state"]) == ("Settled", "Shipped")
    here.walk(placed.id, Step.DELIVER, Step.FINALIZE)
    assert owner.order(placed.id)["state"] == "Delivered"
    here.agrees(placed.id)


def test_a_card_that_the_bank_refuses_stops_the_shipment_and_says_so(
    shop: Server, counter: Begin
) -> None:
    placed, here = place(shop.url, "cartao", decline=True), counter()
    here.sees()
    here.walk(placed.id, *TO_PACKED, Step.SHIP)
    assert here.states(placed.id)[-1] is State.REFUSED
    assert here.reason(placed.id) == "The payment could not be collected: Cartão recusado"
    assert Owner(shop.url).live(placed.id) == []


def test_a_transfer_waits_until_the_store_has_seen_it(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url, "deposito"), counter(), Owner(shop.url)
    here.sees()
    order = here.order(placed.id)
    assert (order.status, order.payment.kind) == (S.AWAITING_PAYMENT, PaymentKind.TRANSFER)
    here.walk(placed.id, Step.RECORD_PAYMENT)
    theirs = owner.order(placed.id)
    assert (theirs["payments"][0]["state"], theirs["state"]) == ("Settled", "PaymentSettled")
    here.walk(placed.id, *TO_PACKED, Step.SHIP)
    assert owner.order(placed.id)["state"] == "Shipped"
    here.agrees(placed.id)


def test_money_at_the_door_comes_after_the_goods_and_the_order_follows(
    shop: Server, counter: Begin
) -> None:
    placed, here, owner = place(shop.url, "dinheiro"), counter(), Owner(shop.url)
    here.sees()
    order = here.order(placed.id)
    assert (order.status, order.payment.kind) == (S.AWAITING_CREATION, PaymentKind.ON_DELIVERY)
    here.walk(placed.id, *TO_PACKED, Step.SHIP, Step.DELIVER)
    # The order does not follow its goods while the payment is only authorised.
    assert owner.order(placed.id)["state"] == "PaymentAuthorized"
    assert here.order(placed.id).seen.status is S.DELIVERED
    here.walk(placed.id, Step.RECORD_PAYMENT, Step.FINALIZE)
    theirs = owner.order(placed.id)
    assert (theirs["payments"][0]["state"], theirs["state"]) == ("Settled", "Delivered")
    assert here.status(placed.id) is S.FINALIZED
    here.agrees(placed.id)


def test_a_refund_in_two_parts(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    here.sees()
    here.walk(placed.id, *TO_PACKED, Step.SHIP, Step.DELIVER)
    here.do(placed.id, Step.REFUND, amount="10,00", reason="Amassado")
    here.once()
    (first,) = owner.order(placed.id)["payments"][0]["refunds"]
    assert first["total"] == 1000 and first["reason"].startswith("Amassado [")
    here.do(placed.id, Step.REFUND)
    here.once()
    assert [r["total"] for r in owner.order(placed.id)["payments"][0]["refunds"]] == [1000, 8805]
    assert here.status(placed.id) is S.CLOSED
    assert here.order(placed.id).seen.status is S.CLOSED
    here.agrees(placed.id)


def test_a_refund_by_the_shop_closes_the_order_here(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    here.sees()
    here.walk(placed.id, *TO_PACKED, Step.SHIP, Step.DELIVER)
    payment = owner.order(placed.id)["payments"][0]["id"]
    asked = {"paymentId": payment, "amount": 9805, "lines": [], "shipping": 0, "adjustment": 0}
    owner.ask("mutation ($i: RefundOrderInput!) { refundOrder(input: $i) { __typename } }", i=asked)
    here.clock.advance(minutes=6)
    here.sees()
    assert here.status(placed.id) is S.CLOSED


# ---- the ends


def test_the_store_cancels(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    here.sees()
    here.walk(placed.id, Step.ACCEPT, Step.CANCEL)
    assert owner.order(placed.id)["state"] == "Cancelled"
    (entry,) = owner.events(placed.id, "ORDER_CANCELLATION")
    assert (entry["reason"], entry["shippingCancelled"]) == ("Sem estoque", True)
    order = here.order(placed.id)
    assert (order.status, order.seen.status) == (S.CANCELLED, S.CANCELLED)
    # There it is worth nothing now; here it stays what was bought.
    assert owner.order(placed.id)["totalWithTax"] == 0
    assert order.total == 9805 and sum(line.quantity for line in order.lines) == 3
    here.do(placed.id, Step.REFUND)
    here.once()
    assert owner.order(placed.id)["payments"][0]["refunds"][0]["total"] == 9805
    here.agrees(placed.id)


def test_a_card_of_a_cancelled_order_is_let_go(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url, "cartao"), counter(), Owner(shop.url)
    here.sees()
    here.walk(placed.id, Step.CANCEL, Step.REFUND)
    assert owner.order(placed.id)["payments"][0]["state"] == "Cancelled"
    assert here.status(placed.id) is S.CLOSED
    here.agrees(placed.id)


def test_the_shop_cancels_before_the_invoice(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    here.sees()
    here.walk(placed.id, Step.ACCEPT)
    owner.cancel(placed.id, "Fraude")
    here.sees()
    order = here.order(placed.id)
    assert order.status is S.CANCELLED and order.cancellation is not None
    assert (order.cancellation.by, order.cancellation.reason) == ("platform", "Fraude")
    assert order.total == 9805


def test_the_shop_cancels_after_the_invoice_and_the_goods_come_back(
    shop: Server, counter: Begin
) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    here.sees()
    here.walk(placed.id, *TO_PACKED)
    owner.cancel(placed.id)
    here.sees()
    assert here.status(placed.id) is S.PACKED and here.order(placed.id).cancellation is not None
    here.do(placed.id, Step.TAKE_BACK, reason="Cancelado", invoice="cancelled")
    here.once()
    assert here.status(placed.id) is S.RETURNED
    (note,) = owner.events(placed.id, "ORDER_NOTE")
    assert note["note"].startswith("Returned to stock: Cancelado [")
    here.agrees(placed.id)


# ---- other ways


def test_a_shop_without_a_field_for_it_gets_the_invoice_as_a_note(
    shop: Server, counter: Begin
) -> None:
    placed, here = place(shop.url), counter(invoice_number="", invoice_key="")
    here.sees()
    here.walk(placed.id, *TO_PACKED)
    owner = Owner(shop.url)
    (note,) = owner.events(placed.id, "ORDER_NOTE")
    assert note["note"] == "Invoice 990000123 [invoice 990000123]"
    # It is read back as what it stands for.
    assert here.order(placed.id).seen.status is S.INVOICED
    assert owner.order(placed.id)["customFields"]["invoiceNumber"] is None
    assert set(here.states(placed.id)) == {State.DONE}
    here.agrees(placed.id)


def test_a_problem_on_the_road_is_a_note(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    here.sees()
    here.walk(placed.id, *TO_PACKED, Step.SHIP)
    here.do(placed.id, Step.PROBLEM, comment="Ninguém em casa", visible="yes")
    here.once()
    here.do(placed.id, Step.TRANSIT)
    here.do(placed.id, Step.PROBLEM, comment="Ninguém em casa")
    here.once()
    notes = [e for e in owner.order(placed.id)["history"]["items"] if e["type"] == "ORDER_NOTE"]
    assert [note["isPublic"] for note in notes] == [True, False]
    assert all("Ninguém em casa [" in note["data"]["note"] for note in notes)
    assert here.status(placed.id) is S.DELIVERY_PROBLEM


def test_a_shop_without_a_state_for_pickup(shop: Server, counter: Begin) -> None:
    placed, owner = place(shop.url, shipping=PICKUP), Owner(shop.url)
    here = counter(ready="NoSuchState")
    here.sees()
    here.walk(placed.id, *TO_PACKED, Step.READY)
    assert [one["state"] for one in owner.live(placed.id)] == ["Pending"]
    assert here.order(placed.id).seen.status is S.READY_FOR_PICKUP
    here.walk(placed.id, Step.HAND_OVER)
    assert owner.order(placed.id)["state"] == "Delivered"
    assert set(here.states(placed.id)) == {State.DONE}
    here.agrees(placed.id)


def test_half_of_an_order_was_shipped_by_somebody_else(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    owner.move_fulfilment(owner.fulfil(placed.id, code="X1", most=1), "Shipped")
    here.sees()
    order = here.order(placed.id)
    assert (order.seen.word, order.status) == ("PartiallyShipped", S.PACKED)
    here.walk(placed.id, Step.INVOICE)
    here.walk(placed.id, Step.SHIP)
    first, second = sorted(owner.live(placed.id), key=lambda one: one["trackingCode"], reverse=True)
    assert (first["trackingCode"], first["state"]) == ("X1", "Shipped")
    assert second["state"] == "Shipped"
    assert sum(line["quantity"] for line in second["lines"]) == 1
    assert owner.order(placed.id)["state"] == "Shipped"
    here.agrees(placed.id)


def test_a_fulfilment_that_waits_without_a_code_is_made_again_with_it(
    shop: Server, counter: Begin
) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    owner.fulfil(placed.id)
    here.sees()
    assert (here.order(placed.id).seen.word, here.status(placed.id)) == (
        "PaymentSettled (Pending)", S.PACKED,
    )  # fmt: skip
    here.walk(placed.id, Step.INVOICE, Step.SHIP)
    (shipment,) = owner.live(placed.id)
    assert (shipment["state"], shipment["trackingCode"]) == ("Shipped", "BR123456789BR")
    assert owner.order(placed.id)["state"] == "Shipped"


def test_what_another_till_does_is_followed(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    here.sees()
    here.walk(placed.id, Step.ACCEPT)
    owner.move_fulfilment(owner.fulfil(placed.id, code="Z9"), "Shipped")
    here.clock.advance(minutes=6)
    here.sees()
    order = here.order(placed.id)
    assert order.status is S.SHIPPED
    assert [package.tracking for package in order.packages] == ["Z9"]
    assert len(owner.live(placed.id)) == 1
