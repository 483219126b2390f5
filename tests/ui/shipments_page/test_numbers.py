"""The numbers, what is behind them, and the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.store.departures import Way
from desktop.store.queries import View
from tests.ui.shipments_page.day import ENTER, left, open_, titles
from ui.shipments import slots
from ui.shipments.slots import COLLECTED, LATE, SHIPPED, TO_LEAVE, Place, Slot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


def test_it_begins_with_what_is_ready_and_has_not_left_the_latest_first(page):
    assert {slot: card.number for slot, card in page.cards.items()} == {
        SHIPPED: "11", TO_LEAVE: "4", LATE: "3", COLLECTED: "1",
    }  # fmt: skip
    assert [title.split(" · ")[0] for title in titles(page)] == ["2", "4", "1", "3"]
    assert (page.heading.text(), page.count.text()) == ("Ready, not left", "4 orders")
    assert page.cards[LATE].caption == "up to 6 h 40"
    assert page.cards[TO_LEAVE].isChecked() and not page.cards[LATE].isChecked()
    first = page.list.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "late 1 h 10" in first


def test_every_number_on_the_page_opens_exactly_as_many_rows(page, qtbot):
    for slot, card in page.cards.items():
        assert len(open_(page, qtbot, slot)) == int(card.number)
    cells = [cell for row in page.tables.hours.rows() for cell in row.cells]
    # Of a stage: how many, their age, and how many are over the limit.
    stages = [row.cells for row in page.tables.stages.rows()]
    cells += [how_many for how_many, _age, _over in stages]
    assert all(age.slot == how_many.slot for how_many, age, _over in stages)
    assert len(cells) > 60
    for cell in cells:
        rows = open_(page, qtbot, cell.slot)
        assert _int(cell.text) == len(rows)
        assert f"{len(rows)} " in cell.spoken
        assert page.count.text() == (slots.counted(cell.slot, len(rows)) if rows else "")
    late = [over for _how_many, _age, over in stages]
    assert {" > " in cell.text for cell in late} == {True, False}
    for cell in late:
        n, over, _limit = cell.text.partition(" > ")
        assert len(open_(page, qtbot, cell.slot)) == (int(n) if over else 0)


def test_rows_and_columns_of_the_hours_add_up(page):
    rows = {row.name: [_int(cell.text) for cell in row.cells] for row in page.tables.hours.rows()}
    assert list(rows) == ["Dispatched", "Correios", "Jadlog", "Carrier not named", "Collected here"]
    for counts in rows.values():
        assert counts[0] == sum(counts[1:])
    carriers = [rows["Correios"], rows["Jadlog"], rows["Carrier not named"]]
    assert rows["Dispatched"] == [sum(column) for column in zip(*carriers, strict=True)]
    heads = page.tables.hours.model()
    first = heads.headerData(1, Qt.Orientation.Horizontal)
    assert first == "8" and heads.columnCount() == 12  # the usual hours of a day


def _int(text: str) -> int:
    return 0 if text == "·" else int(text)


def test_hours_outside_the_usual_ones_stand_there_when_something_left_in_them(make):
    page = make(left(1, 3), left(2, 22))
    model = page.tables.hours.model()
    heads = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount())]
    assert heads == ["All", *map(str, range(3, 23))]


def test_a_package_says_which_of_how_many_and_where_it_goes(page, qtbot):
    rows = open_(page, qtbot, Slot(Place.LEFT, Way.CARRIER, "jadlog"))
    assert rows == ["120 · 1/3", "120 · 2/3", "120 · 3/3"]
    spoken = page.list.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "QB0001200BR" in spoken and "São Paulo - SP" in spoken
    assert page.heading.text() == "Jadlog"


def test_what_a_list_says_when_there_is_nothing(make, qtbot):
    page = make()
    for slot, words in (
        (TO_LEAVE, "Everything that is ready has left."), (LATE, "Nothing is late."),
        (SHIPPED, "Nothing left here in this time."),
        (Slot(Place.OVER, view=View.PACK), "No order stands here for too long."),
    ):  # fmt: skip
        assert open_(page, qtbot, slot) == []
        assert page.nothing.isVisible() and page.nothing.text().startswith(words + "\n")
        assert not page.export.isEnabled()
    assert page.tables.manifest.hint == "Nothing was shipped on this day."


def test_a_number_is_reached_opened_and_left_by_keys_alone(page, keys, qtbot):
    page.bar.before.setFocus(Qt.FocusReason.TabFocusReason)
    passed = []
    for _ in range(12):
        keys(page, Qt.Key.Key_Tab)
        passed.append(QApplication.focusWidget())
    for widget in (*page.cards.values(), page.tables.hours, page.list, page.bar.date):
        assert widget in passed, widget
    grid = page.tables.hours
    grid.setFocus(Qt.FocusReason.TabFocusReason)
    keys(page, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, ENTER)
    slot = Slot(Place.LEFT, Way.CARRIER, "correios", 9)
    qtbot.waitUntil(lambda: page.sight.slot == slot)
    qtbot.waitUntil(page.list.hasFocus)
    assert page.heading.text() == "Correios · 9h"
    with qtbot.waitSignal(page.order_wanted) as wanted:
        keys(page, Qt.Key.Key_Down, ENTER)
    assert wanted.args == [page.list.keys()[1][0]]
    assert page.back() and grid.hasFocus()
    assert grid.current_slot() == slot
    assert page.back()  # to what is ready
    qtbot.waitUntil(lambda: page.sight.slot == TO_LEAVE)
    assert page.back() is False


def test_a_card_opens_by_click_and_by_space(page, keys, qtbot):
    QTest.mouseClick(page.cards[LATE], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.sight.slot == LATE)
    assert page.cards[LATE].isChecked()
    page.cards[SHIPPED].setFocus()
    keys(page, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.sight.slot == SHIPPED)


def test_a_cell_opens_by_a_click(page, qtbot):
    grid = page.tables.hours
    index = grid.model().index(2, 6)
    QTest.mouseClick(
        grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.visualRect(index).center()
    )
    qtbot.waitUntil(lambda: page.sight.slot == Slot(Place.LEFT, Way.CARRIER, "jadlog", 13))
    assert len(titles(page)) == 3


def test_a_click_on_a_row_shows_the_order(page, qtbot):
    place = page.list.visualRect(page.list.model().index(0, 0)).center()
    with qtbot.waitSignal(page.order_wanted) as wanted:
        QTest.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert wanted.args == [page.list.keys()[0][0]]
