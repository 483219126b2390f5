"""The feed of a running platform, in both dialects, with the line at its worst."""

from __future__ import annotations

import json

import pytest

from desktop.connectors import Pulled, RemoteOrder
from desktop.connectors import http as net
from desktop.connectors._vtex_words import FEED_STATUSES
from desktop.errors import PlatformAway, UserError
from tests.flow.vtex import Start, drain, pages_of, remotes


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
    with pytest.raises((UserError, PlatformAway)):  # no order, or none that came whole
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
