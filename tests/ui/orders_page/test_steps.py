"""The next step, the menu of all of them, and the sheets that ask."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from desktop.i18n import weight
from desktop.journey import Journey, Step
from desktop.order import Kind, Label, Package, Person, Role, Status
from desktop.store import setup
from tests.ui.conftest import put
from tests.ui.orders_page.acts import field, now_is, texts
from tests.unit.orders import LINES, order


def has_focus(panel, name):
    return any(
        f.accessibleName() == name and f.hasFocus() for f in panel.sheet.findChildren(QLineEdit)
    )


def type_into(panel, name, text):
    """Key by key into a box of the first package: as fast at the window, it would be a scan."""
    box = field(panel, f"Package 1: {name}")
    box.selectAll()
    QTest.keyClicks(box, text)


def test_a_step_without_fields_runs_at_once_and_the_order_stays_open(
    desk, page, show, heard, qtbot, keys
):
    one = show(order())
    keys(page, Qt.Key.Key_F4)
    qtbot.waitUntil(lambda: page.panel.sight.order.status is Status.ACCEPTED)
    assert page.panel.head.next.text() == "Prepare"
    assert page.table.current_id == one.id
    assert heard.messages[-1].text == f"Order {one.number}: Accepted."


def test_the_button_says_saving_until_the_step_is_durable(desk, page, show, qtbot):
    show(order())
    page.next()
    assert page.panel.head.next.text() == "Saving…"
    assert not page.panel.head.next.isEnabled()
    page.next()
    qtbot.waitUntil(lambda: page.panel.head.next.text() == "Prepare")
    assert page.panel.head.next.isEnabled()
    assert page.panel.sight.order.version == 2


def test_a_closed_step_says_why_under_the_button_and_by_its_key(page, show, heard):
    show(order(Status.AWAITING_PAYMENT))
    head = page.panel.head
    assert not head.next.isEnabled()
    assert "settled by the platform only" in head.why.text() and not head.why.isHidden()
    page.next()
    assert heard.messages[-1].text == head.why.text()


def test_what_a_role_may_not_do_is_closed_with_words(desk, page, show, qtbot):
    desk.stand(Person("Inês", Role.COUNTER))
    show(order())
    assert not page.panel.head.next.isEnabled()
    assert "Your role may not do this" in page.panel.head.why.text()


def test_nothing_acts_while_another_order_is_on_its_way(desk, page, show, qtbot):
    first = show(order(remote_id="a"))
    (second,) = put(desk.store, [order(remote_id="b")])
    page.open_order(second.id)
    assert page.panel.sight is None
    page.next()
    qtbot.waitUntil(lambda: page.panel.sight is not None)
    assert now_is(desk, first.id).version == now_is(desk, second.id).version == 1


def test_the_menu_holds_every_other_step_and_says_what_closes_it(page, show):
    show(order())
    actions = {a.data(): a for a in page.panel.head.menu.actions()}
    assert Step.ACCEPT.value not in actions and Step.HAND_OVER.value not in actions
    assert actions[Step.CANCEL.value].isEnabled()
    pack = actions[Step.PACK.value]
    assert not pack.isEnabled() and "must be “Invoiced” first" in pack.toolTip()
    assert "—" in pack.text()


def test_stages_that_are_switched_off_are_not_offered(desk, page, show):
    off = Journey(off=frozenset({Status.PACKED}))
    desk.store.do(lambda s: setup.save_settings(s, setup.StoreSettings(journey=off)))
    show(order())
    assert Step.PACK.value not in {a.data() for a in page.panel.head.menu.actions()}


def test_what_is_open_stands_first_and_what_was_done_is_gone(page, show):
    show(order(Status.INVOICED))
    actions = page.panel.head.menu.actions()
    line = next(i for i, action in enumerate(actions) if action.isSeparator())
    assert all(action.isEnabled() for action in actions[:line])
    assert not any(action.isEnabled() for action in actions[line + 1 :])
    offered = {action.data() for action in actions}
    assert not offered & {Step.ACCEPT.value, Step.PREPARE.value, Step.INVOICE.value}
    assert Step.TAKE_BACK.value in {action.data() for action in actions[:line]}


def test_an_open_menu_stays_under_the_hand_while_news_come(page, show, qtbot):
    show(order())
    menu = page.panel.head.menu
    page.panel.show_more()
    qtbot.waitUntil(menu.isVisible)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    chosen = menu.activeAction()
    assert chosen is not None
    page.panel.refresh()
    qtbot.waitUntil(lambda: page._desk.tasks.idle)
    assert menu.isVisible() and menu.activeAction() is chosen
    QTest.keyClick(menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.panel.sheet is not None)
    assert page.panel.sheet.step.value == chosen.data()


def test_another_order_is_shown_from_its_beginning(page, show, qtbot, window):
    show(order())
    window.resize(1024, 640)
    bar = page.panel._rest.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    show(replace(order(), number="9002", remote_id="R9002"))
    qtbot.waitUntil(lambda: page.panel.sight.order.number == "9002")
    assert bar.value() == 0


def test_an_order_that_left_the_list_stays_when_a_menu_closes(desk, page, filled, qtbot, keys):
    """Qt would go to the first row when the list gets the focus back."""
    new = next(one for one in filled if one.status is Status.AWAITING_CREATION)
    put(desk.store, [replace(order(), number="9001", remote_id="R9001")])
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 2)
    page.table.select(new.id)
    qtbot.waitUntil(lambda: page.panel.sight is not None)
    page.table.view.setFocus()
    keys(page, Qt.Key.Key_F4)
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 1)
    page.panel.show_more()
    qtbot.waitUntil(page.panel.head.menu.isVisible)
    page.panel.head.menu.close()
    qtbot.waitUntil(page.table.view.hasFocus)
    assert page.table.current_id == new.id
    assert page.panel.sight is not None and page.panel.sight.order.id == new.id


def test_a_signature_is_not_typed(page, show):
    show(order(Status.READY_FOR_PICKUP, Kind.PICKUP))
    page.panel.ask(Step.HAND_OVER)
    names = {f.accessibleName() for f in page.panel.sheet.findChildren(QLineEdit)}
    assert "Who collects" in names and "Signature" not in names


def test_a_refused_field_gets_the_sentence_and_the_focus(page, show, qtbot, keys):
    show(order(Status.PACKED, packages=1))
    page.next()
    qtbot.waitUntil(lambda: has_focus(page.panel, "Carrier"))
    field(page.panel, "Carrier").setText("Jadlog")
    keys(page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: has_focus(page.panel, "Tracking code"))
    assert "Jadlog gives a tracking code." in texts(page.panel.sheet)
    keys(page, "JD1", Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.panel.sheet is None)
    qtbot.waitUntil(lambda: page.panel.sight.order.status is Status.SHIPPED)


def test_the_stores_own_driver_takes_it_without_a_carrier(desk, page, show, qtbot, keys):
    one = show(order(Status.PACKED, packages=1))
    page.next()
    next(b for b in page.panel.sheet.findChildren(type(page.panel.head.hold))
         if b.text() == "Our own driver").click()  # fmt: skip
    page.next()
    qtbot.waitUntil(lambda: "Who drives?" in texts(page.panel.sheet))
    field(page.panel, "Own driver").setText("Zé")
    page.next()
    qtbot.waitUntil(lambda: now_is(desk, one.id).status is Status.SHIPPED)
    assert now_is(desk, one.id).packages[0].driver == "Zé"


def test_shipping_asks_for_a_label_only_where_one_is_missing(page, show):
    show(order(Status.PACKED, packages=1))
    page.next()
    assert "Label made elsewhere" not in texts(page.panel.sheet)
    page.back()
    unlabelled = (Package(1, label=Label.NONE),)
    page.panel._sight = replace(
        page.panel.sight, order=replace(page.panel.sight.order, packages=unlabelled)
    )
    page.next()
    assert "Label made elsewhere" in texts(page.panel.sheet)


def test_packages_are_typed_in_boxes(desk, page, show, qtbot, keys):
    one = show(order(Status.INVOICED))
    page.next()
    qtbot.waitUntil(lambda: has_focus(page.panel, "Package 1: Grams"))
    tab = Qt.Key.Key_Tab
    keys(page, "900", tab, "300", tab, "200", tab, "100")
    qtbot.waitUntil(lambda: field(page.panel, "Package 1: Height").text() == "100")
    next(b for b in page.panel.sheet.findChildren(type(page.panel.head.hold))
         if b.text() == "One more package").click()  # fmt: skip
    qtbot.waitUntil(lambda: has_focus(page.panel, "Package 2: Grams"))
    keys(page, "800", Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: now_is(desk, one.id).status is Status.PACKED)
    packages = now_is(desk, one.id).packages
    assert [(p.weight_g, p.size_mm) for p in packages] == [
        (900, (300, 200, 100)),
        (800, (0, 0, 0)),
    ]


@pytest.mark.parametrize(
    ("typed", "says"), [("2,5", "whole grams"), ("2.5", "whole grams"), ("2.500", "whole grams")]
)
def test_a_weight_with_a_mark_is_refused_in_its_box(desk, page, show, qtbot, keys, typed, says):
    one = show(order(Status.INVOICED))
    page.next()
    qtbot.waitUntil(lambda: has_focus(page.panel, "Package 1: Grams"))
    type_into(page.panel, "Grams", typed)
    keys(page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "2500 for 2.5 kg" in texts(page.panel.sheet))
    assert f"“{typed}”" in texts(page.panel.sheet) and says in texts(page.panel.sheet)
    box = field(page.panel, "Package 1: Grams")
    assert box.hasFocus() and box.selectedText() == typed
    assert now_is(desk, one.id).status is Status.INVOICED
    type_into(page.panel, "Grams", "2500")
    keys(page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: now_is(desk, one.id).status is Status.PACKED)
    assert [p.weight_g for p in now_is(desk, one.id).packages] == [2500]


def test_a_size_with_a_mark_is_refused_in_its_box(desk, page, show, qtbot, keys):
    show(order(Status.INVOICED))
    page.next()
    qtbot.waitUntil(lambda: has_focus(page.panel, "Package 1: Grams"))
    for name, typed in (("Grams", "900"), ("Length", "300"), ("Width", "20,5"), ("Height", "100")):
        type_into(page.panel, name, typed)
    keys(page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "whole millimetres" in texts(page.panel.sheet))
    assert has_focus(page.panel, "Package 1: Width")


@pytest.mark.parametrize("typed", ["25", "25000"])
def test_a_weight_far_from_that_of_the_items_is_asked_about_once(
    desk, page, show, qtbot, keys, typed
):
    lines = tuple(replace(line, unit_weight_g=line.unit_weight_g or 70) for line in LINES)
    one = show(order(Status.INVOICED, lines=lines))
    page.next()
    qtbot.waitUntil(lambda: has_focus(page.panel, "Package 1: Grams"))
    type_into(page.panel, "Grams", typed)
    keys(page, Qt.Key.Key_Return)
    question = f"The items weigh about 2.32 kg; {weight(int(typed))} is typed."
    qtbot.waitUntil(lambda: question in texts(page.panel.sheet))
    assert now_is(desk, one.id).status is Status.INVOICED
    keys(page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: now_is(desk, one.id).status is Status.PACKED)
    assert [p.weight_g for p in now_is(desk, one.id).packages] == [int(typed)]


def test_packages_may_stay_unmeasured(desk, page, show, qtbot):
    one = show(order(Status.INVOICED))
    page.next()
    page.next()
    qtbot.waitUntil(lambda: now_is(desk, one.id).status is Status.PACKED)
    assert [p.weight_g for p in now_is(desk, one.id).packages] == [0]


def test_what_cannot_be_undone_wants_the_end_of_the_number_typed(desk, page, show, qtbot):
    one = show(order(Status.DELIVERED))
    page.next()
    page.next()
    ending = "2301"
    assert f"Type {ending} to confirm" in texts(page.panel.sheet)
    assert now_is(desk, one.id).status is Status.DELIVERED
    field(page.panel, f"Type {ending} to confirm").setText(ending)
    page.next()
    qtbot.waitUntil(lambda: now_is(desk, one.id).status is Status.FINALIZED)


def test_escape_leaves_the_sheet_and_changes_nothing(desk, page, show, qtbot, keys):
    one = show(order())
    keys(page, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: page.panel.sheet is not None)
    keys(page, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.panel.sheet is None)
    assert now_is(desk, one.id).hold is None


def test_hold_and_release_by_key_with_a_comment(desk, page, show, qtbot, keys):
    one = show(order())
    keys(page, Qt.Key.Key_F6)
    field(page.panel, "Reason").setText("endereço não confere")
    page.next()
    qtbot.waitUntil(lambda: page.panel.sight.order.hold is not None)
    assert page.panel.head.next.text() == "Release"
    keys(page, Qt.Key.Key_F4)
    qtbot.waitUntil(lambda: now_is(desk, one.id).hold is None)
