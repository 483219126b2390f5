"""What a scan or a dropped file does, and to which order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from desktop.fiscal import access_key
from desktop.order import Status
from desktop.store import orders
from tests.ui.conftest import NOW, put
from tests.ui.orders_page.acts import field, line, now_is, texts
from tests.unit.orders import order

FIRST_43 = "3526031234567800019555001000001234100001234"
KEY = FIRST_43 + str(access_key.check_digit(FIRST_43))


def test_a_scanned_key_invoices_the_open_order(desk, page, window, show, qtbot):
    one = show(order(Status.IN_PREPARATION))
    window.scanned(KEY)
    qtbot.waitUntil(lambda: now_is(desk, one.id).status is Status.INVOICED)
    assert now_is(desk, one.id).invoice.key == KEY


def test_a_key_of_another_order_opens_the_sheet_with_the_reason(desk, page, window, show, qtbot):
    taken = replace(order(Status.INVOICED).invoice, key=KEY)
    put(desk.store, [order(Status.INVOICED, remote_id="other", invoice=taken)])
    one = show(order(Status.IN_PREPARATION))
    window.scanned(KEY)
    qtbot.waitUntil(lambda: page.panel.sheet is not None)
    assert field(page.panel, "Access key").text() == KEY
    assert field(page.panel, "Access key").property("wrong") == "true"
    assert now_is(desk, one.id).invoice is None


def test_the_code_of_an_order_opens_it(desk, page, window, show, qtbot):
    show(order())
    package = replace(order(Status.SHIPPED).packages[0], tracking="JD777BR")
    (other,) = put(desk.store, [order(Status.SHIPPED, remote_id="o", number="8801", packages=0)])
    desk.store.do(lambda s: orders.save(s, replace(other, packages=(package,)), NOW))
    for code in ("8801", "jd777br", "o"):
        page.open_order(0)
        window.scanned(code)
        qtbot.waitUntil(lambda: page.panel.sight is not None)
        assert page.panel.sight.order.id == other.id


def test_an_unknown_code_says_what_was_read(window, show, heard):
    show(order(Status.PACKED))
    window.scanned("XYZ-404")
    assert "XYZ-404" in heard.messages[-1].text


@pytest.mark.parametrize("status", [Status.IN_PREPARATION, Status.PACKED])
def test_a_misread_key_says_so_and_to_scan_again(desk, window, show, heard, status):
    one = show(order(status))
    window.scanned(FIRST_43 + str((access_key.check_digit(FIRST_43) + 1) % 10))
    assert "check digit" in heard.messages[-1].text and "Scan it again" in heard.messages[-1].text
    assert now_is(desk, one.id).status is status


def test_products_are_counted_one_by_one_and_kept(desk, page, window, show, qtbot, heard):
    one = show(order(Status.IN_PREPARATION))
    window.scanned("7891000315507")
    qtbot.waitUntil(lambda: "1 of 2 picked" in texts(page.panel.lines))
    assert heard.sounds[-1] == "ok"
    assert now_is(desk, one.id).lines[0].picked == 1
    # Another order in between, and back: counting goes on where it was.
    show(order(Status.ACCEPTED, remote_id="R2"))
    page.open_order(one.id)
    qtbot.waitUntil(lambda: page.panel.sight is not None)
    assert "1 of 2 picked" in texts(page.panel.lines)
    window.scanned("CAF-500")
    qtbot.waitUntil(lambda: now_is(desk, one.id).lines[0].picked == 2)
    window.scanned("QJO-KG")
    qtbot.waitUntil(lambda: now_is(desk, one.id).lines[1].picked == Decimal("1.250"))
    qtbot.waitUntil(lambda: "picked" in texts(page.panel.lines))
    window.scanned("CAF-500")
    qtbot.waitUntil(lambda: "all 2 are picked already" in heard.messages[-1].text)


def test_fast_scans_are_all_counted(desk, page, window, show, qtbot):
    one = show(order(Status.ACCEPTED, lines=(line(1, "A-1", 5), line(2, "A-1", 3))))
    for _ in range(7):
        window.scanned("A-1")
    qtbot.waitUntil(lambda: now_is(desk, one.id).lines[1].picked == 2)
    assert now_is(desk, one.id).lines[0].picked == 5
    qtbot.waitUntil(lambda: "2 of 3 picked" in texts(page.panel.lines))


def test_a_question_about_one_line_stays_while_another_is_scanned(page, window, show, qtbot, desk):
    one = show(order(Status.ACCEPTED, lines=(line(1, "A-1", 5), line(2, "B-1", 1))))
    page.panel.lines.missing.emit(one.lines[0])
    window.scanned("B-1")
    qtbot.waitUntil(lambda: now_is(desk, one.id).lines[1].picked == 1)
    qtbot.wait(50)
    assert page.panel.sheet is not None


def test_a_product_that_is_not_in_the_order_is_told(page, window, show, heard):
    one = show(order(Status.ACCEPTED))
    window.scanned("7891000100103")
    assert heard.messages[-1].text == f"7891000100103 is not in order {one.number}."


def test_a_shortage_needs_a_quantity_and_a_reason(desk, page, show, qtbot):
    one = show(order(Status.ACCEPTED))
    page.panel.lines.missing.emit(one.lines[0])
    field(page.panel, "How many are here").setText("muitos")
    field(page.panel, "Why the rest is missing").setText("quebrado")
    page.next()
    assert "“muitos” is no quantity." in texts(page.panel.sheet)
    field(page.panel, "How many are here").setText("1")
    page.next()
    qtbot.waitUntil(lambda: page.panel.sheet is None)
    line = now_is(desk, one.id).lines[0]
    assert (line.picked, line.short_reason) == (1, "quebrado")


def open_menu(qtbot):
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    return QApplication.activePopupWidget()


def test_a_click_on_a_line_asks_how_many_are_here(page, show, qtbot):
    show(order(Status.ACCEPTED))
    qtbot.mouseClick(page.panel.lines.rows[0], Qt.MouseButton.LeftButton)
    menu = open_menu(qtbot)
    assert [a.text() for a in menu.actions()] == ["All 2 are here", "Some are missing…"]
    menu.close()


def test_enter_on_a_line_does_the_same(desk, page, show, qtbot, keys):
    one = show(order(Status.ACCEPTED))
    page.panel.lines.rows[0].setFocus()
    qtbot.waitUntil(page.panel.lines.rows[0].hasFocus)
    keys(page, Qt.Key.Key_Return)
    menu = open_menu(qtbot)
    menu.actions()[0].trigger()
    menu.close()
    qtbot.waitUntil(lambda: now_is(desk, one.id).lines[0].picked == 2)


def test_lines_are_no_buttons_once_the_goods_are_packed(page, show, qtbot):
    show(order(Status.PACKED))
    qtbot.mouseClick(page.panel.lines.rows[0], Qt.MouseButton.LeftButton)
    assert QApplication.activePopupWidget() is None


def dropped(page, file):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, left, none)
    page.panel.dragEnterEvent(enter)
    if enter.isAccepted():
        drop = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, left, none)
        page.panel.dropEvent(drop)
    return enter.isAccepted()


def test_a_dropped_file_that_is_no_invoice_opens_the_sheet_with_the_reason(
    desk, page, show, qtbot, tmp_path
):
    file = tmp_path / "nota.xml"
    file.write_text("<html/>")
    one = show(order(Status.IN_PREPARATION))
    assert dropped(page, file)
    qtbot.waitUntil(lambda: page.panel.sheet is not None)
    assert field(page.panel, "XML file").text() == str(file)
    assert field(page.panel, "XML file").property("wrong") == "true"
    assert now_is(desk, one.id).invoice is None


def test_a_file_is_not_taken_by_an_order_that_awaits_no_invoice(page, show, tmp_path):
    show(order(Status.PACKED))
    assert not dropped(page, tmp_path / "nota.xml")
