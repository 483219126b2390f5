"""Leases, races and the thread: each push once, whoever sends it and whenever it ends."""

from __future__ import annotations

import threading

from desktop import sync as sync_module
from desktop.connectors import Done, Refused, Retry
from desktop.journey import Step
from desktop.order import CancelState, Order
from desktop.sender import LEASE
from desktop.store import Store, orders, outbox
from desktop.store.outbox import State
from desktop.sync import Pass, Sync
from tests.fakes import NOW, SHOP, an_order, page, remote, wait_until
from tests.flow.scene import AWAY, NO, Scene


def test_steps_of_one_order_go_one_after_the_other_and_orders_side_by_side(scene):
    for order_id in range(1, 7):
        scene.do(order_id, Step.ACCEPT)
        scene.do(order_id, Step.PREPARE)
        scene.do(order_id, Step.INVOICE, number=str(order_id), document="Factura")
    runner = threading.Thread(target=scene.once)
    with scene.platform.held():
        runner.start()
        wait_until(lambda: len(scene.platform.named("push")) == 6, "six pushes side by side")
        assert {call.step for call in scene.platform.named("push")} == {Step.ACCEPT}
        wait_until(lambda: scene.platform.most_at_once == 6)
    runner.join(20)
    for order_id in range(1, 7):
        mine = [step for one, step, _ in scene.platform.effects if one == f"r{order_id}"]
        assert mine == [Step.ACCEPT, Step.INVOICE]


def test_two_programs_on_one_store_send_each_push_once(scene, tmp_path):
    other_store = Store(scene.store.path.parent)
    other = Sync(other_store, SHOP, scene.platform, scene.clock)
    for order_id in range(1, 13):
        scene.do(order_id, Step.ACCEPT)
    try:
        with scene.platform.held():
            runners = [threading.Thread(target=s.push, args=(Pass(),)) for s in (scene.sync, other)]
            for runner in runners:
                runner.start()
            wait_until(lambda: len(scene.platform.named("push")) >= 8)
        for runner in runners:
            runner.join(20)
    finally:
        other.close()
        other_store.close()
    assert len(scene.platform.effects) == 12
    assert scene.platform.duplicates() == []


def test_a_push_that_another_program_left_in_doubt_since_it_was_listed_is_compared(scene):
    """The list said “waiting”; by the time it is leased, somebody else sent it and got no answer."""
    scene.do(1, Step.ACCEPT)
    with scene.store.read() as session:
        [listed] = outbox.due(session, SHOP, NOW)

    def meanwhile(session):
        token = outbox.lease(session, listed.id, NOW, NOW + LEASE)
        outbox.settle(session, listed.id, token, State.UNKNOWN, NOW, due_at=NOW)

    scene.store.do(meanwhile)
    scene.platform.effects.append(("r1", Step.ACCEPT, listed.key))
    scene.platform.truth["r1"] = remote(an_order("1"), "handling")
    assert isinstance(scene.sync._send(listed), Done)
    assert scene.platform.named("push") == []
    assert scene.states() == [State.DONE]


def test_an_expired_lease_is_compared_and_the_late_settle_is_dropped(scene):
    scene.do(1, Step.ACCEPT)
    scene.platform.truth["r1"] = remote(an_order("1"), "handling")
    late = threading.Thread(target=scene.sync.push, args=(Pass(),))
    with scene.platform.held():
        late.start()
        wait_until(lambda: len(scene.platform.named("push")) == 1)
        # The call is on its way and has taken effect; the program that sent it seems dead.
        [push] = scene.pushes()
        scene.platform.effects.append(("r1", Step.ACCEPT, push.key))
        scene.platform.script[Step.ACCEPT] = [Refused(NO)]
        scene.clock.advance(seconds=LEASE.total_seconds() + 1)
        other = Sync(scene.store, SHOP, scene.platform, scene.clock)
        other.push(Pass())
        assert scene.states() == [State.DONE]
        other._pool.shutdown()
        other._ahead.shutdown()
    late.join(20)
    assert scene.states() == [State.DONE], "what the late one found is dropped"
    assert len(scene.platform.named("push")) == 1


def test_a_cancellation_that_arrives_while_a_push_is_under_way_stops_its_repetition(scene):
    scene.do(1, Step.ACCEPT)
    scene.platform.script[Step.ACCEPT] = [Retry(NO)]
    sender = threading.Thread(target=scene.sync.push, args=(Pass(),))
    with scene.platform.held():
        sender.start()
        wait_until(lambda: len(scene.platform.named("push")) == 1)
        cancelled = remote(an_order("1"), "canceled", cancel=CancelState.CANCELLED)
        scene.store.do(lambda s: scene.sync._take(s, [cancelled]))
        assert scene.states() == [State.SENDING]
    sender.join(20)
    assert scene.states() == [State.WITHDRAWN]
    scene.clock.advance(days=1)
    scene.once()
    assert len(scene.platform.named("push")) == 1


def test_a_cancel_of_ours_follows_the_push_that_was_under_way(scene):
    scene.do(1, Step.ACCEPT)
    scene.platform.script[Step.ACCEPT] = [Retry(NO)]
    sender = threading.Thread(target=scene.sync.push, args=(Pass(),))
    with scene.platform.held():
        sender.start()
        wait_until(lambda: len(scene.platform.named("push")) == 1)
        scene.do(1, Step.CANCEL, reason="desistência")
    sender.join(20)
    assert scene.states()[0] is State.WITHDRAWN
    scene.once()
    assert [step for _, step, _ in scene.platform.effects] == [Step.CANCEL]


# --- the thread ----------------------------------------------------------------------------


def test_the_thread_pulls_pushes_and_wakes_for_what_a_clerk_does(scene):
    scene.platform.pages = [page(remote(an_order("50")))]
    scene.sync.start()
    wait_until(lambda: len(scene.platform.named("pull")) >= 1)
    scene.do(1, Step.ACCEPT)
    wait_until(lambda: scene.states() == [State.DONE])
    wait_until(lambda: len(scene.platform.named("pull")) >= 3, "pulls go on")


def test_the_thread_outlives_trouble_and_bugs(scene, monkeypatch):
    shown: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: shown.append(repr(args.exc_value)))
    scene.platform.pages = [AWAY, ZeroDivisionError("a bug"), page(remote(an_order("50")))]
    scene.sync.start()
    wait_until(lambda: any(o.number == "50" for o in _all(scene)))
    wait_until(lambda: scene.trouble() == "")
    assert shown == ["ZeroDivisionError('a bug')"]


def _all(scene: Scene) -> list[Order]:
    with scene.store.read() as session:
        return [order for order, _ in orders.by_remote(session, SHOP, ["r50"]).values()]


def test_a_refused_push_with_others_behind_it_leaves_the_thread_asleep(tmp_path):
    scene = Scene(tmp_path, an_order("1"))
    scene.sync._poll_s = 60.0
    scene.platform.script[Step.ACCEPT] = [Refused(NO)]
    scene.do(1, Step.ACCEPT)
    scene.do(1, Step.PREPARE)
    scene.do(1, Step.INVOICE, number="1", document="Factura")
    scene.sync.push(Pass())
    assert scene.sync._pause(sync_module.time.monotonic() + 60) > 50
    scene.close()


def test_an_end_waits_for_the_call_under_way_and_begins_no_other(scene):
    for order_id in range(1, 13):
        scene.do(order_id, Step.ACCEPT)
    with scene.platform.held():
        scene.sync.start()
        wait_until(lambda: len(scene.platform.named("push")) == sync_module.SENDERS)
        closer = threading.Thread(target=scene.sync.close)
        closer.start()
        wait_until(scene.sync._stop.is_set)
    closer.join(20)
    assert not closer.is_alive()
    assert scene.platform.closed
    assert scene.store._listeners == [], "a closed one that still listens is never forgotten"
    assert len(scene.platform.effects) == sync_module.SENDERS
    states = [state for n in range(1, 13) for state in scene.states(n)]
    assert states.count(State.DONE) == sync_module.SENDERS
    assert states.count(State.WAITING) == 12 - sync_module.SENDERS
