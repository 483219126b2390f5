"""The day, what changes on it, and who may look."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.errors import StoreError
from desktop.local_day import Day
from desktop.order import Person, Role
from desktop.store import orders
from desktop.store.departures import Way
from tests.ui.conftest import ANA, NOW, put
from tests.ui.shipments_page.day import DAY, ENTER, S, here, left, open_, settled, titles
from ui.pages import shipments as page_module
from ui.shipments.slots import SHIPPED, TO_LEAVE, Place, Slot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


def shows(page, day: Day) -> bool:
    return page.sight.numbers.day == day


def test_days_go_by_buttons_keys_and_by_what_is_typed(page, keys, qtbot):
    assert page.bar.date.text() == "2026-03-14" and not page.bar.today.isEnabled()
    QTest.mouseClick(page.bar.before, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shows(page, DAY.shift(-1)))
    assert page.cards[SHIPPED].number == "0" and page.bar.today.isEnabled()
    assert page.cards[TO_LEAVE].number == "4" and page.cards[TO_LEAVE].caption == "now"
    QTest.keyClick(page.windowHandle(), Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: shows(page, DAY.shift(-2)))
    QTest.keyClick(page.windowHandle(), Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: shows(page, DAY.shift(-1)))
    QTest.keyClick(page.windowHandle(), Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: shows(page, DAY))
    page.bar.date.setFocus()
    page.bar.date.selectAll()
    keys(page, "1/3", ENTER)
    qtbot.waitUntil(lambda: shows(page, Day(date(2026, 3, 1))))
    assert page.bar.date.text() == "2026-03-01"


@pytest.mark.parametrize("typed", ["31/2", "x", "", "1/1/1900", "9999-12-31"])
def test_what_is_no_day_is_said_and_changes_nothing(page, keys, qtbot, heard, typed):
    page.bar.date.setFocus()
    page.bar.date.selectAll()
    keys(page, Qt.Key.Key_Delete, typed, ENTER)
    assert page.bar.date.property("wrong") == "true"
    assert heard.messages and shows(page, DAY)
    page.show_day(None)
    settled(page, qtbot)
    assert page.bar.date.property("wrong") == "false" and page.bar.date.text() == "2026-03-14"


def test_at_the_end_of_the_calendar_it_stays(page, qtbot, heard):
    page.show_day(Day(date(1980, 1, 1)))
    settled(page, qtbot)
    page.bar.go(-1)
    assert heard.messages and shows(page, Day(date(1980, 1, 1)))


def test_today_goes_with_the_clock(desk, page, qtbot):
    desk.now = lambda: NOW + timedelta(days=1)
    page.refresh()
    qtbot.waitUntil(lambda: shows(page, DAY.shift(1)))
    assert not page.bar.today.isEnabled()
    page.show_day(DAY)
    settled(page, qtbot)
    desk.now = lambda: NOW + timedelta(days=2)
    page.refresh()
    settled(page, qtbot)
    assert shows(page, DAY)  # a day that somebody chose stays


def test_a_carrier_stays_open_from_day_to_day(page, qtbot):
    jadlog = Slot(Place.LEFT, Way.CARRIER, "jadlog", name="Jadlog")
    assert len(open_(page, qtbot, jadlog)) == 3
    page.show_day(DAY.shift(-1))
    settled(page, qtbot)
    assert titles(page) == [] and page.heading.text() == "Jadlog" and page.count.text() == ""
    page.show_day(DAY)
    settled(page, qtbot)
    assert len(titles(page)) == 3


def test_it_follows_the_orders_and_keeps_what_is_marked(desk, page, qtbot):
    page.list.setFocus()
    page.list.setCurrentIndex(page.list.model().index(2, 0))
    marked = page.list.current_key()
    page.tables.hours.mark(SHIPPED)
    put(desk.store, [here(50, due_min=-90), here(51, due_min=-91)])
    qtbot.waitUntil(lambda: page.cards[TO_LEAVE].number == "6")
    assert page.list.current_key() == marked and page.list.currentIndex().row() == 4
    assert page.tables.hours.current_slot() == SHIPPED
    assert page.list.hasFocus()


def test_the_marked_order_goes_and_its_neighbour_is_marked(desk, page, qtbot):
    page.list.setCurrentIndex(page.list.model().index(1, 0))
    before = list(page.list.keys())

    def go(session) -> None:
        one = orders.get(session, before[1][0])
        orders.save(session, replace(one, status=S.SHIPPED), NOW)
        session.changed.add(one.id)

    desk.store.do(go)
    qtbot.waitUntil(lambda: page.cards[TO_LEAVE].number == "3")
    assert page.list.current_key() == before[2]


def test_while_hidden_it_reads_nothing_and_then_what_is_new(desk, page, qtbot):
    page.hide()
    put(desk.store, [here(50)])
    qtbot.wait(50)
    assert page.cards[TO_LEAVE].number == "4"
    page.show()
    qtbot.waitUntil(lambda: page.cards[TO_LEAVE].number == "5")


def test_many_changes_are_read_at_most_twice_a_second(desk, page, qtbot, monkeypatch):
    reads = []
    real = page_module.look
    monkeypatch.setattr(page_module, "look", lambda *given: reads.append(1) or real(*given))
    for _ in range(40):
        desk.bridge.orders_changed.emit(frozenset({1}))
        qtbot.wait(2)
    settled(page, qtbot)
    assert 1 <= len(reads) <= 2


def test_a_long_list_is_read_page_by_page(desk, make, qtbot, monkeypatch):
    page = make(*(left(n, 9 + n % 9) for n in range(1, 1001)))
    fetched = []
    real = page.list._pages._fetch
    monkeypatch.setattr(
        page.list._pages, "_fetch", lambda keys: fetched.append(len(keys)) or real(keys)
    )
    page.open(SHIPPED)
    qtbot.waitUntil(lambda: page.sight.slot == SHIPPED and page.list.model().rowCount() == 1000)
    page.repaint()
    assert 0 < sum(fetched) <= 64
    page.list.scrollToBottom()
    page.repaint()
    assert sum(fetched) <= 160


def test_numbers_that_cannot_be_read_are_said(page, qtbot, heard, monkeypatch):
    def broken(*_given) -> None:
        raise StoreError("The disk gave an error.")

    monkeypatch.setattr(page_module, "look", broken)
    page.refresh()
    qtbot.waitUntil(page.nothing.isVisible)
    assert "could not be read" in page.nothing.text()
    assert heard.messages[-1].text == "The disk gave an error."
    monkeypatch.undo()
    page.refresh()
    qtbot.waitUntil(page.list.isVisible)


def test_it_is_for_managers(desk, page, qtbot):
    desk.stand(Person("Beto", Role.CLERK))
    qtbot.waitUntil(lambda: not page.list.isVisible())
    page.offer_table()
    assert QApplication.activePopupWidget() is None
    desk.stand(ANA)
    qtbot.waitUntil(page.list.isVisible)
