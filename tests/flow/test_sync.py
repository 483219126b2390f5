"""Pushing and pulling with a platform that does what the test says, and with the sandbox over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop import sync as sync_module
from desktop.__main__ import main
from desktop.connections import SyncService
from desktop.connectors import Done, How, Refused, Repeat, Retry, Told, Unknown, Unreadable
from desktop.errors import PlatformAway, PlatformDenied, UserError
from desktop.journey import Step
from desktop.order import CancelState, Order, Status
from desktop.sandbox import KEY, TOKEN, Sandbox
from desktop.secrets import InMemory
from desktop.store import Store, journal, orders, outbox, setup
from desktop.store.outbox import State
from desktop.sync import LEASE, Pass, Sync
from desktop.work import Work
from tests.fakes import (
    ANA,
    NOW,
    SHOP,
    Clock,
    FakeConnector,
    an_order,
    open_store,
    page,
    remote,
    wait_until,
)

NO = UserError("The platform says no.")
AWAY = PlatformAway("{host} is away", host="example.com", sent=True)


class Scene:
    """A store, its clock, the platform, and the thing that keeps them in step."""

    def __init__(self, folder: Path, *new: Order) -> None:
        self.store = open_store(folder, *new)
        self.clock = Clock()
        self.platform = FakeConnector()
        self.sync = Sync(self.store, SHOP, self.platform, self.clock, poll_s=0.05)

    def do(self, order_id: int, step: Step, **given: Any) -> None:
        Work(self.store, self.clock).do(order_id, step, given, ANA).result(10)

    def once(self) -> Pass:
        return self.sync.once()

    def order(self, order_id: int = 1) -> Order:
        with self.store.read() as session:
            return orders.get(session, order_id)

    def pushes(self, order_id: int = 1) -> list[outbox.Entry]:
        with self.store.read() as session:
            return outbox.of_order(session, order_id)

    def states(self, order_id: int = 1) -> list[State]:
        return [push.state for push in self.pushes(order_id)]

    def trouble(self) -> str:
        with self.store.read() as session:
            [known] = setup.all_connections(session)
        return str(known.trouble or "")

    def close(self) -> None:
        self.platform.gate.set()
        self.sync.close()
        self.store.close()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path, *(an_order(str(n)) for n in range(1, 13)))
    yield made
    made.close()
    names = {thread.name.split("_")[0] for thread in threading.enumerate()}
    assert not names & {"writer", f"sync-{SHOP}", f"send-{SHOP}", f"pull-{SHOP}"}


# --- outcomes ---------------------------------------------------------------------------------------------


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
    scene.sync._random.seed(7)
    waits = []
    for attempt in range(14):
        scene.platform.script[Step.ACCEPT] = [Retry(NO)]
        if attempt == 0:
            scene.do(1, Step.ACCEPT)
        assert scene.once().later == 1
        [push] = scene.pushes()
        waits.append((push.due_at - scene.clock()).total_seconds())
        scene.clock.at = push.due_at
    bounds = [min(sync_module.BACKOFF_CAP_S, sync_module.BACKOFF_BASE_S * 2**n) for n in range(14)]
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


# --- order, leases, races ---------------------------------------------------------------------------------


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


# --- pulling ----------------------------------------------------------------------------------------------


def test_a_page_is_acknowledged_only_after_it_is_committed(scene):
    seen: list[tuple[Any, int]] = []

    def look(receipt: Any) -> None:
        with scene.store.read() as session:
            seen.append((receipt, len(orders.by_remote(session, SHOP, ["r50", "r51"]))))

    scene.platform.on_acknowledge = look
    scene.platform.pages = [page(remote(an_order("50")), receipt="a", more=True),
                            page(remote(an_order("51")), receipt="b")]  # fmt: skip
    assert scene.once().new == 2
    assert sorted(seen)[0][0] == "a"
    assert all(found >= n for n, (_, found) in enumerate(sorted(seen), 1))


def test_a_page_that_could_not_be_stored_is_not_acknowledged(scene, monkeypatch):
    def fail(*_given):
        raise RuntimeError("a bug")

    scene.platform.pages = [page(remote(an_order("50")), receipt="a")]
    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(setup, "save_cursor", fail)
        scene.sync.pull(Pass())
    assert scene.platform.named("acknowledge") == []
    scene.platform.pages = [page(remote(an_order("50")), receipt="a")]
    assert scene.once().new == 1
    assert [call.extra for call in scene.platform.named("acknowledge")] == ["a"]


def test_the_next_page_is_fetched_while_one_is_stored(scene, monkeypatch):
    storing = threading.Event()
    real = setup.save_cursor

    def slow(session, name, cursor):
        storing.set()
        wait_until(lambda: len(scene.platform.named("pull")) == 2, "the second pull")
        real(session, name, cursor)

    monkeypatch.setattr(setup, "save_cursor", slow)
    scene.platform.pages = [page(remote(an_order("50")), cursor="1", more=True), page(cursor="2")]
    assert scene.once().new == 1
    assert storing.is_set()
    assert [call.extra for call in scene.platform.named("pull")] == ["", "1"]


def test_the_cursor_goes_on_from_what_is_stored(scene):
    scene.platform.pages = [page(cursor="7")]
    scene.once()
    scene.once()
    assert [call.extra for call in scene.platform.named("pull")] == ["", "7"]


def test_trouble_is_kept_until_a_pull_succeeds(scene):
    scene.platform.pages = [PlatformDenied("The key lacks the right “{right}”.", right="Feed")]
    assert isinstance(scene.once().trouble, PlatformDenied)
    assert scene.trouble() == "The key lacks the right “Feed”."
    scene.once()
    assert scene.trouble() == ""


def test_trouble_with_the_pull_does_not_keep_pushes_back(scene):
    scene.platform.pages = [AWAY, AWAY]
    scene.do(1, Step.ACCEPT)
    assert scene.once().sent == 1


def test_after_too_many_requests_nothing_is_asked_until_the_named_time(scene):
    scene.platform.pages = [PlatformAway("Too many requests", after_s=60)]
    scene.once()
    scene.do(1, Step.ACCEPT)
    scene.clock.advance(seconds=59)
    scene.once()
    assert len(scene.platform.calls) == 1
    scene.clock.advance(seconds=2)
    done = scene.once()
    assert (done.sent, done.trouble) == (1, None)


def test_a_shorter_quiet_time_does_not_end_a_longer_one(scene):
    scene.sync._ask_quiet(60)
    scene.sync._ask_quiet(2)
    scene.clock.advance(seconds=30)
    scene.once()
    assert scene.platform.calls == []


def test_a_lost_acknowledgement_brings_the_page_again_and_changes_nothing(scene):
    again = remote(an_order("50"))
    scene.platform.acks = [AWAY]
    scene.platform.pages = [page(again, receipt="a"), page(again, receipt="b")]
    assert scene.once().trouble is AWAY
    done = scene.once()
    assert (done.new, done.changed, done.unchanged, done.trouble) == (0, 0, 1, None)


def test_what_is_unreadable_again_and_again_does_not_keep_a_pass_going(scene):
    bad = Unreadable("r9", UserError("cut off"), b"{")
    scene.platform.pages = [page(bad=[bad]) for _ in range(5)]
    assert scene.once().moved == 0


def test_an_order_can_be_read_again_on_demand(scene):
    scene.store.do(lambda s: setup.park(s, SHOP, "r70", UserError("cut off"), b"{", NOW))
    scene.platform.truth["r70"] = remote(an_order("70"))
    scene.sync.read_again("r70")
    with scene.store.read() as session:
        assert ("r70", "") in orders.by_remote(session, SHOP, ["r70"])
        assert setup.all_parked(session) == []


# --- the thread -------------------------------------------------------------------------------------------


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


# --- slice 1: three orders agree without a window ---------------------------------------------------------


def balcao(folder: Path, *words: str, code: int = 0, **env: str) -> Any:
    """Runs `python -m desktop --json` as a program of its own and gives what it printed."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BALCAO_")}
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "--data", str(folder), "--json", "--by", "Ana", *words],
        capture_output=True, text=True, timeout=60, check=False,
        env=clean | {"BALCAO_LOJA_TOKEN": TOKEN} | env,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, (done.stdout, done.stderr)
    return json.loads(done.stdout) if done.stdout else None


@pytest.fixture
def here(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """The same command line inside this program: a start of Python costs more than most commands."""
    monkeypatch.setenv("BALCAO_LOJA_TOKEN", TOKEN)

    def run(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert main(["--data", str(tmp_path), "--json", "--by", "Ana", *words]) == code
        return json.loads(capsys.readouterr().out)

    return run


def test_three_orders_agree_without_a_window(tmp_path, here):
    with Sandbox(seed=3, orders=0) as shop:
        ids = [shop.place(delivery="delivery"), shop.place(delivery="pickup"), shop.place(lines=2)]
        balcao(tmp_path, "connect", "vtex", "name=loja", f"url={shop.url}", f"key={KEY}")
        assert balcao(tmp_path, "sync", "--once")["loja"]["new"] == 3
        way = {
            ids[0]: [("ship", "carrier=Jadlog", "tracking=JD1BR", "label_elsewhere=x"), ("deliver",)],
            ids[1]: [("ready", "shelf=B3"), ("hand_over", "collected_by=Z", "checked=yes")],
        }  # fmt: skip
        for n, order in enumerate(ids[:2]):
            first = [
                ("accept",),
                ("prepare",),
                ("invoice", f"number={n + 1}", "document=NF"),
                ("pack",),
            ]
            for words in first + way[order]:
                here("do", order, *words)
        balcao(tmp_path, "do", ids[2], "cancel", "reason=desistência")
        refused = balcao(tmp_path, "do", ids[2], "accept", code=1)
        assert "finished" in refused["error"]
        done = balcao(tmp_path, "sync", "--once")["loja"]
        assert (done["refused"], done["waiting"], done["trouble"]) == (0, 0, "")
        statuses = [here("show", one)["order"]["status"] for one in ids]
        assert statuses == ["delivered", "picked_up", "cancelled"]
        seen = [here("show", one)["order"]["seen"]["status"] for one in ids]
        assert seen == statuses, "what the platform confirmed is what the store did"
        assert [shop.order(one)["status"] for one in ids] == ["invoiced", "invoiced", "canceled"]
        assert shop.duplicates() == []
        listed = here("orders", "--status", "delivered")
        assert [one["status"] for one in listed] == ["delivered"]
        url = shop.url
    here("show", "no-such-order", code=1)
    gone = balcao(tmp_path, "sync", "--once", code=3)
    assert url.split("//")[1].split(":")[0] in gone["loja"]["trouble"]


def test_a_refusal_of_the_platform_is_told_by_the_exit_code(here):
    with Sandbox(seed=4, orders=0) as shop:
        order = shop.place()
        here("connect", "vtex", "name=loja", f"url={shop.url}", f"key={KEY}")
        here("sync", "--once")
        here("do", order, "accept")
        shop.refuse(order, "start-handling", message="Not today")
        assert here("sync", "--once", code=1)["loja"]["refused"] == 1
        pushes = here("show", order)["pushes"]
        assert "Not today" in pushes[0]["reason"]


# --- faults -----------------------------------------------------------------------------------------------

FAULTS = [
    "reset-before=0.2;seed=1",
    "reset-after=0.25;seed=2",
    "5xx=0.2;seed=3",
    "5xx-after=0.25;seed=4",
    "429(1s)=0.1*2;5xx-after=0.1;seed=5",
    "malformed=0.2;seed=6",
    "html=0.15;cut=0.15;seed=7",
    "slow(400000)=0.3;reset-after=0.2;seed=8",
]


@pytest.mark.parametrize("spec", FAULTS)
def test_under_any_fault_every_push_settles_once(tmp_path, monkeypatch, spec):
    """Nothing is lost and nothing is done twice, as the platform's own ledger of effects tells."""
    monkeypatch.setattr(sync_module, "BACKOFF_CAP_S", 0.01)
    with Sandbox(seed=9, orders=6) as shop:
        store, service = _connected(tmp_path, shop)
        try:
            _until_all_are_here(store, service, shop)
            shop.set_faults(spec)
            acts = _clerk(store)
            _until_settled(store, service)
        finally:
            service.close()
            store.close()
        shop.set_faults("")
        assert shop.duplicates() == []
        _check_effects(shop, acts)


def _connected(folder: Path, shop: Sandbox) -> tuple[Store, SyncService]:
    store, secrets = open_store(folder, words=()), InMemory()
    from desktop.connectors.vtex import Vtex

    rows = [setup.MapRow(w.word, w.status, True, w.creates) for w in Vtex.words]
    store.do(lambda s: setup.set_mapping(s, SHOP, rows))
    store.do(lambda s: setup.change_connection(s, SHOP, {"url": shop.url, "key": KEY}))
    secrets.set(SHOP, "token", TOKEN)
    return store, SyncService(store, secrets)


def _until_all_are_here(store: Store, service: SyncService, shop: Sandbox) -> None:
    ready = shop.order_ids("ready-for-handling")
    for _ in range(50):
        service.once()
        with store.read() as session:
            if len({k[0] for k in orders.by_remote(session, SHOP, ready)}) == len(ready):
                return
    raise AssertionError("not all orders came")


def _clerk(store: Store) -> dict[str, set[str]]:
    """Accepts, invoices, ships or cancels; gives the effects that the platform must show by order."""
    work, wanted = Work(store), {}
    with store.read() as session:
        found = [o for o in (orders.get(session, n) for n in range(1, 7) if _is_there(session, n))
                 if o.status is Status.AWAITING_CREATION]  # fmt: skip
    for n, order in enumerate(found):
        if n % 3 == 2:
            work.do(order.id, Step.CANCEL, {"reason": "x"}, ANA).result(10)
            wanted[order.remote_id] = {"cancel"}
            continue
        for step, given in ((Step.ACCEPT, {}), (Step.PREPARE, {}),
                            (Step.INVOICE, {"number": str(100 + n), "document": "NF"})):  # fmt: skip
            work.do(order.id, step, given, ANA).result(10)
        wanted[order.remote_id] = {"start-handling", "invoice"}
    assert len(wanted) >= 3
    return wanted


def _is_there(session: Any, order_id: int) -> bool:
    try:
        orders.get(session, order_id)
    except UserError:
        return False
    return True


def _until_settled(store: Store, service: SyncService) -> None:
    def settled() -> bool:
        service.once()
        with store.read() as session:
            refused = [p for p in outbox.in_trouble(session) if p.state is State.REFUSED]
            counts = outbox.counts(session)
        for push in refused:
            # An answer that cannot be read parks the push; a person sends it again from the repair page.
            assert "cut off" in str(push.reason)
            Work(store).mend(push.id, {}, ANA).result(10)
        return not counts

    wait_until(settled, "every push settled")


def _check_effects(shop: Sandbox, wanted: dict[str, set[str]]) -> None:
    for order_id, kinds in wanted.items():
        done = {effect.kind for effect in shop.effects(order_id) if effect.by == "api"}
        assert kinds <= done, (order_id, kinds, done)
    if any("cancel" in kinds for kinds in wanted.values()):
        cancelled = [one for one, kinds in wanted.items() if kinds == {"cancel"}]
        assert {shop.order(one)["status"] for one in cancelled} == {"canceled"}


def test_a_service_without_its_secret_says_what_is_missing(tmp_path):
    store = open_store(tmp_path)
    store.do(lambda s: setup.change_connection(s, SHOP, {"url": "ftp://x", "key": "k"}))
    service = SyncService(store, InMemory())
    trouble = service.once()[SHOP].trouble
    assert isinstance(trouble, UserError) and trouble.field == "url"
    with store.read() as session:
        noted = setup.all_connections(session)[0].trouble
    assert noted is not None and noted.text == trouble.text
    service.close()
    store.close()
