"""What becomes of a push that a running platform refuses or does not answer, in both dialects."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from desktop.connectors import Done, Refused, Retry, Unknown
from desktop.journey import Step
from tests.flow.vtex import Start, only, push, with_invoice

# ---- refusals


def test_accepting_twice_is_done(start: Start) -> None:
    sandbox, connector = start()
    order = only(connector, sandbox.place()).facts
    assert connector.push(push(order, Step.ACCEPT)) == Done()
    assert "already" in str(connector.push(push(order, Step.ACCEPT)))
    assert len(sandbox.effects(order.remote_id, "start-handling")) == 1


def test_accepting_in_the_window_to_cancel_waits(start: Start) -> None:
    sandbox, connector = start(window_s=1800)
    order = only(connector, sandbox.place()).facts
    outcome = connector.push(push(order, Step.ACCEPT))
    assert isinstance(outcome, Retry)
    assert "window-to-cancel" in str(outcome.reason) and outcome.after_s == 60
    sandbox.close_window(order.remote_id)
    assert connector.push(push(order, Step.ACCEPT)) == Done()


def test_accepting_before_the_payment_is_refused(start: Start) -> None:
    sandbox, connector = start()
    order = only(connector, sandbox.place(payment="transfer", paid=False)).facts
    outcome = connector.push(push(order, Step.ACCEPT))
    assert isinstance(outcome, Refused)
    assert "ready-for-handling" in str(outcome.reason)


def test_the_same_invoice_again_is_done(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place()
    sandbox.move(order_id, "handling")
    order = with_invoice(only(connector, order_id).facts)
    assert connector.push(push(order, Step.INVOICE)) == Done()
    assert "already" in str(connector.push(push(order, Step.INVOICE)))
    other = connector.push(push(with_invoice(order, "999"), Step.INVOICE))
    assert isinstance(other, Refused)
    assert "1234" in str(other.reason) and other.field == "number"
    assert len(sandbox.effects(order_id, "invoice")) == 1


@pytest.mark.parametrize("number", ["SETP990000123", "FE-990000123", "990000123"])
def test_an_invoice_number_goes_without_its_prefix(start: Start, number: str) -> None:
    sandbox, connector = start()
    remote_id = sandbox.place()
    order = only(connector, remote_id).facts
    assert connector.push(push(order, Step.ACCEPT)) == Done()
    wanted = push(with_invoice(order, number), Step.INVOICE)
    assert isinstance(connector.push(wanted), Done)
    assert connector.confirms(wanted, only(connector, remote_id))
    packages = sandbox.order(remote_id)["packageAttachment"]["packages"]
    assert [package["invoiceNumber"] for package in packages] == ["990000123"]


@pytest.mark.parametrize("number", ["12/3", "12#", "1A", "", "１２"])
def test_an_invoice_number_has_digits_only(start: Start, number: str) -> None:
    sandbox, connector = start()
    order = only(connector, sandbox.place()).facts
    outcome = connector.push(push(with_invoice(order, number), Step.INVOICE))
    assert isinstance(outcome, Refused) and outcome.field == "number"
    assert not any(call.kind == "invoice" for call in sandbox.received)


def test_an_order_that_changed_in_between_is_not_invoiced(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place()
    sandbox.move(order_id, "handling")
    order = with_invoice(only(connector, order_id).facts)
    sandbox.edit(order_id, value=order.total + 500)
    outcome = connector.push(push(order, Step.INVOICE))
    assert isinstance(outcome, Refused)
    assert "Look what changed" in str(outcome.reason)


def test_tracking_without_an_invoice_is_refused_here(start: Start) -> None:
    sandbox, connector = start()
    order = only(connector, sandbox.place()).facts
    for step in (Step.SHIP, Step.TRANSIT, Step.DELIVER):
        outcome = connector.push(push(order, step, carrier="PAC", tracking="1"))
        assert isinstance(outcome, Refused)
        assert "invoice first" in str(outcome.reason)


def test_what_the_platform_says_reaches_the_person(start: Start) -> None:
    sandbox, connector = start()
    order = only(connector, sandbox.place()).facts
    sandbox.refuse(order.remote_id, "start-handling", 400, "Estoque  não\nreservado")
    outcome = connector.push(push(order, Step.ACCEPT))
    assert isinstance(outcome, Refused)
    assert "Estoque não reservado" in str(outcome.reason)


# ---- the line breaks


def test_unsent_is_retry(start: Start) -> None:
    sandbox, connector = start()
    order = only(connector, sandbox.place()).facts
    sandbox.stop()
    outcome = connector.push(push(order, Step.INVOICE))
    assert isinstance(outcome, Refused)  # no invoice yet: refused before anything is asked
    assert isinstance(connector.push(push(with_invoice(order), Step.INVOICE)), Retry)


@pytest.mark.parametrize("fault", ["reset-before", "reset-after", "5xx", "cut", "html"])
def test_no_answer_is_unknown_and_reading_back_tells(
    start: Start, fault: str, dialect: str
) -> None:
    sandbox, connector = start()
    order_id = sandbox.place()
    order = with_invoice(only(connector, order_id).facts)
    calls = (
        ("start-handling", Step.ACCEPT, {}),
        ("invoice", Step.INVOICE, {}),
        ("tracking", Step.SHIP, {"carrier": "PAC", "tracking": "BR1"}),
        ("event", Step.TRANSIT, {}),
        ("event", Step.DELIVER, {}),
    )
    for kind, step, data in calls:
        one = push(order, step, **data)
        sandbox.set_faults(f"{kind}:{fault}*1")
        outcome = connector.push(one)
        assert isinstance(outcome, Unknown), (step, outcome)
        is_there = connector.confirms(one, only(connector, order_id))
        assert is_there is (fault in ("reset-after", "cut")), step
        if not is_there:
            sandbox.set_faults("")
            assert isinstance(connector.push(one), Done)
    assert sandbox.duplicates() == []
    assert sandbox.order(order_id)["status"] == "invoiced"


def test_a_cancellation_that_loses_its_answer_goes_on(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place()
    order = only(connector, order_id).facts
    sandbox.set_faults("cancel:reset-after*1")
    one = push(order, Step.CANCEL, reason="x")
    assert isinstance(connector.push(one), Unknown)
    assert not connector.confirms(one, only(connector, order_id))
    assert connector.push(one) == Done()
    assert connector.confirms(one, only(connector, order_id))


def test_reading_before_writing_leaves_nothing_unknown(start: Start) -> None:
    sandbox, connector = start()
    order = with_invoice(only(connector, sandbox.place()).facts)
    sandbox.set_faults("detail:reset-after")
    assert isinstance(connector.push(push(order, Step.INVOICE)), Retry)
    assert isinstance(connector.push(push(order, Step.CANCEL, reason="x")), Retry)


def test_too_many_requests_names_its_time(start: Start) -> None:
    sandbox, connector = start()
    order = only(connector, sandbox.place()).facts
    sandbox.set_faults("start-handling:429(75s)")
    outcome = connector.push(push(order, Step.ACCEPT))
    assert isinstance(outcome, Retry)
    assert outcome.after_s is not None and outcome.after_s >= 75


def test_a_dripping_platform_holds_no_push_beyond_its_time(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.connectors._vtex_push.PUSH_S", 1.0)
    sandbox, connector = start()
    order = only(connector, sandbox.place()).facts
    sandbox.set_faults("cancel:slow(20)")
    began = time.monotonic()
    outcome = connector.push(push(order, Step.CANCEL, reason="x"))
    assert isinstance(outcome, Unknown)
    assert time.monotonic() - began < 3


def test_a_missing_right_is_named_and_a_wrong_key_waits(start: Start) -> None:
    sandbox, connector = start()
    order = only(connector, sandbox.place()).facts
    sandbox.refuse(None, "start-handling", 403, "Acesso negado")
    outcome = connector.push(push(order, Step.ACCEPT))
    assert isinstance(outcome, Refused)
    assert "Change order workflow status" in str(outcome.reason)
    sandbox.key = "changed"
    outcome = connector.push(push(order, Step.ACCEPT))
    assert isinstance(outcome, Retry)
    assert "does not accept the key" in str(outcome.reason)


def test_an_unreadable_order_parks_its_push(start: Start) -> None:
    sandbox, connector = start()
    order = with_invoice(only(connector, sandbox.place()).facts)
    sandbox.set_raw(order.remote_id, json.dumps({"orderId": order.remote_id}))
    outcome = connector.push(push(order, Step.INVOICE))
    assert isinstance(outcome, Refused)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'"ok"', b"", b'{"orderId": 7}'])
def test_an_answer_that_names_no_order_parks_nothing(start: Start, body: bytes) -> None:
    """The platform said nothing of the order, so it is asked again later."""
    sandbox, connector = start()
    order = with_invoice(only(connector, sandbox.place()).facts)
    sandbox.set_raw(order.remote_id, body)
    outcome = connector.push(push(order, Step.INVOICE))
    assert isinstance(outcome, Retry)
    assert "is broken" in str(outcome.reason)


def test_two_stations_pushing_at_once_make_one_effect(start: Start) -> None:
    sandbox, connector = start()
    order = only(connector, sandbox.place()).facts
    outcomes: list[Any] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(connector.push(push(order, Step.ACCEPT))))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert len(sandbox.effects(order.remote_id, "start-handling")) == 1
