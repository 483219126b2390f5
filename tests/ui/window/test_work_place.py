"""After a form was confirmed with Enter the keys belong to the work again: the list, or the scan line."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop.journey import Step
from desktop.order import Kind, Status
from desktop.store import orders
from tests.ui.conftest import put
from tests.unit.orders import order

ENTER = Qt.Key.Key_Return


def press(window, key=ENTER):
    QTest.keyClick(window.windowHandle(), key)


def stored(window, one):
    with window.desk.store.read() as session:
        return orders.get(session, one.id)


def opened(window, qtbot, one):
    page = window.page("orders")
    window.open_order(one.id)
    qtbot.waitUntil(lambda: page.panel.sight is not None and page.panel.sight.order.id == one.id)
    return page


def fill(sheet, typed):
    """The lines that hold any text, and the one under the focus."""
    for line in sheet.findChildren(QLineEdit):
        if line.hasFocus() or (line.isVisible() and line.validator() is None):
            line.setText(typed)


def settled(window, qtbot):
    qtbot.waitUntil(lambda: window.desk.tasks.idle)
    qtbot.wait(1)


@pytest.mark.parametrize(
    ("status", "kind", "step", "typed"),
    [
        (Status.INVOICED, Kind.DELIVERY, Step.PACK, "500"),
        (Status.PACKED, Kind.DELIVERY, Step.SHIP, "Jadlog"),
        (Status.PACKED, Kind.PICKUP, Step.READY, "A-1"),
        (Status.SHIPPED, Kind.DELIVERY, Step.DELIVER, ""),
    ],
)
def test_a_confirmed_sheet_gives_the_keys_back_to_the_list(
    window, qtbot, status, kind, step, typed
):
    (one,) = put(window.desk.store, [order(status, kind, number="90001", remote_id="v9")])
    page = opened(window, qtbot, one)
    assert page.panel.sight.next is step
    press(window, Qt.Key.Key_F4)
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    qtbot.waitUntil(lambda: page.panel.sheet.isAncestorOf(QApplication.focusWidget()))
    fill(page.panel.sheet, typed)
    press(window)
    qtbot.waitUntil(lambda: page.panel.sheet is None)
    settled(window, qtbot)
    assert QApplication.focusWidget() is page.table.view
    press(window)
    settled(window, qtbot)
    assert QApplication.activePopupWidget() is None


def test_leaving_a_sheet_by_its_button_does_too(window, qtbot):
    (one,) = put(window.desk.store, [order(Status.INVOICED, number="90001", remote_id="v9")])
    page = opened(window, qtbot, one)
    press(window, Qt.Key.Key_F4)
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    page.panel.sheet.closed.emit()
    assert page.panel.sheet is None and QApplication.focusWidget() is page.table.view


def test_a_handed_over_order_gives_the_keys_back_to_the_scan_line(window, qtbot):
    ready = order(Status.READY_FOR_PICKUP, Kind.PICKUP, number="90001", remote_id="v9", shelf="A-1")
    (one,) = put(window.desk.store, [ready])
    window.show_page("pickup")
    page = window.page("pickup")
    page.open(one.id)
    qtbot.waitUntil(page.card.isVisible)
    page.card.checked.setChecked(True)
    page.card.button.setFocus()
    press(window)
    # While it is stored its button is closed, and Enter does nothing.
    assert QApplication.focusWidget() is window.scan_line
    qtbot.waitUntil(lambda: page.card.case is None)
    settled(window, qtbot)
    assert stored(window, one).status is Status.PICKED_UP
    assert QApplication.focusWidget() is window.scan_line
    press(window)
    settled(window, qtbot)
    assert page.card.case is None and QApplication.activePopupWidget() is None
