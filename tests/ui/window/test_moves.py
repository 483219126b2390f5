"""Moving about: pages, scans, people, settings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu

from desktop.store import orders, setup
from desktop.store.queries import View
from tests.ui.window.acts import BETO, settle_in
from ui import actions, theme

ESC, ENTER = Qt.Key.Key_Escape, Qt.Key.Key_Return


def burst(window, code):
    for character in code:
        QTest.keyClick(window.windowHandle(), character)
    QTest.keyClick(window.windowHandle(), ENTER)


def test_it_opens_at_the_new_orders_with_the_scan_line_ready(window):
    assert window.page_name == "orders"
    assert window.page("orders").view == View.CREATION
    assert window.sidebar.views.button(View.CREATION).isChecked()
    assert QApplication.focusWidget() is window.scan_line


@pytest.mark.parametrize("name", ["orders", "pickup", "repair", "settings"])
def test_every_page_has_its_key(window, keys, name):
    window.show_page("repair" if name == "orders" else "orders")
    keys(window, getattr(Qt.Key, f"Key_{actions.key(name)}"))
    assert window.page_name == name
    assert window.page(name).title


def test_shipments_have_a_key_and_a_row_for_managers_only(window, qtbot):
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert window.page_name == "shipments" and window.sidebar.pages.button("shipments").isChecked()
    page = window.page("shipments")
    qtbot.waitUntil(lambda: page.sight is not None)
    window.desk.stand(BETO)
    qtbot.waitUntil(lambda: "shipments" not in window.sidebar.pages._buttons)
    assert not page.list.isVisible()


def test_an_order_of_the_shipments_page_opens_on_its_own(window, qtbot):
    window.show_page("shipments")
    page = window.page("shipments")
    qtbot.waitUntil(lambda: bool(page.list.keys()))
    page.list.chosen.emit(page.list.keys()[0])
    assert window.page_name == "orders"
    assert window.page("orders").table.current_id == page.list.keys()[0][0]


def test_a_stage_is_one_press_away(window, qtbot):
    button = window.sidebar.views.button(View.READY)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.page_name == "orders" and window.page("orders").view == View.READY
    assert button.isChecked()
    assert not window.sidebar.views.button(View.CREATION).isChecked()


def test_from_a_page_back_to_the_stage_that_was_open(window, keys, qtbot):
    window.show_view(View.PACK)
    keys(window, Qt.Key.Key_F3)
    assert window.sidebar.pages.button("pickup").isChecked()
    assert not window.sidebar.views.button(View.PACK).isChecked()
    keys(window, Qt.Key.Key_F2)
    assert window.sidebar.views.button(View.PACK).isChecked()


def test_no_two_shortcuts_of_a_page_are_the_same(window):
    for name in ("orders", "pickup", "shipments", "repair", "settings"):
        window.show_page(name)
        shown = [
            window,
            *(w for w in window.findChildren(object) if getattr(w, "isVisible", bool)()),
        ]
        bound = [
            key.toString()
            for widget in shown if hasattr(widget, "actions")
            for action in widget.actions() if action.isEnabled()
            for key in action.shortcuts()
        ]  # fmt: skip
        assert len(bound) == len(set(bound)), (name, sorted(bound))


def test_update_now_wakes_the_sync(store, open_window, keys):
    class Sync:
        woken, fault = 0, None

        def wake(self):
            self.woken += 1

    store.do(settle_in)
    sync = Sync()
    window = open_window(sync=sync)
    keys(window, Qt.Key.Key_F5)
    assert sync.woken == 1


def test_a_letter_anywhere_is_a_search(window, keys, qtbot):
    window.sidebar.views.button(View.CREATION).setFocus()
    keys(window, "m")
    qtbot.waitUntil(lambda: window.scan_line.text() == "m")
    keys(window, "aria")
    qtbot.waitUntil(lambda: window.scan_line.text() == "maria")
    assert window.page("orders").table.question.typed == "maria"


def test_control_f_goes_to_the_scan_line_and_selects(window, keys):
    window.scan_line.setText("maria")
    window.sidebar.views.button(View.CREATION).setFocus()
    QTest.keyClick(window.windowHandle(), "f", Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is window.scan_line
    assert window.scan_line.selectedText() == "maria"


def test_escape_goes_one_level_back_at_a_time(window, keys):
    keys(window, Qt.Key.Key_F7)
    window.scan_line.setFocus()
    window.scan_line.setText("maria")
    keys(window, ESC)
    assert window.scan_line.text() == "" and window.page_name == "repair"
    keys(window, ESC)
    assert window.page_name == "orders"
    assert QApplication.focusWidget() is window.scan_line


def test_a_scanned_order_opens(window, qtbot):
    burst(window, "1050")
    qtbot.waitUntil(lambda: window.page("orders").table.current_id != 0)
    with window.desk.store.read() as session:
        assert orders.get(session, window.page("orders").table.current_id).number == "1050"


def test_an_unknown_code_says_what_was_read(window, heard):
    burst(window, "ZZ-99887766")
    assert window.flash.isVisible()
    assert "ZZ-99887766" in window.flash.text()
    assert heard.sounds == ["attention"]


def test_a_scan_on_another_page_finds_its_order_too(window, qtbot):
    window.show_page("settings")
    burst(window, "1049")
    assert window.page_name == "orders"


def test_the_same_code_twice_sounds_soft_and_does_nothing(window, heard):
    burst(window, "ZZ-99887766")
    window.flash.hide()
    burst(window, "ZZ-99887766")
    assert heard.sounds == ["attention", "soft"]
    assert window.flash.isHidden()


def test_a_dialog_that_takes_no_scan_keeps_the_window_still(window, heard, qtbot):
    dialog = QDialog(window)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitUntil(dialog.isActiveWindow)
    burst(dialog, "1050")
    assert window.page("orders").view == View.CREATION
    assert heard.sounds == ["attention"]


def test_a_badge_changes_who_is_at_the_window(window, qtbot):
    with qtbot.waitSignal(window.desk.bridge.state_changed):
        burst(window, "BADGE-beto lima")
    assert window.desk.person == BETO


def test_a_typed_code_and_enter_open_the_order(window, keys, qtbot):
    window.scan_line.setFocus()
    window.scan_line.setText("1050")
    keys(window, ENTER)
    assert window.scan_line.text() == ""
    assert window.page("orders").table.current_id


def test_the_person_is_chosen_from_a_list_with_the_keyboard(window, keys, qtbot):
    keys(window, Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [a.text() for a in menu.actions()][:2] == ["Ana Souza · Manager", "Beto Lima · Clerk"]
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, ENTER)
    qtbot.waitUntil(lambda: window.desk.person == BETO)


def test_somebody_who_left_the_list_leaves_the_window(window, store, qtbot):
    store.do(lambda s: setup.set_people(s, [BETO]))
    qtbot.waitUntil(lambda: window.desk.person == BETO)


def test_settings_take_effect_at_once(window, store, qtbot):
    store.do(lambda s: setup.save_settings(s, replace(
        setup.store_settings(s), theme="dark", scan_gap_ms=80, sounds=False)))  # fmt: skip
    qtbot.waitUntil(lambda: theme.tokens() is theme.DARK)
    assert window.listener.gap_ms == 80
    assert not window.desk.messages.sounds.on


def test_another_language_comes_with_the_next_start(window, store, qtbot):
    store.do(lambda s: setup.save_settings(s, replace(setup.store_settings(s), language="es")))
    qtbot.waitUntil(window.flash.isVisible)
    assert "language" in window.flash.text()
