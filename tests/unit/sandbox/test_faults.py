"""Faults on demand: what they do to an answer, and when they strike."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from desktop.sandbox import Sandbox
from desktop.sandbox.faults import Faults, parse
from tests.unit.sandbox.client import ORDERS, Client, Serve


def test_a_reset_before_does_nothing_and_one_after_does_it(serve: Serve) -> None:
    sandbox, client = serve(faults="start-handling:reset-before*1")
    order_id = sandbox.place()
    with pytest.raises(requests.ConnectionError):
        client.start(order_id)
    assert sandbox.order(order_id)["status"] == "ready-for-handling"
    sandbox.set_faults("start-handling:reset-after*1")
    with pytest.raises(requests.ConnectionError):
        client.start(order_id)
    assert sandbox.order(order_id)["status"] == "handling"
    assert client.start(order_id) == 409
    assert [(r.status, r.fault) for r in sandbox.received if r.kind == "start-handling"] == [
        (0, "reset-before"),
        (0, "reset-after"),
        (409, ""),
    ]


def test_a_reset_is_a_real_reset(serve: Serve) -> None:
    sandbox, _ = serve(faults="reset-before")
    host, port = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(b"GET /api/orders/feed?maxlot=1 HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            line.recv(1)


@pytest.mark.parametrize(
    ("spec", "status", "done"),
    [("5xx(502)", 502, False), ("5xx-after", 503, True), ("429(0.2s)", 429, False)],
)
def test_server_errors_and_rate_limits(serve: Serve, spec: str, status: int, done: bool) -> None:
    sandbox, client = serve(faults=f"{spec}*1")
    order_id = sandbox.place()
    answer = client("POST", f"{ORDERS}/{order_id}/start-handling")
    assert answer.status_code == status
    assert bool(sandbox.effects(order_id)) is done
    assert answer.headers.get("Retry-After") == ("1" if status == 429 else None)
    assert client.start(order_id) == (409 if done else 204)


def test_the_platforms_minute_is_the_default(serve: Serve) -> None:
    _, client = serve(faults="429*1")
    assert client("GET", ORDERS).headers["Retry-After"] == "60"


def test_bodies_can_be_broken_in_four_ways(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    path = f"{ORDERS}/{order_id}"
    sandbox.set_faults("malformed*1")
    broken = client("GET", path)
    assert broken.status_code == 200
    with pytest.raises(ValueError):
        broken.json()
    sandbox.set_faults("html*1")
    assert client("GET", path).headers["Content-Type"] == "text/html"
    sandbox.set_faults("content-type*1")
    plain = client("GET", path)
    assert plain.headers["Content-Type"] == "text/plain" and plain.json()["orderId"] == order_id
    sandbox.set_faults("cut(100)*1")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client("GET", path)
    assert client("GET", path).json()["orderId"] == order_id


def test_an_answer_without_a_body_is_cut_too(serve: Serve) -> None:
    sandbox, client = serve(faults="cut*1")
    order_id = sandbox.place()
    with pytest.raises(requests.ConnectionError):
        client.start(order_id)
    assert sandbox.order(order_id)["status"] == "handling"


def test_latency_and_a_dripping_body_take_their_time(serve: Serve) -> None:
    _, client = serve(faults="latency=80ms")
    began = time.perf_counter()
    assert client("GET", "/api/orders/feed/config").status_code == 200
    assert 0.08 <= time.perf_counter() - began < 5
    _, client = serve(faults="slow(2000)")
    began = time.perf_counter()
    size = len(client("GET", "/api/orders/feed/config").content)
    assert size / 2000 * 0.8 < time.perf_counter() - began < 10


def test_stop_does_not_wait_for_a_dripping_answer() -> None:
    sandbox = Sandbox(orders=1, faults="slow(1)")
    client = Client(sandbox.start())
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(client, "GET", ORDERS)
        while not sandbox.received:
            threading.Event().wait(0.005)
        began = time.perf_counter()
        sandbox.stop()
        assert time.perf_counter() - began < 3
        with pytest.raises(requests.ConnectionError):
            call.result(5)
    client.session.close()


def test_chance_is_the_same_for_the_same_seed_whatever_the_threads_do() -> None:
    calls = [f"GET /{n % 40}" for n in range(2000)]
    spec = "reset-after=0.1;429=0.05;latency=10ms"

    def drawn(seed: int, parallel: bool) -> dict[str, list[str]]:
        faults, told = Faults(f"{spec};seed={seed}"), {call: [] for call in calls}

        def draw(call: str) -> None:
            told[call] += [faults.draw("detail", call).name for _ in range(50)]

        with ThreadPoolExecutor(8 if parallel else 1) as pool:
            list(pool.map(draw, sorted(set(calls), reverse=parallel)))
        return told

    once = drawn(7, False)
    names = [name for told in once.values() for name in told]
    assert drawn(7, True) == once
    assert drawn(8, False) != once
    assert 0.08 < names.count("reset-after") / len(names) < 0.12
    assert 0.03 < names.count("429") / len(names) < 0.07


def test_a_rule_binds_to_its_kind_and_count(serve: Serve) -> None:
    sandbox, client = serve(faults="start-handling:5xx*2")
    order_id = sandbox.place()
    assert client.detail(order_id)["orderId"] == order_id
    assert [client.start(order_id) for _ in range(3)] == [503, 503, 204]


@pytest.mark.parametrize(
    "spec",
    ["what", "latency=soon", "5xx=2", "5xx=-1", "else:5xx", "seed=x", "cut()", "429(1m)", "5xx*-1"],
)
def test_a_spec_that_cannot_be_read_is_named(spec: str) -> None:
    with pytest.raises(ValueError, match="fault not understood"):
        parse(f"latency=1ms;{spec}")


def test_a_spec_is_read_whole() -> None:
    seed, rules = parse(" latency=30ms; invoice:cut(12)=0.5*3 ;429(2s)=0.02; seed=7;")
    assert seed == 7
    assert [(r.kind, r.name, r.value, r.chance, r.count) for r in rules] == [
        (None, "latency", 0.03, 1.0, None),
        ("invoice", "cut", 12.0, 0.5, 3),
        (None, "429", 2.0, 0.02, None),
    ]
