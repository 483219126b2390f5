"""What a push comes to: done, later, refused, unknown."""

from __future__ import annotations

import threading

import pytest

from desktop import sender
from desktop.connectors import Done, How, Refused, Repeat, Retry, Told, Unknown
from desktop.errors import UserError
from desktop.journey import Step
from desktop.order import Kind, Status
from desktop.store import journal, outbox
from desktop.store.outbox import State
from desktop.sync import Pass, Sync
from desktop.work import Work
from tests.fakes import (
    ANA,
    NOW,
    SHOP,
    FakeConnector,
    an_order,
    open_store,
    page,
    remote,
    wait_until,
)
from tests.flow.scene import AWAY, NO


def test_done_is_settled_and_the_confirmed_status_is_read_back(scene):
    scene.platform.truth["r1"] = remote(an_order("1"), "handling")
    scene.do(1, Step.ACCEPT)
    done = scene.once()
    assert (done.sent, done.refused, done.later, done.unanswered) == (1, 0, 0, 0)
    [push] = scene.pushes()
    assert (push.state, push.attempts, push.settled_at) == (State.DONE, 1, NOW)
    assert scene.order().seen.status is Status.ACCEPTED
    with scene.store.read() as session:
        lines = journal.of_order(session, 1)
    assert [(line.who, line.what) for line in lines[:2]] == [
        ("Ana", "accept"),
        ("balcao", "push_done"),
    ]
    assert scene.once().sent == 0


def test_done_stays_done_when_the_order_cannot_be_read_back(scene):
    scene.platform.reads = [AWAY]
    scene.do(1, Step.ACCEPT)
    scene.once()
    assert scene.states() == [State.DONE]


def test_retry_goes_again_later_and_not_before_the_time_the_platform_named(scene):
    scene.platform.script[Step.ACCEPT] = [Retry(NO, after_s=90)]
    scene.do(1, Step.ACCEPT)
    assert scene.once().later == 1
    assert scene.states() == [State.WAITING]
    scene.clock.advance(seconds=89)
    assert scene.once().sent == 0
    scene.clock.advance(seconds=1)
    assert scene.once().sent == 1
    assert scene.platform.duplicates() == []


def test_one_order_that_must_wait_holds_up_neither_the_others_nor_the_pull(scene):
    scene.platform.script[Step.ACCEPT] = [Retry(NO, after_s=60)]
    scene.do(1, Step.ACCEPT)
    scene.once()
    scene.do(2, Step.ACCEPT)
    scene.platform.pages = [page(remote(an_order("99")))]
    done = scene.once()
    assert (done.sent, done.new) == (1, 1)


def test_retries_back_off_with_full_jitter_up_to_a_bound(scene):
    scene.sync._sender._random.seed(7)
    waits = []
    for attempt in range(14):
        scene.platform.script[Step.ACCEPT] = [Retry(NO)]
        if attempt == 0:
            scene.do(1, Step.ACCEPT)
        assert scene.once().later == 1
        [push] = scene.pushes()
        waits.append((push.due_at - scene.clock()).total_seconds())
        scene.clock.at = push.due_at
    bounds = [min(sender.BACKOFF_CAP_S, sender.BACKOFF_BASE_S * 2**n) for n in range(14)]
    assert all(0 <= wait <= bound for wait, bound in zip(waits, bounds, strict=True))
    assert max(waits) > 60
    assert len(set(waits)) == len(waits)


def test_refused_is_parked_with_reason_and_field_and_blocks_only_its_own_order(scene):
    scene.platform.script[Step.ACCEPT] = [Refused(UserError("no {why}", why="key"), "key")]
    scene.do(1, Step.ACCEPT)
    scene.do(1, Step.PREPARE)
    scene.do(2, Step.ACCEPT)
    scene.sync.push(Pass())
    with scene.store.read() as session:
        [bad] = outbox.in_trouble(session)
    assert (bad.order_id, str(bad.reason), bad.field) == (1, "no key", "key")
    assert scene.states(2) == [State.DONE]
    scene.clock.advance(days=1)
    assert scene.once().sent == 0, "nothing is sent again until a person says so"
    Work(scene.store, scene.clock).mend(bad.id, {}, ANA).result(10)
    assert scene.once().sent >= 1
    assert scene.states()[0] is State.DONE


@pytest.mark.parametrize("took_effect", [True, False])
def test_unknown_is_read_back_and_compared_before_anything_is_sent_again(scene, took_effect):
    def lose_the_answer(push):
        if took_effect:
            scene.platform.take_effect(push)
        return Unknown(NO)

    scene.platform.truth["r1"] = remote(an_order("1"), "handling")
    scene.platform.script[Step.ACCEPT] = [lose_the_answer]
    scene.do(1, Step.ACCEPT)
    assert scene.once().unanswered == 1
    assert scene.states() == [State.UNKNOWN]
    before = len(scene.platform.named("read"))
    scene.clock.advance(minutes=10)
    assert scene.once().sent == 1
    assert scene.states() == [State.DONE]
    assert len(scene.platform.named("push")) == (1 if took_effect else 2)
    assert len(scene.platform.named("read")) > before
    assert len(scene.platform.effects) == 1


def test_what_the_other_part_of_a_mixed_order_shows_is_no_answer(scene, monkeypatch):
    """The part for the counter went on meanwhile; ours did not, so it is sent again."""
    ours, theirs = an_order("1"), an_order("1", group="pickup", kind=Kind.PICKUP)
    parts = (remote(theirs, "handling"), remote(ours, "ready"))
    monkeypatch.setattr(scene.platform, "read", lambda _remote_id: parts)
    monkeypatch.setattr(scene.platform, "confirms", lambda _push, one: one.word == "handling")
    scene.platform.script[Step.ACCEPT] = [Unknown(NO)]
    scene.do(1, Step.ACCEPT)
    scene.once()
    scene.clock.advance(minutes=10)
    assert scene.once().sent == 1
    assert len(scene.platform.named("push")) == 2
    assert len(scene.platform.effects) == 1


def test_unknown_stays_unknown_while_the_order_cannot_be_read(scene):
    scene.platform.script[Step.ACCEPT] = [Unknown(NO)]
    scene.do(1, Step.ACCEPT)
    scene.once()
    for _ in range(3):
        scene.platform.reads = [AWAY]
        scene.clock.advance(minutes=10)
        assert scene.once().unanswered == 1
    assert len(scene.platform.named("push")) == 1
    [push] = scene.pushes()
    assert str(push.reason) == "example.com is away"


def test_what_nobody_can_compare_is_asked_of_a_person(scene):
    scene.platform.tells[Step.ACCEPT] = Told(How.NOTE, Repeat.ASK)
    scene.platform.script[Step.ACCEPT] = [Unknown(NO)]
    scene.do(1, Step.ACCEPT)
    for _ in range(4):
        scene.once()
        scene.clock.advance(days=1)
    assert len(scene.platform.named("push")) == 1
    assert scene.platform.named("read") == []
    [push] = scene.pushes()
    assert push.state is State.UNKNOWN
    assert "Look there" in str(push.reason)
    Work(scene.store, scene.clock).answer(push.id, False, ANA).result(10)
    assert scene.once().sent == 1
    assert len(scene.platform.effects) == 1


def test_what_is_safe_to_repeat_is_repeated_without_asking(scene):
    scene.platform.tells[Step.ACCEPT] = Told(How.NATIVE, Repeat.SAFE)
    scene.platform.script[Step.ACCEPT] = [Unknown(NO)]
    scene.do(1, Step.ACCEPT)
    scene.once()
    scene.platform.reads = [AWAY]  # nor does it need to be read first
    scene.clock.advance(minutes=10)
    assert scene.once().sent == 1
    assert len(scene.platform.named("push")) == 2


def test_a_connector_with_a_bug_blocks_one_order_and_is_shown_once(scene, monkeypatch):
    shown: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: shown.append(repr(args.exc_value)))
    scene.platform.script[Step.ACCEPT] = [KeyError("bug"), Done(), Done()]
    for order_id in (1, 2, 3):
        scene.do(order_id, Step.ACCEPT)
    done = scene.once()
    assert (done.sent, done.unanswered, shown) == (2, 1, ["KeyError('bug')"])
    # Nobody knows how far it came: it is compared before it goes again.
    stuck = next(n for n in (1, 2, 3) if scene.states(n) == [State.UNKNOWN])
    scene.clock.advance(minutes=10)
    scene.once()
    assert f"r{stuck}" in {call.remote_id for call in scene.platform.named("read")}
    assert scene.states(stuck) == [State.DONE]


def test_a_push_that_must_wait_goes_by_itself_once_its_time_has_come(tmp_path):
    """Long before the next pull, and though nothing happens here that would wake the thread."""
    store, platform = open_store(tmp_path, an_order("1")), FakeConnector()
    platform.script[Step.ACCEPT] = [Retry(NO, after_s=0.3)]
    sync = Sync(store, SHOP, platform, poll_s=3600)
    try:
        sync.start()
        Work(store).do(1, Step.ACCEPT, {}, ANA).result(10)
        wait_until(lambda: len(platform.effects) == 1, "the push to be tried again")
        assert len(platform.named("push")) == 2
    finally:
        sync.close()
        store.close()


def test_a_thread_with_nothing_to_do_waits(tmp_path, monkeypatch):
    """It looks into the store a few times a poll, not without a pause."""
    store, platform = open_store(tmp_path), FakeConnector()
    read, looks = store.read, []

    def looked():
        looks.append(len(platform.named("pull")))
        return read()

    monkeypatch.setattr(store, "read", looked)
    sync = Sync(store, SHOP, platform, poll_s=0.3)
    try:
        sync.start()
        wait_until(lambda: len(platform.named("pull")) > 3, "four pulls")
        assert 0 < looks.count(2) < 20
    finally:
        sync.close()
        store.close()
