"""The model: rows are fetched by page, and only when they are looked at."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from desktop.order import Kind, Status
from desktop.store.queries import ListRow
from desktop.truth import Tone
from tests.ui.conftest import NOW
from tests.ui.order_table.acts import Strict
from ui.order_rows import KEEP, PAGE, OrderModel, shown


def a_row(order_id, **changes):
    base = ListRow(
        order_id, str(1000 + order_id), "Marina A. de Oliveira", Kind.DELIVERY, Status.ACCEPTED, "Magalu",
        3, 38970, "BRL", None, NOW, False, False, None,
    )  # fmt: skip
    return replace(base, **changes)


class Source:
    """Rows by id, counting what was fetched."""

    def __init__(self):
        self.asked = []
        self.missing = set()

    def __call__(self, ids):
        self.asked.append(list(ids))
        return {i: a_row(i) for i in ids if i not in self.missing}


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def model(source, qapp):
    return OrderModel(source, lambda: NOW)


def test_a_page_is_fetched_once_and_only_when_it_is_looked_at(model, source):
    model.set_ids(array("q", range(1, 100_001)))
    assert source.asked == []
    assert model.row(50_000).number == "51001"
    assert model.row(50_001).number == "51002"
    assert [len(ids) for ids in source.asked] == [PAGE]


def test_only_so_many_pages_are_kept(model, source):
    model.set_ids(array("q", range(1, (KEEP + 10) * PAGE + 1)))
    for page in range(KEEP + 10):
        model.row(page * PAGE)
    assert len(model._pages) == KEEP


def test_changed_orders_are_fetched_again_and_their_neighbours_are_told(model, source):
    model.set_ids(array("q", range(1, 10 * PAGE)))
    model.row(0), model.row(5 * PAGE)
    spy = QSignalSpy(model.dataChanged)
    model.forget({5 * PAGE + 1, 999_999})
    assert spy.count() == 1
    assert (spy.at(0)[0].row(), spy.at(0)[1].row()) == (5 * PAGE, 6 * PAGE - 1)
    fetched = len(source.asked)
    model.row(0)
    assert len(source.asked) == fetched
    model.row(5 * PAGE)
    assert len(source.asked) == fetched + 1


@pytest.fixture
def first_lot(model):
    """A list of ten pages and a half of which only the first hundred ids are here."""
    model.set_ids(array("q", range(1, 101)), rows=int(10.5 * PAGE))
    return model


def all_ids(model):
    return array("q", range(1, model.rowCount() + 1))


def test_a_list_has_its_length_before_it_has_all_its_ids(first_lot, source):
    assert first_lot.rowCount() == int(10.5 * PAGE)
    assert first_lot.row(99).number == "1100"
    fetched = len(source.asked)
    assert (first_lot.row(100).number, first_lot.row(100).spoken) == ("…", "Reading the orders…")
    assert first_lot.id_at(99) == 100 and first_lot.id_at(100) == 0
    assert len(source.asked) == fetched


def test_the_rest_of_the_ids_moves_no_row_and_paints_none_that_was_right(first_lot):
    QAbstractItemModelTester(first_lot, Strict, first_lot)
    first_lot.row(99)
    resets, changes = QSignalSpy(first_lot.modelReset), QSignalSpy(first_lot.dataChanged)
    assert first_lot.complete(all_ids(first_lot))
    assert (resets.count(), changes.count()) == (0, 0)
    for place in (0, 99, 100, first_lot.rowCount() - 1):
        assert first_lot.row(place).id == first_lot.id_at(place) == place + 1


def test_a_row_that_was_looked_at_too_soon_is_painted_when_its_id_comes(first_lot):
    first_lot.row(200)
    changes = QSignalSpy(first_lot.dataChanged)
    first_lot.complete(all_ids(first_lot))
    assert changes.count() == 1
    assert changes.at(0)[0].row() <= 200 <= changes.at(0)[1].row()


@pytest.mark.parametrize(
    "others",
    [
        lambda ids: ids[:-1],
        lambda ids: ids + array("q", [10**6]),
        lambda ids: array("q", reversed(ids)),
        lambda ids: array("q", [10**6]) + ids[1:],
    ],
)
def test_the_ids_of_another_list_do_not_complete_this_one(first_lot, others):
    known = first_lot.ids
    assert not first_lot.complete(others(all_ids(first_lot)))
    assert first_lot.ids is known and first_lot.row(100).number == "…"


def test_an_order_that_is_gone_says_so(model, source):
    source.missing = {2}
    model.set_ids(array("q", [1, 2, 3]))
    assert model.row(1).name == "No longer here"
    assert model.row(2).number == "1003"


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25
)
@given(
    st.lists(st.integers(1, 2**40), unique=True, max_size=300),
    st.lists(st.integers(0, 299)),
    st.booleans(),
)
def test_every_row_is_the_order_of_its_id(model, ids, looks, newest_first):
    QAbstractItemModelTester(model, Strict, model)
    ids = sorted(ids, reverse=True) if newest_first else ids
    model.set_ids(array("q", ids))
    assert model.rowCount() == len(ids)
    for place in looks:
        if place < len(ids):
            assert model.row(place).id == ids[place]
            assert model.row_of(ids[place]) == place
    assert model.row_of(0) == model.row_of(2**40 + 1) == -1


def test_a_row_reads_as_in_the_look():
    row = shown(a_row(47, due_at=NOW - timedelta(minutes=22)), NOW)
    assert (row.number, row.kind, row.name) == ("1047", "Delivery", "Marina A. de Oliveira")
    assert row.details == "3 items · R$ 389.70 · Magalu"
    assert (row.chip, row.tone) == ("late 22 min", Tone.STOP)
    assert row.spoken == f"1047, Marina A. de Oliveira, Delivery, {row.details}, late 22 min"


def test_what_stops_an_order_goes_before_its_time():
    late = a_row(1, due_at=NOW - timedelta(minutes=5))
    assert shown(replace(late, held=True), NOW).chip == "on hold"
    # The row does not know whether the buyer only asks or the platform has done it.
    assert shown(replace(late, held=True, stopped=True), NOW).chip == "cancellation"
    ended = replace(late, held=True, stopped=True, status=Status.CANCELLED)
    assert shown(ended, NOW).chip == "cancelled"
    assert "Accepted" in shown(late, NOW, with_status=True).details
