"""Calls over real sockets: they end in time, and every outcome is an answer or a sentence."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from desktop.connectors import http
from desktop.connectors._times import retry_after
from desktop.connectors.http import Http, KeyUnknown, TooLarge
from desktop.errors import PlatformAway, PlatformDenied, PlatformRefused, UserError

Script = Callable[[socket.socket, bytes], None]
TOKEN = "very-secret-token"


class Server:
    """A listener on loopback that answers each request by the next script, then by the last again."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self.connections = 0
        self._stop = threading.Event()
        self._live: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self._stop.is_set():
                connection.close()
                return
            self.connections += 1
            self._live.append(connection)
            thread = threading.Thread(target=self._play, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _play(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while request := read_request(connection):
                self.requests.append(request)
                self._scripts[min(len(self.requests), len(self._scripts)) - 1](connection, request)

    def close(self) -> None:
        self._stop.set()
        with suppress(OSError):
            socket.create_connection(self._listener.getsockname(), 1).close()
        for connection in self._live:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(4096)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    ]
    length = lengths[0] if lengths else 0
    while len(body) < length:
        body += connection.recv(4096)
    return head + b"\r\n\r\n" + body


def says(
    body: bytes = b"{}", status: str = "200 OK", kind: str = "application/json", **more: str
) -> Script:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    data = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
    return lambda connection, _request: connection.sendall(data)


def drips(data: bytes, every_s: float = 0.05) -> Script:
    def script(connection: socket.socket, _request: bytes) -> None:
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(every_s)  # the drip itself, not a wait

    return script


def resets(connection: socket.socket, _request: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


@contextmanager
def talking(*scripts: Script, **settings: float) -> Iterator[tuple[Server, Http]]:
    server = Server(*scripts)
    client = Http(server.url, {"X-Token": TOKEN}, **settings)  # type: ignore[arg-type]
    try:
        yield server, client
    finally:
        client.close()
        server.close()


def away(client: Http, method: str = "GET") -> PlatformAway:
    with pytest.raises(PlatformAway) as caught:
        client.call(method, "/x", body={} if method != "GET" else None)
    assert str(caught.value)
    return caught.value


def test_an_answer_comes_back_with_headers_and_json() -> None:
    with talking(says(b'{"n": 1.10}', X_More="yes")) as (server, client):
        answer = client.call("POST", "/path", query={"a": "b c"}, body={"é": 1})
    assert answer.json()["n"].as_tuple().digits == (1, 1, 0)
    assert answer.headers["x-more"] == "yes"
    request = server.requests[0]
    assert request.startswith(b"POST /path?a=b+c HTTP/1.1\r\n")
    assert request.endswith(json.dumps({"é": 1}).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + b"X-Drip: 1\r\n" * 500,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 500,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b" " * 5000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 500,
    ],
    ids=["headers", "continues", "body", "chunks"],
)
def test_a_dripping_server_is_cut_off_at_the_deadline(data: bytes) -> None:
    with talking(drips(data), deadline_s=0.5) as (_, client):
        began = time.monotonic()
        error = away(client)
        took = time.monotonic() - began
    assert 0.4 < took < 1.5
    assert error.sent
    assert "did not answer" in str(error)


def test_silence_ends_at_the_deadline() -> None:
    with talking(silent, deadline_s=0.3) as (_, client):
        began = time.monotonic()
        assert away(client, "POST").sent
        assert time.monotonic() - began < 1.5


def silent(_connection: socket.socket, _request: bytes) -> None:
    """Never answers."""


def test_a_budget_is_shared_by_the_calls_of_a_block() -> None:
    with talking(says(), silent, deadline_s=30) as (_, client):
        began = time.monotonic()
        with client.within(0.4):
            client.call("GET", "/x")
            assert away(client, "POST").sent
            rest = away(client, "POST")
        assert time.monotonic() - began < 2
        assert not rest.sent
        assert "no time left" in str(rest)


def test_nothing_was_sent_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    client = Http(f"http://127.0.0.1:{port}", {})
    error = away(client, "POST")
    client.close()
    assert not error.sent
    assert "cannot be reached" in str(error)


def test_nothing_was_sent_to_a_name_that_does_not_exist() -> None:
    client = Http("https://nobody.invalid", {})
    error = away(client, "POST")
    client.close()
    assert not error.sent
    assert "nobody.invalid" in str(error)


def test_nothing_was_sent_when_tls_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        plain = threading.Thread(target=answer_plainly, args=(listener,))
        plain.start()
        client = Http(f"https://127.0.0.1:{listener.getsockname()[1]}", {}, deadline_s=5)
        error = away(client, "POST")
        client.close()
        plain.join()
    assert not error.sent
    assert "secure connection" in str(error)


def answer_plainly(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for localhost in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def talking_tls(certificate: Path, script: Script, trusted: bool = True) -> Iterator[Http]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("localhost", 0)) as listener:

        def serve() -> None:
            plain, _ = listener.accept()
            with plain, suppress(OSError), context.wrap_socket(plain, server_side=True) as secured:
                if request := read_request(secured):
                    script(secured, request)

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"https://localhost:{listener.getsockname()[1]}"
        verify = str(certificate) if trusted else True
        client = Http(url, {}, deadline_s=1.0, verify=verify)
        try:
            yield client
        finally:
            client.close()
            thread.join(10)


def test_tls_works_and_is_cut_off_at_the_deadline_too(certificate: Path) -> None:
    with talking_tls(certificate, says(b"[1]")) as client:
        assert client.call("GET", "/x").json() == [1]
    drip = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b" " * 5000
    with talking_tls(certificate, drips(drip)) as client:
        began = time.monotonic()
        assert away(client, "POST").sent
        assert 0.8 < time.monotonic() - began < 2


def test_a_certificate_nobody_vouches_for_is_not_believed(certificate: Path) -> None:
    with talking_tls(certificate, says(), trusted=False) as client:
        error = away(client, "POST")
    assert not error.sent
    assert "secure connection" in str(error)


def test_a_reset_after_sending_may_have_taken_effect() -> None:
    with talking(resets) as (server, client):
        assert away(client, "POST").sent
        assert server.connections == 1


@pytest.mark.parametrize(
    "part",
    [
        b"HTT",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConte",
        b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"a": 1',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1, 2",
    ],
)
def test_a_cut_answer_is_no_answer(part: bytes) -> None:
    def cut(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(part)
        connection.shutdown(socket.SHUT_RDWR)

    with talking(cut) as (_, client):
        assert away(client, "POST").sent


def test_a_stale_connection_is_tried_again_for_a_read() -> None:
    with talking(says(), resets, says(b'{"try": 3}')) as (server, client):
        client.call("GET", "/a")
        assert client.call("GET", "/b").json() == {"try": 3}
        assert server.connections == 2


def test_a_stale_connection_is_tried_again_for_a_post_that_only_reads() -> None:
    with talking(says(), resets, says(b'{"try": 3}')) as (server, client):
        client.call("GET", "/a")
        assert client.call("POST", "/b", body={}, reads=True).json() == {"try": 3}
        assert server.connections == 2


def test_headers_of_one_call_go_beside_those_of_all() -> None:
    with talking(says()) as (server, client):
        client.call("GET", "/a", headers={"X-Session": "s1"})
        client.call("GET", "/b")
        first, second = server.requests
        assert b"X-Session: s1" in first and b"X-Token: " in first
        assert b"X-Session" not in second and b"X-Token: " in second


def test_a_refusal_of_graphql_is_read() -> None:
    body = b'{"errors": [{"message": "Cannot query field", "extensions": {"code": "INVALID"}}]}'
    with talking(says(body, "400 Bad Request")) as (_, client):
        with pytest.raises(PlatformRefused, match="Cannot query field") as caught:
            client.call("POST", "/a", body={})
        assert caught.value.code == "INVALID"


def test_a_stale_connection_is_never_tried_again_for_a_write() -> None:
    with talking(says(), resets, says(b'{"try": 3}')) as (server, client):
        client.call("GET", "/a")
        assert away(client, "POST").sent
        assert len(server.requests) == 2


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
        (b"<html>Not found</html>", "", "refused (409)"),
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


def test_a_page_is_no_answer() -> None:
    with talking(says(b" \n<html>Wi-Fi</html>", kind="text/html")) as (_, client):
        error = away(client)
    assert error.sent
    assert "web page" in str(error)


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


def test_importing_costs_nothing() -> None:
    code = "import sys, desktop.connectors.vtex; print({'requests', 'urllib3'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_no_thread_is_left() -> None:
    with talking(says()) as (_, client):
        for _ in range(5):
            client.call("GET", "/x")
    assert not any(thread.name == "http-watchdog" for thread in threading.enumerate())
