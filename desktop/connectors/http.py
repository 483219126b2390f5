"""The one way to the network: HTTP calls that end in time and fail in words.

`requests` allows each byte its own time-out, so a server that drips holds a caller for ever. Here a
watchdog shuts the socket at the call's deadline. Every outcome becomes an answer or an error of
`desktop.errors`; neither these nor any log line holds a header, hence no credentials.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from desktop.connectors._answers import (
    Answer,
    KeyUnknown,
    NotTrusted,
    TooLarge,
    TooMany,
    as_sentence,
    broken,
    checked,
    parse_json,
)
from desktop.connectors._times import skew_s
from desktop.errors import PlatformAway, UserError
from desktop.i18n import N_

if TYPE_CHECKING:
    import requests

    from desktop.connectors import _wire

MAX_ANSWER_BYTES = 20_000_000
CONNECT_S = 6.0
_CHUNK = 65_536
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Http:
    """Calls to one server. Safe to use from many threads; at most `pool` connections stay open.

    `headers` go with every call. `deadline_s` bounds a whole call: connect, send, and the last byte of
    the answer (only the look-up of the name is the system's). Raises UserError for an address that
    is not https; plain http is let through on loopback only.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        deadline_s: float = 20.0,
        pool: int = 16,
        verify: bool | str = True,
    ) -> None:
        self._base = base_url.strip().rstrip("/")
        self.host = _checked_host(self._base)
        self._headers = dict(headers)
        self._deadline_s = deadline_s
        self._pool = pool
        self._verify = verify
        self._lock = threading.Lock()
        self._open: _Open | None = None
        self._quiet_until = 0.0
        self._skew_s: float | None = None
        self._budget = threading.local()

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        right: str = "",
        reads: bool = False,
    ) -> Answer:
        """One call; `body` is sent as JSON, `headers` go beside those of all calls, `right` names what
        a 403 lacks, `reads` says of a POST that it changes nothing.

        Raises PlatformAway (its `sent` tells whether the platform may have acted), PlatformDenied or
        PlatformRefused. After a 429 every call is refused here until the named time is over.
        """
        if (rest := self._quiet_until - time.monotonic()) > 0:
            raise TooMany(self.host, rest)
        url = self._base + path + ("?" + urlencode(query) if query else "")
        data = None if body is None else json.dumps(body).encode()
        request = _Request(method, url, {**self._headers, **(headers or {})}, data)
        answer, failure = self._exchange(request)
        if failure is not None and failure.stale and (reads or method == "GET"):
            # The server had closed the idle connection; nothing was read, so asking again is safe.
            self._ready().session.get_adapter(url).close()
            answer, failure = self._exchange(request)
        if answer is None:
            assert failure is not None
            raise failure.error
        try:
            return checked(answer, right)
        except TooMany as error:
            self._quiet_until = max(self._quiet_until, time.monotonic() + error.after_s)
            raise

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """All calls of this thread inside the block share `seconds`."""
        self._budget.until = time.monotonic() + seconds
        try:
            yield
        finally:
            del self._budget.until

    @property
    def skew_s(self) -> float | None:
        """How far this computer's clock is ahead of the server's last answer; None when it gave no date."""
        return self._skew_s

    def close(self) -> None:
        """Ends the open connections; a later call opens new ones."""
        with self._lock:
            opened, self._open = self._open, None
        if opened is not None:
            opened.session.close()
            opened.dog.close()

    def _exchange(self, request: _Request) -> tuple[Answer | None, _Failure | None]:
        from desktop.connectors import _wire  # noqa: PLC0415  (importing this module costs nothing)

        now = time.monotonic()
        until = min(now + self._deadline_s, getattr(self._budget, "until", float("inf")))
        if until - now < 0.05:
            text = N_("There was no time left to ask {host}. The program tries again by itself.")
            return None, _Failure(PlatformAway(text, host=self.host))
        with _wire.Watch(self._ready().dog, until) as watch:
            try:
                return self._send(request, watch), None
            except TooLarge as error:
                return None, _Failure(error)
            except _wire.FAILURES as error:
                (kind, text), seconds = _wire.reason(error, watch), max(1, round(until - now))
                away = kind(text, sent=watch.sent, host=self.host, seconds=seconds)
                return None, _Failure(away, watch.is_stale)

    def _send(self, asked: _Request, watch: _wire.Watch) -> Answer:
        import requests  # noqa: PLC0415

        from desktop.connectors import _wire  # noqa: PLC0415

        session = self._ready().session
        request = requests.Request(asked.method, asked.url, headers=asked.headers, data=asked.data)
        prepared = session.prepare_request(request)
        response = session.get_adapter(asked.url).send(
            prepared,
            stream=True,
            timeout=(min(CONNECT_S, watch.left), watch.left),
            verify=session.verify if session.verify is not None else True,
            proxies=session.proxies,
        )
        watch.answered = True
        with response:
            body = self._read(response)
            watch.check()
            headers = {name.lower(): value for name, value in response.headers.items()}
            _wire.check_end(response.status_code, headers, body)
            self._skew_s = skew_s(headers)
            return Answer(self.host, response.status_code, headers, body)

    def _read(self, response: requests.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.raw.stream(_CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                error = TooLarge(
                    N_("The answer of {host} is too large to be one."), sent=True, host=self.host
                )
                error.start = b"".join(parts)[:_CHUNK]
                raise error
        return b"".join(parts)

    def _ready(self) -> _Open:
        from desktop.connectors import _wire  # noqa: PLC0415

        with self._lock:
            if self._open is None:
                self._open = _Open(self._new_session(), _wire.Watchdog())
            return self._open

    def _new_session(self) -> requests.Session:
        import requests  # noqa: PLC0415

        session = requests.Session()
        # Proxies and certificates of the environment count; a .netrc must not change who we are.
        found = session.merge_environment_settings(self._base, {}, True, self._verify, None)
        session.trust_env = False
        session.verify = found["verify"]
        session.proxies = {} if self.host in _LOOPBACK else dict(found["proxies"])
        adapter = _adapter(self._pool)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    headers: Mapping[str, str]
    data: bytes | None


@dataclass(frozen=True, slots=True)
class _Open:
    """What the first call opens."""

    session: requests.Session
    dog: _wire.Watchdog


@dataclass(frozen=True, slots=True)
class _Failure:
    error: PlatformAway
    stale: bool = False


def _adapter(pool: int) -> requests.adapters.HTTPAdapter:
    import requests  # noqa: PLC0415

    from desktop.connectors import _wire  # noqa: PLC0415

    class Adapter(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *given: Any, **named: Any) -> None:
            super().init_poolmanager(*given, **named)
            self.poolmanager.pool_classes_by_scheme = _wire.POOLS

        def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
            manager = super().proxy_manager_for(proxy, **named)
            manager.pool_classes_by_scheme = _wire.POOLS
            return manager

    return Adapter(pool_connections=2, pool_maxsize=pool, max_retries=0)


def _checked_host(base: str) -> str:
    try:
        parts = urlsplit(base)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if not host or parts.username or parts.query or any(c.isspace() for c in base):
        raise UserError(
            N_("“{url}” is no address. It looks like https://example.com"), field="url", url=base
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise UserError(
            N_("The address must begin with https://, so that nobody reads the key on the way."),
            field="url",
        )
    return host


__all__ = [
    "Answer", "Http", "KeyUnknown", "NotTrusted", "TooLarge", "TooMany", "as_sentence", "broken",
    "parse_json",
]  # fmt: skip
