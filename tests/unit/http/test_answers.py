"""What an answer means, and what a client keeps and shows."""

from __future__ import annotations

import gzip
import logging
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.connectors import http
from desktop.connectors._times import retry_after
from desktop.connectors.http import Http, KeyUnknown, TooLarge
from desktop.errors import PlatformAway, PlatformDenied, PlatformRefused, UserError
from tests.unit.http.server import TOKEN, Server, away, resets, says, talking

IN_FIVE_MINUTES = "the date in five minutes"
FIVE_MINUTES_AGO = "the date five minutes ago"
DATES = {IN_FIVE_MINUTES: timedelta(minutes=5), FIVE_MINUTES_AGO: -timedelta(minutes=5)}


def dated(given: dict[str, str]) -> dict[str, str]:
    """Made now and not when the tests were collected, which may be minutes ago."""
    now = datetime.now(UTC)
    return {
        name: format_datetime(now + DATES[value], True) if value in DATES else value
        for name, value in given.items()
    }


@pytest.mark.parametrize(
    ("given", "least", "most"),
    [
        ({}, 60, 60),
        ({"Retry_After": "7"}, 7, 7),
        ({"Retry_After": " 7 "}, 7, 7),
        ({"Retry_After": "0"}, 1, 1),
        ({"Retry_After": "00"}, 1, 1),
        ({"Retry_After": "86400"}, 3600, 3600),
        ({"Retry_After": "9" * 400}, 3600, 3600),
        ({"Retry_After": "soon"}, 60, 60),
        ({"Retry_After": ""}, 60, 60),
        ({"Retry_After": "-5"}, 60, 60),
        ({"Retry_After": "1.5"}, 60, 60),
        ({"Retry_After": "\xb2"}, 60, 60),
        ({"Retry_After": "Tue, 99 Foo 2026 99:99:99 GMT"}, 60, 60),
        ({"Retry_After": "Fri, 1 Jan 99999999999999 1:1:1 GMT"}, 60, 60),
        ({"Retry_After": "Fri, 31 Dec 9999 23:59:59 -2359"}, 3600, 3600),
        ({"Retry_After": IN_FIVE_MINUTES}, 290, 301),
        ({"Retry_After": FIVE_MINUTES_AGO}, 1, 1),
        ({"Retry_After": "Wed, 21 Oct 2076 07:28:00 GMT"}, 3600, 3600),
        # The server's clock counts, not ours.
        ({"Date": FIVE_MINUTES_AGO, "Retry_After": IN_FIVE_MINUTES}, 600, 600),
        ({"Date": IN_FIVE_MINUTES, "Retry_After": IN_FIVE_MINUTES}, 1, 1),
    ],
)
def test_too_many_requests_silences_all_calls(
    given: dict[str, str], least: float, most: float
) -> None:
    with talking(says(status="429 Too Many Requests", **dated(given))) as (server, client):
        first = away(client, "POST")
        second = away(client)
    assert not first.sent
    assert first.after_s is not None and least <= first.after_s <= most
    assert second.after_s is not None and 0 < second.after_s <= most
    assert len(server.requests) == 1


@given(st.text(st.characters(max_codepoint=255)) | st.integers().map(str))
def test_any_wish_to_wait_comes_to_a_sane_time(text: str) -> None:
    wait = retry_after({"retry-after": text})
    assert wait is None or 1 <= wait <= 3600


def test_too_many_requests_ends_by_itself() -> None:
    with talking(says(status="429 Slow Down", Retry_After="1"), says(b"[]")) as (_, client):
        away(client)
        until = time.monotonic() + 5
        while time.monotonic() < until:
            with suppress(PlatformAway):
                assert client.call("GET", "/x").json() == []
                return
        pytest.fail("still silent")


def test_server_trouble_may_have_taken_effect() -> None:
    with talking(says(b"{}", "503 Unavailable", Retry_After="9")) as (_, client):
        error = away(client, "POST")
    assert error.sent
    assert error.after_s == 9


@pytest.mark.parametrize(("wish", "wait"), [("0", 1), ("99999", 3600), ("-1", None), ("x", None)])
def test_a_wish_of_a_server_in_trouble_is_taken_within_bounds(
    wish: str, wait: float | None
) -> None:
    with talking(says(b"{}", "503 Unavailable", Retry_After=wish)) as (_, client):
        assert away(client, "POST").after_s == wait


def test_keys_and_rights_have_their_own_sentences() -> None:
    refused = talking(says(status="401 Unauthorized"))
    with refused as (_, client), pytest.raises(KeyUnknown, match="does not accept the key"):
        client.call("GET", "/x")
    with talking(says(status="403 Forbidden")) as (_, client):
        with pytest.raises(PlatformDenied, match="“Notify invoice”") as caught:
            client.call("GET", "/x", right="Notify invoice")
        assert not isinstance(caught.value, KeyUnknown)


@pytest.mark.parametrize(
    ("body", "code", "sentence"),
    [
        (b'{"error": {"code": "OMS003", "message": "Not\\n now"}}', "OMS003", "refused: Not now"),
        (b'{"Message": "No."}', "", "refused: No."),
        (b"plain words", "", "refused: plain words"),
        (b"[1, 2]", "", "refused (409)"),
        (b"", "", "refused (409)"),
    ],
)
def test_a_refusal_says_why(body: bytes, code: str, sentence: str) -> None:
    with (
        talking(says(body, "409 Conflict")) as (_, client),
        pytest.raises(PlatformRefused) as caught,
    ):
        client.call("POST", "/x", body={})
    assert (caught.value.status, caught.value.code) == (409, code)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "404 Not Found", "409 Conflict"])
def test_a_page_is_no_answer_whatever_its_status(status: str) -> None:
    """A proxy's page says nothing of the order: as a 404 it would be gone, as a 403 a right missing."""
    with talking(says(b" \n<html>Wi-Fi</html>", status, kind="text/html")) as (_, client):
        error = away(client)
    assert error.sent
    assert "web page" in str(error)


def test_a_page_with_a_401_asks_for_the_key_all_the_same() -> None:
    page = says(b"<html>no</html>", "401 Unauthorized", kind="text/html")
    with talking(page) as (_, client), pytest.raises(KeyUnknown):
        client.call("GET", "/x")


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "511 Log In"])
def test_a_network_that_asks_for_a_log_in_has_not_let_it_through(status: str) -> None:
    with talking(says(b"<html>Log in</html>", status, kind="text/html")) as (_, client):
        error = away(client, "POST")
    assert not error.sent
    assert "asks for a log-in" in str(error)


def test_broken_json_has_its_own_sentence() -> None:
    for body in (
        b'{"a": ',
        b"\xff\xfe\xff",
        b"[" * 100_000,
        b'{"a": NaN}',
        b"1e99999999999999999999",
    ):
        with talking(says(body)) as (_, client):
            with pytest.raises(PlatformAway, match="broken") as caught:
                client.call("GET", "/x").json()
            assert caught.value.sent


def test_redirects_are_not_followed() -> None:
    other = Server(says())
    with talking(says(status="302 Found", Location=other.url + "/steal")) as (_, client):
        error = away(client)
    other.close()
    assert "elsewhere" in str(error)
    assert other.requests == []


def test_an_answer_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_ANSWER_BYTES", 100_000)
    with talking(says(b" " * 200_000)) as (_, client), pytest.raises(TooLarge) as caught:
        client.call("GET", "/x")
    assert 0 < len(caught.value.start) <= 100_000


def test_a_gzip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_ANSWER_BYTES", 1_000_000)
    bomb = gzip.compress(b" " * 50_000_000)
    with talking(says(bomb, Content_Encoding="gzip")) as (_, client), pytest.raises(TooLarge):
        client.call("GET", "/x")


def test_no_cookie_is_kept() -> None:
    with talking(says(Set_Cookie="a=b")) as (server, client):
        client.call("GET", "/x")
        client.call("GET", "/x")
    assert b"ookie" not in server.requests[1]


def test_the_clock_is_compared() -> None:
    date = format_datetime(datetime.now(UTC) - timedelta(minutes=10), True)
    with talking(says(Date=date)) as (_, client):
        assert client.skew_s is None
        client.call("GET", "/x")
        assert client.skew_s is not None and 590 < client.skew_s < 620


def test_many_threads_share_one_client() -> None:
    with talking(says(b"[1]")) as (server, client):
        results: list[object] = []
        threads = [
            threading.Thread(
                target=lambda: results.extend(client.call("GET", "/x").json()[0] for _ in range(20))
            )
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [1] * 160
        assert server.connections <= 16


@pytest.mark.parametrize(
    "url",
    ["", "example.com", "http://example.com", "ftp://127.0.0.1", "https://", "https://u:p@x.com",
     "https://a b.com", "https://x.com:99999", "https://x.com?a=b"],
)  # fmt: skip
def test_an_address_must_be_safe(url: str) -> None:
    with pytest.raises(UserError) as caught:
        Http(url, {})
    assert caught.value.field == "url"


def test_credentials_stay_out_of_words_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    for script in (resets, says(status="403 No"), says(status="500 No"), says(b"<p>")):
        with talking(script) as (_, client):
            try:
                client.call("POST", "/x", body={})
            except Exception as error:
                said += [str(error), repr(error), repr(error.__dict__), repr(client)]
    assert len(said) == 16
    assert TOKEN not in "".join(said) + caplog.text


def test_a_netrc_of_this_user_does_not_change_who_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with talking(says()) as (server, client):
        client.call("GET", "/x")
        assert b"authorization" not in server.requests[0].lower()


def test_importing_costs_nothing() -> None:
    code = "import sys, desktop.connectors.vtex; print({'requests', 'urllib3'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_no_thread_is_left() -> None:
    with talking(says()) as (_, client):
        for _ in range(5):
            client.call("GET", "/x")
    assert not any(thread.name == "http-watchdog" for thread in threading.enumerate())
