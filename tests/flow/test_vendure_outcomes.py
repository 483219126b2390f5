"""What becomes of a push that a real Vendure refuses, has had already, or dies over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from desktop.connectors import Done, Push, Refused, Retry
from desktop.connectors import _vendure_queries as queries
from desktop.errors import PlatformRefused, UserError
from desktop.journey import Step
from desktop.order import Invoice, Status
from desktop.store.outbox import State
from desktop.sync import Pass
from tests.fakes import wait_until
from tests.flow.vendure import TO_PACKED, Counter, connector
from tests.vendure import Server
from tests.vendure.shop import PICKUP, RARE, Owner, Placed, place

S = Status
Begin = Callable[..., Counter]


def pushed(here: Counter, placed: Placed, step: Step, **data: Any) -> Any:
    """The step told to the platform without the store's outbox."""
    return here.platform.push(push(here, placed, step, **data))


def push(here: Counter, placed: Placed, step: Step, **data: Any) -> Push:
    (remote,) = here.platform.read(placed.id)
    return Push("k" * 32, step, data, remote.facts)


# ---- refusals


def test_too_little_stock_is_said_in_words_and_mended(shop: Server, counter: Begin) -> None:
    owner, here = Owner(shop.url), counter()
    placed = place(shop.url, goods=((RARE, 3),))
    owner.stock(RARE, 1)
    here.sees()
    here.walk(placed.id, *TO_PACKED, Step.SHIP)
    assert here.reason(placed.id) == (
        "The platform has only 1 of “Edição rara” in stock. Correct its stock there, then send this again."
    )
    assert owner.live(placed.id) == [] and here.status(placed.id) is S.SHIPPED
    owner.stock(RARE, 20)
    (refused,) = [one for one in here.pushes(placed.id) if one.state is State.REFUSED]
    here.mend(refused.id)
    here.sees()
    assert owner.order(placed.id)["state"] == "Shipped"
    assert set(here.states(placed.id)) == {State.DONE}


def test_an_order_that_somebody_is_changing_is_left_alone_until_it_is_itself_again(
    shop: Server, counter: Begin
) -> None:
    """To cancel it then is refused, and takes its lines away all the same."""
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    here.sees()
    owner.move_order(placed.id, "Modifying")
    here.do(placed.id, Step.CANCEL)
    here.once()
    (waiting,) = here.pushes(placed.id)
    assert waiting.state is State.WAITING and "Modifying" in str(waiting.reason)
    assert sum(line["quantity"] for line in owner.order(placed.id)["lines"]) == 3
    owner.move_order(placed.id, "PaymentSettled")
    here.clock.advance(minutes=2)
    here.sees()
    assert owner.order(placed.id)["state"] == "Cancelled"


def test_a_state_that_may_not_follow_is_said_in_words(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    shipment = owner.fulfil(placed.id, code="BR1")
    with pytest.raises(PlatformRefused) as caught:
        here.platform._session.write(queries.MOVE_FULFILMENT, id=shipment, state="Lost")
    assert 'from "Pending" to "Lost"' in str(caught.value)
    assert "errorResult" not in str(caught.value)


def test_another_invoice_is_not_written_over(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    here.sees()
    here.walk(placed.id, *TO_PACKED[:3])
    one = push(here, placed, Step.INVOICE)
    other = replace(one, order=replace(one.order, invoice=Invoice("55", total=one.order.total)))
    outcome = here.platform.push(other)
    assert isinstance(outcome, Refused) and outcome.field == "number"
    assert "990000123" in str(outcome.reason)
    assert owner.order(placed.id)["customFields"]["invoiceNumber"] == "990000123"


def test_an_order_that_costs_something_else_by_now_is_not_invoiced(
    shop: Server, counter: Begin
) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    here.sees()
    here.walk(placed.id, Step.ACCEPT, Step.PREPARE)
    line = owner.order(placed.id)["lines"][1]
    asked = {"orderId": placed.id, "lines": [{"orderLineId": line["id"], "quantity": 1}]}
    owner.ask("mutation ($i: CancelOrderInput!) { cancelOrder(input: $i) { __typename } }", i=asked)
    here.do(placed.id, Step.INVOICE)
    here.sync.once()
    assert "Look what changed" in here.reason(placed.id)


def test_a_cancelled_order_is_not_shipped(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    one = push(here, placed, Step.SHIP, carrier="PAC", tracking="1")
    owner.cancel(placed.id)
    outcome = here.platform.push(one)
    assert isinstance(outcome, Refused) and "was cancelled" in str(outcome.reason)
    assert owner.live(placed.id) == []


def test_more_than_was_paid_is_not_refunded(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    outcome = pushed(here, placed, Step.REFUND, amount=9806)
    assert isinstance(outcome, Refused) and outcome.field == "amount"
    assert [r["total"] for r in owner.order(placed.id)["payments"][0]["refunds"]] in ([], [9805])


def test_a_payment_that_nobody_made_cannot_be_settled(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url, "deposito"), counter(), Owner(shop.url)
    one = push(here, placed, Step.RECORD_PAYMENT)
    owner.ask(
        "mutation ($id: ID!) { cancelPayment(id: $id) { __typename } }",
        id=owner.order(placed.id)["payments"][0]["id"],
    )
    outcome = here.platform.push(one)
    assert isinstance(outcome, Refused) and "no payment" in str(outcome.reason)


def test_steps_without_a_place_send_nothing(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    before = owner.order(placed.id)
    for step in (Step.ACCEPT, Step.PREPARE, Step.PACK, Step.TRANSIT, Step.HOLD, Step.FINALIZE):
        assert isinstance(pushed(here, placed, step), Done)
    assert owner.order(placed.id) == before


def test_an_order_that_is_not_there(counter: Begin) -> None:
    here = counter()
    with pytest.raises(PlatformRefused, match="no order 999999") as caught:
        here.platform.read("999999")
    assert caught.value.status == 404
    for strange in ("", "1 2", "../1", '1"', "x" * 200):
        with pytest.raises(UserError):
            here.platform.read(strange)


# ---- repeats


@pytest.mark.parametrize("step", [Step.SHIP, Step.DELIVER, Step.CANCEL, Step.RECORD_PAYMENT])
def test_what_is_told_twice_is_done_once(shop: Server, counter: Begin, step: Step) -> None:
    method = "deposito" if step is Step.RECORD_PAYMENT else "pix"
    placed, here, owner = place(shop.url, method), counter(), Owner(shop.url)
    one = push(here, placed, step, carrier="PAC", tracking="BR1", reason="x")
    assert here.platform.push(one) == Done()
    before = owner.order(placed.id)
    again = here.platform.push(one)
    assert isinstance(again, Done) and "already" in again.note
    assert owner.order(placed.id) == before


@pytest.mark.parametrize(
    ("step", "refused"),
    [
        (Step.SHIP, "ITEMS_ALREADY_FULFILLED_ERROR"),
        (Step.DELIVER, "FULFILLMENT_STATE_TRANSITION_ERROR"),
        (Step.CANCEL, "EMPTY_ORDER_LINE_SELECTION_ERROR"),
    ],
)
def test_a_repeat_that_the_platform_refuses_is_done_after_reading_back(
    shop: Server, counter: Begin, step: Step, refused: str
) -> None:
    """Somebody else is quicker: between our reading and our sending the same thing happens."""
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    other = counter(folder="other")
    if step is Step.DELIVER:
        owner.move_fulfilment(owner.fulfil(placed.id, code="BR1"), "Shipped")
    one = push(here, placed, step, carrier="PAC", tracking="BR1", reason="x")
    seen: list[str] = []
    write = here.platform._session.write

    def late(mutation: str, **variables: Any) -> Any:
        if not seen:
            seen.append("somebody else")
            assert other.platform.push(one) == Done()
        try:
            return write(mutation, **variables)
        except PlatformRefused as error:
            seen.append(error.code)
            raise

    here.platform._session.write = late  # type: ignore[method-assign]
    outcome = here.platform.push(one)
    assert isinstance(outcome, Done) and "already" in outcome.note
    assert refused in seen
    assert len(owner.live(placed.id)) == (0 if step is Step.CANCEL else 1)


def test_six_stations_at_once_make_one_shipment(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    one = push(here, placed, Step.SHIP, carrier="PAC", tracking="BR1")
    outcomes: list[Any] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(here.platform.push(one))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(owner.live(placed.id)) == 1
    assert owner.order(placed.id)["state"] == "Shipped"
    assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes


# ---- the session


def test_a_session_that_ended_is_renewed_once_for_all(shop: Server, counter: Begin) -> None:
    here = counter()
    orders = [place(shop.url, shipping=PICKUP) for _ in range(3)]
    here.sees()
    for placed in orders:
        here.walk(placed.id, Step.ACCEPT)
        here.do(placed.id, Step.CANCEL)
    shop.trick(forget=True)
    logins: list[str] = []
    call = here.platform._session.http.call

    def counted(*given: Any, **named: Any) -> Any:
        if "login(" in named["body"]["query"]:
            logins.append("login")
        return call(*given, **named)

    here.platform._session.http.call = counted  # type: ignore[method-assign]
    here.sees()
    assert logins == ["login"]
    again = Owner(shop.url)
    assert {again.order(placed.id)["state"] for placed in orders} == {"Cancelled"}


def test_a_changed_password_waits_and_a_missing_right_is_named(
    shop: Server, counter: Begin
) -> None:
    placed, here = place(shop.url), counter()
    one = push(here, placed, Step.SHIP, carrier="PAC", tracking="BR1")
    wrong = connector(shop.url, password="outra")
    reader = connector(shop.url, user="leitura@loja.example", password="senha-leitura")
    try:
        outcome = wrong.push(one)
        assert isinstance(outcome, Retry) and "user name and password" in str(outcome.reason)
        outcome = reader.push(one)
        assert isinstance(outcome, Refused) and "“UpdateOrder”" in str(outcome.reason)
    finally:
        wrong.close()
        reader.close()


# ---- the server dies


MUTATIONS = (
    ("addFulfillmentToOrder", Step.SHIP),
    ("transitionFulfillmentToState", Step.SHIP),
    ("setOrderCustomFields", Step.INVOICE),
    ("settlePayment", Step.RECORD_PAYMENT),
    ("cancelOrder", Step.CANCEL),
    ("refundOrder", Step.REFUND),
    ("addNoteToOrder", Step.PROBLEM),
)
BEFORE = {
    Step.SHIP: TO_PACKED,
    Step.INVOICE: TO_PACKED[:2],
    Step.RECORD_PAYMENT: (),
    Step.CANCEL: (Step.ACCEPT,),
    Step.REFUND: (*TO_PACKED, Step.SHIP, Step.DELIVER),
    Step.PROBLEM: (*TO_PACKED, Step.SHIP),
}


CASES = [(mutation, step, when) for mutation, step in MUTATIONS for when in ("before", "after")]


def break_off(
    shop: Server, here: Counter, mutation: str, step: Step, when: str, how: str
) -> Placed:
    """An order whose `step` ends without an answer, once `mutation` had, or had not, its effect."""
    placed = place(shop.url, "deposito" if step is Step.RECORD_PAYMENT else "pix")
    here.sees()
    here.walk(placed.id, *BEFORE[step])
    here.do(placed.id, step)
    shop.trick(**{"break": {"at": mutation, "when": when, "how": how}})
    here.sync.push(Pass())
    assert here.states(placed.id)[-1] is State.UNKNOWN
    return placed


def has_one_effect(shop: Server, here: Counter, placed: Placed, step: Step) -> None:
    here.clock.advance(minutes=10)
    here.sees()
    assert set(here.states(placed.id)) == {State.DONE}
    owner = Owner(shop.url)
    theirs = owner.order(placed.id)
    shipped = step in {Step.SHIP, Step.REFUND, Step.PROBLEM}
    assert len(owner.events(placed.id, "ORDER_FULFILLMENT")) == (1 if shipped else 0)
    assert len(owner.events(placed.id, "ORDER_NOTE")) == (1 if step is Step.PROBLEM else 0)
    assert len(owner.events(placed.id, "ORDER_CANCELLATION")) == (1 if step is Step.CANCEL else 0)
    refunds = [r["total"] for r in theirs["payments"][0]["refunds"]]
    assert refunds == ([9805] if step is Step.REFUND else [])
    assert theirs["payments"][0]["state"] == "Settled"
    if step is Step.INVOICE:
        assert theirs["customFields"]["invoiceNumber"] == "990000123"
    here.agrees(placed.id)


@pytest.mark.parametrize(("mutation", "step", "when"), CASES)
def test_a_push_whose_answer_is_lost_has_one_effect(
    shop: Server, counter: Begin, mutation: str, step: Step, when: str
) -> None:
    here = counter()
    placed = break_off(shop, here, mutation, step, when, "hang up")
    has_one_effect(shop, here, placed, step)


@pytest.mark.parametrize(
    ("mutation", "step", "when"),
    [
        ("addFulfillmentToOrder", Step.SHIP, "after"),
        ("transitionFulfillmentToState", Step.SHIP, "before"),
    ],
)
def test_a_server_that_is_killed_in_the_middle_of_a_push_has_one_effect(
    shop: Server, counter: Begin, mutation: str, step: Step, when: str
) -> None:
    here = counter()
    placed = break_off(shop, here, mutation, step, when, "kill")
    shop.wait_dead()
    here.clock.advance(minutes=10)
    assert here.once().trouble is not None and here.states(placed.id)[-1] is State.UNKNOWN
    shop.again()
    has_one_effect(shop, here, placed, step)


def test_a_server_that_is_away_delays_and_loses_nothing(shop: Server, counter: Begin) -> None:
    placed, here = place(shop.url, shipping=PICKUP), counter()
    here.sees()
    shop.stop()
    for step in (*TO_PACKED, Step.READY, Step.HAND_OVER):
        here.do(placed.id, step)
    assert here.once().trouble is not None
    assert here.status(placed.id) is S.PICKED_UP
    shop.again()
    here.clock.advance(minutes=10)
    here.sees()
    theirs = Owner(shop.url).order(placed.id)
    assert theirs["state"] == "Delivered"
    assert [one["state"] for one in theirs["fulfillments"]] == ["Delivered"]
    here.agrees(placed.id)


def test_threads_of_a_running_store_bring_an_order_to_its_end(shop: Server, counter: Begin) -> None:
    here = counter()
    here.sync.start()
    placed, owner = place(shop.url, shipping=PICKUP), Owner(shop.url)
    wait_until(lambda: placed.id in here.known(), "the order")
    for step in (*TO_PACKED, Step.READY, Step.HAND_OVER, Step.FINALIZE):
        here.do(placed.id, step)
    wait_until(lambda: set(here.states(placed.id)) == {State.DONE}, "the last push")
    assert owner.order(placed.id)["state"] == "Delivered"
    assert len(owner.order(placed.id)["fulfillments"]) == 1
