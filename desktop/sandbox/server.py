"""HTTP/1.1 on loopback: connections, threads, and what a fault does to an answer on its way out."""

from __future__ import annotations

import os
import socket
import struct
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from desktop.sandbox.faults import Strike
from desktop.sandbox.http import Answer, Call, answer

Respond = Callable[[Call], tuple[Answer | None, Strike]]
# SO_LINGER on with 0 s: closing sends RST. Windows has two short numbers there.
_ABORT = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class Server(ThreadingHTTPServer):
    """Serves ``respond`` on 127.0.0.1; one thread per connection, which may stay open.

    ``respond`` gives the answer (None: break the line) and the fault to send it with. An exception
    in it becomes a 500 and is kept in ``failures``.
    """

    request_queue_size = 512
    daemon_threads = True

    def __init__(self, port: int, respond: Respond) -> None:
        self.respond = respond
        self.stopping = threading.Event()
        self.failures: list[str] = []
        self._live: dict[threading.Thread, socket.socket] = {}
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Break all connections and wait until every thread is gone."""
        self.stopping.set()
        self.shutdown()
        self._thread.join()
        for connection in self._live.values():  # nobody accepts any more
            with suppress(OSError):  # already gone
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._live:
            thread.join()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        self._live = {one: line for one, line in self._live.items() if one.is_alive()}
        self._live[thread] = request
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        # Without the polite half-close of the base class, so that an abort is one.
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are no error of ours, and nothing is written to stderr."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call.of(self.command, self.path, headers, self._body(headers))
        try:
            given, strike = self.server.respond(call)
        except Exception:
            self.server.failures.append(traceback.format_exc())
            given, strike = answer({"error": "sandbox"}, 500), Strike()
        if given is None:
            self._abort()
        else:
            self._send(given, strike)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return b"".join(iter(self._chunk, b""))
        length = headers.get("content-length", "")
        return self.rfile.read(int(length)) if length.isdecimal() else b""

    def _chunk(self) -> bytes:
        size = self.rfile.readline(100).partition(b";")[0]
        chunk = self.rfile.read(int(size, 16))
        self.rfile.readline(100)
        return chunk

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the requests are kept by the sandbox."""

    def _abort(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        self.close_connection = True

    def _send(self, given: Answer, strike: Strike) -> None:
        head, body = self._head(given), given.body
        if strike.name == "cut":
            self.close_connection = True
            # Without a body the status line itself breaks off.
            kept = len(head) + min(int(strike.value), len(body) - 1) if body else 5
            self.wfile.write((head + body)[:kept])
        elif strike.name == "slow":
            self._drip(head + body, strike.value)
        else:
            self.wfile.write(head + body)

    def _head(self, given: Answer) -> bytes:
        lines = [f"HTTP/1.1 {given.status} {_REASONS.get(given.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in given.headers.items()]
        if given.body:
            lines.append(f"Content-Type: {given.content_type}")
        if given.status != 204:
            lines.append(f"Content-Length: {len(given.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _drip(self, data: bytes, rate: float) -> None:
        step = max(1, int(rate / 20))
        for start in range(0, len(data), step):
            self.wfile.write(data[start : start + step])
            if self.server.stopping.wait(step / rate):
                self.close_connection = True
                return
