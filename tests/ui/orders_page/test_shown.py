"""What the page shows, its keys and its search, and how little room it needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from desktop.errors import UserError
from desktop.i18n import set_language
from desktop.journey import Step
from desktop.order import (
    Cancellation,
    CancelState,
    Collected,
    Hold,
    Kind,
    Line,
    PaymentKind,
    Seen,
    Status,
)
from desktop.store import outbox
from desktop.store.queries import View
from printing.jobs import Ticket
from tests.ui.conftest import ANA, NOW, put
from tests.ui.orders_page.acts import now_is, texts
from tests.unit.orders import order
from ui.line_list import LINES_SHOWN
from ui.order_facts import mask_phone


def test_personal_data_is_masked(page, show):
    show(order())
    said = texts(page.panel)
    assert "123.456" not in said and "98765" not in said and "04563-060" not in said
    assert "María José" in said and "89-09" in said and "-4321" in said


def test_the_document_of_who_collected_is_masked_too(page, show):
    taken = Collected(NOW, "Zilda Maria", "987.654.321-00")
    show(order(Status.PICKED_UP, Kind.PICKUP, collected=taken))
    said = texts(page.panel)
    assert "Zilda Maria" in said and "21-00" in said and "987" not in said


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

    def refusal(self, document, found):
        return UserError("No printer takes it.") if document == "label" else None

    def print(self, ids, document, who):
        self.asked.append((ids, document, who))
        return [Ticket(None, True)]


def test_papers_are_printed_from_the_menu(desk, page, show, heard, qtbot):
    desk.printing = Printer()
    one = show(order(Status.PACKED))
    page.panel.show_print()
    menu = page.panel._print_menu
    qtbot.waitUntil(menu.isVisible)
    (label,) = (a for a in menu.actions() if not a.isEnabled())
    assert label.text() == "Label  —  No printer takes it."
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
