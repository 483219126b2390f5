"""What needs a person, gathered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from desktop import repair
from desktop.errors import UserError
from desktop.journey import Step
from desktop.order import Invoice, Status
from desktop.repair import Kind, form_values, readable, troubles
from desktop.store import Store, orders, outbox, setup
from desktop.store.outbox import State
from tests.fakes import new_store
from tests.unit.orders import AT, order

NAME = "Loja São Paulo"


@pytest.fixture
def store(tmp_path):
    store = new_store(tmp_path)
    store.do(lambda s: setup.add_connection(s, setup.Connection(NAME, "vtex", {}), []))
    yield store
    store.close()


def add_order(store: Store, n: int, status: Status = Status.SHIPPED) -> int:
    one = replace(order(status), number=str(1000 + n), remote_id=f"r{n}", invoice=Invoice(str(n)))
    return store.do(lambda s: orders.add(s, [(one, "")], AT))[0].id


def push(store: Store, order_id: int, step: Step, state: State, data=None, field="", minutes=0):
    """A push that ended in `state`; returns its id."""

    def write(session) -> int:
        at = AT + timedelta(minutes=minutes)
        key = outbox.enqueue(session, order_id, NAME, step, data or {}, "Ana", at)
        push_id = next(p.id for p in outbox.of_order(session, order_id) if p.key == key)
        token = outbox.lease(session, push_id, at, at + timedelta(minutes=2))
        reason = UserError("No: {why}.", why="so")
        assert outbox.settle(session, push_id, token or "", state, at, at, reason, field)
        return push_id

    return store.do(write)


def test_each_trouble_is_named_by_what_it_wants(store):
    ids = [add_order(store, n) for n in range(3)]
    push(store, ids[0], Step.DELIVER, State.UNKNOWN)
    push(store, ids[1], Step.TAKE_BACK, State.UNKNOWN, minutes=1)
    push(store, ids[2], Step.SHIP, State.REFUSED, {"tracking": "X"}, "tracking", minutes=2)
    store.do(lambda s: setup.park(s, NAME, "r9", UserError("No items."), b"{}", AT))
    with store.read() as session:
        found = troubles(session)
    kinds = [one.kind for one in found]
    assert kinds == [Kind.PARKED, Kind.ASKED, Kind.REFUSED, Kind.CHECKED]
    assert repair.count(found) == 3
    assert len({one.key for one in found}) == 4
    refused = found[2]
    assert refused.order is not None and refused.order.number == "1002"
    assert refused.push is not None and refused.push.field == "tracking"
    assert str(refused.reason) == "No: so."


def test_a_calm_store_has_no_troubles(store):
    add_order(store, 1)
    with store.read() as session:
        assert troubles(session) == []


def test_what_was_sent_comes_back_as_the_form_takes_it(store):
    [one] = [add_order(store, 1)]
    invoice = {"key": "3526", "number": "1234", "total": 22695}
    push(store, one, Step.INVOICE, State.REFUSED, {"key": invoice, "total": 22695})
    push(store, one, Step.DELIVER, State.REFUSED, {"date": 1_773_500_000_000, "packages": [1]})
    with store.read() as session:
        first, second = outbox.of_order(session, one)
    assert form_values(first) == {"key": "3526", "number": "", "document": "", "total": 22695}
    values = form_values(second)
    assert values["date"].isoformat() == "2026-03-14T14:53:20+00:00"
    assert values["packages"] == [1]


def test_raw_text_is_safe_to_look_at():
    text, cut = readable("a\u202eb\x07c\r\nd\té".encode() + b"\xff")
    assert text == "a·b·c\nd\té\N{REPLACEMENT CHARACTER}"
    assert not cut
    text, cut = readable(b"x" * (repair.RAW_SHOWN + 1))
    assert len(text) == repair.RAW_SHOWN and cut
