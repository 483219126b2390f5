"""Which orders a pull asks for, and where it goes on.

`Order.updatedAt` is no safe cursor: paying, fulfilling, shipping and delivering leave it where it was, and
so does the placing of a cart that was begun long ago. So a pull lists what was placed or changed since
the last one, with an overlap, and now and then all orders that wait for the store, by their state.
Times are the server's own, as `Date` of its answers gives them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from desktop.connectors._values import moment
from desktop.connectors._vendure_words import ON_THE_ROAD, OPEN_STATES

Json = dict[str, Any]

PAGE = 100
# An order is placed inside a transaction that may wait for a bank; and clocks of one server's parts differ.
OVERLAP = timedelta(minutes=2)
SWEEP = timedelta(minutes=5)
# Shops that never say “delivered” leave their orders on the road for ever.
ROAD = timedelta(days=30)
# The least that two orders differ by; what shares an instant with the last of a page is listed again.
_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next pull goes on; times in ISO.

    `since` is when the last whole pull began, `swept` when the open orders were listed; `began` is set
    while a pull is under way, `sweeps` while it lists the open ones. Of its list, what was placed up to
    `after` is done, and `skip` of the rest.
    """

    since: str = ""
    swept: str = ""
    began: str = ""
    sweeps: bool = False
    after: str = ""
    skip: int = 0

    @classmethod
    def read(cls, text: str) -> Cursor:
        """A cursor from the store; one that cannot be read begins anew."""
        try:
            found = cls(**json.loads(text or "{}"))
        except (ValueError, TypeError):
            return cls(sweeps=True)
        return found if found.since else replace(found, sweeps=True)

    def __str__(self) -> str:
        default = asdict(Cursor())
        return json.dumps({k: v for k, v in asdict(self).items() if v != default[k]})

    def options(self) -> Json:
        """What to ask for: placed orders only, so that no cart comes in, oldest first."""
        asked: list[Json] = [
            {"active": {"eq": False}},
            {"orderPlacedAt": {"isNull": False}},
            # The parts of an order that several sellers share come as orders of their own.
            {"type": {"notEq": "Aggregate"}},
            {"_or": self._open() if self.sweeps else self._news()},
        ]
        if self.after:
            asked.append({"orderPlacedAt": {"after": self.after}})
        order = {"orderPlacedAt": "ASC", "id": "ASC"}
        return {"take": PAGE, "skip": self.skip, "filter": {"_and": asked}, "sort": order}

    def _news(self) -> list[Json]:
        since = {"after": self.since}
        return [{"orderPlacedAt": since}, {"updatedAt": since}]

    def _open(self) -> list[Json]:
        recent = _earlier(self.began, ROAD) if self.began else _iso(datetime.now(UTC) - ROAD)
        gone: list[Json] = [{"state": {"in": ON_THE_ROAD}}, {"orderPlacedAt": {"after": recent}}]
        return [{"state": {"in": OPEN_STATES}}, {"_and": gone}]

    def following(self, rows: Sequence[Any], answered: datetime | None) -> Cursor:
        """The cursor after a page of `rows`, answered at that time; `is_whole` when it ends the pull."""
        here = self if self.began else replace(self, began=_iso(answered or datetime.now(UTC)))
        if len(rows) >= PAGE:
            return replace(here, **here._further(rows))
        if here.sweeps:
            return Cursor(here.since or _earlier(here.began, OVERLAP), here.began)
        done = Cursor(_earlier(here.began, OVERLAP), here.swept)
        if not here.swept or _is_due(here.swept, here.began):
            return replace(done, began=here.began, sweeps=True)
        return done

    @property
    def is_whole(self) -> bool:
        return not self.began

    def _further(self, rows: Sequence[Any]) -> Json:
        """By the time of placing: an order that leaves the list while it is read moves none before it. Only
        orders of one instant are counted."""
        placed = [at for row in rows if (at := _placed(row)) is not None]
        bound = placed[-1] - _TICK if placed else None
        if bound is None or _iso(bound) <= self.after:
            return {"skip": self.skip + len(rows)}
        return {"after": _iso(bound), "skip": len(rows) if placed[0] > bound else 0}


def _placed(row: Any) -> datetime | None:
    at = row.get("orderPlacedAt") if isinstance(row, dict) else None
    return moment(at) if isinstance(at, str) else None


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _earlier(iso: str, by: timedelta) -> str:
    return _iso(_at(iso) - by)


def _is_due(swept: str, now: str) -> bool:
    return _at(now) - _at(swept) >= SWEEP


def _at(iso: str) -> datetime:
    return moment(iso) or datetime.now(UTC)
