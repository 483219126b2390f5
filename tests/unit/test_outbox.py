"""The outbox: order, leases, late settles, and the states that a push may take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from desktop.errors import UserError
from desktop.journey import Step
from desktop.store import Session, Store, outbox, tables
from desktop.store.outbox import UNFINISHED, State
from tests.fakes import NOW, SHOP, an_order, open_store

MINUTE = timedelta(minutes=1)
NO = UserError("The platform says {why}.", why="no")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path, an_order("1"), an_order("2"), an_order("3"))
    yield opened
    opened.close()


def add(session: Session, order_id: int, step: Step = Step.ACCEPT, at: datetime = NOW) -> None:
    outbox.enqueue(session, order_id, SHOP, step, {"comment": "olá"}, "Ana", at)


def due(store: Store, now: datetime = NOW, **more: Any) -> list[tuple[int, Step]]:
    with store.read() as session:
        return [(push.order_id, push.step) for push in outbox.due(session, SHOP, now, **more)]


def state(store: Store, push_id: int) -> State:
    with store.read() as session:
        push = outbox.get(session, push_id)
    assert push is not None
    return push.state


def next_due(store: Store) -> datetime | None:
    with store.read() as session:
        return outbox.next_due(session, SHOP)


def lease(store: Store, push_id: int, now: datetime = NOW) -> str | None:
    return store.do(lambda s: outbox.lease(s, push_id, now, now + MINUTE))


def settle(store: Store, push_id: int, token: str, to: State, **more: Any) -> bool:
    return store.do(lambda s: outbox.settle(s, push_id, token, to, NOW, **more))


def test_of_each_order_only_the_oldest_moves_and_orders_move_side_by_side(store):
    for order_id, step in ((1, Step.ACCEPT), (1, Step.INVOICE), (2, Step.ACCEPT), (2, Step.SHIP)):
        store.do(lambda s, o=order_id, t=step: add(s, o, t))
    assert due(store) == [(1, Step.ACCEPT), (2, Step.ACCEPT)]
    token = lease(store, 1)
    assert due(store) == [(2, Step.ACCEPT)]
    assert settle(store, 1, token, State.DONE)
    assert due(store) == [(1, Step.INVOICE), (2, Step.ACCEPT)]


def test_a_push_of_another_connection_is_not_ours(store):
    store.do(lambda s: outbox.enqueue(s, 1, "other", Step.ACCEPT, {}, "Ana", NOW))
    assert due(store) == []
    assert next_due(store) is None


@pytest.mark.parametrize("stuck", [State.REFUSED, State.UNKNOWN, State.WAITING])
def test_what_is_stuck_blocks_its_own_order_and_no_other(store, stuck):
    for order_id in (1, 1, 2):
        store.do(lambda s, o=order_id: add(s, o))
    later = NOW + 5 * MINUTE
    assert settle(store, 1, lease(store, 1), stuck, due_at=later, reason=NO, field="key")
    assert due(store) == [(2, Step.ACCEPT)]
    assert settle(store, 3, lease(store, 3), State.DONE)
    # And nobody is woken for what cannot move: there would be no rest.
    assert next_due(store) == (None if stuck is State.REFUSED else later)


def test_the_reason_of_a_refusal_comes_back_as_a_sentence(store):
    store.do(lambda s: add(s, 1))
    settle(store, 1, lease(store, 1), State.REFUSED, reason=NO, field="key")
    with store.read() as session:
        [push] = outbox.in_trouble(session)
    assert (str(push.reason), push.field, push.attempts) == ("The platform says no.", "key", 1)


def test_only_one_gets_the_lease_and_a_late_settle_changes_nothing(store):
    store.do(lambda s: add(s, 1))
    first = lease(store, 1)
    assert first and lease(store, 1) is None
    after = NOW + MINUTE
    assert due(store, after) == [(1, Step.ACCEPT)], "an expired lease is due again"
    second = lease(store, 1, after)
    assert second and second != first
    assert not settle(store, 1, first, State.DONE)
    assert state(store, 1) is State.SENDING
    assert settle(store, 1, second, State.UNKNOWN, due_at=after + MINUTE)
    assert not settle(store, 1, second, State.DONE), "a token settles once"


def test_what_is_not_due_any_more_cannot_be_leased(store):
    store.do(lambda s: add(s, 1))
    token = lease(store, 1)
    assert settle(store, 1, token, State.WAITING, due_at=NOW + MINUTE)
    assert lease(store, 1) is None, "put off by somebody else since it was listed"
    assert settle(store, 1, lease(store, 1, NOW + MINUTE), State.REFUSED)
    assert lease(store, 1, NOW + MINUTE) is None


def test_needless_pushes_are_withdrawn_but_not_one_that_is_being_sent(store):
    for step in (Step.ACCEPT, Step.INVOICE, Step.RECORD_PAYMENT):
        store.do(lambda s, t=step: add(s, 1, t))
    lease(store, 1)
    taken = store.do(lambda s: outbox.withdraw(s, 1, [Step.ACCEPT, Step.INVOICE], NOW))
    assert taken == 1
    assert [state(store, n) for n in (1, 2, 3)] == [State.SENDING, State.WITHDRAWN, State.WAITING]


def test_a_refused_push_goes_again_with_mended_data(store):
    store.do(lambda s: add(s, 1))
    settle(store, 1, lease(store, 1), State.REFUSED, reason=NO, field="key")
    assert store.do(lambda s: outbox.resend(s, 1, {"key": "new"}, NOW))
    with store.read() as session:
        [push] = outbox.due(session, SHOP, NOW)
    assert (push.state, push.data, push.reason, push.field) == (
        State.WAITING,
        {"key": "new"},
        None,
        "",
    )
    assert not store.do(lambda s: outbox.resend(s, 1, None, NOW)), "it is on its way already"


def test_an_unanswered_push_that_is_sent_again_stays_in_doubt(store):
    store.do(lambda s: add(s, 1))
    settle(store, 1, lease(store, 1), State.UNKNOWN, due_at=NOW + 99 * MINUTE)
    assert store.do(lambda s: outbox.resend(s, 1, None, NOW))
    with store.read() as session:
        [push] = outbox.due(session, SHOP, NOW)
    assert push.state is State.UNKNOWN, "whoever sends it must look first"


@pytest.mark.parametrize("reached", [True, False])
def test_a_persons_word_settles_what_nobody_can_compare(store, reached):
    store.do(lambda s: add(s, 1))
    settle(store, 1, lease(store, 1), State.UNKNOWN, due_at=NOW + 99 * MINUTE, reason=NO)
    assert store.do(lambda s: outbox.answered(s, 1, reached, NOW))
    assert state(store, 1) is (State.DONE if reached else State.WAITING)
    assert due(store) == ([] if reached else [(1, Step.ACCEPT)])
    assert not store.do(lambda s: outbox.answered(s, 1, True, NOW)) or not reached


def test_next_due_is_when_the_first_may_go(store):
    assert next_due(store) is None
    store.do(lambda s: add(s, 1, at=NOW + 3 * MINUTE))
    store.do(lambda s: add(s, 2, at=NOW + 2 * MINUTE))
    assert next_due(store) == NOW + 2 * MINUTE
    lease(store, 2, NOW + 2 * MINUTE)
    assert next_due(store) == NOW + 3 * MINUTE
    settle(store, 1, lease(store, 1, NOW + 3 * MINUTE), State.DONE)
    assert next_due(store) == NOW + 3 * MINUTE, "the end of the other's lease"


def test_counts_tell_each_state_and_each_connection(store):
    for order_id in (1, 2, 3):
        store.do(lambda s, o=order_id: add(s, o))
    store.do(lambda s: outbox.enqueue(s, 1, "other", Step.ACCEPT, {}, "Ana", NOW))
    settle(store, 1, lease(store, 1), State.REFUSED)
    settle(store, 2, lease(store, 2), State.DONE)
    with store.read() as session:
        assert outbox.counts(session) == {State.REFUSED: 1, State.WAITING: 2}
        assert outbox.counts(session, SHOP) == {State.REFUSED: 1, State.WAITING: 1}


# --- any sequence of acts ---------------------------------------------------------------------------------

_ids = st.integers(1, 6)


class Machine(RuleBasedStateMachine):
    """A model in plain dictionaries beside the table: they must agree after every act."""

    store: Store

    @initialize()
    def empty(self) -> None:
        self.store.do(lambda s: s.run(tables.outbox.delete()))
        self.now = NOW
        self.model: dict[int, dict[str, Any]] = {}
        self.tokens: list[tuple[int, str]] = []

    @rule(order_id=st.integers(1, 2))
    def enqueue(self, order_id: int) -> None:
        self.store.do(lambda s: add(s, order_id, at=self.now))
        push_id = max(self._rows())
        self.model[push_id] = {
            "order": order_id, "state": State.WAITING, "due": self.now, "until": None, "token": ""
        }  # fmt: skip

    @rule(minutes=st.integers(0, 3))
    def wait(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(n=_ids)
    def lease(self, n: int) -> None:
        push_id = self._pick(n)
        token = self.store.do(lambda s: outbox.lease(s, push_id, self.now, self.now + MINUTE))
        one = self.model.get(push_id)
        assert (token is not None) == (one is not None and self._ready(one))
        if token and one:
            one |= {"state": State.SENDING, "until": self.now + MINUTE, "token": token}
            self.tokens.append((push_id, token))

    @rule(
        data=st.data(),
        to=st.sampled_from([State.DONE, State.WAITING, State.UNKNOWN, State.REFUSED]),
    )
    def settle(self, data: st.DataObject, to: State) -> None:
        if not self.tokens:
            return
        push_id, token = data.draw(st.sampled_from(self.tokens))
        later = self.now + MINUTE
        done = self.store.do(
            lambda s: outbox.settle(s, push_id, token, to, self.now, later, NO, "key")
        )
        one = self.model[push_id]
        assert done == (one["token"] == token)
        if done:
            one |= {"state": to, "due": later, "until": None, "token": ""}

    @rule(order_id=st.integers(1, 2))
    def withdraw(self, order_id: int) -> None:
        quiet = {State.WAITING, State.UNKNOWN, State.REFUSED}
        own = [o for o in self.model.values() if o["order"] == order_id and o["state"] in quiet]
        assert len(own) == self.store.do(
            lambda s: outbox.withdraw(s, order_id, [Step.ACCEPT], self.now)
        )
        for one in own:
            one["state"] = State.WITHDRAWN

    @rule(n=_ids)
    def resend(self, n: int) -> None:
        push_id = self._pick(n)
        one = self.model.get(push_id)
        open_ = one is not None and one["state"] in {State.REFUSED, State.UNKNOWN}
        assert open_ == self.store.do(lambda s: outbox.resend(s, push_id, None, self.now))
        if open_ and one:
            state = State.WAITING if one["state"] is State.REFUSED else State.UNKNOWN
            one |= {"state": state, "due": self.now}

    @rule(n=_ids, reached=st.booleans())
    def answer(self, n: int, reached: bool) -> None:
        push_id = self._pick(n)
        one = self.model.get(push_id)
        open_ = one is not None and one["state"] in {State.REFUSED, State.UNKNOWN}
        assert open_ == self.store.do(lambda s: outbox.answered(s, push_id, reached, self.now))
        if open_ and one:
            one |= {"state": State.DONE if reached else State.WAITING, "due": self.now}

    @invariant()
    def agree(self) -> None:
        if not hasattr(self, "model"):
            return
        rows = self._rows()
        assert {k: v.state for k, v in rows.items()} == {
            k: o["state"] for k, o in self.model.items()
        }
        oldest: dict[int, int] = {}
        for push_id, one in sorted(self.model.items()):
            if one["state"] in UNFINISHED:
                oldest.setdefault(one["order"], push_id)
        wanted = sorted(n for n in oldest.values() if self._ready(self.model[n]))
        with self.store.read() as session:
            assert [push.id for push in outbox.due(session, SHOP, self.now)] == wanted
            at = outbox.next_due(session, SHOP)
        times = [self.model[n]["until"] or self.model[n]["due"] for n in oldest.values()
                 if self.model[n]["state"] is not State.REFUSED]  # fmt: skip
        assert at == min(times, default=None)
        for push in rows.values():
            ended = push.state in {State.DONE, State.WITHDRAWN}
            assert (push.settled_at is not None) == ended
            assert bool(push.token) == (push.state is State.SENDING)

    def _ready(self, one: dict[str, Any]) -> bool:
        if one["state"] is State.SENDING:
            return bool(one["until"] <= self.now)
        return one["state"] in {State.WAITING, State.UNKNOWN} and bool(one["due"] <= self.now)

    def _rows(self) -> dict[int, outbox.Entry]:
        with self.store.read() as session:
            return {p.id: p for order_id in (1, 2) for p in outbox.of_order(session, order_id)}

    def _pick(self, n: int) -> int:
        return sorted(self.model)[n % len(self.model)] if self.model else n


def test_any_sequence_of_acts_keeps_the_rules(store):
    from hypothesis.stateful import run_state_machine_as_test

    Machine.store = store
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
