"""What a test of the connection says: key, rights, clock, address."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from desktop.connectors import make
from desktop.connectors.http import KeyUnknown
from desktop.errors import PlatformAway, PlatformDenied, PlatformError, PlatformRefused, UserError
from tests.flow.vtex import Start, drain
from tests.unit.http.server import Server, says


def test_all_well(start: Start) -> None:
    _, connector = start()
    connector.check()


def test_all_well_without_a_feed_yet(start: Start) -> None:
    _, connector = start(feed=False)
    connector.check()


def test_a_wrong_key(start: Start) -> None:
    sandbox, connector = start()
    sandbox.token = "changed"
    for call in (connector.check, lambda: connector.pull("")):
        with pytest.raises(KeyUnknown, match="does not accept the key"):
            call()


@pytest.mark.parametrize(("kind", "right"), [("detail", "View order"), ("feed", "Feed v3")])
def test_missing_rights_stop_a_pull_with_their_name(start: Start, kind: str, right: str) -> None:
    sandbox, connector = start(orders=3)
    sandbox.refuse(None, kind, 403, "Forbidden")
    with pytest.raises(PlatformDenied, match=right):
        connector.pull("")


def test_another_server_is_not_taken_for_vtex() -> None:
    for script in (says(b"<html>no</html>", "404 Not Found"), says(b"[]"), says(b"{}", "400 Bad")):
        server = Server(script)
        connector = make("vtex", "loja", {"url": server.url, "key": "k", "token": "t"})
        try:
            with pytest.raises(PlatformError, match=r"not as VTEX|refused|web page came"):
                connector.check()
        finally:
            connector.close()
            server.close()


def test_a_wrong_clock_is_named() -> None:
    error = b'{"error": {"code": "OMS007", "message": "Order Not Found"}}'
    late = format_datetime(datetime(2020, 1, 1, tzinfo=UTC), True)
    server = Server(says(error, "404 Not Found", Date=late))
    connector = make("vtex", "loja", {"url": server.url, "key": "k", "token": "t"})
    try:
        with pytest.raises(PlatformRefused, match="minutes off"):
            connector.check()
    finally:
        connector.close()
        server.close()


def test_a_name_that_does_not_exist() -> None:
    values = {"url": "https://nobody.invalid", "key": "k", "token": "t"}
    connector = make("vtex", "loja", values)
    with pytest.raises(PlatformAway, match=r"nobody\.invalid"):
        connector.check()
    connector.close()


def test_wrong_settings_name_their_field() -> None:
    for values, field in (
        ({"url": "http://shop.example"}, "url"),
        ({"url": "https://x.example", "dialect": "x"}, "dialect"),
    ):
        with pytest.raises(UserError) as caught:
            make("vtex", "loja", values)
        assert caught.value.field == field


def test_closing_leaves_no_thread(start: Start) -> None:
    _, connector = start(orders=30)
    drain(connector)
    connector.close()
    assert not any(thread.name.startswith("vtex-loja") for thread in threading.enumerate())
