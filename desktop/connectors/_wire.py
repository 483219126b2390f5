"""Below `http.py`: connections that a watchdog can cut, and what a failure on the wire means.

Imports urllib3, so `http.py` loads it with the first call only.
"""

from __future__ import annotations

import heapq
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException
from types import TracebackType
from typing import Any, Self

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    HTTPError,
    NameResolutionError,
    ProxyError,
    SSLError,
)

from desktop.connectors._answers import NotTrusted
from desktop.errors import PlatformAway, PlatformUnwell
from desktop.i18n import N_

_current = threading.local()


class Watchdog:
    """One thread that shuts the sockets of calls which are over their time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, int, Watch]] = []
        self._counter = itertools.count()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="http-watchdog", daemon=True)
        self._thread.start()

    def add(self, watch: Watch) -> None:
        with self._changed:
            entry = (watch.until, next(self._counter), watch)
            heapq.heappush(self._waiting, entry)
            if self._waiting[0] is entry:
                self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        with self._changed:
            while not self._is_closed:
                span = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if span is None or span > 0:
                    self._changed.wait(span)
                else:
                    heapq.heappop(self._waiting)[2].expire()


class Watch:
    """Guards one call of this thread: at `until` (monotonic) the watchdog shuts the socket in use.

    `sent` tells whether a byte of the request may have left, `answered` whether an answer began,
    `expired` whether the deadline struck.
    """

    def __init__(self, dog: Watchdog, until: float) -> None:
        self.until = until
        self._dog = dog
        self._lock = threading.Lock()
        self._connection: _Watched | None = None
        self._reused = False
        self.sent = False
        self.answered = False
        self.expired = False

    @property
    def left(self) -> float:
        return max(0.01, self.until - time.monotonic())

    @property
    def is_stale(self) -> bool:
        """A kept-open connection broke before any answer: the server had closed it meanwhile."""
        return self._reused and not self.answered and not self.expired

    def __enter__(self) -> Self:
        _current.watch = self
        self._dog.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _current.watch = None
        with self._lock:
            self._connection = None

    def take(self, connection: _Watched) -> None:
        """From now on this connection is the one to cut."""
        with self._lock:
            self._connection = connection
            self._reused = connection.calls > 0

    def check(self) -> None:
        if self.expired:
            raise TimeoutError

    def expire(self) -> None:
        with self._lock:
            self.expired = True
            sock = self._connection.sock if self._connection else None
            if sock is not None:
                with suppress(OSError):  # closed already
                    # Of the class, because SSLSocket.shutdown would drop its state under the reader.
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Watched(HTTPConnection):
    """A connection that tells the current Watch what it does."""

    calls = 0
    _connecting = False

    def connect(self) -> None:
        watch: Watch | None = getattr(_current, "watch", None)
        if watch is not None:
            watch.take(self)
        self._connecting = True
        try:
            super().connect()
        finally:
            self._connecting = False
        if watch is not None:
            watch.check()

    def request(self, *given: Any, **named: Any) -> None:
        watch: Watch | None = getattr(_current, "watch", None)
        if watch is not None:
            watch.take(self)
        self.calls += 1
        super().request(*given, **named)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        watch: Watch | None = getattr(_current, "watch", None)
        # While connecting, what is sent is the tunnel's own request to a proxy.
        if watch is not None and not self._connecting:
            watch.check()
            watch.sent = True
        super().send(data)


class _WatchedTls(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


POOLS = {"http": _Pool, "https": _TlsPool}
FAILURES = (OSError, HTTPError, HTTPException)


def check_end(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Raises when the answer may have been cut inside its headers: `http.client` takes the end of the
    stream for the end of the headers, and an answer without length would pass for an empty one."""
    is_delimited = "content-length" in headers or "transfer-encoding" in headers
    if not (body or is_delimited or status in {204, 304}):
        raise HTTPException("no end")


_PROXY = N_(
    "The proxy of this network does not let us through to {host}. Log in with a browser, or ask who runs the "
    "network."
)
_NOT_SECURE = N_(
    "The secure connection to {host} failed. Check this computer's date and the address."
)
_NOT_TRUSTED = N_(
    "This computer does not trust the certificate of {host}. Check the address; if it is right, ask who runs "
    "the network or this computer."
)
_OUT_OF_DATE = N_(
    "By this computer's clock the certificate of {host} is not valid. Set the date right; if it is right, "
    "tell the platform."
)
_OF_ANOTHER = N_(
    "The certificate that came is not of {host}. Check the address, and whether the network wants a log-in."
)
# OpenSSL's X509_V_ERR: not yet valid, expired, the name does not fit (host, address).
_CERTIFICATES = {9: _OUT_OF_DATE, 10: _OUT_OF_DATE, 62: _OF_ANOTHER, 64: _OF_ANOTHER}


def reason(error: BaseException, watch: Watch) -> tuple[type[PlatformAway], str]:
    """What a failure on the wire is, and its sentence with the placeholders {host} and {seconds}."""
    causes = _causes(error)
    if watch.expired or any(isinstance(cause, TimeoutError) for cause in causes):
        text = N_("{host} did not answer within {seconds} s. The program tries again by itself.")
        return PlatformAway, text
    if any(isinstance(cause, NameResolutionError) for cause in causes):
        return PlatformAway, N_("{host} cannot be found. Check the internet line and the address.")
    if any(isinstance(cause, ProxyError) for cause in causes):
        return PlatformUnwell, _PROXY
    if any(isinstance(cause, SSLError) for cause in causes):
        codes = [c.verify_code for c in causes if isinstance(c, ssl.SSLCertVerificationError)]
        return NotTrusted, _CERTIFICATES.get(codes[0], _NOT_TRUSTED) if codes else _NOT_SECURE
    if not watch.sent:
        return PlatformAway, N_(
            "{host} cannot be reached. Check the internet line and the address."
        )
    return PlatformAway, N_("The line to {host} broke before the whole answer was here.")


def _causes(error: BaseException) -> list[BaseException]:
    """The error and all it wraps: requests and urllib3 put causes in arguments and attributes."""
    found: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo and len(found) < 20:
        one = todo.pop()
        if one is None or one in found:
            continue
        found.append(one)
        inner = [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
        todo += [cause for cause in inner if isinstance(cause, BaseException)]
    return found
