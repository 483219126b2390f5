"""A local day: its hours, also when the clocks change, and how its times are named."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import UserError
from desktop.i18n import set_language
from desktop.local_day import HOUR, Day, offset, read_day, today, words, zone_name

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
ZONES = [ZoneInfo(name) for name in (
    "America/Sao_Paulo", "America/Santiago", "America/Mexico_City", "America/Bogota",
    "America/Asuncion", "Europe/Madrid", "America/Havana", "UTC",
)]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "hours", "first"),
    [
        (date(2026, 3, 14), 24, "0h"),
        (date(2018, 11, 4), 23, "1h"),  # midnight did not exist: summer time began at 0:00
        (date(2018, 2, 17), 25, "0h"),  # 23:00 to 24:00 stood twice
    ],
)
def test_a_day_has_the_hours_of_its_clocks(day, hours, first):
    found = Day(day, SAO_PAULO)
    assert len(found.hours) == hours
    assert found.end - found.start == hours * HOUR
    assert found.hour_label(0) == first


def test_an_hour_that_stands_twice_is_told_apart():
    labels = [Day(date(2018, 2, 17), SAO_PAULO).hour_label(n) for n in (22, 23, 24)]
    assert labels == ["22h", "23h -02:00", "23h -03:00"]


@given(
    st.dates(date(1990, 1, 1), date(2037, 12, 31)),
    st.sampled_from(ZONES),
    st.integers(0, 25 * 3600),
)
def test_every_moment_is_in_exactly_one_day(day, zone, second):
    here, after = Day(day, zone), Day(day + timedelta(days=1), zone)
    assert here.end == after.start
    at = here.start + timedelta(seconds=second)
    assert (at in here) != (at in after)
    assert (at.astimezone(zone).date() == day) == (at in here)
    assert today(at, zone) == (here if at in here else after)
    assert here.hours[0] == here.start and here.hours[-1] < here.end <= here.hours[-1] + HOUR


@pytest.fixture
def in_sao_paulo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The computer's own clock stands in São Paulo."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system cannot change the zone of a process")
    before = os.environ.get("TZ")
    os.environ["TZ"] = "America/Sao_Paulo"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize("day", [date(2026, 3, 14), date(2018, 11, 4), date(2018, 2, 17)])
def test_the_computers_own_zone_counts_the_same_hours(in_sao_paulo, day):
    own, named = Day(day), Day(day, SAO_PAULO)
    assert (own.start, own.end, own.hours) == (named.start, named.end, named.hours)
    assert [own.hour_label(n) for n in range(len(own.hours))] == [
        named.hour_label(n) for n in range(len(named.hours))
    ]


def test_a_zone_is_named_by_itself_or_by_its_offsets(in_sao_paulo):
    winter, summer = datetime(2018, 7, 1, tzinfo=UTC), datetime(2018, 12, 1, tzinfo=UTC)
    assert zone_name([winter], SAO_PAULO) == "America/Sao_Paulo"
    assert zone_name([winter, summer, winter]) == "UTC-03:00 / UTC-02:00"
    assert zone_name([]).startswith("UTC-0")
    assert offset(summer) == "-02:00"


@pytest.mark.parametrize("year", [1, 1979, 2201, 9999])
def test_a_day_of_no_store_is_refused(year):
    with pytest.raises(UserError) as refused:
        Day(date(year, 1, 1))
    assert refused.value.field == "day"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-03-14", date(2026, 3, 14)), ("14/03/2026", date(2026, 3, 14)),
        (" 4/3/26 ", date(2026, 3, 4)), ("4.3.2026", date(2026, 3, 4)), ("31/12", date(2025, 12, 31)),
        ("29/2/2024", date(2024, 2, 29)),
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it(typed, day):
    near = Day(date(2025, 6, 1), SAO_PAULO)
    assert read_day(typed, near) == Day(day, SAO_PAULO)


@pytest.mark.parametrize(
    "typed", ["", "x", "31/2/2026", "29/2/2025", "2026-13-01", "1/1/1", "١/١/٢٠٢٦"]
)
def test_what_is_no_day_says_how_to_write_one(typed):
    with pytest.raises(UserError, match="Write it like 2025-06-01"):
        read_day(typed, Day(date(2025, 6, 1)))


@given(st.dates(date(1980, 1, 1), date(2200, 12, 31)), st.sampled_from(["en", "pt_BR", "es"]))
def test_what_is_written_is_read_again(day, language):
    set_language(language)
    try:
        assert read_day(words(Day(day)), Day(date(2025, 6, 1))) == Day(day)
    finally:
        set_language("en")
