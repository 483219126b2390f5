"""What came back from a platform, and what it means: a success, or an error of `desktop.errors`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from desktop.connectors._times import retry_after
from desktop.errors import (
    BalcaoError,
    PlatformAway,
    PlatformDenied,
    PlatformRefused,
    PlatformUnwell,
    UserError,
)
from desktop.i18n import N_

WAIT_AFTER_429_S = 60.0
# Proxy Authentication Required, Network Authentication Required: the platform was not reached.
_OF_THE_NETWORK = frozenset({407, 511})


class KeyUnknown(PlatformDenied):
    """The credentials themselves were not accepted (HTTP 401), whatever was asked."""


class NotTrusted(PlatformUnwell):
    """No safe connection: the server's certificate is not believed, or there was no agreement on one."""


class TooMany(PlatformUnwell):
    """HTTP 429: the platform did nothing and wants quiet for `after_s` seconds."""

    after_s: float

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(
            N_("{host} gets too many requests and asks to wait {seconds} s."),
            after_s=seconds,
            host=host,
            seconds=round(seconds + 0.5),
        )


class TooLarge(PlatformUnwell):
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
            raise self.broken() from None

    def broken(self) -> PlatformAway:
        """For an answer in which what was asked for is missing."""
        return broken(self.host)


def broken(host: str) -> PlatformAway:
    text = N_("The answer of {host} is broken. The program tries again by itself.")
    return PlatformUnwell(text, sent=True, host=host)


_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def parse_json(body: bytes) -> Any:
    """JSON with fractions as Decimal. Raises ValueError, also for NaN, absurd nesting and numbers."""
    try:
        return _decode(body)
    except (RecursionError, ArithmeticError):
        raise ValueError("absurd nesting or numbers") from None


_encode = msgspec.json.Encoder(decimal_format="number", order="sorted").encode


def write_json(body: Any) -> bytes:
    """The same text for the same content, which `parse_json` reads back as it was."""
    return _encode(body)


def as_sentence(error: BalcaoError) -> UserError:
    """The same words as a plain refusal, for an outcome or a parked answer."""
    sentence = UserError(error.text)
    sentence.values = error.values
    return sentence


def checked(answer: Answer, right: str) -> Answer:
    """`answer` when it is a success; `right` names what a 403 lacks.

    Raises PlatformAway (TooMany for 429), PlatformDenied (KeyUnknown for 401) or PlatformRefused.
    """
    status, host = answer.status, answer.host
    if status in _OF_THE_NETWORK:
        raise PlatformUnwell(
            N_("The network asks for a log-in before it lets us through to {host}. Log in with a browser, "
               "or ask who runs the network."),
            host=host,
        )  # fmt: skip
    if status // 100 in {2, 4} and status != 401 and _is_page(answer):
        # A page for people says nothing of what was asked, whatever its status.
        raise PlatformUnwell(
            N_("A web page came instead of the answer of {host}: perhaps the network wants a log-in, "
               "or a proxy stands between. Open any page with a browser, and check the address."),
            sent=True, host=host,
        )  # fmt: skip
    if 200 <= status < 300:
        return answer
    if status == 401:
        raise KeyUnknown(N_("{host} does not accept the key. Check key and token."), host=host)
    if status == 403:
        raise _denied(host, right)
    if status == 429:
        raise TooMany(host, retry_after(answer.headers) or WAIT_AFTER_429_S)
    raise _failed(answer)


def _is_page(answer: Answer) -> bool:
    kind = answer.headers.get("content-type", "")
    return answer.body.lstrip()[:1] == b"<" or (bool(answer.body) and "html" in kind.lower())


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
        return PlatformUnwell(text, sent=True, host=host)
    if status >= 500 or status == 408:
        text = N_("{host} has trouble of its own ({status}). The program tries again by itself.")
        after = retry_after(answer.headers)
        return PlatformUnwell(text, after_s=after, sent=True, host=host, status=status)
    code, reason = _reason(answer.body)
    if not reason:
        return PlatformRefused(N_("The platform refused ({number})."), status, code, number=status)
    return PlatformRefused(N_("The platform refused: {reason}"), status, code, reason=reason)


def _reason(body: bytes) -> tuple[str, str]:
    """Error code and message of a refusal, as VTEX, Magento, GraphQL and most others word them."""
    try:
        found = parse_json(body)
    except ValueError:
        return "", "" if body.lstrip()[:1] == b"<" else clean(body[:400].decode("utf-8", "replace"))
    inner = found.get("error", found) if isinstance(found, dict) else found
    if not isinstance(inner, dict):
        return "", clean(inner) if isinstance(inner, str) else ""
    if isinstance(errors := inner.get("errors"), list) and errors and isinstance(errors[0], dict):
        return reason_of(errors[0])
    return reason_of(inner)


def reason_of(error: Mapping[str, Any]) -> tuple[str, str]:
    """Code and message of one error; GraphQL keeps its code among the extensions."""
    message = error.get("message") or error.get("Message") or ""
    extensions = error.get("extensions")
    code = error.get("code") or (extensions.get("code") if isinstance(extensions, dict) else "")
    return clean(str(code or "")), clean(str(message))


def clean(text: str) -> str:
    """A platform's words in one printable line of at most 200 characters."""
    words = "".join(c if c.isprintable() else " " for c in text).split()
    return " ".join(words)[:200]
