"""The orders page in the window: the next step, sheets, scans, picking, what both sides say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from desktop.errors import UserError
from desktop.fiscal import access_key
from desktop.i18n import set_language
from desktop.journey import Journey, Step
from desktop.order import (
    Cancellation,
    CancelState,
    Hold,
    Kind,
    Label,
    Line,
    Package,
    PaymentKind,
    Person,
    Role,
    Seen,
    Status,
)
from desktop.store import orders, outbox, setup
from desktop.store.queries import View
from printing.jobs import Ticket
from tests.ui.conftest import ANA, NOW, put
from tests.unit.orders import order
from ui.line_list import LINES_SHOWN, LineRow
from ui.order_facts import mask_phone
from ui.pages.orders import OrdersPage
from ui.window import Window

FIRST_43 = "3526031234567800019555001000001234100001234"
KEY = FIRST_43 + str(access_key.check_digit(FIRST_43))


@pytest.fixture
def window(desk, heard, qtbot):
    made = Window()
    made.start(desk, {"orders": OrdersPage}, View.CREATION)
    desk.messages.shown_by(heard.messages.append)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()


@pytest.fixture
def page(window):
    return window.page("orders")


@pytest.fixture
def show(desk, page, qtbot):
    """Stores an order and opens it."""

    def put_and_open(one):
        (stored,) = put(desk.store, [one])
        page.open_order(stored.id)
        qtbot.waitUntil(lambda: page.panel.sight is not None)
        return stored

    return put_and_open


def now_is(desk, order_id):
    with desk.store.read() as session:
        return orders.get(session, order_id)


def texts(widget):
    """What can be read in it."""
    shown = [*widget.findChildren(QLabel), *widget.findChildren(LineRow)]
    return " ".join(one.text() for one in shown if not one.isHidden())


def has_focus(panel, name):
    return any(
        f.accessibleName() == name and f.hasFocus() for f in panel.sheet.findChildren(QLineEdit)
    )


# --- the next step ------------------------------------------------------------------------------------


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


# --- sheets -------------------------------------------------------------------------------------------


def test_a_signature_is_not_typed(page, show):
    show(order(Status.READY_FOR_PICKUP, Kind.PICKUP))
    page.panel.ask(Step.HAND_OVER)
    names = {f.accessibleName() for f in page.panel.sheet.findChildren(QLineEdit)}
    assert "Who collects" in names and "Signature" not in names


def field(panel, name):
    return next(
        f
        for f in panel.sheet.findChildren(QLineEdit)
        if f.accessibleName() == name and f.isVisible()
    )


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


# --- scans --------------------------------------------------------------------------------------------


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


def line(number, sku, quantity):
    return Line(number, sku, f"Café {sku}", Decimal(quantity), 100, 100 * quantity)


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


# --- what is shown --------------------------------------------------------------------------------------


def test_personal_data_is_masked(page, show):
    show(order())
    said = texts(page.panel)
    assert "123.456" not in said and "98765" not in said and "04563-060" not in said
    assert "María José" in said and "89-09" in said and "-4321" in said


def test_phones_keep_their_end_and_area():
    assert mask_phone("(11) 98765-4410") == "(11) •••••-4410"
    assert mask_phone("+55 11 98765-4410") == "•••••-4410"
    assert mask_phone("123") == "•••"
    assert mask_phone("") == ""


def test_both_sides_stand_beside_each_other_with_a_sentence(desk, page, show, qtbot):
    at = NOW - timedelta(minutes=9)
    one = show(order(Status.ACCEPTED, seen=Seen(Status.ACCEPTED, "handling", at)))
    desk.store.do(
        lambda s: (
            outbox.enqueue(s, one.id, one.connection, Step.PREPARE, {}, "Ana", at),
            s.changed.add(one.id),
        )
    )
    qtbot.waitUntil(lambda: "“Prepare” waits since" in texts(page.panel.truth))
    assert "As the platform stood 9 min ago." in texts(page.panel.truth)


def test_a_stopped_order_says_what_happened_and_what_to_do(desk, page, show):
    stop = Cancellation(CancelState.CANCELLED, NOW, "platform", "desistência")
    show(order(Status.INVOICED, cancellation=stop))
    banner = page.panel.head.banner
    assert banner.isVisible()
    assert banner.lead == "Cancelled on the platform: desistência."
    assert "Return the goods to stock" in banner.rest
    assert page.panel.head.next.text() == "Return to stock"


def test_a_wish_to_cancel_stops_too(page, show):
    wish = Cancellation(CancelState.REQUESTED, NOW)
    show(order(Status.ACCEPTED, cancellation=wish))
    assert page.panel.head.banner.lead == "The buyer asks to cancel."


def test_the_facts_name_payment_hold_invoice_and_packages(page, show):
    hold = Hold(NOW, "Ana", "endereço")
    show(order(Status.PACKED, hold=hold, due_at=NOW - timedelta(minutes=22)))
    said = texts(page.panel.facts)
    for part in ("Pix", "R$ 226.95", "endereço", "1.2 kg", "300×200×100 mm", "late 22 min"):
        assert part in said


def test_ten_thousand_lines_show_fifty_and_the_number_of_the_rest(page, show, qtbot):
    lines = tuple(Line(n, f"S{n}", "Parafuso", Decimal(1), 10, 10) for n in range(1, 10_001))
    show(order(Status.ACCEPTED, lines=lines))
    assert f"… and {10_000 - LINES_SHOWN} more lines" in texts(page.panel.lines)
    assert "SKU S50" in texts(page.panel.lines) and "SKU S51" not in texts(page.panel.lines)


def test_a_note_stands_with_the_facts(desk, page, show, qtbot):
    one = show(order())
    desk.work.do(one.id, Step.HOLD, {"reason": "x", "comment": "ligar antes"}, ANA)
    qtbot.waitUntil(lambda: "ligar antes" in texts(page.panel.facts))


# --- keys and search ----------------------------------------------------------------------------------


def test_arrows_in_the_scan_line_go_through_the_list(desk, page, window, qtbot, keys):
    put(desk.store, [order(remote_id=str(n)) for n in range(3)])
    window.show_view(View.CREATION)
    qtbot.waitUntil(lambda: len(page.table.model.ids) == 3)
    window.activateWindow()
    window.scan_line.setFocus()
    qtbot.waitUntil(window.scan_line.hasFocus)
    keys(window, Qt.Key.Key_Down)
    first = page.table.current_id
    keys(window, Qt.Key.Key_Down)
    assert page.table.model.row_of(page.table.current_id) == page.table.model.row_of(first) + 1
    qtbot.waitUntil(lambda: page.panel.sight is not None)


def test_enter_on_an_exact_number_opens_the_order_at_once(desk, page, window, qtbot):
    (one,) = put(desk.store, [order(Status.FINALIZED, number="4711")])
    window._entered("4711")
    qtbot.waitUntil(lambda: page.panel.sight is not None)
    assert page.panel.sight.order.id == one.id and not page.table.question.typed


def test_enter_on_words_goes_to_the_first_found(desk, page, window, qtbot):
    (one,) = put(desk.store, [order(Status.FINALIZED)])
    page.search("penaranda")
    qtbot.waitUntil(lambda: page.table.is_settled and len(page.table.model.ids) == 1)
    window._entered("penaranda")
    assert page.table.current_id == one.id
    assert page.back() and not page.table.question.typed
    assert not page.back()


class Printer:
    def __init__(self):
        self.asked = []

    def print(self, ids, document, who):
        self.asked.append((ids, document, who))
        return [Ticket(None, True)]


def test_papers_are_printed_from_the_menu(desk, page, show, heard, qtbot):
    desk.printing = Printer()
    one = show(order(Status.PACKED))
    page.panel.show_print()
    menu = page.panel._print_menu
    qtbot.waitUntil(menu.isVisible)
    next(a for a in menu.actions() if "Pick" in a.text()).trigger()
    menu.close()
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert desk.printing.asked == [([one.id], "pick_list", "Ana Souza")]
    assert "goes to the printer" in heard.messages[-1].text


def test_without_a_printer_printing_says_so(page, show, heard, keys):
    show(order())
    assert not page.panel.head.print.isEnabled()
    keys(page, Qt.Key.Key_F9)
    assert "No printer is set up" in heard.messages[-1].text


# --- room -----------------------------------------------------------------------------------------------


@pytest.fixture
def language():
    yield set_language
    set_language("en")


@pytest.mark.parametrize("code", ["en", "pt_BR", "es"])
@pytest.mark.parametrize("width", [1024, 1366])
def test_nothing_is_wider_than_its_place(desk, window, page, show, qtbot, language, code, width):
    language(code)
    name = "Comércio de Materiais para Construção e Decoração Andrade & Filhos do Interior"
    base = order(Status.AWAITING_CREATION, Kind.DELIVERY, PaymentKind.ONLINE)
    show(replace(base, buyer=replace(base.buyer, name=name)))
    window.resize(width, 768)
    qtbot.waitUntil(lambda: window.width() == width)
    assert page.minimumSizeHint().width() <= page.width()
    for button in (page.panel.head.hold, page.panel.head.print, page.panel.head.more):
        wide = button.fontMetrics().horizontalAdvance(button.text())
        assert wide <= button.width() - 8, button.text()


def test_an_order_that_is_not_here_is_told(desk, page, heard, qtbot):
    page.open_order(404)
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert "There is no order 404 here." in heard.messages[-1].text
    with pytest.raises(UserError):
        now_is(desk, 404)
