"""Where a pull goes on: over pages, ties, orders that leave the list, and a cursor from anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.connectors import _vendure_list as lists
from desktop.connectors._vendure_list import OVERLAP, SWEEP, Cursor

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
Json = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """An order as the list has it; times are seconds before NOW."""

    id: int
    placed: float
    updated: float = 10**9
    state: str = "PaymentSettled"


class Shop:
    """The list of a server: filter, order and cut as Vendure does."""

    def __init__(self, *rows: Row) -> None:
        self.rows = {row.id: row for row in rows}
        self.now = NOW

    def page(self, options: Json) -> list[Json]:
        found = [row for row in self.rows.values() if self._fits(row, options["filter"])]
        found.sort(key=lambda row: (-row.placed, row.id))
        cut = found[options["skip"] : options["skip"] + options["take"]]
        return [{"id": str(row.id), "orderPlacedAt": _iso(row.placed)} for row in cut]

    def _fits(self, row: Row, asked: Json) -> bool:
        tests: dict[str, Callable[[Any], bool]] = {
            "_and": lambda all_of: all(self._fits(row, one) for one in all_of),
            "_or": lambda any_of: any(self._fits(row, one) for one in any_of),
            "active": lambda _: True,
            "type": lambda _: True,
            "state": lambda one: row.state in one["in"],
            "orderPlacedAt": lambda one: (
                "after" not in one or _at(row.placed) > _time(one["after"])
            ),
            "updatedAt": lambda one: _at(row.updated) > _time(one["after"]),
        }
        return all(tests[name](value) for name, value in asked.items())


def _at(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def _iso(seconds: float) -> str:
    return _at(seconds).isoformat(timespec="milliseconds")


def _time(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


def pulled(
    shop: Shop, cursor: str, between: Callable[[], None] = lambda: None
) -> tuple[list[int], str]:
    """Ids of a whole pull, in the order in which they came, and the cursor after it."""
    found: list[int] = []
    for _ in range(500):
        at = Cursor.read(cursor)
        rows = shop.page(at.options())
        found += [int(row["id"]) for row in rows]
        following = at.following(rows, shop.now)
        cursor = str(following)
        if following.is_whole:
            return found, cursor
        between()
    raise AssertionError("a pull without an end")


rows = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from([0.0, 0.3, 0.999])), min_size=1, max_size=40
).map(lambda found: [Row(n, 600 + second + part) for n, (second, part) in enumerate(found)])


@settings(deadline=None, max_examples=300)
@given(rows, st.integers(2, 5), st.randoms(use_true_random=False))
def test_every_order_comes_though_others_leave_meanwhile(
    found: list[Row], page: int, dice: Any
) -> None:
    shop = Shop(*found)
    stay = {row.id for row in found if dice.random() < 0.7}

    def somebody_works() -> None:
        going = [one for one in shop.rows if one not in stay]
        if going and dice.random() < 0.5:
            one = dice.choice(going)
            # An order that is shipped leaves the list, and those behind it move up.
            shop.rows[one] = replace(shop.rows[one], state="Delivered")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lists, "PAGE", page)
        alone = len({row.placed for row in found}) == len(found)
        seen, _ = pulled(shop, "", somebody_works if alone else lambda: None)
    assert set(seen) >= (stay if alone else {row.id for row in found})


@settings(deadline=None, max_examples=300)
@given(rows, st.integers(1, 4))
def test_a_later_pull_brings_what_was_placed_or_changed_since(found: list[Row], page: int) -> None:
    shop = Shop(*found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lists, "PAGE", page)
        _, cursor = pulled(shop, "")
        shop.now = NOW + timedelta(minutes=1)
        shop.rows[900] = Row(900, -30)
        changed = found[0].id
        shop.rows[changed] = replace(found[0], updated=-30)
        seen, _ = pulled(shop, cursor)
    assert {900, changed} <= set(seen)


def test_the_first_pull_lists_what_is_open_and_the_next_what_is_new() -> None:
    shop = Shop(Row(1, 10**7), Row(2, 10**7, state="Delivered"), Row(3, 9999, state="Shipped"))
    found, cursor = pulled(shop, "")
    assert found == [1, 3]
    at = Cursor.read(cursor)
    assert _time(at.since) == NOW - OVERLAP and _time(at.swept) == NOW
    assert pulled(shop, cursor)[0] == []


def test_a_late_commit_is_within_the_overlap() -> None:
    shop = Shop()
    _, cursor = pulled(shop, "")
    shop.rows[1] = Row(1, 60)  # placed a minute ago, seen only now
    assert pulled(shop, cursor)[0] == [1]


def test_the_open_orders_are_listed_again_when_it_is_time() -> None:
    shop = Shop(Row(1, 10**6))
    found, cursor = pulled(shop, "")
    shop.now = NOW + SWEEP - timedelta(seconds=1)
    found, cursor = pulled(shop, cursor)
    assert found == []
    shop.now = NOW + SWEEP
    found, cursor = pulled(shop, cursor)
    assert found == [1]
    assert Cursor.read(cursor).since > _iso(0)


def test_a_pull_that_was_broken_off_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    shop = Shop(*(Row(n, 1000 - 10 * n) for n in range(7)))
    at = Cursor.read("")
    page = shop.page(at.options())
    cursor = str(at.following(page, NOW))
    shop.now = NOW + timedelta(days=3)
    rest, after = pulled(shop, cursor)
    assert {int(row["id"]) for row in page} | set(rest) == set(range(7))
    assert _time(Cursor.read(after).since) <= NOW


@pytest.mark.parametrize(
    "text", ["", "{}", "open:1", "[]", "null", '{"since": ""}', '{"nonsense": 1}', "\x00", '{"since'],
)  # fmt: skip
def test_a_cursor_that_says_nothing_begins_anew(text: str) -> None:
    assert Cursor.read(text).sweeps and not Cursor.read(text).since


def test_a_cursor_survives_the_store() -> None:
    for at in (
        Cursor("2026-11-24T12:00:00.000Z", "2026-11-24T11:00:00.000Z"),
        Cursor("2026-11-24T12:00:00.000Z", began="2026-11-24T12:01:00.000Z", sweeps=True, skip=7),
    ):
        assert Cursor.read(str(at)) == at


def test_without_a_date_of_the_server_our_own_clock_must_do() -> None:
    following = Cursor.read("").following([], None)
    assert abs(datetime.now(UTC) - _time(following.swept)) < timedelta(minutes=1)


def test_rows_that_are_none_end_no_pull(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    at = Cursor.read("").following(["x", {"orderPlacedAt": 7}], NOW)
    assert not at.is_whole and at.skip == 2
