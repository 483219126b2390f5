"""The VTEX connector against a running platform, in both dialects, with the line at its worst."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from desktop.connectors import (
    Done,
    Pulled,
    Push,
    Refused,
    RemoteOrder,
    Retry,
    Unknown,
    make,
)
from desktop.connectors import http as net
from desktop.connectors._vtex_words import FEED_STATUSES
from desktop.connectors.http import KeyUnknown
from desktop.connectors.vtex import Vtex
from desktop.errors import PlatformAway, PlatformDenied, PlatformError, PlatformRefused, UserError
from desktop.journey import Step
from desktop.order import CancelState, Collected, Invoice, Order, Package
from desktop.sandbox import KEY, TOKEN, Sandbox
from tests.unit.test_http import Server, says

Start = Callable[..., tuple[Sandbox, Vtex]]


@pytest.fixture(params=["classic", "pii"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def start(dialect: str) -> Iterator[Start]:
    with ExitStack() as stack:

        def begin(**settings: Any) -> tuple[Sandbox, Vtex]:
            settings = {"orders": 0, "dialect": dialect} | settings
            sandbox = stack.enter_context(Sandbox(**settings))
            values = {"url": sandbox.url, "key": KEY, "token": TOKEN, "dialect": dialect}
            connector = make("vtex", "loja", values)
            stack.callback(connector.close)
            assert isinstance(connector, Vtex)
            return sandbox, connector

        yield begin


def pages_of(connector: Vtex) -> Iterator[Pulled]:
    """Pages until the queue is empty, each acknowledged once the test has taken it."""
    cursor = ""
    while True:
        page = connector.pull(cursor)
        yield page
        connector.acknowledge(page.receipt)
        cursor = page.cursor
        if not page.more:
            return


def drain(connector: Vtex) -> list[Pulled]:
    return list(pages_of(connector))


def remotes(pages: list[Pulled]) -> dict[str, RemoteOrder]:
    return {r.facts.remote_id + r.facts.group: r for page in pages for r in page.orders}


def push(order: Order, step: Step, **data: Any) -> Push:
    return Push(f"key-{order.remote_id}-{step}", step, data, order)


def only(connector: Vtex, order_id: str) -> RemoteOrder:
    (remote,) = connector.read(order_id)
    return remote


def told(connector: Vtex, order: Order, step: Step, **data: Any) -> None:
    """Sends a step and sees it confirmed by what the platform then shows, and not before."""
    one = push(order, step, **data)
    assert not connector.confirms(one, only(connector, order.remote_id))
    assert connector.push(one) == Done()
    assert connector.confirms(one, only(connector, order.remote_id))


def with_invoice(order: Order, number: str = "1234") -> Order:
    at = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
    return replace(order, invoice=Invoice(number, total=order.total, issued_at=at, key="3" * 44))


# ---- the feed


def test_every_order_comes_once_and_the_queue_is_empty_afterwards(start: Start) -> None:
    sandbox, connector = start(orders=130)
    pages = drain(connector)
    assert len(remotes(pages)) == 130
    assert max(len(page.orders) for page in pages) <= 100
    assert len(pages) <= 4
    sandbox.advance(600)
    assert drain(connector) == [Pulled(receipt=())]
    commits = [call for call in sandbox.received if call.kind == "commit"]
    assert len(commits) == len(pages) - 1


def test_what_is_not_acknowledged_comes_again(start: Start) -> None:
    sandbox, connector = start(orders=12)
    first = connector.pull("")
    sandbox.advance(600)
    again = connector.pull("")
    assert {r.facts.remote_id for r in first.orders} == {r.facts.remote_id for r in again.orders}


def test_an_idle_poll_is_one_request(start: Start) -> None:
    sandbox, connector = start()
    connector.pull("")
    assert [call.kind for call in sandbox.received] == ["feed"]


def test_a_missing_feed_is_made_and_the_open_orders_are_listed(start: Start) -> None:
    sandbox, connector = start(orders=230, feed=False)
    sandbox.move(sandbox.order_ids()[0], "canceled")
    pages = drain(connector)
    waiting = {i for s in ("ready-for-handling", "payment-pending") for i in sandbox.order_ids(s)}
    assert set(remotes(pages)) == waiting
    assert len(waiting) > 200
    config = sandbox.oms.feed.config
    assert config is not None
    assert config["filter"] == {"type": "FromWorkflow", "status": list(FEED_STATUSES)}
    new = sandbox.place()
    assert set(remotes(drain(connector))) == {new}


def test_an_order_that_is_gone_is_acknowledged_and_left_out(start: Start) -> None:
    sandbox, connector = start(orders=3)
    gone = sandbox.order_ids()[1]
    sandbox.refuse(gone, "detail", 404, "Order Not Found")
    assert gone not in remotes(drain(connector))
    sandbox.advance(600)
    assert drain(connector) == [Pulled(receipt=())]


@pytest.mark.parametrize(
    "raw",
    [b'{"orderId": "', b"[]", b"{}", b'"\x1b"', b"[" * 100_000, b'{"orderId": "other"}'],
)
def test_a_sick_order_is_set_aside_and_never_stops_the_rest(start: Start, raw: bytes) -> None:
    sandbox, connector = start(orders=5)
    sick = sandbox.order_ids()[2]
    sandbox.set_raw(sick, raw)
    pages = drain(connector)
    assert len(remotes(pages)) == 4
    (unreadable,) = [one for page in pages for one in page.unreadable]
    assert unreadable.remote_id == sick
    assert unreadable.raw == raw
    assert str(unreadable.reason)
    with pytest.raises(UserError):
        connector.read(sick)


def test_a_huge_answer_is_set_aside(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(net, "MAX_ANSWER_BYTES", 100_000)
    sandbox, connector = start(orders=2)
    sandbox.set_raw(sandbox.order_ids()[0], b"[" + b" " * 300_000)
    (unreadable,) = [one for page in drain(connector) for one in page.unreadable]
    assert "too large" in str(unreadable.reason)
    assert 0 < len(unreadable.raw) <= 100_000


def test_an_answer_about_another_order_is_not_believed(start: Start) -> None:
    sandbox, connector = start(orders=2)
    one, other = sandbox.order_ids()
    sandbox.set_raw(one, json.dumps(sandbox.order(other)))
    pages = drain(connector)
    assert set(remotes(pages)) == {other}
    assert "another order" in str(pages[0].unreadable[0].reason)


def test_a_sick_line_spoils_one_reading_only(start: Start) -> None:
    sandbox, connector = start(orders=4)
    sandbox.set_faults("detail:malformed*1")
    assert len(remotes(drain(connector))) == 4


def test_an_order_that_cannot_be_had_now_comes_later(start: Start) -> None:
    sandbox, connector = start(orders=8)
    late = sandbox.order_ids()[3]
    sandbox.refuse(late, "detail", 503, "later", times=1)
    first = remotes(drain(connector))
    assert set(first) == set(sandbox.order_ids()) - {late}
    sandbox.advance(600)
    assert set(remotes(drain(connector))) == {late}


@pytest.mark.parametrize("fault", ["5xx", "reset-before", "cut", "html"])
def test_nothing_is_acknowledged_when_no_order_can_be_had(start: Start, fault: str) -> None:
    sandbox, connector = start(orders=5)
    sandbox.set_faults(f"detail:{fault}")
    with pytest.raises(PlatformAway):
        connector.pull("")
    sandbox.set_faults("")
    sandbox.advance(600)
    assert len(remotes(drain(connector))) == 5


def test_lots_that_do_not_come_lose_nothing(start: Start) -> None:
    sandbox, connector = start(orders=90)
    sandbox.set_faults("feed:5xx=0.4;seed=3")
    found: dict[str, RemoteOrder] = {}
    for _ in range(40):
        try:
            for page in pages_of(connector):
                found |= remotes([page])
        except PlatformAway:
            pass
        sandbox.advance(600)
        if len(found) == 90:
            break
    assert len(found) == 90


def test_too_many_requests_stops_at_once(start: Start) -> None:
    sandbox, connector = start(orders=60)
    sandbox.set_faults("detail:429(90s)")
    with pytest.raises(PlatformAway) as caught:
        connector.pull("")
    assert caught.value.after_s is not None and caught.value.after_s > 60
    before = len(sandbox.received)
    assert before <= 10 + 16 * 2  # the calls in the air when the first answer came
    sandbox.set_faults("")
    for call in (lambda: connector.pull(""), lambda: connector.read("x"), connector.check):
        with pytest.raises(PlatformAway) as quiet:
            call()
        assert quiet.value.after_s is not None and not quiet.value.sent
    assert len(sandbox.received) == before


def test_what_came_before_too_many_requests_is_kept(start: Start) -> None:
    sandbox, connector = start(orders=40)
    sandbox.set_faults("detail:429(90s)=0.05;seed=2")
    page = connector.pull("")
    assert 0 < len(page.orders) < 40
    assert len(page.receipt) >= len(page.orders)


def test_the_line_at_its_worst_still_brings_everything(start: Start) -> None:
    sandbox, connector = start(orders=60)
    faults = "reset-before=0.05;reset-after=0.05;cut=0.05;5xx=0.05;malformed=0.02;html=0.03"
    sandbox.set_faults(faults + ";content-type=0.1;seed=5")
    found: dict[str, RemoteOrder] = {}
    parked: set[str] = set()
    for _ in range(60):
        try:
            for page in pages_of(connector):
                found |= remotes([page])
                parked |= {one.remote_id for one in page.unreadable}
        except PlatformAway:
            pass
        sandbox.advance(600)
        if len(found) + len(parked - set(found)) == 60:
            break
    assert len(found) + len(parked - set(found)) == 60
    assert len(found) > 55


def test_orders_come_from_a_mixed_one(start: Start) -> None:
    sandbox, connector = start()
    order_id = sandbox.place(delivery="mixed")
    assert {r.facts.group for r in connector.read(order_id)} == {"delivery", "pickup"}


def test_a_strange_order_id_asks_for_nothing(start: Start) -> None:
    sandbox, connector = start()
    for order_id in ("../../etc", "a/b", "..", "x" * 200, "a\nb", ""):
        found = connector._fetch(order_id)
        assert not isinstance(found, tuple | PlatformAway)
        assert found is not None
    assert sandbox.received == []


# ---- the way of an order


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
    sandbox.set_raw(order.remote_id, b"{}")
    outcome = connector.push(push(order, Step.INVOICE))
    assert isinstance(outcome, Refused)


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


# ---- check


def test_all_well(start: Start) -> None:
    _, connector = start()
    connector.check()


def test_all_well_without_a_feed_yet(start: Start) -> None:
    _, connector = start(feed=False)
    connector.check()


def test_a_wrong_key(start: Start) -> None:
    sandbox, connector = start()
    sandbox.token = "changed"
    for call in (connector.check, lambda: connector.pull("")):
        with pytest.raises(KeyUnknown, match="does not accept the key"):
            call()


@pytest.mark.parametrize(("kind", "right"), [("detail", "View order"), ("feed", "Feed v3")])
def test_missing_rights_stop_a_pull_with_their_name(start: Start, kind: str, right: str) -> None:
    sandbox, connector = start(orders=3)
    sandbox.refuse(None, kind, 403, "Forbidden")
    with pytest.raises(PlatformDenied, match=right):
        connector.pull("")


def test_another_server_is_not_taken_for_vtex() -> None:
    for script in (says(b"<html>no</html>", "404 Not Found"), says(b"[]"), says(b"{}", "400 Bad")):
        server = Server(script)
        connector = make("vtex", "loja", {"url": server.url, "key": "k", "token": "t"})
        try:
            with pytest.raises(PlatformError, match=r"not as VTEX|refused"):
                connector.check()
        finally:
            connector.close()
            server.close()


def test_a_wrong_clock_is_named() -> None:
    error = b'{"error": {"code": "OMS007", "message": "Order Not Found"}}'
    late = format_datetime(datetime(2020, 1, 1, tzinfo=UTC), True)
    server = Server(says(error, "404 Not Found", Date=late))
    connector = make("vtex", "loja", {"url": server.url, "key": "k", "token": "t"})
    try:
        with pytest.raises(PlatformRefused, match="minutes off"):
            connector.check()
    finally:
        connector.close()
        server.close()


def test_a_name_that_does_not_exist() -> None:
    values = {"url": "https://nobody.invalid", "key": "k", "token": "t"}
    connector = make("vtex", "loja", values)
    with pytest.raises(PlatformAway, match=r"nobody\.invalid"):
        connector.check()
    connector.close()


def test_wrong_settings_name_their_field() -> None:
    for values, field in (
        ({"url": "http://shop.example"}, "url"),
        ({"url": "https://x.example", "dialect": "x"}, "dialect"),
    ):
        with pytest.raises(UserError) as caught:
            make("vtex", "loja", values)
        assert caught.value.field == field


def test_closing_leaves_no_thread(start: Start) -> None:
    _, connector = start(orders=30)
    drain(connector)
    connector.close()
    assert not any(thread.name.startswith("vtex-loja") for thread in threading.enumerate())
