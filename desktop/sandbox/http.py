"""What a call and an answer are to the dialects, and how they read a JSON body."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from desktop.sandbox.workflow import Refusal

Json = dict[str, Any]
JSON = "application/json"
JSON_UTF8 = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Call:
    """One request. ``headers`` have lower-case names; ``path`` is still percent-encoded."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, method: str, target: str, headers: dict[str, str], body: bytes) -> Call:
        path, _, query = target.partition("?")
        pairs = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
        return cls(method, path, pairs, headers, body)

    def json(self) -> Json:
        """The body as a JSON object, or Refusal 400."""
        try:
            value = json.loads(self.body)
        except ValueError:
            raise Refusal(400, "The request body is not JSON") from None
        if not isinstance(value, dict):
            raise Refusal(400, "The request body is not an object")
        return value


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


def answer(value: Any, status: int = 200, content_type: str = JSON) -> Answer:
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), content_type)


def refused(refusal: Refusal) -> Answer:
    """The error body of VTEX's OMS."""
    error = {"code": refusal.code, "message": refusal.message, "exception": None}
    return answer({"error": error}, refusal.status)


_MISSING = object()


def take(body: object, name: str, *kinds: type | None, default: Any = _MISSING) -> Any:
    """A field of one of ``kinds`` (None for null); without a default it is required."""
    if not isinstance(body, dict):
        raise Refusal(400, f"An object with the {name} field is required")
    value = body.get(name, default)
    if value is _MISSING:
        raise Refusal(400, f"The {name} field is required")
    if name in body and not any(_is(value, kind) for kind in kinds):
        raise Refusal(400, f"The {name} field has the wrong type")
    return value


def _is(value: object, kind: type | None) -> bool:
    if kind is None or value is None:
        return kind is None and value is None
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def whole_number(text: str | None, name: str, least: int, default: int) -> int:
    """A query parameter that is a number of at least ``least``."""
    try:
        number = default if text is None else int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise Refusal(400, f"{name} must be a number of at least {least}")
    return number
