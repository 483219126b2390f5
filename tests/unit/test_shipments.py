"""The numbers of the shipments page: what left, what stands here, and that each can be opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.journey import OPTIONAL, Journey, Step
from desktop.local_day import HOUR, Day
from desktop.order import (
    Cancellation,
    CancelState,
    Collected,
    Hold,
    Kind,
    Label,
    Order,
    Package,
    Status,
)
from desktop.store import Session, Store, migrate, orders, setup, shipments, tables
from desktop.store.departures import Way
from desktop.store.queries import View, counts
from desktop.store.shipments import LIMITS, DayNumbers, Number, Standing
from desktop.work import do
from tests.fakes import ANA, NOW, an_order, open_store
from tests.unit.test_queries import by_hand, plan

S = Status
ZONE = ZoneInfo("America/Sao_Paulo")
TODAY = Day(date(2026, 11, 24), ZONE)
NAMES = (
    "Correios",
    "CORREIOS ",
    "correios",
    "Jadlog",
    "São Paulo Expresso",
    "sao paulo  expresso",
    "",
)
BEFORE = {
    S.AWAITING_PAYMENT,
    S.AWAITING_CREATION,
    S.ACCEPTED,
    S.IN_PREPARATION,
    S.INVOICED,
    S.PACKED,
}


def every_number(numbers: DayNumbers) -> Iterator[Number]:
    yield numbers.ready
    yield numbers.late
    for taker in (numbers.shipped, numbers.counter, *numbers.takers):
        yield taker.total
        yield from taker.hours
    for stage in numbers.stages:
        yield stage.orders
        yield stage.over


def opened(session: Session, number: Number, journey: Journey) -> list[Any]:
    """What stands behind a number, once each, and as the order says it."""
    keys = shipments.keys(session, number.behind, journey)
    assert len(keys) == len(set(keys)) == number.n
    found = shipments.items(session, keys)
    assert [(i.order.id, i.package.number if i.package else 0) for i in found] == keys
    return found


# --- exact ------------------------------------------------------------------------------------------------

_minutes = st.integers(-60 * 6, 60 * 30)  # around the day, which has 24 hours
_package = st.tuples(
    _minutes, st.sampled_from(NAMES), st.sampled_from(("", "Zé da Moto", "zé  da MOTO"))
)


@st.composite
def _orders(draw: Any) -> list[Order]:
    found = []
    for n in range(draw(st.integers(0, 12))):
        status, kind = draw(st.sampled_from(S)), draw(st.sampled_from(Kind))
        gone = status not in BEFORE and kind is Kind.DELIVERY
        packages = tuple(
            Package(
                number, draw(st.sampled_from((0, 800, 1250))), carrier=carrier, driver=driver,
                # Some of an order's packages may leave before the others.
                shipped_at=TODAY.start + timedelta(minutes=at)
                if gone or (number == 1 and draw(st.booleans())) else None,
            )
            for number, (at, carrier, driver) in enumerate(draw(st.lists(_package, max_size=3)), 1)
        )  # fmt: skip
        collected = None
        if kind is Kind.PICKUP and draw(st.booleans()):
            collected = Collected(TODAY.start + timedelta(minutes=draw(_minutes)), "João")
        due = draw(st.none() | st.integers(-3000, 3000))
        found.append(
            an_order(
                str(n), status=status, kind=kind, packages=packages, collected=collected,
                due_at=None if due is None else NOW + timedelta(minutes=due),
                placed_at=NOW - timedelta(hours=draw(st.integers(1, 400))),
                hold=Hold(NOW, "Ana", "?") if draw(st.integers(0, 5)) == 0 else None,
                cancellation=Cancellation(CancelState.REQUESTED, NOW)
                if draw(st.integers(0, 5)) == 0 else None,
                archived=draw(st.integers(0, 8)) == 0,
            )
        )  # fmt: skip
    return found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(tmp_path_factory.mktemp("shipments"))
    yield store
    store.close()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    new=_orders(),
    off=st.sets(st.sampled_from(sorted(OPTIONAL))),
    came=st.integers(0, 400),
    zone=st.sampled_from((ZONE, UTC)),
)
def test_every_number_is_what_looking_at_every_order_finds(shared, new, off, came, zone):
    journey, day = Journey(off=frozenset(off)), Day(date(2026, 11, 24), zone)

    def run(session: Session) -> None:
        session.run(tables.orders.delete())
        session.connection.exec_driver_sql("DELETE FROM search")
        at = NOW - timedelta(hours=came, milliseconds=17)
        stored = orders.add(session, [(one, one.remote_id) for one in new], at)
        check(session, stored, day, journey, at)

    shared.do(run)


def check(
    session: Session, stored: list[Order], day: Day, journey: Journey, came: datetime
) -> None:
    numbers = shipments.day_numbers(session, day, journey, NOW)
    for number in every_number(numbers):
        opened(session, number, journey)
    _check_left(session, numbers, stored, day, journey)
    _check_standing(session, numbers, stored, journey, came)


def _check_left(
    session: Session, numbers: DayNumbers, stored: list[Order], day: Day, journey: Journey
) -> None:
    left = [
        (order.id, package.number)
        for order in stored
        for package in order.packages
        if package.shipped_at is not None and package.shipped_at in day
    ]
    collected = [(o.id, 0) for o in stored if o.collected and o.collected.at in day]
    everything = opened(session, numbers.shipped.total, journey)
    assert sorted((i.order.id, i.package.number) for i in everything) == sorted(left)
    at_counter = opened(session, numbers.counter.total, journey)
    assert sorted((i.order.id, 0) for i in at_counter) == sorted(collected)
    # Rows and columns add up.
    assert sum(one.total.n for one in numbers.takers) == numbers.shipped.total.n
    for taker in (numbers.shipped, numbers.counter, *numbers.takers):
        assert len(taker.hours) == len(day.hours)
        assert sum(hour.n for hour in taker.hours) == taker.total.n
    for n, hour in enumerate(numbers.shipped.hours):
        assert sum(one.hours[n].n for one in numbers.takers) == hour.n
        for item in opened(session, hour, journey):
            assert day.hours[n] <= item.at < day.hours[n] + HOUR
    # Each carrier is one, however people wrote it.
    names = [(one.way, one.name.casefold().replace("ã", "a")) for one in numbers.takers]
    assert len(names) == len(set(names))
    for taker in numbers.takers:
        for item in opened(session, taker.total, journey):
            said = item.package.carrier or item.package.driver
            plain = " ".join(said.split()).casefold().replace("ã", "a")
            assert plain == taker.name.casefold().replace("ã", "a")
            own = bool(item.package.driver and not item.package.carrier)
            assert (taker.way is Way.DRIVER) == own


def _check_standing(
    session: Session, numbers: DayNumbers, stored: list[Order], journey: Journey, came: datetime
) -> None:
    def ids(number: Number) -> set[int]:
        return {item.order.id for item in opened(session, number, journey)}

    here = {o.id for o in stored if by_hand(View.SHIP, o, journey) and o.kind is Kind.DELIVERY}
    assert ids(numbers.ready) == here
    late = [o for o in stored if orders.is_open(o) and o.cancellation is None and o.status in BEFORE
            and o.due_at is not None and o.due_at < NOW]  # fmt: skip
    assert ids(numbers.late) == {o.id for o in late}
    assert numbers.most_late == min((o.due_at for o in late), default=None)
    known = counts(session, journey, NOW)
    for stage in numbers.stages:
        some = [o for o in stored if by_hand(stage.view, o, journey)]
        assert stage.orders.n == known[stage.view].n
        assert ids(stage.orders) == {o.id for o in some}
        since = {o.id: _since(o, came) for o in some}
        assert stage.oldest == min(since.values(), default=None)
        over = {i for i, at in since.items() if NOW - at > LIMITS[stage.view]}
        assert ids(stage.over) == over
    shown = {stage.view for stage in numbers.stages}
    assert all(known[view].n == 0 for view in known if view not in shown)


def _since(order: Order, came: datetime) -> datetime:
    waits = order.status in {S.AWAITING_PAYMENT, S.AWAITING_CREATION}
    at = min(order.placed_at, came) if waits else came
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2018, 11, 4), 23), (date(2018, 2, 17), 25), (date(2018, 6, 1), 24)]
)
def test_a_day_on_which_the_clocks_change_has_all_its_shipments(opened, day, hours):
    that = Day(day, ZONE)
    left = [
        an_order(str(n), status=S.SHIPPED, packages=(Package(1, shipped_at=at),))
        for n, at in enumerate(
            that.start + timedelta(minutes=30 * n - 30) for n in range(2 * hours + 2)
        )
    ]
    store = opened(*left)
    with store.read() as session:
        numbers = shipments.day_numbers(session, that, Journey(), NOW)
        assert [hour.n for hour in numbers.shipped.hours] == [2] * hours
        assert numbers.shipped.total.n == 2 * hours
        around = [shipments.day_numbers(session, that.shift(n), Journey(), NOW) for n in (-1, 1)]
        assert [one.shipped.total.n for one in around] == [1, 1]


# --- in step with the orders --------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def added(store: Store, *new: Order, at: datetime = NOW - timedelta(days=1)) -> list[Order]:
    return store.do(lambda s: orders.add(s, [(one, one.remote_id) for one in new], at))


def numbers_of(store: Store, day: Day = TODAY, now: datetime = NOW) -> DayNumbers:
    with store.read() as session:
        return shipments.day_numbers(session, day, Journey(), now)


def packed(number: str = "1", packages: int = 2) -> Order:
    boxes = tuple(Package(n + 1, 1000 + n, label=Label.PRINTED) for n in range(packages))
    return an_order(number, status=S.PACKED, packages=boxes, invoice=None)


NO_INVOICE = Journey(off=frozenset({S.INVOICED}))


def act(store: Store, order: Order, step: Step, given: dict[str, Any], at: datetime) -> Order:
    def write(session: Session) -> Order:
        setup.save_settings(session, setup.StoreSettings(journey=NO_INVOICE))
        return do(session, order.id, step, given, ANA, at)

    return store.do(write)


def test_each_package_counts_when_it_leaves(store):
    (order,) = added(store, packed())
    first = {"carrier": "Correios", "tracking": "AA1", "packages": "1"}
    act(store, order, Step.SHIP, first, TODAY.start + 9 * HOUR)
    numbers = numbers_of(store)
    assert (numbers.shipped.total.n, numbers.ready.n) == (1, 1)  # one of two: it still has to leave
    second = {"driver": "Zé da Moto"}
    act(store, order, Step.SHIP, second, TODAY.start + 10 * HOUR + timedelta(minutes=59))
    numbers = numbers_of(store)
    assert [one.n for one in numbers.shipped.hours[8:12]] == [0, 1, 1, 0]
    assert [(t.way, t.name, t.total.n, t.weight_g) for t in numbers.takers] == [
        (Way.CARRIER, "Correios", 1, 1000), (Way.DRIVER, "Zé da Moto", 1, 1001),
    ]  # fmt: skip
    assert numbers.ready.n == 0


def test_a_mended_carrier_moves_the_package_and_keeps_its_hour(store):
    (order,) = added(store, packed(packages=1))
    at = TODAY.start + 9 * HOUR
    shipped = act(store, order, Step.SHIP, {"carrier": "Corrios", "tracking": "A"}, at)
    right = replace(shipped, packages=(replace(shipped.packages[0], carrier="Correios"),))
    store.do(lambda s: orders.save(s, right, at + 5 * HOUR))
    numbers = numbers_of(store)
    assert [taker.name for taker in numbers.takers] == ["Correios"]
    assert numbers.shipped.hours[9].n == 1


def test_a_return_does_not_take_the_departure_back(store):
    (order,) = added(store, packed(packages=1))
    act(store, order, Step.SHIP, {"driver": "Zé"}, TODAY.start + 9 * HOUR)
    act(store, order, Step.TAKE_BACK, {"reason": "r", "goods_here": "yes"}, TODAY.start + 12 * HOUR)
    assert numbers_of(store).shipped.total.n == 1


def test_what_had_left_before_the_order_was_known_has_no_day(store):
    """A store connects in the middle of its life: thousands are on the road. They did not leave now."""
    unknown = an_order("1", status=S.SHIPPED, packages=(Package(1, tracking="A", shipped_at=NOW),))
    told = replace(
        unknown, number="2", remote_id="r2", packages=(Package(1, shipped_at=NOW - HOUR),)
    )  # the platform says when
    first, _ = added(store, unknown, told, at=NOW)
    assert numbers_of(store).shipped.total.n == 1
    # Later news of such an order do not give it a day either.
    news = replace(first, packages=(replace(first.packages[0], delivered_at=NOW + HOUR),))
    store.do(lambda s: orders.save(s, news, NOW + HOUR))
    assert numbers_of(store).shipped.total.n == 1


def test_since_moves_with_the_status_and_with_nothing_else(store):
    (order,) = added(store, an_order("1", status=S.ACCEPTED))

    def oldest(view: View) -> datetime | None:
        return next(one.oldest for one in numbers_of(store).stages if one.view is view)

    came = oldest(View.PREPARE)
    moved = store.do(lambda s: orders.save(s, replace(order, shelf="A"), NOW))
    assert oldest(View.PREPARE) == came == NOW - timedelta(days=1)
    moved = replace(moved, status=S.IN_PREPARATION)
    store.do(lambda s: orders.save(s, moved, NOW + HOUR))
    assert (oldest(View.PREPARE), oldest(View.INVOICE)) == (None, NOW + HOUR)


def test_an_order_over_its_limit_is_counted_and_found(store):
    limit = LIMITS[View.PACK]
    (old,) = added(store, an_order("1", status=S.INVOICED), at=NOW - limit - HOUR)
    added(store, an_order("2", status=S.INVOICED), at=NOW - limit)
    stage = next(one for one in numbers_of(store).stages if one.view is View.PACK)
    assert (stage.orders.n, stage.over.n, stage.limit) == (2, 1, limit)
    with store.read() as session:
        assert shipments.keys(session, stage.over.behind, Journey()) == [(old.id, 0)]


def test_ready_ones_stand_with_the_latest_first_and_those_without_a_time_last(store):
    times = (None, NOW + HOUR, NOW - 3 * HOUR, NOW - HOUR)
    new = [an_order(str(n), status=S.PACKED, due_at=at) for n, at in enumerate(times)]
    ids = [one.id for one in added(store, *new)]
    with store.read() as session:
        ready = shipments.day_numbers(session, TODAY, Journey(), NOW).ready
        found = shipments.keys(session, ready.behind, Journey())
    assert [one for one, _ in found] == [ids[2], ids[3], ids[1], ids[0]]


def test_an_empty_store_has_every_number_and_all_are_nothing(store):
    numbers = numbers_of(store)
    assert {number.n for number in every_number(numbers)} == {0}
    assert numbers.most_late is None
    assert all(stage.oldest is None for stage in numbers.stages)


def test_orders_that_go_take_their_departures_along(store):
    (order,) = added(store, packed(packages=1))
    act(store, order, Step.SHIP, {"driver": "Zé"}, TODAY.start + 9 * HOUR)
    store.do(lambda s: s.run(tables.orders.delete()))
    assert numbers_of(store).shipped.total.n == 0


# --- by the index -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Days of departures and mostly finished orders: what a planner must not scan."""
    opened = open_store(tmp_path_factory.mktemp("many"))
    gone = [
        an_order(
            f"f{n}", status=S.FINALIZED,
            packages=(Package(1, 500, carrier=NAMES[n % 7], shipped_at=NOW - n * HOUR),),
        )
        for n in range(600)
    ]  # fmt: skip
    living = [an_order(f"o{n}", status=list(S)[n % 12]) for n in range(60)]
    opened.do(lambda s: orders.add(s, [(one, "") for one in gone + living], NOW + HOUR))
    yield opened
    opened.close()


def test_the_page_reads_two_indexes_and_no_order(many):
    with many.read() as session:
        lines = plan(session, lambda s: shipments.day_numbers(s, TODAY, Journey(), NOW))
    reads = [one for one in lines if "SEARCH" in one or "SCAN" in one]
    assert len(reads) == 2, lines
    assert "SEARCH departures USING COVERING INDEX ix_departures_at" in reads[0]
    assert "at>? AND at<?" in reads[0]
    assert "SEARCH orders USING COVERING INDEX ix_orders_open (is_open=?)" in reads[1]


def test_every_heap_is_found_by_its_index(many):
    with many.read() as session:
        numbers = shipments.day_numbers(session, TODAY, Journey(), NOW)
        for number in every_number(numbers):
            heap = number.behind
            lines = plan(session, lambda s, heap=heap: shipments.keys(s, heap, Journey()))
            reads = [one for one in lines if "SEARCH" in one or "SCAN" in one]
            index = "ix_orders_open" if isinstance(heap, Standing) else "ix_departures_at"
            assert len(reads) == 1 and f"COVERING INDEX {index}" in reads[0], (heap, lines)
            assert reads[0].startswith("SEARCH")


# --- the migration ----------------------------------------------------------------------------------------


def test_an_older_store_learns_what_had_left_and_since_when(tmp_path):
    """A file at the first revision, with bodies and a journal as Balcão wrote them then."""
    store = open_store(tmp_path)
    day = TODAY.start
    known = [
        an_order("1", status=S.SHIPPED, packages=(
            Package(1, 700, carrier=" São Paulo  Expresso", shipped_at=day + 9 * HOUR),
            Package(2, 0, driver="Zé", shipped_at=day + 10 * HOUR),
        )),
        an_order("2", status=S.SHIPPED, packages=(Package(1, tracking="A", shipped_at=NOW),)),
        an_order("3", status=S.PICKED_UP, kind=Kind.PICKUP,
                 collected=Collected(day + 11 * HOUR, "João")),
        an_order("4", status=S.PACKED, packages=(Package(1, 300),)),
        an_order("5", status=S.PACKED),
    ]  # fmt: skip
    added(store, *known, at=NOW)
    store.close()
    old = tmp_path / "old"
    _first_revision(old, store.path)
    again = Store(old)
    numbers = numbers_of(again)
    assert [(t.way, t.name, t.total.n, t.weight_g) for t in numbers.takers] == [
        (Way.CARRIER, "São Paulo Expresso", 1, 700), (Way.DRIVER, "Zé", 1, 0),
    ]  # fmt: skip
    assert [numbers.shipped.hours[n].n for n in (9, 10)] == [1, 1]
    assert numbers.counter.total.n == numbers.counter.hours[11].n == 1
    with again.read() as session:
        since = {i.order.number: i.since for i in shipments.items(session, [(4, 0), (5, 0)])}
    # By the journal; where it knows nothing, by the last change.
    assert since == {"4": NOW - 5 * HOUR, "5": NOW}
    # What the migration wrote is what the program writes.
    with again.read() as session:
        before = session.run(tables.departures.select()).all()
        stored = [orders.get(session, n) for n in range(1, 6)]
    for order in stored:
        again.do(lambda s, order=order: orders.save(s, order, NOW))
    with again.read() as session:
        assert session.run(tables.departures.select()).all() == before
    again.close()


def _first_revision(folder: Path, source: Path) -> None:
    """A store of the first revision that holds the orders of `source`, and a journal of some of them."""
    folder.mkdir()
    migrate.upgrade(folder / Store.FILE, "0001")
    with closing(sqlite3.connect(folder / Store.FILE)) as old, old:
        old.execute("ATTACH ? AS new", (str(source),))
        for table in ("orders", "personal"):
            names = ", ".join(row[1] for row in old.execute(f"PRAGMA main.table_info({table})"))
            old.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM new.{table}")
        old.executemany(
            "INSERT INTO journal (at, who, order_id, what, data, previous, hash)"
            " VALUES (?, 'Ana', ?, ?, ?, '', '')",
            [
                (tables.to_ms(NOW - 5 * HOUR), 4, "pack", '{"to":"packed"}'),
                (tables.to_ms(NOW), 4, "hold", "{}"),
                (tables.to_ms(NOW), 5, "arrive", '{"to":"accepted"}'),
                (tables.to_ms(NOW), 2, "arrive", '{"to":"shipped"}'),
            ],
        )


def test_each_stage_of_the_screen_has_a_limit() -> None:
    assert set(LIMITS) == set(View) - {View.ALL}
    assert all(limit > timedelta(0) for limit in LIMITS.values())
