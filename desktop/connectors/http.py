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
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import msgspec

from desktop.errors import BalcaoError, PlatformAway, PlatformDenied, PlatformRefused, UserError
from desktop.i18n import N_

if TYPE_CHECKING:
    import requests

    from desktop.connectors import _wire

MAX_ANSWER_BYTES = 20_000_000
CONNECT_S = 6.0
WAIT_AFTER_429_S = 60.0
_CHUNK = 65_536
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class KeyUnknown(PlatformDenied):
    """The credentials themselves were not accepted (HTTP 401), whatever was asked."""


class TooLarge(PlatformAway):
    """The answer is larger than MAX_ANSWER_BYTES; `start` holds its first bytes."""

    start: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: HTTP status, headers with lower-case names, the decoded body."""

    host: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON with fractions as Decimal. Raises PlatformAway when it is none."""
        try:
            return parse_json(self.body)
        except ValueError:
            raise PlatformAway(
                N_("The answer of {host} is broken. The program tries again by itself."),
                sent=True,
                host=self.host,
            ) from None


_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def parse_json(body: bytes) -> Any:
    """JSON with fractions as Decimal. Raises ValueError, also for NaN, absurd nesting and numbers."""
    try:
        return _decode(body)
    except (RecursionError, ArithmeticError):
        raise ValueError("absurd nesting or numbers") from None


def as_sentence(error: BalcaoError) -> UserError:
    """The same words as a plain refusal, for an outcome or a parked answer."""
    sentence = UserError(error.text)
    sentence.values = error.values
    return sentence


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
        right: str = "",
    ) -> Answer:
        """One call; `body` is sent as JSON, `right` names what a 403 lacks.

        Raises PlatformAway (its `sent` tells whether the platform may have acted), PlatformDenied or
        PlatformRefused. After a 429 every call is refused here until the named time is over.
        """
        if (rest := self._quiet_until - time.monotonic()) > 0:
            raise _too_many(self.host, rest)
        url = self._base + path + ("?" + urlencode(query) if query else "")
        data = None if body is None else json.dumps(body).encode()
        answer, failure = self._exchange(method, url, data)
        if failure is not None and failure.stale and method == "GET":
            # The server had closed the idle connection; nothing was read, so asking again is safe.
            self._ready().session.get_adapter(url).close()
            answer, failure = self._exchange(method, url, data)
        if answer is None:
            assert failure is not None
            raise failure.error
        return self._judged(answer, right)

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

    def _exchange(
        self, method: str, url: str, data: bytes | None
    ) -> tuple[Answer | None, _Failure | None]:
        from desktop.connectors import _wire  # noqa: PLC0415  (importing this module costs nothing)

        now = time.monotonic()
        until = min(now + self._deadline_s, getattr(self._budget, "until", float("inf")))
        if until - now < 0.05:
            text = N_("There was no time left to ask {host}. The program tries again by itself.")
            return None, _Failure(PlatformAway(text, host=self.host))
        with _wire.Watch(self._ready().dog, until) as watch:
            try:
                return self._send(method, url, data, watch), None
            except TooLarge as error:
                return None, _Failure(error)
            except _wire.FAILURES as error:
                text, seconds = _wire.reason(error, watch), max(1, round(until - now))
                away = PlatformAway(text, sent=watch.sent, host=self.host, seconds=seconds)
                return None, _Failure(away, watch.is_stale)

    def _send(self, method: str, url: str, data: bytes | None, watch: _wire.Watch) -> Answer:
        import requests  # noqa: PLC0415

        from desktop.connectors import _wire  # noqa: PLC0415

        session = self._ready().session
        request = requests.Request(method, url, headers=self._headers, data=data)
        prepared = session.prepare_request(request)
        response = session.get_adapter(url).send(
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
            self._skew_s = _skew(headers)
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

        from desktop.connectors import _wire  # noqa: PLC0415

        session = requests.Session()
        # Proxies and certificates of the environment count; a .netrc must not change who we are.
        found = session.merge_environment_settings(self._base, {}, True, self._verify, None)
        session.trust_env = False
        session.verify = found["verify"]
        session.proxies = {} if self.host in _LOOPBACK else dict(found["proxies"])
        session.cookies.set_policy(_wire.no_cookies())
        adapter = _adapter(self._pool)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session

    def _judged(self, answer: Answer, right: str) -> Answer:
        status = answer.status
        if 200 <= status < 300 and _is_page(answer):
            raise PlatformAway(
                N_("A web page came instead of the answer of {host}: perhaps the network wants a "
                   "log-in, or a proxy stands between."),
                sent=True, host=self.host,
            )  # fmt: skip
        if 200 <= status < 300:
            return answer
        if status == 401:
            raise KeyUnknown(
                N_("{host} does not accept the key. Check key and token in the settings."),
                host=self.host,
            )
        if status == 403:
            raise _denied(self.host, right)
        if status == 429:
            after = _retry_after(answer.headers) or WAIT_AFTER_429_S
            self._quiet_until = time.monotonic() + after
            raise _too_many(self.host, after)
        raise _failed(answer)


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


def _is_page(answer: Answer) -> bool:
    kind = answer.headers.get("content-type", "")
    return answer.body.lstrip()[:1] == b"<" or (bool(answer.body) and "html" in kind.lower())


def _too_many(host: str, after: float) -> PlatformAway:
    return PlatformAway(
        N_("{host} gets too many requests and asks to wait {seconds} s."),
        after_s=after,
        host=host,
        seconds=round(after + 0.5),
    )


def _denied(host: str, right: str) -> PlatformDenied:
    if right:
        return PlatformDenied(
            N_("The key lacks the right “{right}”. Add it on the platform."), right=right
        )
    return PlatformDenied(N_("The key lacks a right that {host} asks for."), host=host)


def _failed(answer: Answer) -> PlatformAway | PlatformRefused:
    status, host = answer.status, answer.host
    if 300 <= status < 400:
        text = N_(
            "{host} sends us elsewhere. Check the address, and whether the network wants a log-in."
        )
        return PlatformAway(text, sent=True, host=host)
    if status >= 500 or status == 408:
        text = N_("{host} has trouble of its own ({status}). The program tries again by itself.")
        after = _retry_after(answer.headers)
        return PlatformAway(text, after_s=after, sent=True, host=host, status=status)
    code, reason = _reason(answer.body)
    if not reason:
        return PlatformRefused(N_("The platform refused ({number})."), status, code, number=status)
    return PlatformRefused(N_("The platform refused: {reason}"), status, code, reason=reason)


def _reason(body: bytes) -> tuple[str, str]:
    """Error code and message of a refusal, as VTEX, Magento and most others word them."""
    try:
        found = parse_json(body)
    except ValueError:
        return "", "" if body.lstrip()[:1] == b"<" else _clean(
            body[:400].decode("utf-8", "replace")
        )
    inner = found.get("error", found) if isinstance(found, dict) else found
    if not isinstance(inner, dict):
        return "", _clean(inner) if isinstance(inner, str) else ""
    message = inner.get("message") or inner.get("Message") or ""
    code = inner.get("code") or ""
    return _clean(str(code)), _clean(str(message))


def _clean(text: str) -> str:
    words = "".join(c if c.isprintable() else " " for c in text).split()
    return " ".join(words)[:200]


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header, which is a number or an HTTP date (RFC 9110, 10.2.3)."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text[:6])
    at = _http_date(text)
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at else None


def _skew(headers: Mapping[str, str]) -> float | None:
    at = _http_date(headers.get("date", ""))
    return (datetime.now(UTC) - at).total_seconds() if at else None


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
