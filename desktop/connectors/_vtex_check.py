"""Whether a VTEX account answers, and what its key may do: the test of a connection."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from desktop.connectors._clock import check_clock
from desktop.connectors._vtex_body import Group
from desktop.connectors._vtex_dialects import FEED_CONFIG, Dialect, path
from desktop.connectors._vtex_push import CANCEL_RIGHT, HANDLING_RIGHT, INVOICE_RIGHT
from desktop.connectors.http import Answer, Http
from desktop.errors import PlatformRefused
from desktop.i18n import N_
from desktop.order import Invoice, Kind

FEED_RIGHT = "Feed v3 and Hook Admin"
_NO_ORDER = "balcao-check"


def check(http: Http, dialect: Dialect, detail: Callable[[str], Answer]) -> None:
    """Asks for the feed and for an order that does not exist, and wants to change that order: the answers
    tell what is missing. Raises PlatformError."""
    try:
        http.call("GET", FEED_CONFIG, right=FEED_RIGHT)
    except PlatformRefused as error:
        if error.status != 404:  # no feed yet: the first pull makes one
            raise
    try:
        detail(_NO_ORDER)
    except PlatformRefused as error:
        # The OMS names a code; any other server that knows no such page does not.
        if error.status != 404 or not error.code:
            raise _no_vtex(http.host, error.status) from None
    else:
        raise _no_vtex(http.host, 200)
    _check_writing(http, dialect)
    check_clock(http.skew_s)


def _check_writing(http: Http, dialect: Dialect) -> None:
    """VTEX looks at the rights of a key before it looks for the order, of which there is none."""
    invoice = Invoice("1", issued_at=datetime.now(UTC))
    nothing = dialect.invoice_body(invoice, Group(Kind.DELIVERY, (), (), 0), "")
    asked: tuple[tuple[str, Any, str], ...] = (
        (dialect.start_handling, None, HANDLING_RIGHT),
        (dialect.invoice, nothing, INVOICE_RIGHT),
        (dialect.cancel, {"reason": "-"}, CANCEL_RIGHT),
    )
    for where, body, right in asked:
        with suppress(PlatformRefused):
            http.call("POST", path(where, _NO_ORDER), body=body, right=right)


def _no_vtex(host: str, status: int) -> PlatformRefused:
    return PlatformRefused(
        N_("{host} answers, but not as VTEX does. Check the address."), status=status, host=host
    )
