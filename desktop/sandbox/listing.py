"""Which orders a list call shows: filters, pages of at most 100, at most 30 of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, pstdev
from typing import Any

from desktop.sandbox.http import whole_number
from desktop.sandbox.oms import Oms
from desktop.sandbox.order import Order
from desktop.sandbox.workflow import Refusal

Json = dict[str, Any]
MOST_PAGES, MOST_PER_PAGE = 30, 100
_RANGE = re.compile(r"creationDate:\[(\S+) TO (\S+)\]")


@dataclass(frozen=True)
class Wanted:
    """The filters this sandbox knows; others are ignored, as the platform ignores what it lacks."""

    page: int
    per_page: int
    statuses: frozenset[str]
    created: tuple[datetime, datetime] | None
    text: str
    newest_first: bool

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Wanted:
        page = whole_number(values.get("page"), "page", 1, 1)
        if page > MOST_PAGES:
            raise Refusal(400, f"Max page exceed. Page: {page}, max: {MOST_PAGES}")
        return cls(
            page=page,
            per_page=min(whole_number(values.get("per_page"), "per_page", 1, 15), MOST_PER_PAGE),
            statuses=frozenset(filter(None, values.get("f_status", "").split(","))),
            created=_range(values.get("f_creationDate")),
            text=values.get("q", "").strip().casefold(),
            newest_first=not values.get("orderBy", "").endswith(",asc"),
        )

    def fits(self, order: Order, status: str | None) -> bool:
        if self.statuses and status not in self.statuses:
            return False
        if self.created and not self.created[0] <= order.created <= self.created[1]:
            return False
        return not self.text or self.text in _searched(order)


def page_of(oms: Oms, wanted: Wanted) -> tuple[list[tuple[Order, str | None]], Json, list[Order]]:
    """The rows of one page with the status the index knows, the paging, and all that was found.

    The index is ``oms.index_lag_s`` behind the truth, so a row's status may be an older one.
    """
    seen = oms.clock.now() - timedelta(seconds=oms.index_lag_s)
    rows = [(order, _status_at(order, seen)) for order in oms.orders()]
    found = [row for row in rows if wanted.fits(*row)]
    found.sort(key=lambda row: (row[0].created, row[0].id), reverse=wanted.newest_first)
    first = (wanted.page - 1) * wanted.per_page
    paging = {
        "total": len(found),
        "pages": -(-len(found) // wanted.per_page),
        "currentPage": wanted.page,
        "perPage": wanted.per_page,
    }
    return found[first : first + wanted.per_page], paging, [order for order, _ in found]


def _status_at(order: Order, moment: datetime) -> str | None:
    then = [status for at, status in order.history if at <= moment]
    return then[-1] if then else order.history[0][1]


def _searched(order: Order) -> str:
    client = order.facts["client"]
    words = (order.id, order.sequence, client["email"], client["document"], order.facts["name"])
    return "\n".join(words).casefold()


def _range(text: str | None) -> tuple[datetime, datetime] | None:
    if not text:
        return None
    match = _RANGE.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        return datetime.fromisoformat(match[1]), datetime.fromisoformat(match[2])
    except ValueError:
        raise Refusal(400, "f_creationDate is creationDate:[A TO B]") from None


def stats(orders: list[Order]) -> Json:
    """The statistics block the contract requires of every list."""
    return {
        "totalValue": _figures([(order, order.value) for order in orders]),
        "totalItems": _figures([(order, order.pieces) for order in orders]),
    }


def _figures(pairs: list[tuple[Order, int]]) -> Json:
    origins: dict[str, list[int]] = {"Fulfillment": [], "Marketplace": []}
    currencies: dict[str, list[int]] = {"BRL": []}
    for order, value in pairs:
        origins.setdefault(order.origin, []).append(value)
        currencies.setdefault(order.facts["currency"], []).append(value)
    facets = {
        "origin": {name: _plain(found) | {"Facets": None} for name, found in origins.items()},
        "currencyCode": {
            name: _plain(found) | {"Facets": None} for name, found in currencies.items()
        },
    }
    return _plain([value for _, value in pairs]) | {"Facets": facets}


def _plain(values: list[int]) -> Json:
    # Rounded, because the contract calls one of the means a whole number.
    return {
        "Count": len(values),
        "Max": max(values, default=0),
        "Mean": round(fmean(values)) if values else 0,
        "Min": min(values, default=0),
        "Missing": 0,
        "StdDev": round(pstdev(values)) if values else 0,
        "Sum": sum(values),
        "SumOfSquares": sum(value * value for value in values),
    }
