"""A calendar day where the store is: when it begins, its hours, and how its times are written.

A day on which the clocks change has 23 or 25 hours; one hour of the clock is then missing, or stands
twice. `zone` None is the zone of this computer, as on the screen everywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property

from desktop.errors import UserError
from desktop.i18n import N_, language

HOUR = timedelta(hours=1)
FIRST_YEAR, LAST_YEAR = 1980, 2200


@dataclass(frozen=True)
class Day:
    """A date in a zone; raises UserError for a date that no store's papers carry."""

    date: date
    zone: tzinfo | None = None

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.date.year <= LAST_YEAR:
            raise UserError(
                N_("Choose a day between {first} and {last}."), field="day",
                first=FIRST_YEAR, last=LAST_YEAR,
            )  # fmt: skip

    @cached_property
    def start(self) -> datetime:
        """Its first moment, UTC."""
        return _midnight(self.date, self.zone)

    @cached_property
    def end(self) -> datetime:
        """The first moment of the next day, UTC."""
        return _midnight(self.date + timedelta(days=1), self.zone)

    @cached_property
    def hours(self) -> tuple[datetime, ...]:
        """When each of its hours begins, UTC: 24 of them, or 23 or 25."""
        count = -((self.start - self.end) // HOUR)
        return tuple(self.start + n * HOUR for n in range(count))

    def hour_label(self, hour: int) -> str:
        """The clock's hour of the day's `hour`th hour; with its offset where the clock shows it twice."""
        labels = [self._clock_hour(at) for at in self.hours]
        label = labels[hour]
        return (
            f"{label} {offset(self.hours[hour], self.zone)}" if labels.count(label) > 1 else label
        )

    def _clock_hour(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone).hour}h"

    def shift(self, days: int) -> Day:
        return Day(self.date + timedelta(days=days), self.zone)

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end


def today(now: datetime, zone: tzinfo | None = None) -> Day:
    return Day(now.astimezone(zone).date(), zone)


def offset(at: datetime, zone: tzinfo | None = None) -> str:
    """How far the store's clock is from UTC at that moment: -03:00."""
    text = at.astimezone(zone).strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


def zone_name(times: Iterable[datetime], zone: tzinfo | None = None) -> str:
    """What names the zone beside these times: its own name, or every offset that occurs among them."""
    key = getattr(zone, "key", "")
    found = dict.fromkeys(f"UTC{offset(at, zone)}" for at in times)
    return key or " / ".join(found) or f"UTC{offset(datetime.now(UTC), zone)}"


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    """The first moment of a day: where the clock skips midnight the one it skips to, where midnight
    comes twice the first."""
    midnight = datetime.combine(day, time(), zone)
    both = (midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return min(at for at in both if at.astimezone(zone).date() == day)


def read_day(text: str, near: Day) -> Day:
    """The day that somebody typed: 2026-03-14, 14/03/2026, 14/3/26, or 14/3 of the year of `near`.

    Raises UserError when it is none.
    """
    text = text.strip()
    try:
        if match := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?", text, re.ASCII):
            year = int(match[3]) if match[3] else near.date.year
            found = date(year + 2000 if year < 100 else year, int(match[2]), int(match[1]))
        else:
            found = date.fromisoformat(text)
    except ValueError:
        raise UserError(
            N_("“{typed}” is no day. Write it like {example}."), field="day", typed=text,
            example=words(near),
        ) from None  # fmt: skip
    return Day(found, near.zone)


def words(day: Day) -> str:
    """The date as the language writes it."""
    return day.date.strftime("%Y-%m-%d" if language() == "en" else "%d/%m/%Y")
