"""The server: keys, load, odd bodies, start and end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from desktop.sandbox import KEY, TOKEN, Sandbox
from tests.unit.sandbox.client import DOCUMENTS, ORDERS, Client, Serve


def test_calls_need_the_key_and_its_token(serve: Serve) -> None:
    sandbox, client = serve(key="k", token="t")
    assert client("GET", ORDERS).status_code == 200
    for key, token in (("k", "wrong"), ("wrong", "t"), ("", "")):
        stranger = Client(sandbox.url, key, token)
        with stranger.session:
            answer = stranger("GET", ORDERS)
        assert answer.status_code == 401
        assert answer.json()["error"]["message"] == "Unauthorized access"


def test_a_key_without_the_resource_is_forbidden_until_it_is_granted(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    sandbox.refuse(None, "cancel", 403, "The credentials are not enabled")
    assert client.cancel(order_id).status_code == 403
    sandbox.allow(None, "cancel")
    assert client.cancel(order_id).status_code == 200


def test_dialects_can_be_offered_alone(serve: Serve) -> None:
    for dialect, served, missing in (("pii", DOCUMENTS, ORDERS), ("classic", ORDERS, DOCUMENTS)):
        sandbox, client = serve(dialect=dialect)
        order_id = sandbox.place()
        assert client("GET", f"{served}/{order_id}").status_code == 200
        assert client("GET", f"{missing}/{order_id}").status_code == 404
        assert client("GET", "/api/orders/feed?maxlot=1").status_code == 200


def test_fifty_clients_at_once(serve: Serve) -> None:
    sandbox, _ = serve(orders=12, start=None)
    ids = sandbox.order_ids("ready-for-handling")
    started: list[int] = []

    def work(number: int) -> None:
        client = Client(sandbox.url)
        with client.session:
            for order_id in ids:
                started.append(client.start(order_id))
                assert client.detail(order_id)["status"] == "handling"

    with ThreadPoolExecutor(50) as pool:
        for done in [pool.submit(work, n) for n in range(50)]:
            done.result(60)
    assert started.count(204) == len(ids), "exactly one client starts each order"
    assert started.count(409) == 49 * len(ids)
    assert len(sandbox.effects(kind="start-handling")) == len(ids)


def test_it_answers_more_than_a_thousand_requests_a_second(serve: Serve) -> None:
    """By bare sockets on kept connections; tried again where the machine is busy."""
    sandbox, _ = serve(orders=8, start=None)
    port = int(sandbox.url.rsplit(":", 1)[1])
    head = (
        f"GET /api/orders/feed/config HTTP/1.1\r\nHost: x\r\nX-VTEX-API-AppKey: {KEY}\r\n"
        f"X-VTEX-API-AppToken: {TOKEN}\r\n\r\n"
    ).encode()

    def work(count: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            for _ in range(count):
                line.sendall(head)
                assert b" 200 OK\r\n" in line.recv(65536)

    rates = [0.0]
    while max(rates) < 1000 and len(rates) < 10:
        began = time.perf_counter()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, [100] * 8))
        rates.append(800 / (time.perf_counter() - began))
    assert max(rates) >= 1000, rates


def test_a_body_that_is_no_json_is_400_and_the_connection_goes_on(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    for body in (b"{", b"[]", b"\xff"):
        url = f"{sandbox.url}{ORDERS}/{order_id}/interactions"
        assert client.session.post(url, data=body, timeout=10).status_code == 400
    assert client.detail(order_id)["orderId"] == order_id


def test_a_body_in_chunks_is_read_and_the_connection_goes_on(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    chunks = iter([b'{"source": "till", ', b'"message": "Ol\xc3\xa1"}'])
    url = f"{sandbox.url}{ORDERS}/{order_id}/interactions"
    assert client.session.post(url, data=chunks, timeout=10).status_code == 200
    assert [effect.mark for effect in sandbox.effects(order_id)] == ["till: Olá"]
    assert client.detail(order_id)["orderId"] == order_id


def test_stop_leaves_no_thread_and_no_port() -> None:
    before = set(threading.enumerate())
    with Sandbox(orders=1) as sandbox:
        client = Client(sandbox.url)
        client("GET", ORDERS)
        port = int(sandbox.url.rsplit(":", 1)[1])
    client.session.close()
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    sandbox.stop()


def test_run_prints_its_address_and_ends_when_interrupted() -> None:
    code = "from desktop.sandbox import run; run(port=0, seed=3, orders=2, faults='')"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    with process:
        assert process.stdout is not None and process.stderr is not None
        url = process.stdout.readline().strip()
        assert requests.get(f"{url}/_sandbox/summary", timeout=10).json()["orders"]
        process.send_signal(signal.CTRL_BREAK_EVENT if os.name == "nt" else signal.SIGINT)
        process.wait(10)
        assert os.name == "nt" or (process.returncode, process.stderr.read()) == (0, "")


def test_it_writes_nothing_to_stderr(serve: Serve, capfd: pytest.CaptureFixture[str]) -> None:
    sandbox, client = serve(faults="reset-after*1")
    with pytest.raises(requests.ConnectionError):
        client("GET", ORDERS)
    client("GET", "/nowhere")
    port = int(sandbox.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(b"nonsense\r\n\r\n")
        line.recv(1000)
    client("GET", json.dumps(ORDERS).strip('"'))
    assert capfd.readouterr() == ("", "")
