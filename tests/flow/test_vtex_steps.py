"""Each step told to a running platform and seen there, in both dialects."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desktop.connectors import Done, Refused
from desktop.journey import Step
from desktop.order import CancelState, Collected, Package
from tests.flow.vtex import Start, only, push, told, with_invoice


def test_a_delivery_from_ready_to_delivered(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place(lines=3)
    order = only(connector, order_id).facts
    told(connector, order, Step.ACCEPT)
    order = with_invoice(order)
    told(connector, order, Step.INVOICE)
    assert sandbox.order(order_id)["status"] == "invoiced"
    order = replace(order, packages=(Package(1, tracking="BR123", carrier="PAC"),))
    told(
        connector,
        order,
        Step.SHIP,
        carrier="PAC",
        tracking="BR123",
        tracking_url="https://t.example/1",
    )
    told(connector, order, Step.TRANSIT)
    told(connector, order, Step.PROBLEM, comment="Ninguém em casa")
    told(connector, order, Step.TRANSIT, comment="Nova tentativa")
    assert only(connector, order_id).word == "invoiced+transit"
    at = datetime(2026, 3, 6, 15, 4, tzinfo=UTC)
    told(
        connector,
        replace(order, packages=(replace(order.packages[0], delivered_at=at),)),
        Step.DELIVER,
    )
    assert only(connector, order_id).word == "invoiced+delivered"
    package = sandbox.order(order_id)["packageAttachment"]["packages"][0]
    assert package["courierStatus"]["deliveredDate"] == "2026-03-06 15:04"
    assert (package["courier"], package["trackingUrl"]) == ("PAC", "https://t.example/1")
    assert "Problema na entrega: Ninguém em casa" in str(package["courierStatus"]["data"])
    assert sandbox.duplicates() == []


def test_a_pickup_from_ready_to_handed_over(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place(delivery="pickup", country="MEX", payment="card")
    order = only(connector, order_id).facts
    told(connector, order, Step.ACCEPT)
    order = with_invoice(order)
    told(connector, order, Step.INVOICE)
    told(connector, order, Step.READY)
    assert only(connector, order_id).word == "invoiced+ready"
    told(connector, replace(order, collected=Collected(datetime.now(UTC), "Ana")), Step.HAND_OVER)
    assert only(connector, order_id).word == "invoiced+picked_up"
    assert [e.kind for e in sandbox.effects(order_id)] == [
        "start-handling",
        "invoice",
        "ready",
        "delivered",
    ]
    assert "Ana" not in str(sandbox.order(order_id)["packageAttachment"])


def test_both_halves_of_a_mixed_order(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place(delivery="mixed", lines=3)
    halves = [with_invoice(r.facts, f"10{n}") for n, r in enumerate(connector.read(order_id))]
    assert connector.push(push(halves[0], Step.ACCEPT)) == Done()
    assert isinstance(connector.push(push(halves[1], Step.ACCEPT)), Done)
    for half in halves:
        assert connector.push(push(half, Step.INVOICE)) == Done()
    assert sandbox.order(order_id)["status"] == "invoiced"
    sent, picked = halves
    assert connector.push(push(sent, Step.SHIP, carrier="PAC", tracking="BR9")) == Done()
    assert connector.push(push(picked, Step.READY)) == Done()
    assert [r.word for r in connector.read(order_id)] == ["invoiced+tracking", "invoiced+ready"]
    assert sandbox.duplicates() == []


def test_an_own_driver_ships_without_a_code(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place()
    sandbox.move(order_id, "handling")
    order = with_invoice(only(connector, order_id).facts)
    assert connector.push(push(order, Step.INVOICE)) == Done()
    told(connector, order, Step.SHIP, driver="Beto", driver_phone="11 99999")
    assert only(connector, order_id).word == "invoiced+tracking"
    package = sandbox.order(order_id)["packageAttachment"]["packages"][0]
    assert (package["courier"], package["trackingNumber"]) == ("Beto", order_id)


def test_the_codes_of_all_packages_go_together(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place()
    sandbox.move(order_id, "handling")
    order = with_invoice(only(connector, order_id).facts)
    connector.push(push(order, Step.INVOICE))
    order = replace(order, packages=(Package(1, tracking="A1"), Package(2, tracking="B2")))
    told(connector, order, Step.SHIP, carrier="PAC", tracking="B2")
    package = sandbox.order(order_id)["packageAttachment"]["packages"][0]
    assert package["trackingNumber"] == "A1, B2"


def test_a_transfer_is_recorded(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place(payment="transfer", paid=False)
    order = only(connector, order_id).facts
    told(connector, order, Step.RECORD_PAYMENT, reference="123")
    assert only(connector, order_id).word == "ready-for-handling"
    again = connector.push(push(order, Step.RECORD_PAYMENT, reference="123"))
    assert isinstance(again, Done) and "already" in again.note
    assert sandbox.duplicates() == []


def test_money_at_the_door_needs_no_call(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place(payment="on-delivery")
    order = only(connector, order_id).facts
    assert isinstance(connector.push(push(order, Step.RECORD_PAYMENT, reference="1")), Done)
    assert not any(call.kind == "payment" for call in sandbox.received)


def test_notes_are_written_where_goods_or_money_came_back(start: Start) -> None:
    sandbox, connector = start()
    order = only(connector, sandbox.place()).facts
    assert connector.push(push(order, Step.TAKE_BACK, reason="Avaria")) == Done()
    assert connector.push(push(order, Step.REFUND, amount=1234, reason="Avaria")) == Done()
    notes = [json.loads(call.body)["message"] for call in sandbox.received if call.kind == "note"]
    assert notes[0].endswith(": Avaria")
    assert "12" in notes[1] and "34" in notes[1]
    assert not connector.confirms(push(order, Step.TAKE_BACK), only(connector, order.remote_id))


def test_steps_without_a_place_send_nothing(start: Start) -> None:
    sandbox, connector = start()
    order = only(connector, sandbox.place()).facts
    before = len(sandbox.received)
    for step in (Step.PREPARE, Step.PACK, Step.HOLD, Step.RELEASE, Step.FINALIZE):
        assert isinstance(connector.push(push(order, step)), Done)
    assert len(sandbox.received) == before


# ---- cancelling


@pytest.mark.parametrize("stage", ["payment-pending", "ready-for-handling", "handling"])
@pytest.mark.parametrize("marketplace", [False, True])
def test_a_cancellation_takes_the_steps_it_takes(
    start: Start, stage: str, marketplace: bool
) -> None:
    sandbox, connector = start()
    payment = "transfer" if stage == "payment-pending" else "pix"
    order_id = sandbox.place(
        payment=payment, paid=stage != "payment-pending", marketplace=marketplace
    )
    if stage == "handling":
        sandbox.move(order_id, "handling")
    order = only(connector, order_id).facts
    told(connector, order, Step.CANCEL, reason="Sem estoque")
    remote = only(connector, order_id)
    assert (remote.cancel, remote.cancel_reason) == (CancelState.CANCELLED, "Sem estoque")
    assert "already" in str(connector.push(push(order, Step.CANCEL, reason="Sem estoque")))
    assert sandbox.duplicates() == []


def test_the_buyers_request_is_confirmed_by_one_call(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place()
    sandbox.buyer_cancels(order_id)
    remote = only(connector, order_id)
    assert remote.cancel is CancelState.REQUESTED
    told(connector, remote.facts, Step.CANCEL, reason="Pedido do cliente")
    assert len([call for call in sandbox.received if call.kind == "cancel"]) == 1


def test_an_invoiced_order_is_not_cancelled(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place()
    sandbox.move(order_id, "invoiced")
    outcome = connector.push(push(only(connector, order_id).facts, Step.CANCEL, reason="x"))
    assert isinstance(outcome, Refused)
    assert "invoiced" in str(outcome.reason)


def test_a_cancelled_order_is_neither_accepted_nor_invoiced(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place()
    order = with_invoice(only(connector, order_id).facts)
    sandbox.buyer_cancels(order_id)
    for step in (Step.ACCEPT, Step.INVOICE):
        outcome = connector.push(push(order, step))
        assert isinstance(outcome, Refused)
        assert "cancel" in str(outcome.reason)
    assert sandbox.effects(order_id, "invoice") == []
