"""The pickup counter's judgement and its look-ups."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from desktop import pickup, work
from desktop.errors import UserError
from desktop.i18n import set_language
from desktop.journey import Journey, Step
from desktop.order import (
    Buyer,
    Cancellation,
    CancelState,
    Hold,
    Invoice,
    Kind,
    PaymentKind,
    Role,
    Status,
)
from desktop.pickup import judge
from desktop.store import Store, orders
from desktop.truth import Tone, say
from tests.fakes import new_store
from tests.unit.orders import AT, COUNTER, order

S = Status
CANCELLED = Cancellation(CancelState.CANCELLED, AT)


@pytest.fixture(autouse=True)
def english():
    set_language("en")


def pickup_order(status: Status = S.READY_FOR_PICKUP, **changes):
    return order(status, Kind.PICKUP, **changes)


def headline(one, role=Role.COUNTER, journey=None) -> str:
    return say(judge(one, journey or Journey(), role).headline, AT)


def test_a_ready_and_paid_order_may_go():
    verdict = judge(pickup_order(), Journey(), Role.COUNTER)
    assert (verdict.tone, verdict.step, verdict.closed) == (Tone.OK, Step.HAND_OVER, None)
    assert headline(pickup_order()) == "You may hand over"


TABLE = [
    (
        pickup_order(payment=PaymentKind.ON_DELIVERY), Tone.ATTENTION,
        "Not paid: record the payment first", Step.RECORD_PAYMENT, "",
    ),
    (
        pickup_order(invoiced=False), Tone.ATTENTION,
        "Not yet: something is missing", Step.HAND_OVER, "nvoice",
    ),
    (
        pickup_order(S.PACKED), Tone.ATTENTION, "Not ready yet: Packed", Step.READY, "",
    ),
    (
        pickup_order(S.ACCEPTED), Tone.ATTENTION, "Not ready yet: Accepted", Step.HAND_OVER,
        "must be “Ready for pickup” first",
    ),
    (
        pickup_order(hold=Hold(AT, "Ana", "buyer calls back")), Tone.ATTENTION, "On hold",
        Step.HAND_OVER, "buyer calls back",
    ),
    (
        pickup_order(cancellation=CANCELLED), Tone.STOP,
        "Do not hand over: cancelled by the buyer", Step.TAKE_BACK, "role",
    ),
    (
        pickup_order(cancellation=replace(CANCELLED, by="Ana")), Tone.STOP,
        "Do not hand over: cancelled by Ana", Step.TAKE_BACK, "role",
    ),
    (
        pickup_order(cancellation=Cancellation(CancelState.REQUESTED, AT)), Tone.STOP,
        "Do not hand over: the buyer asks to cancel", Step.TAKE_BACK, "role",
    ),
    (
        pickup_order(S.PICKED_UP), Tone.STOP, "Do not hand over: collected already",
        Step.HAND_OVER, "done already",
    ),
    (
        pickup_order(S.PICKED_UP, cancellation=CANCELLED), Tone.STOP,
        "Cancelled after it was handed over", Step.TAKE_BACK, "role",
    ),
    (
        pickup_order(S.RETURNED), Tone.STOP, "Do not hand over: returned to stock",
        Step.HAND_OVER, "taken back already",
    ),
    (
        order(S.PACKED), Tone.ATTENTION, "Not for this counter: delivery", Step.HAND_OVER,
        "delivery order",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("one", "tone", "text", "step", "closed"), TABLE)
def test_every_other_state_says_why_not(one, tone, text, step, closed):
    verdict = judge(one, Journey(), Role.COUNTER)
    assert (verdict.tone, say(verdict.headline, AT), verdict.step) == (tone, text, step)
    if closed:
        assert verdict.closed is not None and closed in str(verdict.closed)
    else:
        assert verdict.closed is None


def test_no_state_but_the_green_one_lets_goods_go():
    """Green means that handing over succeeds; anything else means that it does not."""
    for status in S:
        for payment in PaymentKind:
            for settled in (True, False):
                for facts in ({}, {"cancellation": CANCELLED}, {"hold": Hold(AT, "A", "b")}):
                    one = pickup_order(status, payment=payment, settled=settled, **facts)
                    verdict = judge(one, Journey(), Role.MANAGER)
                    open_ = verdict.step is Step.HAND_OVER and verdict.closed is None
                    assert open_ == (verdict.tone is Tone.OK), (status, payment, settled, facts)


def test_a_manager_may_take_a_cancelled_order_back():
    verdict = judge(pickup_order(cancellation=CANCELLED, shelf="B-07"), Journey(), Role.MANAGER)
    assert verdict.closed is None
    assert [say(step, AT) for step in verdict.advice] == [
        "Do not hand the package over.",
        "Cancel invoice 1234; where that is too late, make a return invoice.",
        "Take the package from shelf B-07 back to stock.",
    ]


def test_after_the_return_there_is_nothing_left_to_do():
    done = pickup_order(S.RETURNED, cancellation=CANCELLED)
    verdict = judge(done, Journey(), Role.MANAGER)
    assert headline(done) == "Do not hand over: cancelled and returned to stock"
    assert len(verdict.advice) == 1 and verdict.closed is not None


# --- looking up -----------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path):
    store = new_store(tmp_path)
    yield store
    store.close()


def put(store: Store, *new) -> list[int]:
    with_ids = store.do(lambda s: orders.add(s, [(one, "") for one in new], AT))
    return [one.id for one in with_ids]


def numbered(n: int, status: Status = S.READY_FOR_PICKUP, **changes):
    named = {
        "number": f"{1000 + n}",
        "remote_id": f"v{n}-01",
        "invoice": Invoice(str(n)),
    } | changes
    return pickup_order(status, **named)


def find(store: Store, text: str) -> list[int]:
    with store.read() as session:
        return pickup.find(session, text)


def test_codes_find_their_order_at_once(store):
    one, two = put(store, numbered(1, pickup_code="QX7-9"), numbered(2))
    assert find(store, "1001") == find(store, "v1-01") == find(store, "qx7-9") == [one]
    assert find(store, "V2-01") == [two]
    assert find(store, "nothing of the kind") == []


def test_a_shelf_brings_what_stands_on_it(store):
    ids = put(
        store,
        numbered(1, shelf="B-07"),
        numbered(2, shelf="b 07"),
        numbered(3, shelf="B-07", status=S.PICKED_UP),
        numbered(4, shelf="B-071"),
    )
    assert sorted(find(store, "B07")) == ids[:2]
    assert sorted(find(store, "B-07")) == ids[:2]


def test_a_name_brings_ready_orders_before_all_others(store):
    ana = Buyer("Ana Conceição", "987.654.321-00")
    ids = put(
        store,
        numbered(1, buyer=ana),
        numbered(2, S.ACCEPTED, buyer=ana),
        replace(order(S.PACKED, buyer=ana, invoice=None), number="1003", remote_id="v3-01"),
    )
    assert find(store, "conceicao") == [ids[0]]
    assert find(store, "98765432100") == [ids[0]]
    store.do(lambda s: orders.save(s, replace(orders.get(s, ids[0]), status=S.PICKED_UP), AT))
    assert sorted(find(store, "conceicao")) == ids[:2]


def test_who_waits_longest_stands_first(store):
    put(
        store,
        numbered(1, placed_at=AT),
        numbered(2, placed_at=AT - timedelta(days=2)),
        numbered(3, S.PACKED),
        numbered(4, hold=Hold(AT, "A", "b")),
    )
    with store.read() as session:
        assert [one.number for one in pickup.waiting(session, Journey())] == ["1002", "1001"]


def test_the_journal_tells_since_when_it_is_ready(store):
    [one] = put(store, numbered(1, S.PACKED))
    with store.read() as session:
        assert pickup.reached_at(session, orders.get(session, one)) is None
    at = AT + timedelta(hours=3)
    store.do(lambda s: work.do(s, one, Step.READY, {"shelf": "A-1"}, COUNTER, at))
    with store.read() as session:
        assert pickup.reached_at(session, orders.get(session, one)) == at


def test_an_order_that_is_gone_is_a_sentence(store):
    with store.read() as session, pytest.raises(UserError):
        orders.get(session, 99)
