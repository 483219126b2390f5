"""Views, rows and counts: exact, and by the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop import ingest
from desktop.errors import UserError
from desktop.journey import FINAL, OPTIONAL, Journey, Step
from desktop.order import (
    Cancellation,
    CancelState,
    Hold,
    Kind,
    Order,
    Payment,
    PaymentKind,
    Status,
)
from desktop.store import Session, Store, journal, orders, outbox, queries, setup, tables
from desktop.store.queries import Count, Sort, View
from desktop.work import do
from tests.fakes import ANA, NOW, SHOP, an_order, open_store, remote

S = Status
STAGES = [view for view in View if view is not View.ALL]
LEFT = {S.SHIPPED, S.IN_TRANSIT, S.DELIVERY_PROBLEM, S.DELIVERED, S.READY_FOR_PICKUP, S.PICKED_UP,
        S.FINALIZED, S.RETURNED, S.CANCELLED, S.CLOSED}  # fmt: skip


def by_hand(view: View, order: Order, journey: Journey) -> bool:
    """Whether an order stands in a view, written from the words of DESIGN.md rather than from the code."""
    over = order.status in {S.CANCELLED, S.RETURNED}
    is_open = not order.archived and (
        (order.payment.is_settled and order.refunded < order.total)
        if over
        else order.status not in FINAL
    )
    if view is View.ALL:
        return True
    if not is_open:
        return False
    if order.cancellation is not None:
        return view is View.STOPPED
    if order.hold is not None:
        return view is View.HELD
    path = journey.path(Kind.DELIVERY)

    def before(status: Status) -> set[Status]:
        return {path[path.index(status) - 1]} if status in path else set()

    return order.status in {
        View.PAYMENT: {S.AWAITING_PAYMENT},
        View.CREATION: {S.AWAITING_CREATION},
        View.PREPARE: before(S.IN_PREPARATION),
        View.INVOICE: before(S.INVOICED),
        View.PACK: before(S.PACKED),
        View.SHIP: before(S.SHIPPED),
        View.READY: {S.READY_FOR_PICKUP},
        View.ROAD: {S.SHIPPED, S.IN_TRANSIT, S.DELIVERY_PROBLEM},
        View.FINALIZE: {S.DELIVERED, S.PICKED_UP},
    }.get(view, set())


def all_orders(session: Session) -> list[Order]:
    found = session.run(tables.orders.select()).fetchall()
    return [orders.get(session, row.id) for row in found]


def check(session: Session, journey: Journey, now: datetime) -> None:
    everything = all_orders(session)
    counted = queries.counts(session, journey, now)
    assert set(counted) == set(STAGES)
    for view in View:
        expected = {order.id for order in everything if by_hand(view, order, journey)}
        assert set(queries.ids(session, view, journey)) == expected, view
        assert set(queries.ids(session, view, journey, Sort.NEWEST)) == expected, view
        if view is View.ALL:
            continue
        late = [o for o in everything if o.id in expected and o.status not in LEFT
                and o.due_at and o.due_at < now]  # fmt: skip
        assert counted[view] == Count(len(expected), len(late)), view
    assert queries.total(session) == len(everything)
    assert queries.by_status(session) == Counter(order.status for order in everything)


# --- exact ------------------------------------------------------------------------------------------------

_WORDS = [
    "pending",
    "ready",
    "handling",
    "invoiced",
    "shipped",
    "delivered",
    "canceled",
    "on-its-way",
]
_GIVEN = {
    Step.RECORD_PAYMENT: {"reference": "r"},
    Step.INVOICE: {"number": "7", "document": "Factura"},
    Step.SHIP: {"driver": "Zé", "label_elsewhere": "x"},
    Step.HAND_OVER: {"collected_by": "Z", "checked": "yes"},
    Step.HOLD: {"reason": "r"},
    Step.CANCEL: {"reason": "r"},
    Step.TAKE_BACK: {"reason": "r", "goods_here": "yes", "invoice": "cancelled"},
}


def _moves() -> st.SearchStrategy[list[tuple[str, int, object]]]:
    new = st.tuples(
        st.just("new"), st.integers(0, 5),
        st.tuples(st.sampled_from(_WORDS), st.sampled_from(Kind), st.sampled_from(PaymentKind)),
    )  # fmt: skip
    step = st.tuples(st.just("step"), st.integers(0, 5), st.sampled_from(Step))
    look = st.tuples(st.just("look"), st.integers(0, 5), st.sampled_from(_WORDS))
    return st.lists(new | step | step | look, max_size=25)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves=_moves(), off=st.sets(st.sampled_from(sorted(OPTIONAL))))
def test_counts_and_views_agree_with_looking_at_every_order(store, moves, off):
    journey = Journey(off=frozenset(off))

    def run(session: Session) -> None:
        session.run(tables.orders.delete())
        session.connection.exec_driver_sql("DELETE FROM search")
        setup.save_settings(session, setup.StoreSettings(journey=journey))
        for n, (what, who, more) in enumerate(moves):
            _move(session, journey, n, what, who, more)
        check(session, journey, NOW + timedelta(days=2))

    store.do(run)


def _move(session: Session, journey: Journey, n: int, what: str, who: int, more: object) -> None:
    at = NOW + timedelta(minutes=n)
    due = NOW + timedelta(days=who) if who else None
    known = orders.by_remote(session, SHOP, [f"r{who}"])
    order = known[f"r{who}", ""][0] if known else None
    if what == "step" and order is not None:
        try:
            do(session, order.id, more, _GIVEN.get(more, {}), ANA, at)
        except UserError:
            return
    elif what == "new":
        word, kind, payment = more
        settled = None if payment is PaymentKind.ON_DELIVERY or word == "pending" else NOW
        facts = an_order(
            str(who), due_at=due, kind=kind, payment=Payment(payment, "", 38970, settled)
        )
        ingest.take(session, SHOP, [remote(facts, word, f"d{n}")], (), journey, at)
    elif what == "look" and order is not None:
        cancel = CancelState.REQUESTED if n % 7 == 3 else None
        ingest.take(session, SHOP, [remote(order, more, f"d{n}", cancel)], (), journey, at)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(tmp_path_factory.mktemp("queries"))
    yield opened
    opened.close()


def test_the_most_urgent_stands_first_and_without_a_time_after_all(opened):
    times = [NOW + timedelta(hours=3), None, NOW - timedelta(hours=1), NOW, None, NOW]
    store = opened(*(an_order(str(n), due_at=at) for n, at in enumerate(times)))
    with store.read() as session:
        assert list(queries.ids(session, View.CREATION, Journey())) == [3, 4, 6, 1, 2, 5]
        newest = list(queries.ids(session, View.CREATION, Journey(), Sort.NEWEST))
        assert newest == list(queries.ids(session, View.ALL, Journey())) == [6, 5, 4, 3, 2, 1]
        late = queries.counts(session, Journey(), NOW)[View.CREATION]
    assert late == Count(6, 1)  # due now is not late yet


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("view", [View.ALL, View.CREATION, View.ROAD, View.HELD])
def test_a_first_lot_is_the_beginning_of_the_whole_list(many, view, sort):
    with many.read() as session:
        whole = queries.ids(session, view, Journey(), sort)
        for limit in (0, 1, len(whole) - 1, len(whole), len(whole) + 1):
            first = queries.ids(session, view, Journey(), sort, limit=limit)
            assert first == whole[:limit], limit


def test_more_ids_than_are_fetched_at_once_all_arrive(many):
    with many.read() as session:
        everything = queries.ids(session, View.ALL, Journey())
        count = queries.total(session)
    assert list(everything) == list(range(count, 0, -1)) and count > queries._LOT


def test_rows_come_in_the_order_asked_for_and_show_the_order(opened):
    held = an_order("7", hold=Hold(NOW, "Ana", "?"), due_at=None, status=S.PACKED)
    store = opened(an_order("1"), held)
    with store.read() as session:
        rows = queries.rows(session, [2, 99, 1])
    assert list(rows) == [2, 1]
    row = rows[2]
    assert (row.number, row.name, row.kind, row.status, row.lines, row.total, row.currency) == (
        "7", "João Conceição", Kind.DELIVERY, S.PACKED, 2, 38970, "BRL",
    )  # fmt: skip
    assert (row.held, row.stopped, row.due_at, row.channel) == (True, False, None, "Magalu")


def test_orders_of_a_status_include_the_finished_ones(opened):
    done = an_order("2", status=S.FINALIZED, archived=True)
    store = opened(an_order("1"), done, an_order("3"))
    with store.read() as session:
        assert list(queries.in_status(session, S.FINALIZED)) == [2]
        assert list(queries.in_status(session, None)) == [3, 2, 1]


# --- by the index -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Mostly finished orders, some open ones, and pushes in every state: what a planner must not scan."""
    opened = open_store(tmp_path_factory.mktemp("many"))
    finished = [an_order(f"f{n}", status=S.FINALIZED) for n in range(600)]
    living = [an_order(f"o{n}", status=list(S)[n % 12]) for n in range(40)]
    cancelled = Cancellation(CancelState.CANCELLED, NOW)
    living += [replace(living[0], remote_id="h", number="h", hold=Hold(NOW, "A", "r"))]
    living += [replace(living[0], remote_id="s", number="s", cancellation=cancelled)]
    opened.do(lambda s: orders.add(s, [(one, "") for one in finished + living], NOW))
    opened.do(_fill_outbox)
    yield opened
    opened.close()


def _fill_outbox(session: Session) -> None:
    for order_id in range(1, 300):
        outbox.enqueue(session, order_id, SHOP, Step.ACCEPT, {}, "Ana", NOW)
    session.run(tables.outbox.update().where(tables.outbox.c.id > 20).values(state="done"))


def plan(session: Session, ask) -> list[str]:
    """The lines of EXPLAIN QUERY PLAN of what `ask` runs, with the very values it runs with."""
    from sqlalchemy import event

    seen: list[tuple[str, object]] = []

    def note(_conn, _cursor, statement, parameters, _context, _many):
        seen.append((statement, parameters))

    event.listen(session.connection, "before_cursor_execute", note)
    ask(session)
    event.remove(session.connection, "before_cursor_execute", note)
    lines: list[str] = []
    for statement, parameters in seen:
        rows = session.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        lines += [row[3] for row in rows]
    assert lines
    return lines


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("view", STAGES)
def test_a_view_reads_the_index_of_open_orders_and_no_other_row(many, view, sort):
    with many.read() as session:
        lines = plan(session, lambda s: queries.ids(s, view, Journey(), sort))
    assert all("COVERING INDEX ix_orders_open" in one for one in lines if "orders" in one), lines
    assert any("ix_orders_open" in one for one in lines)
    # Stages of one status stand in the index as they are shown; the others are short.
    if sort is Sort.DUE and len(queries.statuses(view, Journey())) == 1:
        assert not any("TEMP B-TREE" in one for one in lines), lines


def test_all_orders_are_read_from_an_index_without_their_bodies(many):
    with many.read() as session:
        lines = plan(session, lambda s: queries.ids(s, View.ALL, Journey()))
        count = plan(session, queries.total)
    assert lines == count == ["SCAN orders USING COVERING INDEX ix_orders_id"]


def test_counting_reads_the_index_of_open_orders_and_no_other_row(many):
    with many.read() as session:
        lines = plan(session, lambda s: queries.counts(s, Journey(), NOW))
    assert [one for one in lines if "orders" in one] == [
        "SEARCH orders USING COVERING INDEX ix_orders_open (is_open=?)"
    ]


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("rows", lambda s: queries.rows(s, [1, 2, 3])),
        ("order", lambda s: orders.get(s, 1)),
        ("by remote id", lambda s: orders.by_remote(s, SHOP, ["rf1", "rf2"])),
        ("by code", lambda s: orders.by_code(s, "F7")),
        ("journal", lambda s: journal.of_order(s, 1)),
        ("pushes of an order", lambda s: outbox.of_order(s, 1)),
        ("due pushes", lambda s: outbox.due(s, SHOP, NOW)),
        ("next due", lambda s: outbox.next_due(s, SHOP)),
        ("pushes in trouble", outbox.in_trouble),
        ("pushes by state", outbox.counts),
    ],
)
def test_no_other_daily_query_reads_a_whole_table(many, name, ask):
    with many.read() as session:
        lines = plan(session, ask)
    scans = [one for one in lines if one.startswith("SCAN ") and "ix_outbox_open" not in one]
    assert [one for one in scans if one.split()[1] in tables.metadata.tables] == [], name
