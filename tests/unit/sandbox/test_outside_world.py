"""What happens to a platform by other hands: tills, buyers, an order of any shape."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.unit.sandbox.client import ORDERS, Serve, drain


def test_one_order_can_be_refused_until_it_is_allowed(serve: Serve) -> None:
    sandbox, client = serve()
    refused, other = sandbox.place(), sandbox.place()
    for order_id in (refused, other):
        client.start(order_id)
    sandbox.refuse(refused, "invoice", 400, "Chave de acesso inválida")
    for _ in range(2):
        answer = client.invoice(refused)
        assert answer.status_code == 400
        assert answer.json()["error"]["message"] == "Chave de acesso inválida"
    assert client.invoice(other).status_code == 200
    sandbox.allow(refused, "invoice")
    assert client.invoice(refused).status_code == 200
    sandbox.refuse(other, "note", 500, "x", times=1)
    note = {"source": "till", "message": "Olá"}
    path = f"{ORDERS}/{other}/interactions"
    assert [client("POST", path, note).status_code for _ in range(2)] == [500, 200]


def test_another_till_moves_an_order(serve: Serve) -> None:
    sandbox, client = serve()
    first, second = sandbox.place(), sandbox.place()
    sandbox.move(first, "handling")
    assert client.start(first) == 409
    sandbox.move(first, "delivered")
    sandbox.move(second, "canceled")
    assert sandbox.summary()["statuses"] == {first: "invoiced", second: "canceled"}
    assert sandbox.summary()["finished"] == [first]
    assert {effect.by for effect in sandbox.effects()} == {"other till"}
    assert sandbox.duplicates() == []
    with pytest.raises(ValueError):
        sandbox.move(first, "moon")


def test_an_order_can_have_any_status_and_any_body(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place(changes={"value": -5})
    assert client.detail(order_id)["value"] == -5
    sandbox.set_status(order_id, "brand-new-status", in_error=True)
    order = client.detail(order_id)
    assert (order["status"], order["workflowIsInError"]) == ("brand-new-status", True)
    sandbox.set_status(order_id, None)
    assert client.detail(order_id)["status"] is None
    sandbox.set_status(order_id, "handling")
    drain(client)
    sandbox.set_raw(order_id, b'{"orderId": "^XA\x1b')
    assert drain(client)[0]["orderId"] == order_id
    assert client("GET", f"{ORDERS}/{order_id}").content == b'{"orderId": "^XA\x1b'
    sandbox.set_raw(order_id, None)
    assert client.detail(order_id)["orderId"] == order_id
    raw = sandbox.place(raw="<html>")
    assert client("GET", f"{ORDERS}/{raw}").text == "<html>"


def test_the_outside_world_by_http(serve: Serve) -> None:
    sandbox, client = serve(faults="5xx")

    def control(verb: str, **arguments: Any) -> Any:
        answer = requests.post(f"{sandbox.url}/_sandbox/{verb}", json=arguments, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert client("GET", ORDERS).status_code == 503
    control("set-faults", spec="")
    order_id = control("place", payment="transfer", paid=False)["order_id"]
    control("approve-payment", order_id=order_id)
    control("refuse", order_id=order_id, kind="start-handling", status=400, message="nein")
    assert client.start(order_id) == 400
    control("allow", order_id=order_id, kind="start-handling")
    control("move", order_id=order_id, to="handling")
    control("buyer-cancels", order_id=order_id)
    control("advance", seconds=10)
    control("close-window", order_id=order_id)
    control("edit", order_id=order_id, lastMessage="x")
    control("set-status", order_id=order_id, status="canceled")
    read = {
        name: requests.get(f"{sandbox.url}/_sandbox/{name}?id={order_id}", timeout=10).json()
        for name in ("summary", "requests", "effects", "order")
    }
    assert read["summary"]["orders"] == {"canceled": 1}
    assert [one["status"] for one in read["requests"]] == [503, 400]
    assert [e["kind"] for e in read["effects"]] == ["start-handling", "request-cancel"]
    assert read["order"]["lastMessage"] == "x"
    for verb, body in (("place", {"payment": "shells"}), ("move", {}), ("edit", {"order_id": "?"})):
        wrong = requests.post(f"{sandbox.url}/_sandbox/{verb}", json=body, timeout=10)
        assert wrong.status_code == 400 and wrong.json()["error"]
    gone = requests.post(f"{sandbox.url}/_sandbox/stop", json={}, timeout=10)
    assert gone.status_code == 404
