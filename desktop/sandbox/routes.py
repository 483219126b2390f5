"""Which call goes where: method, path, the kind it counts as, and what answers it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from desktop.sandbox import classic, pii
from desktop.sandbox.http import Answer, Call
from desktop.sandbox.workflow import Refusal


class Route(NamedTuple):
    method: str
    pattern: re.Pattern[str]
    kind: str
    answer: Callable[..., Answer]


def _route(line: str, answer: Callable[..., Answer]) -> Route:
    method, path, kind = line.split()
    return Route(method, re.compile(path.replace("*", "([^/]+)")), kind, answer)


_ORDER, _DOCUMENT = "/api/oms/pvt/orders/*", "/api/orders/pvt/document/*"
# The feed, tracking and notes are spoken alike by accounts of both kinds.
SHARED = (
    _route("GET /api/orders/feed feed", classic.read_feed),
    _route("POST /api/orders/feed commit", classic.commit_feed),
    _route("GET /api/orders/feed/config feed-config", classic.feed_config),
    _route("POST /api/orders/feed/config feed-config", classic.configure_feed),
    _route("DELETE /api/orders/feed/config feed-config", classic.remove_feed),
    _route(f"PATCH {_ORDER}/invoice/* tracking", classic.track),
    _route(f"PUT {_ORDER}/invoice/*/tracking event", classic.event),
    _route(f"POST {_ORDER}/interactions note", classic.note),
)
CLASSIC = (
    *SHARED,
    _route("GET /api/oms/pvt/orders list", classic.list_orders),
    _route(f"GET {_ORDER} detail", classic.detail),
    _route(f"POST {_ORDER}/start-handling start-handling", classic.start_handling),
    _route(f"POST {_ORDER}/invoice invoice", classic.invoice),
    _route(f"POST {_ORDER}/cancel cancel", classic.cancel),
    _route(f"POST {_ORDER}/payments/*/payment-notification payment", classic.notify_payment),
)
PII = (
    _route("POST /api/orders/extendsearch/orders list", pii.search),
    _route(f"GET {_DOCUMENT} detail", pii.detail),
    _route(f"POST {_DOCUMENT}/actions/start-handling start-handling", classic.start_handling),
    _route(f"POST {_DOCUMENT}/invoices invoice", pii.invoice),
    _route(f"POST {_DOCUMENT}/cancel cancel", classic.cancel),
    _route(f"POST {_DOCUMENT}/payment/*/notify-payment payment", classic.notify_payment),
)

DIALECTS = {"both": CLASSIC + PII, "classic": CLASSIC, "pii": SHARED + PII}


def find(call: Call, routes: tuple[Route, ...]) -> tuple[Route, tuple[str, ...]] | None:
    """The route of a call with the decoded parts of its path, or None."""
    for route in routes:
        if route.method == call.method and (match := route.pattern.fullmatch(call.path)):
            return route, tuple(unquote(part) for part in match.groups())
    return None


def check_key(call: Call, key: str, token: str) -> None:
    """Refusal 401 unless the call carries the app key and its token."""
    wanted = {"x-vtex-api-appkey": key, "x-vtex-api-apptoken": token}
    known = [
        hmac.compare_digest(call.headers.get(name, "").encode(), secret.encode())
        for name, secret in wanted.items()
    ]
    if not all(known):
        raise Refusal(401, "Unauthorized access")
