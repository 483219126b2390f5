"""A published API description, and whether an exchange keeps to it.

The descriptions are not part of the project: they are read from the folder named by
``BALCAO_SHARED``, else from ``../shared`` beside the project. Where they are absent, ``load`` skips
the test that asks.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

SHARED = Path(os.environ.get("BALCAO_SHARED", Path(__file__).parents[3] / "shared"))
HOST = "https://store.example"
VTEX, VTEX_PII = "vtex-orders-api.json", "vtex-orders-api-pii.json"


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, in plain values; ``target`` is the path with its query."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer_body: bytes = b""

    @classmethod
    def of(cls, response: Any) -> Exchange:
        """From a ``requests.Response``."""
        request = response.request
        body = request.body or b""
        return cls(
            method=request.method,
            target=request.path_url,
            headers=dict(request.headers),
            body=body.encode() if isinstance(body, str) else body,
            status=response.status_code,
            answer_headers=dict(response.headers),
            answer_body=response.content,
        )


class Contract:
    """An OpenAPI description served at one concrete host."""

    def __init__(self, path: Path) -> None:
        spec = json.loads(path.read_text("utf-8"))
        spec["servers"] = [{"url": HOST}]
        self._api = OpenAPI.from_dict(spec)

    def request_faults(self, exchange: Exchange) -> list[str]:
        """What is wrong with the request: unknown call, missing header, wrong body."""
        return _faults(self._api.validate_request, _Request(exchange))

    def answer_faults(self, exchange: Exchange) -> list[str]:
        """What is wrong with the answer: a status or a body the description does not have."""
        return _faults(self._api.validate_response, _Request(exchange), _Response(exchange))


@cache
def _contract(path: Path) -> Contract:
    return Contract(path)


def load(name: str) -> Contract:
    """The description called ``name``, or the running test is skipped."""
    path = SHARED / "contracts" / name
    if not path.exists():
        pytest.skip(f"the published description {name} is not here (BALCAO_SHARED)")
    return _contract(path)


def _faults(check: Any, *parts: Any) -> list[str]:
    try:
        check(*parts)
    except OpenAPIError as error:
        return _told(error)
    return []


def _told(error: BaseException | None) -> list[str]:
    """The places that are wrong where they are known, else the chain of reasons."""
    chain: list[str] = []
    while error is not None:
        places = [
            f"{'/'.join(map(str, one.absolute_path))}: {one.message[:200]}"
            for one in getattr(error, "schema_errors", ())
        ]
        if places:
            return places
        chain.append(f"{type(error).__name__}: {str(error)[:300]}")
        error = error.__cause__
    return chain


class _Request:
    def __init__(self, exchange: Exchange) -> None:
        parts = urlsplit(exchange.target)
        self.host_url, self.path = HOST, parts.path
        self.method = exchange.method.lower()
        self.body = exchange.body or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(parts.query, keep_blank_values=True)),
            header=Headers(exchange.headers),
        )

    @property
    def content_type(self) -> str:
        return str(self.parameters.header.get("Content-Type", ""))


class _Response:
    def __init__(self, exchange: Exchange) -> None:
        self.status_code, self.data = exchange.status, exchange.answer_body
        self.headers = Headers(exchange.answer_headers)
        self.content_type = self.headers.get("Content-Type", "")
