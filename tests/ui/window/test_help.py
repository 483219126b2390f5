"""Help in place: the page one stands on, the order that is open, then everything."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea

from desktop.journey import STEPS, Journey, Step
from desktop.order import Person, Role, Status
from desktop.store import orders, setup
from desktop.store.queries import View
from ui import actions
from ui.closed import close
from ui.help import HelpDialog
from ui.widgets import Card

F1, ESC = Qt.Key.Key_F1, Qt.Key.Key_Escape


@pytest.fixture
def ask(window, keys, qtbot):
    """Presses F1 and reads what is said: the cards in order, each as its lines."""

    def read() -> list[list[str]]:
        qtbot.waitUntil(lambda: window.desk.tasks.idle)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        keys(window, F1)
        dialog = window.findChild(HelpDialog)
        qtbot.waitUntil(dialog.isActiveWindow)
        said = [[w.text() for w in c.findChildren(QLabel)] for c in dialog.findChildren(Card)]
        keys(dialog, ESC)
        qtbot.waitUntil(lambda: window.findChild(HelpDialog) is None)
        return said

    return read


def card(said, head):
    return next((lines for lines in said if lines[0] == head), [])


def show(window, qtbot, status):
    """The order that stands in `status`, open in its panel."""
    window.show_view(View.ALL.value)
    page = window.page("orders")
    qtbot.waitUntil(lambda: page.table.is_settled)
    with window.desk.store.read() as session:
        found = [orders.get(session, order_id) for order_id in page.table.model.ids]
    wanted = next(one for one in found if one.status is status and one.hold is None)
    window.open_order(wanted.id)
    qtbot.waitUntil(lambda: page.order is not None and page.order.id == wanted.id)
    return page.order


def test_every_key_and_every_step_is_told_wherever_one_stands(window, ask):
    for name in ("orders", "pickup", "shipments", "repair", "settings"):
        window.show_page(name)
        said = ask()
        told = card(said, "All keys")
        for action in actions.ACTIONS.values():
            assert actions.key(action.name) in told and action.text in told
        assert {rule.label for rule in STEPS.values()} <= set(card(said, "All steps of an order"))


@pytest.mark.parametrize(
    ("page", "bound"),
    [
        ("orders", {"next", "hold", "print", "more", "above", "below"}),
        ("pickup", {"print"}),
        ("shipments", {"print", "export", "day_before", "day_after", "today"}),
        ("settings", {"next", "save"}),
    ],
)
def test_the_keys_of_the_page_come_first(window, ask, page, bound, qtbot):
    qtbot.waitUntil(lambda: window.page("orders").order is not None)
    window.show_page(page)
    said = ask()
    mine = card(said, "Keys of this page")
    assert said.index(mine) == 1
    assert set(mine[1::2]) == {actions.key(name) for name in bound}


def test_keys_are_written_as_on_the_keyboard():
    assert actions.key("day_before") == "Alt+←"
    assert actions.key("below") == "↓"
    assert actions.key("export") == "F10"


def test_the_big_button_is_called_by_its_word(window, ask, qtbot):
    show(window, qtbot, Status.IN_PREPARATION)
    lines = card(ask(), "Keys of this page")
    assert lines[lines.index("F4") + 1] == "Invoice"


def test_without_an_order_the_page_tells_the_steps_from_the_table(window, ask):
    window.show_page("pickup")
    lines = card(ask(), "Steps you can take here")
    assert lines[1:4] == [
        "Hand over",
        "Ready for pickup → Picked up",
        "Who: Clerk, Pickup counter, Manager · Asks for: Who collects, Document, "
        "Code or document checked, Signature",
    ]
    assert "Ship" not in lines


def test_of_the_open_order_it_tells_what_can_be_done_now_and_why_the_rest_cannot(
    window, ask, qtbot
):
    order = show(window, qtbot, Status.IN_PREPARATION)
    lines = card(ask(), f"Order {order.number}: In preparation")
    assert lines[1:3] == ["Invoice", "Can be done now."]
    verbs = [rule.label for rule in STEPS.values()]
    reasons = {verb: lines[lines.index(verb, 1) + 1] for verb in verbs if verb in lines[1:]}
    assert reasons["Hold"] == "Can be done now."
    assert "it must be “Invoiced” first" in reasons["Pack"]
    assert reasons["Release"].startswith("The order is not on hold")
    assert "Ready for pickup" not in reasons  # a delivery order
    told = [line for line in lines if line in reasons.values()]
    assert told == sorted(told, key="Can be done now.".__ne__)  # what is open comes first


def test_who_stands_at_the_window_decides_what_can_be_done(window, ask, qtbot):
    window.desk.stand(Person("Carla", Role.COUNTER))
    order = show(window, qtbot, Status.IN_PREPARATION)
    lines = card(ask(), f"Order {order.number}: In preparation")
    assert lines[lines.index("Invoice", 1) + 1].startswith("Your role may not do this")


def test_a_stage_that_the_store_does_not_use_is_not_told(window, ask, store):
    off = Journey(off=frozenset({Status.IN_PREPARATION}))
    store.do(lambda s: setup.save_settings(s, replace(setup.store_settings(s), journey=off)))
    lines = card(ask(), "All steps of an order")
    assert STEPS[Step.PREPARE].label not in lines
    assert lines[lines.index("Invoice") + 1] == "Accepted → Invoiced"


def test_what_is_closed_on_the_page_is_listed_with_its_reason(window, ask):
    window.show_page("settings")
    assert card(ask(), "Closed on this page, and why")[1:] == ["Save", "Nothing to save"]
    close(window.page("settings").save, "The disk is full.")
    assert card(ask(), "Closed on this page, and why")[1:] == ["Save", "The disk is full."]


def test_it_is_read_on_by_the_keyboard(window, keys, qtbot):
    keys(window, F1)
    dialog = window.findChild(HelpDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    bar = dialog.findChild(QScrollArea).verticalScrollBar()
    keys(dialog, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: bar.value() > 100)
    keys(dialog, ESC)
    qtbot.waitUntil(lambda: window.findChild(HelpDialog) is None)
