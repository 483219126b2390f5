"""Each fault of the line at each call of a push: what becomes of it, and one effect in the end.

Nothing was sent when the first reading broke: later. Something may have been sent: unknown, and read
back before anything is sent again. Never refused, because the platform said no such thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from desktop.connectors.http import Http
from desktop.connectors.vtex import Vtex
from desktop.errors import PlatformAway
from desktop.journey import Step
from desktop.order import Order
from desktop.sandbox import KEY, TOKEN, Sandbox
from desktop.sender import BACKOFF_BASE_S
from desktop.store import Store, orders, outbox
from desktop.store.outbox import State
from desktop.sync import Pass, Sync
from desktop.work import Work
from tests.fakes import ANA, SHOP, Clock, open_store, wait_until

# What an answer to the call that does it comes to.
WRITE = {
    "latency=5ms": State.DONE,
    "clock": State.DONE,
    "malformed": State.UNKNOWN,  # a success, but whose?
    "other": State.UNKNOWN,
    "empty": State.UNKNOWN,
    "portal": State.UNKNOWN,
    "html(403)": State.UNKNOWN,
    "html(404)": State.UNKNOWN,
    "proxy": State.WAITING,  # it got no further than to the proxy
    "content-type": State.DONE,
    "reset-before": State.UNKNOWN,
    "reset-after": State.UNKNOWN,
    "cut": State.UNKNOWN,
    "5xx": State.UNKNOWN,
    "5xx-after": State.UNKNOWN,
    "html": State.UNKNOWN,
    "slow(20)": State.UNKNOWN,
    "429(1s)": State.WAITING,
    "429(0s)": State.WAITING,
}
# What an answer to the reading before it comes to.
READ = {
    "latency=5ms": State.DONE,
    "content-type": State.DONE,
    "clock": State.DONE,
    "malformed": State.WAITING,
    "empty": State.WAITING,
    "portal": State.WAITING,
    "proxy": State.WAITING,
    "html(403)": State.WAITING,
    "html(404)": State.WAITING,
    "reset-before": State.WAITING,
    "reset-after": State.WAITING,
    "cut": State.WAITING,
    "5xx": State.WAITING,
    "5xx-after": State.WAITING,
    "html": State.WAITING,
    "slow(20)": State.WAITING,
    "429(1s)": State.WAITING,
}


@dataclass(frozen=True)
class Told:
    """A step of the clerk: the call that carries it, what it leaves on the platform, and the way there."""

    step: Step
    kind: str
    effects: tuple[str, ...]
    given: dict[str, Any]
    reads_first: bool = False


CALLS = (
    Told(Step.ACCEPT, "start-handling", ("start-handling",), {}),
    Told(Step.INVOICE, "invoice", ("invoice",), {"number": "77", "document": "NF"}, True),
    Told(Step.SHIP, "tracking", ("tracking",),
         {"carrier": "PAC", "tracking": "BR1", "label_elsewhere": "x"}),
    Told(Step.DELIVER, "event", ("delivered",), {}),
    Told(Step.CANCEL, "cancel", ("request-cancel", "cancel"), {"reason": "x"}, True),
)  # fmt: skip
WAY: tuple[tuple[Step, dict[str, Any]], ...] = (
    (Step.ACCEPT, {}),
    (Step.PREPARE, {}),
    (Step.INVOICE, CALLS[1].given),
    (Step.PACK, {}),
    (Step.SHIP, CALLS[2].given),
)


@dataclass
class Till:
    """A store in step with the sandbox, and one order in it."""

    shop: Sandbox
    store: Store
    sync: Sync
    clock: Clock
    order_id: int
    remote_id: str

    def do(self, step: Step, **given: Any) -> None:
        Work(self.store, self.clock).do(self.order_id, step, given, ANA).result(10)

    def walk_to(self, told: Told) -> None:
        """All that lies before a step, on a good line."""
        for step, given in WAY if told.step is not Step.CANCEL else ():
            if step is told.step:
                break
            self.do(step, **given)
        self.sync.push(Pass())

    def last(self) -> outbox.Entry:
        with self.store.read() as session:
            return outbox.of_order(session, self.order_id)[-1]

    def is_read_again(self) -> bool:
        try:
            self.sync.read_again(self.remote_id)
        except PlatformAway:  # the pause that the platform named lasts
            return False
        return True

    def order(self) -> Order:
        with self.store.read() as session:
            return orders.get(session, self.order_id)

    def tell(self, told: Told) -> outbox.Entry:
        """Takes the step and sends it once."""
        self.do(told.step, **told.given)
        self.sync.push(Pass())
        return self.last()

    def settle(self) -> None:
        """The line is good again and time passes."""
        self.shop.set_faults("")

        def settled() -> bool:
            self.clock.advance(minutes=10)
            self.sync.push(Pass())
            return self.last().state is State.DONE

        wait_until(settled, "the push settled")


@pytest.fixture(scope="module")
def platform() -> Iterator[Sandbox]:
    with Sandbox(orders=0) as running:
        yield running


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(tmp_path_factory.mktemp("till"), words=Vtex.words)
    yield opened
    opened.close()


Begin = Callable[..., Till]


@pytest.fixture
def dialect() -> str:
    """One of them: they differ in paths and bodies, not in what an answer means."""
    return "classic"


@pytest.fixture
def begin(platform: Sandbox, store: Store, dialect: str) -> Iterator[Begin]:
    made: list[Sync] = []

    def a_till(transport: Callable[..., Http] = Http) -> Till:
        clock = Clock()
        connector = Vtex(SHOP, platform.url, KEY, TOKEN, dialect, transport=transport)
        sync = Sync(store, SHOP, connector, clock)
        # Full jitter may draw nothing, and then one pass sends twice.
        sync._sender._random.seed(7)
        made.append(sync)
        remote_id = platform.place(payment="pix", delivery="delivery", country="BRA")
        sync.read_again(remote_id)
        with store.read() as session:
            [(order, _)] = orders.by_remote(session, SHOP, [remote_id]).values()
        return Till(platform, store, sync, clock, order.id, remote_id)

    yield a_till
    platform.set_faults("")
    for sync in made:
        sync.close()


def patience(fault: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Http]:
    """A way to the network; one that soon gives up where the test is about that."""
    if not fault.startswith("slow"):
        return Http
    monkeypatch.setattr("desktop.connectors._vtex_push.PUSH_S", 1.0)
    return partial(Http, deadline_s=1.0)


def check_wait(till: Till, push: outbox.Entry, fault: str) -> None:
    """It goes again by itself: soon, or when the platform said."""
    if push.state is State.DONE:
        return
    named = 1.0 if fault.startswith("429") and push.state is State.WAITING else 0.0
    wait = (push.due_at - till.clock()).total_seconds()
    assert named <= round(wait, 1) <= max(BACKOFF_BASE_S, named)
    assert push.reason is not None


def check_once(till: Till, told: Told) -> None:
    """The step took effect, and once."""
    found = [effect.kind for effect in till.shop.effects(till.remote_id)]
    assert [kind for kind in found if kind in told.effects] == list(told.effects)
    assert till.shop.duplicates() == []
    order = till.order()
    assert order.seen.status is order.status


@pytest.mark.parametrize("told", CALLS, ids=lambda told: told.kind)
@pytest.mark.parametrize("fault", WRITE)
def test_where_it_is_sent(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, fault: str, told: Told
) -> None:
    till = begin(patience(fault, monkeypatch))
    till.walk_to(told)
    till.shop.set_faults(f"{told.kind}:{fault}")
    push = till.tell(told)
    assert push.state is WRITE[fault], push.reason
    check_wait(till, push, fault)
    till.settle()
    check_once(till, told)


@pytest.mark.parametrize("told", CALLS, ids=lambda told: told.kind)
@pytest.mark.parametrize("fault", READ)
def test_where_the_order_is_read(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, fault: str, told: Told
) -> None:
    """Before it is sent, where that call reads first; otherwise afterwards, which changes nothing."""
    till = begin(patience(fault, monkeypatch))
    till.walk_to(told)
    till.shop.set_faults(f"detail:{fault}")
    before = len(till.shop.received)
    push = till.tell(told)
    sent = [one for one in till.shop.received[before:] if one.kind == told.kind]
    expected = READ[fault] if told.reads_first else State.DONE
    assert push.state is expected, push.reason
    assert bool(sent) is (expected is State.DONE)
    if told.reads_first:
        check_wait(till, push, fault)
    till.settle()
    wait_until(till.is_read_again, "the order could be read again")
    check_once(till, told)


BROKEN = [fault for fault, state in READ.items() if state is State.WAITING]


@pytest.mark.parametrize("fault", BROKEN)
def test_where_a_refusal_is_looked_into(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Another till was faster, so the platform says no; whether that matters cannot be read now."""
    told = CALLS[0]
    till = begin(patience(fault, monkeypatch))
    till.shop.move(till.remote_id, "handling")
    till.shop.set_faults(f"detail:{fault}")
    push = till.tell(told)
    assert push.state is State.WAITING, push.reason
    till.settle()
    check_once(till, told)


@pytest.mark.parametrize("fault", BROKEN)
def test_between_the_two_calls_of_a_cancellation(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    told = CALLS[-1]
    till = begin(patience(fault, monkeypatch))
    asked = till.shop.oms.cancel

    def the_line_breaks_after_it(*given: Any, **named: Any) -> str:
        monkeypatch.undo()
        till.shop.set_faults(f"detail:{fault}")
        return asked(*given, **named)

    monkeypatch.setattr(till.shop.oms, "cancel", the_line_breaks_after_it)
    push = till.tell(told)
    assert push.state is State.UNKNOWN, push.reason
    till.settle()
    check_once(till, told)


@pytest.mark.parametrize("status", [400, 403, 404, 410])
@pytest.mark.parametrize("told", [one for one in CALLS if one.reads_first], ids=lambda t: t.kind)
def test_an_order_that_the_platform_does_not_give_parks_its_push(
    begin: Begin, told: Told, status: int
) -> None:
    till = begin()
    till.walk_to(told)
    till.shop.refuse(till.remote_id, "detail", status, "Not for you")
    push = till.tell(told)
    assert push.state is State.REFUSED
    assert push.reason is not None
    till.shop.allow(till.remote_id, "detail")
    Work(till.store, till.clock).mend(push.id, {}, ANA).result(10)
    till.settle()
    check_once(till, told)
