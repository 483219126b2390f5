"""Each fault of the line and the platform at three moments: the test of the connection, the pull, a push.

Each has its sentence and a next step, in the terminal and in the window's line; what happened is neither
taken for a refusal nor for a success that it was not; and once it is over all goes on by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop.sandbox import TOKEN, Sandbox
from tests.flow.bad_day import Day

KEY_REFUSED = "does not accept the key. Check key and token"
PAGE = "A web page came .* wants a log-in, or a proxy .* Open any page with a browser"
BROKEN = "is broken. The program tries again by itself"


@dataclass(frozen=True)
class Fault:
    """What goes wrong (of the sandbox's faults, or by `begin`), what is said of it, and what becomes of a
    push meanwhile. `checked` is said by the test of the connection, where that says something else."""

    name: str
    says: str
    push: str
    faults: str = ""
    begin: Callable[[Sandbox], None] = lambda _shop: None
    end: Callable[[Sandbox], None] = lambda _shop: None
    checked: str = ""


def revoke(shop: Sandbox) -> None:
    shop.token = "another"


def restore(shop: Sandbox) -> None:
    shop.token = TOKEN


def without(kind: str) -> Callable[[Sandbox], None]:
    return lambda shop: shop.refuse(None, kind, 403, "Acesso negado")


def granted(kind: str) -> Callable[[Sandbox], None]:
    return lambda shop: shop.allow(None, kind)


NO_VTEX = "not as VTEX does. Check the address"
WHOLE_LINE = (
    Fault("a revoked key", KEY_REFUSED, "waiting", begin=revoke, end=restore),
    Fault("a page", PAGE, "unknown", "html"),
    Fault("a page that forbids", PAGE, "unknown", "html(403)"),
    Fault("a page that finds nothing", PAGE, "unknown", "html(404)"),
    Fault("a log-in page elsewhere", "sends us elsewhere.*wants a log-in", "unknown", "portal"),
    Fault("a proxy that knows nobody", "asks for a log-in before it lets us through.*Log in with a browser",
          "waiting", "proxy"),
    Fault("an answer that breaks off", BROKEN, "unknown", "malformed", checked=NO_VTEX),
    Fault("an answer about something else", BROKEN, "unknown", "other", checked=NO_VTEX),
    Fault("an answer of nothing", BROKEN, "unknown", "empty", checked=NO_VTEX),
    Fault("a platform in trouble", "has trouble of its own", "unknown", "5xx"),
)  # fmt: skip


@pytest.fixture
def shop() -> Iterator[Sandbox]:
    with Sandbox(seed=5, orders=0) as running:
        yield running


@pytest.fixture
def day(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    shop: Sandbox,
) -> Day:
    monkeypatch.setenv("BALCAO_LOJA_TOKEN", TOKEN)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return Day(tmp_path / "store", capsys, shop)


@pytest.fixture(params=WHOLE_LINE, ids=lambda fault: fault.name)
def fault(request: pytest.FixtureRequest) -> Fault:
    found: Fault = request.param
    return found


def begins(fault: Fault, shop: Sandbox) -> None:
    fault.begin(shop)
    shop.set_faults(fault.faults)


def ends(fault: Fault, shop: Sandbox) -> None:
    fault.end(shop)
    shop.set_faults("")
    shop.advance(300)  # what was read and not acknowledged comes again


def test_when_it_is_connected(day: Day, fault: Fault) -> None:
    """The account is kept whole, and its trouble told at once: a store may be set up before its line is."""
    begins(fault, day.shop)
    said = day.connect(code=3)["answer"]
    assert re.search(fault.checked or fault.says, said), said
    assert day.doctor()["says"] == said
    ends(fault, day.shop)
    assert day.doctor(code=0)["health"] == "good"


def test_when_it_is_read(day: Day, fault: Fault) -> None:
    placed = [day.shop.place() for _ in range(3)]
    day.connect()
    begins(fault, day.shop)
    assert re.search(fault.says, day.sync(code=3)["trouble"])
    assert re.search(fault.says, day.line()), day.line()
    assert day.orders() == 0, "no order half"
    ends(fault, day.shop)
    done = day.sync()
    assert (done["new"], done["parked"], done["trouble"]) == (len(placed), 0, "")
    assert day.line() == ""


def test_when_orders_are_read_but_the_queue_answers(day: Day) -> None:
    """Of several orders none is one: that is the platform's trouble, and none is parked for it."""
    placed = [day.shop.place() for _ in range(3)]
    day.connect()
    for nonsense in ("malformed", "other", "empty", "html(404)"):
        day.shop.set_faults(f"detail:{nonsense}")
        done = day.sync(code=3)
        assert (done["parked"], done["new"]) == (0, 0)
        assert re.search(f"{BROKEN}|{PAGE}", done["trouble"])
        day.shop.set_faults("")
        day.shop.advance(300)
    assert day.sync()["new"] == len(placed)


def test_when_something_is_told(day: Day, fault: Fault) -> None:
    """The push waits or is in doubt, is never refused or lost, and goes once by itself."""
    order = day.shop.place()
    day.connect()
    day.sync()
    day.run("do", order, "accept")
    begins(fault, day.shop)
    done = day.sync(code=3)
    assert (done["sent"], done["refused"], done["waiting"]) == (0, 0, 1)
    push = day.push(order)
    assert push["state"] == fault.push
    assert re.search(fault.says, push["reason"]), push["reason"]
    ends(fault, day.shop)
    sent_by_itself(day, order)


def sent_by_itself(day: Day, order: str) -> None:
    """Within a few passes: a back-off may come between."""
    for _ in range(300):
        if day.sync(code=None)["waiting"] == 0:
            break
    assert day.push(order)["state"] in {"done", "withdrawn"}
    assert day.shop.order(order)["status"] == "handling"
    assert len(day.shop.effects(order, "start-handling")) == 1


# --- a right is missing on one call only --------------------------------------------------------------------

READS = {"feed-config": "Feed v3", "feed": "Feed v3", "detail": "View order"}
TELLS = {"start-handling": "Change order workflow status", "invoice": "Notify invoice",
         "cancel": "Cancel order"}  # fmt: skip


# The queue itself is not read by a test: that would hide its events from the store.
TESTED = {kind: right for kind, right in (READS | TELLS).items() if kind != "feed"}


@pytest.mark.parametrize(("kind", "right"), TESTED.items())
def test_a_right_that_is_missing_is_named_by_the_test(day: Day, kind: str, right: str) -> None:
    without(kind)(day.shop)
    said = day.connect(code=3)["answer"]
    assert re.search(f"lacks the right “{right}.*Add it on the platform", said), said
    assert day.doctor()["says"] == said
    granted(kind)(day.shop)
    assert day.doctor(code=0)["health"] == "good"
    assert day.shop.effects() == [], "a test changes nothing"


@pytest.mark.parametrize("kind", ["feed", "detail"])
def test_a_right_that_is_missing_to_read_stops_reading_and_says_which(day: Day, kind: str) -> None:
    day.shop.place()
    day.connect()
    without(kind)(day.shop)
    assert READS[kind] in day.sync(code=3)["trouble"]
    assert re.search(
        f"“loja” has not let us in for .*: a right is missing.*“{READS[kind]}", day.line()
    )
    granted(kind)(day.shop)
    day.shop.advance(300)
    assert day.sync()["new"] == 1


@pytest.mark.parametrize("kind", TELLS)
def test_a_right_that_is_missing_to_tell_parks_that_push_and_says_which(
    day: Day, kind: str
) -> None:
    order, other = day.shop.place(), day.shop.place()
    day.connect()
    day.sync()
    without(kind)(day.shop)
    step = {"start-handling": ("accept",), "cancel": ("cancel", "reason=x")}.get(kind)
    if step is None:
        for words in (("accept",), ("prepare",)):
            day.run("do", order, *words)
        step = ("invoice", "number=77", "document=NF")
    day.run("do", order, *step)
    done = day.sync(code=1)
    assert (done["refused"], done["trouble"]) == (1, "")
    push = day.push(order)
    assert (push["state"], push["step"]) == ("refused", step[0])
    assert TELLS[kind] in push["reason"] and "Add it on the platform" in push["reason"]
    assert "repair page" in day.line()
    # All that needs no such right goes on.
    another = ("accept",) if kind != "start-handling" else ("cancel", "reason=x")
    day.run("do", other, *another)
    assert day.sync(code=1)["sent"] == 1


# --- the clock ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("faults", "minutes"), [("clock(600s)", 10), ("clock(-3600s)", 60)])
def test_a_wrong_clock_stops_nothing_and_is_told(day: Day, faults: str, minutes: int) -> None:
    says = f"clock is {minutes} minutes off. Set it right"
    day.shop.place()
    day.shop.set_faults(faults)
    assert says in day.connect(code=3)["answer"]
    assert says in day.doctor()["says"]
    done = day.sync()
    assert (done["new"], done["trouble"]) == (1, "")
    assert says in done["warning"]
    assert says in day.line()
    day.shop.set_faults("clock(60s)")
    assert day.sync()["warning"] == ""
    assert day.line() == ""
