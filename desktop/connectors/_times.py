"""Times in the headers of an answer, whatever stands there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# The first step of our own back-off: also who says "at once" is not asked again at once.
LEAST_WAIT_S = 1.0
# A longer wish is a slip of the server's clock or hand; asking once an hour harms nobody.
MOST_WAIT_S = 3600.0


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3: a whole number or an HTTP date), between
    LEAST_WAIT_S and MOST_WAIT_S; None where there is none or it cannot be read.

    A date is measured against the server's own, where it gives one: our clock may be wrong.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        wait = float(text[:9])
    elif (at := _http_date(text)) is not None:
        wait = (at - (server_time(headers) or datetime.now(UTC))).total_seconds()
    else:
        return None
    return min(MOST_WAIT_S, max(LEAST_WAIT_S, wait))


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """When the server answered, by its own clock; None where it gave no date."""
    return _http_date(headers.get("date", ""))


def skew_s(headers: Mapping[str, str]) -> float | None:
    """How far this computer's clock is ahead of the server's; None where it gave no date."""
    at = server_time(headers)
    return (datetime.now(UTC) - at).total_seconds() if at else None


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
