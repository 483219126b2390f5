"""The order list: ids and pages, changes, search, keys, words for every state."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QWidget

from desktop.journey import Step
from desktop.order import Cancellation, CancelState, Hold, Kind, Status
from desktop.store.queries import ListRow, View
from desktop.truth import Tone
from tests.ui.conftest import ANA, NOW, put, some_orders
from tests.unit.orders import order
from ui import order_table, theme
from ui.order_rows import KEEP, PAGE, OrderModel, shown
from ui.order_table import OrderTable

Strict = QAbstractItemModelTester.FailureReportingMode.Fatal


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


@pytest.fixture
def table(desk, qtbot):
    window = QWidget()
    made = OrderTable(desk, window)
    QAbstractItemModelTester(made.model, Strict, made.model)
    window.resize(590, 606)
    made.setGeometry(0, 0, 590, 606)
    qtbot.addWidget(window)
    window.show()
    yield made
    window.close()


def settle(qtbot, table):
    qtbot.waitUntil(lambda: table.is_settled and table._desk.tasks.idle)


# --- the model --------------------------------------------------------------------------------------


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
    assert shown(replace(late, held=True, stopped=True), NOW).chip == "cancelled"
    assert "Accepted" in shown(late, NOW, with_status=True).details


# --- the list ---------------------------------------------------------------------------------------


def test_a_view_shows_its_orders_and_counts(table, filled, qtbot):
    table.show_view(View.PREPARE)
    settle(qtbot, table)
    assert [table.model.row(n).number for n in range(len(table.model.ids))] == ["1049"]
    assert table._title.text() == "To prepare"
    assert table._count.text() == "1 order · 1 late"
    assert table.current_id == filled[2].id


def test_the_current_order_stays_current_when_the_list_changes(table, desk, qtbot):
    due = [NOW + timedelta(minutes=n) for n in range(60)]
    many = [order(Status.ACCEPTED, due_at=at, remote_id=str(n)) for n, at in enumerate(due)]
    put(desk.store, many)
    table.show_view(View.PREPARE)
    settle(qtbot, table)
    chosen = table.model.ids[40]
    table.select(chosen)
    early = NOW - timedelta(days=1)
    put(desk.store, [order(Status.ACCEPTED, due_at=early, remote_id="first")])
    qtbot.waitUntil(lambda: len(table.model.ids) == 61)
    assert table.current_id == chosen
    assert table.view.currentIndex().row() == table.model.row_of(chosen) == 41


# --- a list that comes in two -------------------------------------------------------------------------


class Held:
    """The pool, with its answers held back until `release`."""

    def __init__(self, tasks, monkeypatch):
        self._run, self.waiting = tasks.run, []
        monkeypatch.setattr(tasks, "run", lambda *task, **more: self.waiting.append((task, more)))

    def release(self):
        waiting, self.waiting = self.waiting, []
        for task, more in waiting:
            self._run(*task, **more)


def due_in_order(count):
    """Orders to prepare, the most urgent first."""
    return [
        order(Status.ACCEPTED, due_at=NOW + timedelta(minutes=n), remote_id=str(n), number=str(n))
        for n in range(count)
    ]


@pytest.fixture
def in_two(table, desk, qtbot, monkeypatch):
    """A list of 100 orders whose first 40 ids are here; `release` lets the rest come."""
    monkeypatch.setattr(order_table, "FIRST_LOT", 40)
    put(desk.store, due_in_order(100))
    table.show_view(View.CREATION)
    settle(qtbot, table)
    held = Held(desk.tasks, monkeypatch)
    table.show_view(View.PREPARE)
    held.release()
    qtbot.waitUntil(lambda: len(table.model.ids) == 40 and bool(held.waiting))
    return held


def test_the_first_rows_stand_before_the_whole_list_is_read(table, in_two, qtbot):
    assert not table.is_settled
    assert (table.model.rowCount(), table._count.text()) == (100, "100 orders")
    assert table.model.row(0).number == "0" and table.current_id == table.model.ids[0]
    bar = table.view.verticalScrollBar()
    highest, resets = bar.maximum(), QSignalSpy(table.model.modelReset)
    bar.setValue(10 * theme.ROW_TWO_LINES)
    in_two.release()
    settle(qtbot, table)
    assert [table.model.row(n).number for n in (0, 39, 40, 99)] == ["0", "39", "40", "99"]
    assert (bar.value(), bar.maximum()) == (10 * theme.ROW_TWO_LINES, highest)
    assert resets.count() == 0 and table.current_id == table.model.ids[0]


def test_rows_still_to_come_are_painted_when_they_are_there(table, in_two, qtbot):
    bar = table.view.verticalScrollBar()
    bar.setValue(bar.maximum())
    before = paint(table)
    in_two.release()
    settle(qtbot, table)
    assert bar.value() == bar.maximum()
    assert paint(table) != before
    assert table.model.row(table.view.rowAt(10)).number != "…"


def test_a_row_chosen_before_its_order_is_known_is_taken_when_it_comes(table, in_two, qtbot, keys):
    first = table.current_id
    bar, view = table.view.verticalScrollBar(), table.view.viewport()
    bar.setValue(bar.maximum())
    table.view.setFocus()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.rect().bottomLeft() + QPoint(9, -9))
    assert table.view.currentIndex().row() == 99 and table.current_id == first
    asked = QSignalSpy(table.activated)
    keys(table, Qt.Key.Key_Return)
    assert asked.count() == 0
    in_two.release()
    settle(qtbot, table)
    assert table.view.currentIndex().row() == 99
    assert table.current_id == table.model.ids[99] != first


def test_an_order_far_down_stays_current_until_its_row_is_known(
    table, desk, qtbot, monkeypatch
):  # fmt: skip
    monkeypatch.setattr(order_table, "FIRST_LOT", 40)
    far = put(desk.store, due_in_order(100))[80]
    table.select(far.id)
    held = Held(desk.tasks, monkeypatch)
    table.show_view(View.PREPARE)
    held.release()
    qtbot.waitUntil(lambda: len(table.model.ids) == 40 and bool(held.waiting))
    assert table.current_id == far.id and not table.view.currentIndex().isValid()
    bar = table.view.verticalScrollBar()
    bar.setValue(5 * theme.ROW_TWO_LINES)
    held.release()
    settle(qtbot, table)
    assert table.current_id == far.id and table.view.currentIndex().row() == 80
    assert bar.value() == 5 * theme.ROW_TWO_LINES


def test_an_order_of_another_list_gives_way_once_the_whole_list_is_known(
    table, desk, filled, qtbot, monkeypatch
):  # fmt: skip
    monkeypatch.setattr(order_table, "FIRST_LOT", 40)
    put(desk.store, due_in_order(100))
    table.select(filled[5].id)
    table.show_view(View.PREPARE)
    settle(qtbot, table)
    assert table.current_id == table.model.ids[0]
    assert table.view.currentIndex().row() == 0


def test_an_order_that_arrives_between_the_two_is_in_the_list(table, desk, in_two, qtbot):
    table.step(3)
    chosen, bar = table.current_id, table.view.verticalScrollBar()
    bar.setValue(20 * theme.ROW_TWO_LINES + 7)
    early = order(Status.ACCEPTED, due_at=NOW - timedelta(days=1), remote_id="e", number="early")
    put(desk.store, [early])
    in_two.release()
    qtbot.waitUntil(lambda: len(table.model.ids) == 101)
    assert table.model.row(0).number == "early"
    assert bar.value() == 20 * theme.ROW_TWO_LINES + 7
    assert table.current_id == chosen and table.view.currentIndex().row() == 4


def test_changes_wait_for_the_answer_that_is_under_way(table, desk, filled, qtbot, monkeypatch):
    """Asked again with each change, a long list would never be answered."""
    held = Held(desk.tasks, monkeypatch)
    table.show_view(View.PREPARE)
    monkeypatch.setattr(order_table, "ASK_EVERY_S", 0)
    for _ in range(20):
        desk.bridge.orders_changed.emit(frozenset({filled[2].id}))
        qtbot.wait(2)
    assert len(held.waiting) == 1
    held.release()
    qtbot.waitUntil(lambda: bool(held.waiting))
    assert table.is_settled and len(held.waiting) == 1
    held.release()
    settle(qtbot, table)
    assert not held.waiting


# --- changes, search, words ----------------------------------------------------------------------------


def test_unchanged_ids_do_not_reset_the_view(table, desk, filled, qtbot):
    table.show_view(View.PREPARE)
    settle(qtbot, table)
    resets = QSignalSpy(table.model.modelReset)
    desk.work.do(filled[2].id, Step.HOLD, {"reason": "x"}, ANA).result()
    desk.work.do(filled[2].id, Step.RELEASE, {}, ANA).result()
    changes = QSignalSpy(table.model.dataChanged)
    desk.bridge.orders_changed.emit(frozenset({filled[2].id}))
    qtbot.waitUntil(lambda: table.is_settled and desk.tasks.idle and not table._pace.isActive())
    assert resets.count() == 0
    assert changes.count() >= 1


def test_many_changes_ask_for_ids_only_now_and_then(table, desk, filled, qtbot, monkeypatch):
    table.show_view(View.PREPARE)
    settle(qtbot, table)
    asked = []
    run = desk.tasks.run
    monkeypatch.setattr(desk.tasks, "run", lambda *a, **k: (asked.append(a), run(*a, **k)))
    for _ in range(50):
        desk.bridge.orders_changed.emit(frozenset({filled[2].id}))
    qtbot.waitUntil(lambda: bool(asked) and desk.tasks.idle)
    assert len(asked) == 1


def test_an_order_that_leaves_the_list_stays_open_and_its_neighbour_is_next(table, desk, qtbot):
    put(desk.store, some_orders(3))
    table.show_view(View.PREPARE)
    settle(qtbot, table)
    table.step(1)
    leaving, after = table.current_id, table.model.ids[2]
    desk.work.do(leaving, Step.PREPARE, {}, ANA)
    qtbot.waitUntil(lambda: leaving not in table.model.ids)
    assert table.current_id == leaving
    table.step(1)
    assert table.current_id == after


def test_up_and_down_stop_at_the_ends(table, desk, qtbot):
    put(desk.store, some_orders(3))
    table.show_view(View.PREPARE)
    settle(qtbot, table)
    first, last = table.model.ids[0], table.model.ids[-1]
    table.step(-1)
    assert table.current_id == first
    table.step(99)
    assert table.current_id == last


def test_a_search_takes_two_letters_and_ignores_accents(table, desk, qtbot):
    found = put(desk.store, [replace(order(), number="77", remote_id="a")])
    table.show_view(View.PREPARE)
    settle(qtbot, table)
    table.search("p")
    settle(qtbot, table)
    assert not table.question.is_search and table._title.text() == "To prepare"
    table.search("penar")
    settle(qtbot, table)
    assert list(table.model.ids) == [found[0].id]
    assert table._title.text() == "Found"
    assert "Awaiting creation" in table.model.row(0).details


def test_of_fast_letters_only_the_last_answer_is_shown(table, desk, filled, qtbot):
    table.show_view(View.PREPARE)
    settle(qtbot, table)
    resets = QSignalSpy(table.model.modelReset)
    for typed in ("10", "105", "1051", "1052"):
        table.search(typed)
    settle(qtbot, table)
    assert [table.model.row(0).number, len(table.model.ids)] == ["1052", 1]
    assert resets.count() == 1


@pytest.mark.parametrize(
    ("view", "typed", "words"),
    [
        (View.INVOICE, "", "Nothing to invoice right now."),
        (View.CREATION, "", "New orders arrive here by themselves."),
        (View.INVOICE, "nobody", "Nothing matches “nobody”."),
    ],
)
def test_an_empty_list_says_what_that_means(table, qtbot, view, typed, words):
    table.show_view(view)
    table.search(typed)
    settle(qtbot, table)
    assert table._words.isVisible()
    assert table._words.text().startswith(words)


def test_a_list_that_takes_long_says_what_is_waited_for(table, desk, qtbot, monkeypatch):
    monkeypatch.setattr(desk.tasks, "run", lambda *a, **k: None)
    table.show_view(View.ALL)
    qtbot.waitUntil(table._words.isVisible)
    assert table._words.text() == "Reading the orders…"


def test_the_sort_can_be_changed(table, desk, qtbot):
    early, late = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    times = {"a": late, "b": early, "c": late - timedelta(minutes=1)}
    first, second, third = put(
        desk.store, [order(due_at=at, remote_id=name) for name, at in times.items()]
    )
    table.show_view(View.CREATION)
    qtbot.waitUntil(lambda: list(table.model.ids) == [second.id, third.id, first.id])
    table._sort.click()
    settle(qtbot, table)
    assert list(table.model.ids) == [third.id, second.id, first.id]
    assert table._sort.text() == "Newest ↓"


def test_a_hidden_list_asks_only_when_it_is_shown(desk, qtbot):
    window = QWidget()
    table = OrderTable(desk, window)
    qtbot.addWidget(window)
    table.show_view(View.CREATION)
    put(desk.store, [order()])
    qtbot.wait(20)
    assert not table.is_settled
    window.show()
    qtbot.waitUntil(lambda: len(table.model.ids) == 1)


def paint(table):
    image = QImage(table.view.viewport().size(), QImage.Format.Format_RGB32)
    table.view.viewport().render(image)
    return image


@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
@pytest.mark.parametrize("width", [336, 590])
def test_names_never_run_under_the_chip(table, desk, qapp, qtbot, look, width):
    """The chip's box is painted alike whether the name beside it is short or very long."""
    theme.apply(qapp, look)
    table.resize(width, 606)
    stop = Cancellation(CancelState.CANCELLED, NOW)
    short = order(remote_id="s", number="1", cancellation=stop)
    long = replace(
        short, remote_id="l", number="2",
        buyer=replace(short.buyer, name="Comércio de Materiais para Construção " * 3),
    )  # fmt: skip
    put(desk.store, [short, long])
    table.show_view(View.STOPPED)
    settle(qtbot, table)
    table.view.selectionModel().clear()
    image = paint(table)
    left = image.width() - theme.MARGIN - 80
    # In a narrow list the name has the second line to itself.
    high = 60 if width > 400 else 31
    boxes = [image.copy(left, top, 80, high) for top in (3, 3 + theme.ROW_TWO_LINES)]
    assert boxes[0] == boxes[1]
    assert len({image.pixel(x, 33) for x in range(left, image.width() - 16)}) > 2


def test_enter_asks_for_the_next_step_of_the_current_order(table, filled, qtbot, keys):
    table.show_view(View.PREPARE)
    settle(qtbot, table)
    spy = QSignalSpy(table.activated)
    table.view.setFocus()
    keys(table, Qt.Key.Key_Return)
    assert spy.count() == 1 and spy.at(0) == [filled[2].id]


def test_the_list_is_named_for_a_screen_reader(table, filled, qtbot):
    table.show_view(View.PREPARE)
    settle(qtbot, table)
    text = table.model.data(table.model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert table.view.accessibleName() == "Orders"
    assert "1049" in text and "late 22 min" in text


def test_a_held_order_stands_in_its_view_with_its_stage(table, desk, qtbot):
    put(desk.store, [order(Status.PACKED, hold=Hold(NOW, "Ana", "endereço"))])
    table.show_view(View.HELD)
    settle(qtbot, table)
    assert table.model.row(0).chip == "on hold"
    assert "Packed" in table.model.row(0).details
