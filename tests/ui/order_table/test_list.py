"""The list, also where it comes in two."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy

from desktop.order import Status
from desktop.store.queries import View
from tests.ui.conftest import NOW, put
from tests.ui.order_table.acts import paint, settle
from tests.unit.orders import order
from ui import order_table, theme


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
