"""The feed, and the ledger of effects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sandbox.client import CONFIG, EVENT, ORDERS, SENT, Serve, drain


def test_all_seeded_orders_stand_in_the_feed_once_or_twice(serve: Serve) -> None:
    sandbox, client = serve(orders=200)
    got = drain(client)
    assert {item["orderId"] for item in got} == set(sandbox.order_ids())
    assert len({item["handle"] for item in got}) == len(got)
    copies = len(got) - 200
    assert 0 < copies < 40, "a few items come twice"
    assert len({item["eventId"] for item in got}) == 200
    assert [item["orderId"] for item in got] != sandbox.order_ids(), "no order is guaranteed"
    sandbox.advance(3600)
    assert drain(client) == []


def test_what_is_not_committed_comes_back_after_the_visibility_timeout(serve: Serve) -> None:
    sandbox, client = serve(orders=3)
    first = drain(client, commit=False)
    assert client("GET", "/api/orders/feed?maxlot=10").json() == []
    sandbox.advance(239)
    assert client("GET", "/api/orders/feed?maxlot=10").json() == []
    sandbox.advance(1)
    second = drain(client, commit=False)
    assert {i["eventId"] for i in second} == {i["eventId"] for i in first}
    stale = {"handles": [item["handle"] for item in first]}
    assert client("POST", "/api/orders/feed", stale).status_code == 200
    sandbox.advance(240)
    assert len(drain(client)) == len(first), "a handle of an earlier reading is void"


def test_every_workflow_change_is_told(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    drain(client)
    client.start(order_id)
    told = {(i["lastState"], i["state"]) for i in drain(client)}
    assert told == {("ready-for-handling", "start-handling"), ("start-handling", "handling")}


def test_without_a_configuration_the_feed_is_404_and_starts_empty(serve: Serve) -> None:
    sandbox, client = serve(orders=3, feed=False)
    for method, path in (("GET", "?maxlot=1"), ("GET", "/config")):
        assert client(method, f"/api/orders/feed{path}").status_code == 404
    assert client("POST", "/api/orders/feed", {"handles": ["x"]}).status_code == 404
    assert client("POST", "/api/orders/feed/config", CONFIG).status_code == 200
    assert drain(client) == []
    client.start(sandbox.order_ids("ready-for-handling")[0])
    assert {item["state"] for item in drain(client)} == {"start-handling", "handling"}
    assert client("GET", "/api/orders/feed/config").json()["queue"] == CONFIG["queue"]
    assert client("DELETE", "/api/orders/feed/config").status_code == 200
    assert client("GET", "/api/orders/feed?maxlot=1").status_code == 404


def test_a_status_typed_wrong_is_silently_an_empty_feed(serve: Serve) -> None:
    sandbox, client = serve(feed=False)
    wanted = CONFIG | {"filter": {"type": "FromWorkflow", "status": ["ready_for_handling"]}}
    assert client("POST", "/api/orders/feed/config", wanted).status_code == 200
    sandbox.place()
    assert drain(client) == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"filter": {"type": "FromWorkflow", "status": [], "expression": "true"}}, 409),
        ({"filter": {"type": "FromOrders", "status": []}}, 409),
        ({"filter": {"type": "Other", "status": []}}, 400),
        ({"filter": {"status": []}}, 400),
        ({"queue": {"visibilityTimeoutInSeconds": 1, "MessageRetentionPeriodInSeconds": 1}}, 400),
    ],
)
def test_wrong_feed_configurations_are_refused(
    serve: Serve, changes: dict[str, Any], status: int
) -> None:
    _, client = serve(feed=False)
    assert client("POST", "/api/orders/feed/config", CONFIG | changes).status_code == status
    assert client("GET", "/api/orders/feed?maxlot=1").status_code == 404


def test_a_feed_without_events_for_its_retention_is_deleted(serve: Serve) -> None:
    sandbox, client = serve(orders=1)
    sandbox.advance(345_601)
    assert client("GET", "/api/orders/feed?maxlot=1").status_code == 404


def test_the_feed_wants_a_lot_size_and_gives_ten_at_most(serve: Serve) -> None:
    _, client = serve(orders=20)
    assert client("GET", "/api/orders/feed").status_code == 400
    assert len(client("GET", "/api/orders/feed?maxlot=50").json()) == 10
    assert len(client("GET", "/api/orders/feed?maxlot=3").json()) == 3


def test_effects_done_twice_are_duplicates(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    client.start(order_id)
    client.start(order_id)
    client.invoice(order_id)
    client.invoice(order_id)
    for _ in range(2):
        client("PATCH", f"{ORDERS}/{order_id}/invoice/4711", SENT)
    assert sandbox.duplicates() == []
    note = {"source": "till", "message": "Olá"}
    for _ in range(2):
        client("POST", f"{ORDERS}/{order_id}/interactions", note)
        client.event(order_id)
        client.event(order_id, isDelivered=True, events=[])
    client.event(order_id, events=[EVENT | {"date": "2026-01-08"}])
    assert sorted(effect.kind for effect in sandbox.duplicates()) == ["delivered", "event", "note"]


def test_a_tracking_code_mended_and_mended_back_is_no_duplicate(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    client.start(order_id)
    client.invoice(order_id)
    for code in ("BR1", "BR2", "BR1"):
        sent = SENT | {"trackingNumber": code}
        assert client("PATCH", f"{ORDERS}/{order_id}/invoice/4711", sent).status_code == 200
    assert len(sandbox.effects(order_id, "tracking")) == 3
    assert sandbox.duplicates() == []


def test_the_same_call_for_a_pickup_order_is_called_ready(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place(delivery="pickup")
    client.start(order_id)
    client.invoice(order_id)
    client.event(order_id, events=[EVENT | {"description": "Pronto para retirada"}])
    assert [e.kind for e in sandbox.effects(order_id)] == ["start-handling", "invoice", "ready"]
