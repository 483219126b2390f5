"""Certificates that are not to be trusted and a proxy that lets nobody through: before a byte of the key
has left, with a sentence at each moment, and nothing lost."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.sandbox import TOKEN, Sandbox
from tests.flow.bad_day import Day
from tests.flow.tls import Gate, certificate
from tests.unit.http.server import Script, Server, says

NOBODY = (
    "does not trust the certificate of localhost. Check the address; if it is right, ask who runs"
)
DATE = "By this computer's clock the certificate of localhost is not valid. Set the date right"
NAME = "certificate that came is not of localhost. Check the address"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return certificate(tmp_path / "good.pem")


@pytest.fixture
def gate(tmp_path: Path, good: Path) -> Iterator[Gate]:
    with Sandbox(seed=5, orders=0) as shop, Gate(shop.url, good) as before:
        before.shop = shop  # type: ignore[attr-defined]
        yield before


@pytest.fixture
def day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> Day:
    monkeypatch.setenv("BALCAO_LOJA_TOKEN", TOKEN)
    return Day(tmp_path / "store", capsys, gate.shop)  # type: ignore[attr-defined]


def trust(monkeypatch: pytest.MonkeyPatch, *shown: Path) -> None:
    """What who runs the network does: the computer believes these."""
    bundle = shown[0].with_name("bundle.pem")
    bundle.write_text("".join(one.read_text() for one in shown))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))


def test_a_certificate_nobody_vouches_for(
    day: Day, gate: Gate, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day.shop.place()
    said = day.connect(code=3, url=gate.url)["answer"]
    assert NOBODY in said
    assert day.doctor()["says"] == said
    assert NOBODY in day.sync(code=3)["trouble"]
    assert NOBODY in day.line()
    assert day.shop.received == [], "the key did not leave"
    trust(monkeypatch, good)
    assert day.doctor(code=0)["says"] == "It answers."
    assert day.sync()["new"] == 1


@pytest.mark.parametrize(
    ("host", "days", "says"),
    [
        ("localhost", (-3, -1), DATE),
        ("localhost", (1, 3), DATE),
        ("login.wifi.example", (-1, 1), NAME),
    ],
    ids=["expired", "not yet", "of another"],
)
def test_a_certificate_that_changes_in_the_middle_of_a_day(
    day: Day, gate: Gate, good: Path, monkeypatch: pytest.MonkeyPatch, host: str,
    days: tuple[int, int], says: str,
) -> None:  # fmt: skip
    bad = certificate(good.with_name("bad.pem"), host, days)
    trust(monkeypatch, good, bad)
    order = day.shop.place()
    day.connect(url=gate.url)
    day.sync()
    day.run("do", order, "accept")
    calls = len(day.shop.received)
    gate.show(bad)
    done = day.sync(code=3)
    assert (done["later"], done["unanswered"], done["waiting"]) == (1, 0, 1)
    push = day.push(order)
    assert (push["state"], push["attempts"]) == ("waiting", 1)
    assert says in push["reason"] and says in done["trouble"] and says in day.line()
    assert len(day.shop.received) == calls
    gate.show(good)
    while day.sync(code=None)["waiting"]:  # until its short back-off is over
        pass
    assert day.push(order)["state"] == "done"
    assert len(day.shop.effects(order)) == 1


def and_ends(script: Script) -> Script:
    def speak(connection: socket.socket, request: bytes) -> None:
        script(connection, request)
        connection.shutdown(socket.SHUT_RDWR)

    return speak


PROXIES = {
    "407": says(b"<html>Log in</html>", "407 Proxy Authentication Required", "text/html"),
    "403": says(b"<html>Blocked</html>", "403 Forbidden", "text/html"),
    "page": and_ends(says(b"<html>Wi-Fi</html>", kind="text/html")),
}


@pytest.mark.parametrize("answer", PROXIES)
def test_a_proxy_that_lets_nobody_through(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """It is asked for a tunnel and answers with a page."""
    proxy = Server(PROXIES[answer])
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy.url)
    for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BALCAO_LOJA_TOKEN", TOKEN)
    try:
        with Sandbox(orders=0) as shop:
            day = Day(tmp_path / "store", capsys, shop)
            said = day.connect(code=3, url="https://shop.invalid")["answer"]
            wanted = (
                "secure connection" if answer == "page" else "proxy of this network does not let"
            )
            assert re.search(wanted, said), said
            assert day.sync(code=3)["trouble"] == said
            assert said in day.line()
    finally:
        proxy.close()
    assert TOKEN.encode() not in b"".join(proxy.requests)
    assert not [t for t in threading.enumerate() if t.name == "http-watchdog"]
