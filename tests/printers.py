"""A network printer for tests: a TCP server on loopback that keeps what it got.

ok      reads everything and says goodbye
slow    the same, a little at a time
reset   reads the first bytes of a job and breaks the connection
refuse  takes no connection
mute    takes the connection, reads nothing and never says anything
"""

from __future__ import annotations

import socket
import struct
import threading
from types import TracebackType

_READ_BEFORE_RESET = 64


class FakePrinter:
    """Serves one connection after the other, like cheap units. `jobs` are the finished ones, whole;
    `mode` may be changed between two jobs."""

    def __init__(self, mode: str = "ok") -> None:
        self.jobs: list[bytes] = []
        self.connections = 0
        self._mode = mode
        self._changed = threading.Condition()
        self._ending = threading.Event()
        self._listener: socket.socket | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        return f"tcp:127.0.0.1:{self.port}"

    @property
    def mode(self) -> str:
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        self._close()
        self._mode = mode
        self._open()

    def __enter__(self) -> FakePrinter:
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._close()

    def wait_for_jobs(self, count: int, timeout_s: float = 10) -> list[bytes]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.jobs) >= count, timeout_s), self.jobs
        return self.jobs

    def _open(self) -> None:
        if self._mode == "refuse":
            return
        self._ending.clear()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._listener.settimeout(0.05)
        self._thread = threading.Thread(target=self._serve, args=(self._listener,))
        self._thread.start()

    def _close(self) -> None:
        self._ending.set()
        if self._thread:
            self._thread.join()
        if self._listener:
            self._listener.close()
        self._thread = self._listener = None

    def _serve(self, listener: socket.socket) -> None:
        while not self._ending.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            with connection:
                self._take(connection)

    def _take(self, connection: socket.socket) -> None:
        if self._mode == "mute":
            self._ending.wait()
            return
        if self._mode == "reset":
            connection.recv(_READ_BEFORE_RESET)
            # Lingering for no time turns the close into a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        job = b""
        connection.settimeout(5)
        while piece := connection.recv(256 if self._mode == "slow" else 65536):
            job += piece
            if self._mode == "slow":
                self._ending.wait(0.005)
        with self._changed:
            self.jobs.append(job)
            self._changed.notify_all()
