"""Changes, search and words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QWidget

from desktop.journey import Step
from desktop.order import Cancellation, CancelState, Hold, Status
from desktop.store.queries import View
from tests.ui.conftest import ANA, NOW, put, some_orders
from tests.ui.order_table.acts import paint, settle
from tests.unit.orders import order
from ui import theme
from ui.order_table import OrderTable


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
        (View.CREATION, "", "No new orders."),
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
