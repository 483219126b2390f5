"""Calls over real sockets end in time, and every break of the line is a sentence."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from desktop.connectors.http import Http, NotTrusted
from desktop.errors import PlatformRefused
from tests.unit.http.server import Script, away, read_request, resets, says, talking


def drips(data: bytes, every_s: float = 0.05) -> Script:
    def script(connection: socket.socket, _request: bytes) -> None:
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(every_s)  # the drip itself, not a wait

    return script


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
    assert not error.sent and isinstance(error, NotTrusted)
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
    assert not error.sent and isinstance(error, NotTrusted)
    assert "does not trust the certificate" in str(error)


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
