"""A server that says, byte by byte, what a test tells it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from desktop.connectors.http import Http
from desktop.errors import PlatformAway

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
