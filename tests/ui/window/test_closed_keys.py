"""A key whose button is closed says why, as the button does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop.store.queries import View
from ui.closed import why


@pytest.fixture
def said(window, heard, qtbot):
    """What the window says after a key: its last sentence, None while it is silent."""
    shown = []
    window.desk.messages.shown_by(lambda message: shown.append(message.text))

    def of(key, keys):
        shown.clear()
        keys(window, key)
        qtbot.wait(1)
        return shown[-1] if shown else None

    return of


@pytest.mark.parametrize("key", [Qt.Key.Key_F4, Qt.Key.Key_F6, Qt.Key.Key_F9, Qt.Key.Key_F10])
def test_without_an_order_its_keys_ask_for_one(window, said, keys, qtbot, key):
    window.show_view(View.PAYMENT.value)
    window.page("orders").panel.open_order(0)
    assert said(key, keys) == "Choose an order, or scan one."


def test_the_key_of_the_manifest_asks_for_a_carrier(window, said, keys, qtbot):
    window.show_page("shipments")
    page = window.page("shipments")
    qtbot.waitUntil(lambda: page.sight is not None)
    assert said(Qt.Key.Key_F9, keys) == why(page.tables.manifest) != ""


def test_an_empty_list_is_not_exported(window, said, keys, qtbot):
    window.show_page("shipments")
    page = window.page("shipments")
    qtbot.waitUntil(lambda: page.sight is not None)
    page.show_day(page.sight.numbers.day.shift(-300))
    page.open(next(iter(page.cards)))
    qtbot.waitUntil(lambda: bool(why(page.export)))
    assert said(Qt.Key.Key_F10, keys) == "This list is empty: there is nothing to export."


def test_what_is_not_changed_is_not_saved(window, said, keys, qtbot):
    window.show_page("settings")
    qtbot.waitUntil(window.page("settings").save.isVisible)
    assert said(Qt.Key.Key_F4, keys) == "Nothing to save"


def test_the_counter_prints_nothing_of_nobody(window, said, keys, qtbot):
    window.show_page("pickup")
    assert said(Qt.Key.Key_F9, keys) == "Scan the pass, the order or the shelf"
