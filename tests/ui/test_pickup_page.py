"""The pickup counter: scan, card, hand over, and every state in which the goods stay here."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from desktop.journey import Step
from desktop.order import (
    Buyer,
    Cancellation,
    CancelState,
    Hold,
    Invoice,
    Kind,
    PaymentKind,
    Person,
    Role,
    Status,
)
from desktop.store import notes, orders, outbox, setup
from tests.ui.conftest import NOW, put
from tests.ui.orders_page.acts import texts
from tests.unit.orders import LINES, order
from ui import theme
from ui.pages.pickup import PickupPage
from ui.signature import SignaturePad

# The offscreen screen says this of every window.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

S = Status
LONG = "Maria Aparecida da Conceição Albuquerque de Vasconcelos e Souza Guimarães"
CANCELLED = Cancellation(CancelState.CANCELLED, NOW)
CONNECTION = "Loja São Paulo"


def numbered(n: int, status: Status = S.READY_FOR_PICKUP, **changes):
    named = {
        "number": str(1050 + n),
        "remote_id": f"v{n}-01",
        "invoice": Invoice(str(n)),
        "placed_at": NOW - timedelta(hours=n),
    }
    return order(status, Kind.PICKUP, **(named | changes))


@pytest.fixture
def page(desk, qtbot):
    desk.store.do(lambda s: setup.add_connection(s, setup.Connection(CONNECTION, "vtex", {}), []))
    desk.store.do(lambda s: setup.note_sync(s, CONNECTION, NOW - timedelta(seconds=8)))
    page = PickupPage(desk)
    qtbot.addWidget(page)
    page.resize(1102, 650)
    page.show()
    qtbot.waitUntil(lambda: desk.tasks.idle)
    return page


@pytest.fixture
def opened(page, qtbot):
    """`opened(text)` scans and waits for the card."""

    def scan(text: str):
        assert page.scanned(text)
        qtbot.waitUntil(lambda: page.card.case is not None and page.card.isVisible())
        return page.card

    return scan


def stored(desk, order_id: int):
    with desk.store.read() as session:
        return orders.get(session, order_id)


def draw(pad) -> None:
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(10, 30))
    for x in range(20, 160, 10):
        QTest.mouseMove(pad, QPoint(x, 30 + x % 40))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(160, 50))


# --- nothing open ---------------------------------------------------------------------------------------


def test_nothing_open_shows_who_waits_longest_first(desk, page, qtbot):
    put(desk.store, [numbered(1, shelf="A-1"), numbered(2, shelf="A-2"), numbered(3, S.PACKED)])
    qtbot.waitUntil(lambda: [row.mark for row in page.list.rows()] == ["A-2", "A-1"])
    assert page.back() is False


def test_an_empty_counter_says_so(page):
    assert page.nobody.isVisible() and not page.list.isVisible()


def test_a_row_opens_its_card_by_enter(desk, page, qtbot):
    [one] = put(desk.store, [numbered(1)])
    qtbot.waitUntil(lambda: len(page.list.rows()) == 1)
    page.list.setFocus()
    page.list.mark(one.id)
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    qtbot.waitUntil(page.card.isVisible)
    assert page.card.case.order.id == one.id


# --- handing over ---------------------------------------------------------------------------------------


def test_a_pickup_code_opens_a_green_card_that_enter_hands_over(desk, page, opened, qtbot, heard):
    [one] = put(desk.store, [numbered(1, pickup_code="QX79", shelf="B-07")])
    card = opened("qx79")
    assert card.headline.text() == "You may hand over"
    assert "pickup code shown" in card.aside.text() and "8 s" in card.aside.text()
    assert card.shelf.text() == "B-07"
    assert card.button.isEnabled()
    assert heard.sounds == ["ok"]
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not card.isVisible())
    done = stored(desk, one.id)
    assert done.status is S.PICKED_UP and done.collected.name == one.buyer.name
    assert heard.messages[-1].text == "Order 1051 was handed over."
    with desk.store.read() as session:
        assert [p.step for p in outbox.of_order(session, one.id)] == [Step.HAND_OVER]


def test_the_buyers_document_shows_its_end_only(desk, opened, qtbot):
    """Enough to compare with the card in the hand; who stands behind reads nothing."""
    put(desk.store, [numbered(1)])
    card = opened("1051")
    # What is said is laid out a turn of the loop later.
    qtbot.waitUntil(lambda: "•••.•••.•89-09" in texts(card))
    assert "123" not in texts(card)


def test_a_closed_hand_over_says_in_its_button_what_is_missing(desk, page, opened):
    put(desk.store, [numbered(1)])
    card = opened("1051")
    assert card.button.hint == "Check the code or the document first."
    card.checked.setChecked(True)
    assert card.button.hint == "Enter"
    card.collect.other.setChecked(True)
    assert card.button.hint == "Who collects? Write name and document."
    assert not card.button.isEnabled() and not card.reason.isVisible()


def test_without_a_code_the_document_must_be_checked_first(desk, page, opened, heard):
    [one] = put(desk.store, [numbered(1)])
    card = opened("1051")
    assert not card.button.isEnabled()
    assert card.reason.text() == "Check the code or the document first."
    page.next()
    assert heard.messages[-1].text == card.reason.text()
    assert card.checked.hasFocus()
    assert stored(desk, one.id).status is S.READY_FOR_PICKUP
    QTest.keyClick(card.checked, Qt.Key.Key_Space)
    assert card.button.isEnabled() and not card.reason.isVisible()


def test_the_code_of_the_open_order_is_the_check(desk, page, opened, qtbot):
    put(desk.store, [numbered(1, pickup_code="QX79")])
    card = opened("1051")
    assert not card.checked.isChecked()
    page.scanned("QX79")
    qtbot.waitUntil(card.checked.isChecked)


def test_another_person_leaves_name_document_and_signature(desk, page, opened, qtbot):
    [one] = put(desk.store, [numbered(1, pickup_code="QX79")])
    card = opened("QX79")
    card.collect.other.click()
    assert not card.button.isEnabled() and "name and document" in card.reason.text()
    QTest.keyClicks(card.collect.name, "Jose Angelo")
    QTest.keyClicks(card.collect.document, "RG 1234")
    draw(card.collect.pad)
    assert card.button.isEnabled()
    QTest.keyClick(card.collect.document, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not card.isVisible())
    collected = stored(desk, one.id).collected
    assert (collected.name, collected.document) == ("Jose Angelo", "RG 1234")
    with desk.store.read() as session:
        png = notes.file_of(session, one.id, "signature")
    assert collected.signature == hashlib.sha256(png).hexdigest()
    picture = Image.open(io.BytesIO(png))
    assert picture.size == (600, 200) and picture.convert("L").getextrema()[0] < 60


def test_a_cleared_or_absent_signature_is_none(desk, page, opened, qtbot):
    [one] = put(desk.store, [numbered(1, pickup_code="QX79")])
    card = opened("QX79")
    draw(card.collect.pad)
    assert card.collect.clear_button.isVisible()
    card.collect.clear_button.click()
    assert not card.collect.clear_button.isVisible()
    page.next()
    qtbot.waitUntil(lambda: not card.isVisible())
    assert stored(desk, one.id).collected.signature == ""
    with desk.store.read() as session:
        assert notes.file_of(session, one.id, "signature") is None


def test_a_refusal_keeps_neither_signature_nor_step(desk, page, opened, qtbot, heard):
    """Between look and press the platform cancels: the transaction refuses, nothing is kept."""
    [one] = put(desk.store, [numbered(1, pickup_code="QX79")])
    card = opened("QX79")
    draw(card.collect.pad)
    page.hide()  # so that the announcement does not reach the page first
    cancelled = replace(stored(desk, one.id), cancellation=CANCELLED)
    desk.store.do(lambda s: orders.save(s, cancelled, NOW))
    card.press()
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert "cancelled" in heard.messages[-1].text
    assert stored(desk, one.id).status is S.READY_FOR_PICKUP
    with desk.store.read() as session:
        assert notes.file_of(session, one.id, "signature") is None


def test_the_next_signature_is_not_the_last_buyers(desk, page, opened, qtbot):
    put(desk.store, [numbered(1, pickup_code="QX79"), numbered(2, pickup_code="QX80")])
    draw(opened("QX79").collect.pad)
    page.scanned("QX80")
    qtbot.waitUntil(lambda: page.card.case.order.number == "1052")
    assert not page.card.collect.pad.has_ink


def test_a_change_elsewhere_keeps_what_was_signed(desk, page, opened, qtbot):
    [one] = put(desk.store, [numbered(1, pickup_code="QX79")])
    card = opened("QX79")
    draw(card.collect.pad)
    desk.store.do(lambda s: _touch(s, replace(orders.get(s, one.id), shelf="Z-9")))
    qtbot.waitUntil(lambda: card.shelf.text() == "Z-9")
    assert card.collect.pad.is_signed and card.checked.isChecked()


def _touch(session, changed):
    session.changed.add(changed.id)
    return orders.save(session, changed, NOW)


# --- not handing over -----------------------------------------------------------------------------------


def test_a_cancellation_turns_the_open_card_red(desk, page, opened, qtbot, heard):
    [one] = put(desk.store, [numbered(1, pickup_code="QX79", shelf="B-07")])
    card = opened("QX79")
    desk.store.do(lambda s: _touch(s, replace(orders.get(s, one.id), cancellation=CANCELLED)))
    qtbot.waitUntil(lambda: card.headline.text() == "Do not hand over: cancelled by the buyer")
    assert heard.sounds[-1] == "stop"
    assert card.band.property("tone") == "stop"
    page.next()
    assert stored(desk, one.id).status is S.READY_FOR_PICKUP


def test_a_cancelled_order_goes_back_to_stock(desk, page, opened, qtbot, heard):
    [one] = put(desk.store, [numbered(1, cancellation=CANCELLED, shelf="B-07")])
    card = opened("1051")
    assert heard.sounds == ["stop"]
    assert card.advice.isVisible() and "B-07" in card.advice.texts()[-1]
    assert card.button.text() == "Return to stock"
    assert "invoice" in card.reason.text() and not card.button.isEnabled()
    box = card.form.field_widget("invoice")
    box.setCurrentIndex(box.findData("cancelled"))
    page.next()
    qtbot.waitUntil(lambda: not card.isVisible())
    back = stored(desk, one.id)
    assert back.status is S.RETURNED and back.returned.invoice == "cancelled"


def test_a_role_that_may_not_return_is_told(desk, page, opened):
    desk.person = Person("Inês", Role.COUNTER)
    put(desk.store, [numbered(1, cancellation=CANCELLED)])
    card = opened("1051")
    assert "role" in card.reason.text() and not card.button.isEnabled()
    assert card.form is None


def test_an_unpaid_order_is_paid_and_then_handed_over(desk, page, opened, qtbot):
    [one] = put(desk.store, [numbered(1, payment=PaymentKind.ON_DELIVERY)])
    card = opened("1051")
    assert card.headline.text() == "Not paid: record the payment first"
    assert card.button.text() == "Record payment"
    page.next()
    qtbot.waitUntil(lambda: card.form.field_widget("reference").property("wrong") == "true")
    QTest.keyClicks(card.form.field_widget("reference"), "Caixa 2")
    QTest.keyClick(card.form.field_widget("reference"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: card.headline.text() == "You may hand over")
    assert stored(desk, one.id).payment.reference == "Caixa 2"


def test_a_packed_order_gets_its_shelf_and_is_ready(desk, page, opened, qtbot):
    [one] = put(desk.store, [numbered(1, S.PACKED)])
    card = opened("1051")
    assert card.headline.text() == "Not ready yet: Packed"
    QTest.keyClicks(card.form.field_widget("shelf"), "C-3")
    page.next()
    qtbot.waitUntil(lambda: card.headline.text() == "You may hand over")
    assert stored(desk, one.id).shelf == "C-3" and card.shelf.text() == "C-3"


def test_a_held_order_says_why(desk, page, opened):
    put(desk.store, [numbered(1, hold=Hold(NOW, "Ana", "wait for Lia"))])
    card = opened("1051")
    assert card.headline.text() == "On hold" and "wait for Lia" in card.reason.text()
    assert not card.button.isEnabled()


# --- finding and leaving --------------------------------------------------------------------------------


def test_what_nobody_knows_is_said(desk, page, qtbot, heard):
    page.scanned("no such thing")
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert "no such thing" in heard.messages[-1].text


def test_a_shelf_with_two_orders_asks_which(desk, page, qtbot):
    put(desk.store, [numbered(1, shelf="B-07"), numbered(2, shelf="B-07"), numbered(3)])
    page.scanned("B07")
    qtbot.waitUntil(lambda: "B07" in page.hint.text())
    assert len(page.list.rows()) == 2
    assert page.back() is True
    qtbot.waitUntil(lambda: len(page.list.rows()) == 3)
    assert page.back() is False


def test_esc_leaves_the_card(desk, page, opened, qtbot):
    put(desk.store, [numbered(1)])
    card = opened("1051")
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_Escape)
    assert not card.isVisible() and card.case is None


def test_the_receipt_is_asked_of_the_printers(desk, page, opened, qtbot, heard):
    asked: list[tuple[object, ...]] = []

    class Printing:
        def print(self, *what: object) -> None:
            asked.append(what)

    [one] = put(desk.store, [numbered(1)])
    card = opened("1051")
    card.receipt.click()
    assert "No printer" in heard.messages[-1].text
    desk.printing = Printing()
    card.receipt.click()
    qtbot.waitUntil(lambda: asked == [([one.id], "receipt", "Ana Souza")])


def test_the_order_itself_can_be_opened(desk, page, opened, qtbot):
    [one] = put(desk.store, [numbered(1)])
    card = opened("1051")
    with qtbot.waitSignal(page.order_wanted) as wanted:
        card.open_order.click()
    assert wanted.args == [one.id]


def test_a_hidden_page_reads_nothing_until_it_is_seen(desk, page, qtbot):
    page.hide()
    put(desk.store, [numbered(1)])
    qtbot.wait(50)
    assert page.list.rows() == []
    page.show()
    qtbot.waitUntil(lambda: len(page.list.rows()) == 1)


# --- the look -------------------------------------------------------------------------------------------

MANY = tuple(replace(LINES[n % 3], number=n + 1, sku=f"S-{n}") for n in range(10))


@pytest.mark.parametrize("size", [(1102, 650), (760, 600)])
@pytest.mark.parametrize(
    "changes",
    [
        {"pickup_code": "QX79"},
        {"cancellation": CANCELLED},
        {"payment": PaymentKind.ON_DELIVERY},
        {"hold": Hold(NOW, "Ana", LONG)},
    ],
)
def test_nothing_is_cut_with_long_names_and_ten_lines(desk, page, opened, qtbot, size, changes):
    page.resize(*size)
    long = {"buyer": Buyer(LONG, "12.345.678/0001-95"), "lines": MANY, "shelf": "CORREDOR-12-P3"}
    put(desk.store, [numbered(1, **(long | changes))])
    card = opened("1051")
    if "pickup_code" in changes:
        card.collect.other.click()
    qtbot.wait(20)
    assert page.size().toTuple() == size
    for button in card.findChildren(QAbstractButton):
        if button.isVisible() and button is not card.checked:
            assert button.height() >= theme.BUTTON, button.accessibleName()
            assert button.accessibleName() or button.text()
    for widget in (*card.findChildren(QAbstractButton), *card.findChildren(QLineEdit)):
        if widget.isVisible():
            corner = widget.mapTo(card, widget.rect().bottomRight())
            assert card.rect().contains(corner), widget.accessibleName()
    assert card.button.height() == theme.COUNTER_BUTTON
    assert card.headline.height() >= card.headline.heightForWidth(card.headline.width())


def test_a_signature_stays_whole_when_its_pad_shrinks(qtbot):
    pad = SignaturePad()
    qtbot.addWidget(pad)
    pad.resize(400, 200)
    pad.show()
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    QTest.mouseMove(pad, QPoint(200, 190))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(200, 190))
    pad.resize(400, 100)
    points = [point for stroke in pad._strokes for point in stroke]
    assert max(point.y() for point in points) <= 100
    assert pad.is_signed and pad.png()
