"""What each step asks for and does."""

from dataclasses import replace
from decimal import Decimal

import pytest

from desktop.journey import FINAL, STEPS, Journey, Step, may, next_step
from desktop.order import Invoice, Label, Package, PaymentKind, Refund, Status
from tests.unit.journey.acts import HOLD, D, J, P, S, refused
from tests.unit.orders import AT, INVOICE, LINES, MANAGER, order, pick_all, take

# --- payment ------------------------------------------------------------------------------------------


def test_a_prepaid_order_moves_when_its_payment_is_recorded():
    here = order(S.AWAITING_PAYMENT, payment=PaymentKind.TRANSFER)
    paid = take(here, Step.RECORD_PAYMENT, amount="226,95", date="13/03/2026")
    assert paid.status is S.AWAITING_CREATION
    assert paid.payment.reference == "Comprovante nº 77"
    assert paid.payment.amount == 22695
    assert paid.payment.settled_at.day == 13


@pytest.mark.parametrize(
    "status", [S.AWAITING_CREATION, S.PACKED, S.SHIPPED, S.DELIVERED, S.RETURNED]
)
def test_elsewhere_a_payment_is_only_a_fact(status):
    paid = take(order(status, payment=PaymentKind.ON_DELIVERY), Step.RECORD_PAYMENT)
    assert paid.status is status
    assert paid.payment.is_settled


def test_a_payment_is_the_whole_sum_with_a_reference_and_once():
    here = order(S.AWAITING_PAYMENT, payment=PaymentKind.TRANSFER)
    assert refused(here, Step.RECORD_PAYMENT, amount="226,94").field == "amount"
    assert refused(here, Step.RECORD_PAYMENT, reference="").field == "reference"
    refused(take(here, Step.RECORD_PAYMENT), Step.RECORD_PAYMENT)


def test_an_online_payment_waits_for_the_platforms_word():
    here = order(S.AWAITING_PAYMENT)
    assert "platform" in str(refused(here, Step.RECORD_PAYMENT))
    assert "platform" in str(refused(order(settled=False), Step.ACCEPT))
    assert "platform" in str(refused(order(S.DELIVERED, settled=False), Step.FINALIZE))
    assert next_step(here, J) is Step.RECORD_PAYMENT


@pytest.mark.parametrize(
    ("payment", "settled", "opens"),
    [
        (PaymentKind.ONLINE, True, True),
        (PaymentKind.ONLINE, False, False),
        (PaymentKind.TRANSFER, True, True),
        (PaymentKind.TRANSFER, False, False),
        (PaymentKind.ON_DELIVERY, False, True),
    ],
)
def test_accept_needs_the_money_or_an_order_paid_on_delivery(payment, settled, opens):
    here = order(payment=payment, settled=settled)
    assert (may(here, Step.ACCEPT, J) is None) is opens


def test_the_big_button_asks_for_the_money_that_the_next_step_waits_for():
    unpaid = order(payment=PaymentKind.TRANSFER, settled=False)
    assert next_step(unpaid, J) is Step.RECORD_PAYMENT
    at_the_counter = order(S.READY_FOR_PICKUP, P, PaymentKind.ON_DELIVERY)
    assert next_step(at_the_counter, J) is Step.RECORD_PAYMENT
    assert next_step(order(S.DELIVERED, payment=PaymentKind.ON_DELIVERY), J) is Step.RECORD_PAYMENT
    assert next_step(take(at_the_counter, Step.RECORD_PAYMENT), J) is Step.HAND_OVER


# --- invoice, packing, shipping -----------------------------------------------------------------------


def test_an_invoice_is_a_checked_one():
    here = order(S.IN_PREPARATION)
    assert refused(here, Step.INVOICE, key="3526").field == "key"
    assert refused(here, Step.INVOICE, key=None).field == "key"
    invoiced = take(here, Step.INVOICE)
    assert invoiced.status is S.INVOICED
    assert invoiced.invoice.issued_at == AT


def test_an_invoice_that_was_missing_can_be_recorded_after_its_stage():
    here = order(S.PACKED, invoiced=False, packages=1)
    assert "invoice" in str(refused(here, Step.SHIP)).lower()
    assert next_step(here, J) is Step.INVOICE
    known = take(here, Step.INVOICE)
    assert known.status is S.PACKED
    assert known.invoice == Invoice(INVOICE.number, INVOICE.series, INVOICE.key, 22695, AT)
    assert next_step(known, J) is Step.SHIP
    assert may(known, Step.INVOICE, J) is not None


@pytest.mark.parametrize("status", [S.PACKED, S.READY_FOR_PICKUP])
def test_no_pickup_without_its_invoice_where_the_store_invoices(status):
    here = order(status, P, invoiced=False, packages=1)
    step = Step.READY if status is S.PACKED else Step.HAND_OVER
    assert may(here, step, J) is not None
    assert next_step(here, J) is Step.INVOICE
    assert may(here, step, Journey(off=frozenset({S.INVOICED}))) is None


def test_packing_waits_for_picking_where_it_is_on():
    picking = Journey(picking=True)
    here = order(S.INVOICED)
    assert "3" in str(refused(here, Step.PACK, picking))
    short = replace(LINES[2], picked=Decimal(0), short_reason="quebrou")
    picked = replace(pick_all(here), lines=(*pick_all(here).lines[:2], short))
    assert take(picked, Step.PACK, picking).status is S.PACKED
    unexplained = replace(picked, lines=(*picked.lines[:2], replace(short, short_reason="")))
    refused(unexplained, Step.PACK, picking)
    assert take(here, Step.PACK).status is S.PACKED


def test_packing_measures_the_packages():
    packed = take(order(S.INVOICED), Step.PACK, packages="1200 300x200x100; 800")
    assert [(p.number, p.weight_g, p.size_mm) for p in packed.packages] == [
        (1, 1200, (300, 200, 100)),
        (2, 800, (0, 0, 0)),
    ]
    assert len(take(order(S.INVOICED), Step.PACK, packages="").packages) == 1


def test_packing_keeps_a_label_and_tracking_that_are_known():
    known = Package(1, label=Label.PRINTED, tracking="BR1")
    packed = take(order(S.INVOICED, packages=0), Step.PACK, packages="700")
    assert packed.packages[0].label is Label.NONE
    here = replace(order(S.INVOICED), packages=(known,))
    assert take(here, Step.PACK, packages="0").packages == (known,)
    assert take(here, Step.PACK, packages="").packages == (known,)


@pytest.mark.parametrize("measured", ["701", "700 300x200x101", "700 300x200x100; 300"])
def test_packing_makes_a_label_that_says_something_else_none(measured):
    known = Package(1, 700, (300, 200, 100), Label.PRINTED, tracking="BR1")
    here = replace(order(S.INVOICED), packages=(known,))
    packed = take(here, Step.PACK, packages=measured)
    assert packed.packages[0].label is Label.NONE
    assert packed.packages[0].tracking == "BR1"
    assert "not printed" in str(refused(packed, Step.SHIP, label_elsewhere=""))
    assert take(here, Step.PACK, packages="700 300x200x100").packages == (known,)


def test_packing_keeps_a_label_that_was_made_elsewhere():
    known = Package(1, 700, label=Label.ELSEWHERE, label_reason="balcão")
    here = replace(order(S.INVOICED), packages=(known,))
    assert take(here, Step.PACK, packages="900").packages == (replace(known, weight_g=900),)


@pytest.mark.parametrize("typed", ["2,5", "2.5", "2.500", "2,5 kg", "2 kg", "800; 2.5 300x200x100"])
def test_a_weight_that_is_no_whole_grams_is_not_guessed(typed):
    error = refused(order(S.INVOICED), Step.PACK, packages=typed)
    assert error.field == "packages"
    assert "weight is whole grams, 2500 for 2.5 kg" in str(error)
    assert typed.rpartition("; ")[2] in str(error)


@pytest.mark.parametrize("typed", ["800 30,5x20x10", "800 300x200", "800g 30 cm"])
def test_a_size_that_is_no_whole_millimetres_says_so(typed):
    error = refused(order(S.INVOICED), Step.PACK, packages=typed)
    assert error.field == "packages"
    assert "whole millimetres" in str(error)


def test_no_shipment_without_a_label_or_the_reason_why_it_is_elsewhere():
    here = replace(order(S.PACKED), packages=(Package(1),))
    assert refused(here, Step.SHIP, label_elsewhere="").field == "label_elsewhere"
    sent = take(here, Step.SHIP, label_elsewhere="site dos Correios").packages[0]
    assert (sent.label, sent.label_reason) == (Label.ELSEWHERE, "site dos Correios")
    printed = take(order(S.PACKED), Step.SHIP, label_elsewhere="").packages[0]
    assert printed.label is Label.PRINTED
    assert printed.shipped_at == AT


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"carrier": "", "tracking": ""}, "carrier"),
        ({"carrier": "", "tracking": "X1"}, "carrier"),
        ({"carrier": "Jadlog", "tracking": ""}, "tracking"),
        ({"carrier": "Jadlog", "tracking": "", "driver": "Beto"}, "tracking"),
        ({"carrier": "Jadlog", "tracking": "X1"}, None),
        ({"carrier": "Motoboy Já", "tracking": ""}, None),
        ({"carrier": "", "tracking": "", "driver": "Beto", "driver_phone": "11 91234-5678"}, None),
    ],
)
def test_a_shipment_has_a_carrier_with_tracking_or_a_driver(given, field):
    journey = Journey(untracked=frozenset({"motoboy já"}))
    if field is None:
        assert take(order(S.PACKED), Step.SHIP, journey, **given).status is S.SHIPPED
    else:
        assert refused(order(S.PACKED), Step.SHIP, journey, **given).field == field


def test_the_status_moves_with_the_last_package():
    here = order(S.PACKED, packages=3)
    one = take(here, Step.SHIP, packages="2", tracking="T2")
    assert one.status is S.PACKED
    assert [p.tracking for p in one.packages] == ["", "T2", ""]
    assert refused(one, Step.SHIP, packages="2").field == "packages"
    assert refused(one, Step.SHIP, packages="9").field == "packages"
    rest = take(one, Step.SHIP, tracking="T13")
    assert rest.status is S.SHIPPED
    assert [p.tracking for p in rest.packages] == ["T13", "T2", "T13"]
    there = take(rest, Step.DELIVER, packages="1 2")
    assert there.status is S.SHIPPED
    assert take(there, Step.DELIVER).status is S.DELIVERED


def test_a_package_needs_its_own_tracking_only():
    first = replace(order(S.PACKED).packages[0], tracking="T1")
    here = replace(order(S.PACKED), packages=(first, Package(2, label=Label.PRINTED)))
    one = take(here, Step.SHIP, tracking="", packages="1")
    assert one.packages[0].tracking == "T1"
    assert refused(one, Step.SHIP, tracking="").field == "tracking"


def test_half_shipped_is_neither_cancelled_nor_stuck():
    journey = Journey(off=frozenset({S.INVOICED, S.PACKED, S.IN_PREPARATION}))
    here = order(S.ACCEPTED, packages=2)
    half = take(here, Step.SHIP, journey, packages="1")
    refused(half, Step.CANCEL, journey)
    assert refused(half, Step.TAKE_BACK, journey, goods_here="no").field == "goods_here"
    assert take(half, Step.TAKE_BACK, journey).status is S.RETURNED


def test_the_carriers_news_alternate():
    here = order(S.SHIPPED)
    way = [Step.PROBLEM, Step.TRANSIT, Step.PROBLEM, Step.TRANSIT]
    for step in way:
        here = take(here, step, comment="ausente")
        assert here.status is STEPS[step].to
    refused(here, Step.TRANSIT)
    assert take(here, Step.DELIVER).status is S.DELIVERED


# --- pickup -------------------------------------------------------------------------------------------


def test_a_hand_over_checks_who_collects():
    here = order(S.READY_FOR_PICKUP, P)
    assert refused(here, Step.HAND_OVER, checked="no").field == "checked"
    assert refused(here, Step.HAND_OVER, checked="").field == "checked"
    assert refused(here, Step.HAND_OVER, collected_by=" ").field == "collected_by"
    gone = take(here, Step.HAND_OVER, signature="ab12")
    assert (gone.collected.name, gone.collected.signature) == ("José Ângelo", "ab12")


@pytest.mark.parametrize("payment", [PaymentKind.ON_DELIVERY, PaymentKind.TRANSFER])
def test_no_hand_over_before_the_stores_own_money_is_in(payment):
    here = order(S.READY_FOR_PICKUP, P, payment, settled=False)
    refused(here, Step.HAND_OVER)
    assert take(take(here, Step.RECORD_PAYMENT), Step.HAND_OVER).status is S.PICKED_UP


def test_online_money_is_the_platforms_affair_at_the_counter_but_not_at_the_end():
    gone = take(order(S.READY_FOR_PICKUP, P, settled=False), Step.HAND_OVER)
    refused(gone, Step.FINALIZE)


def test_kinds_do_not_mix():
    assert may(order(S.PACKED), Step.READY, J) is not None
    assert may(order(S.PACKED, P), Step.SHIP, J) is not None
    assert take(order(S.PACKED, P), Step.READY, shelf="Ç-1").shelf == "Ç-1"


# --- hold, cancel, take back, refund ------------------------------------------------------------------


@pytest.mark.parametrize("status", [s for s in Status if s not in FINAL])
def test_release_returns_where_it_was(status):
    here = order(status)
    held = take(here, Step.HOLD)
    assert (held.hold.by, held.hold.reason) == (MANAGER.name, "endereço não confere")
    assert held.status is status
    assert take(held, Step.RELEASE) == here
    assert refused(here, Step.HOLD, reason="").field == "reason"
    refused(held, Step.HOLD)
    refused(here, Step.RELEASE)


def test_cancel_ends_the_order_and_its_hold():
    gone = take(order(S.ACCEPTED, hold=HOLD), Step.CANCEL)
    assert gone.status is S.CANCELLED
    assert gone.hold is None
    assert (gone.cancellation.by, gone.cancellation.reason) == (MANAGER.name, "desistência")
    assert refused(order(S.ACCEPTED), Step.CANCEL, reason="").field == "reason"


def test_after_the_invoice_one_returns_instead_of_cancelling():
    assert "stock" in str(refused(order(S.INVOICED), Step.CANCEL))
    assert "stock" in str(refused(order(S.INVOICED, invoiced=False), Step.CANCEL))
    assert "ancel" in str(refused(order(S.ACCEPTED), Step.TAKE_BACK))


@pytest.mark.parametrize("status", [S.SHIPPED, S.DELIVERY_PROBLEM, S.DELIVERED, S.FINALIZED])
def test_goods_that_left_come_back_when_they_are_here(status):
    assert refused(order(status), Step.TAKE_BACK, goods_here="no").field == "goods_here"
    assert take(order(status), Step.TAKE_BACK).status is S.RETURNED


@pytest.mark.parametrize(
    ("kind", "status"),
    [(D, S.INVOICED), (D, S.PACKED), (P, S.PACKED), (P, S.READY_FOR_PICKUP)],
)
def test_goods_that_never_left_need_no_word_about_it(kind, status):
    assert take(order(status, kind), Step.TAKE_BACK, goods_here="").status is S.RETURNED


def test_a_return_says_what_becomes_of_the_invoice_and_of_which_lines():
    here = order(S.PACKED)
    assert refused(here, Step.TAKE_BACK, invoice="").field == "invoice"
    assert refused(here, Step.TAKE_BACK, invoice="lost").field == "invoice"
    assert refused(here, Step.TAKE_BACK, lines="1 9").field == "lines"
    assert refused(here, Step.TAKE_BACK, reason="").field == "reason"
    some = take(here, Step.TAKE_BACK, lines="1 3", to_stock="no", invoice="return_invoice").returned
    assert (some.lines, some.to_stock, some.invoice) == ((1, 3), False, "return_invoice")
    everything = take(here, Step.TAKE_BACK).returned
    assert (everything.lines, everything.to_stock) == ((1, 2, 3), True)


def test_a_part_of_the_money_is_a_fact_and_the_whole_of_it_closes():
    here = order(S.RETURNED)
    part = take(here, Step.REFUND, amount="100", lines="1", reason="avaria")
    assert part.status is S.RETURNED
    assert part.refunds == (Refund(AT, 10000, "avaria", (1,)),)
    assert next_step(part, J) is Step.REFUND
    assert refused(part, Step.REFUND, amount="126,96").field == "amount"
    assert refused(part, Step.REFUND, amount="0").field == "amount"
    assert refused(part, Step.REFUND, lines="7").field == "lines"
    closed = take(part, Step.REFUND)
    assert closed.status is S.CLOSED
    assert closed.refunded == closed.total
    assert next_step(closed, J) is None


def test_nothing_paid_is_nothing_to_refund():
    assert "paid" in str(refused(order(S.RETURNED, settled=False), Step.REFUND))
    assert "paid" in str(refused(order(S.RETURNED, total=0), Step.REFUND))
    assert next_step(order(S.RETURNED, settled=False), J) is None
    assert next_step(order(S.CANCELLED, settled=False), J) is None


def test_money_given_back_ends_a_hold():
    closed = take(order(S.DELIVERED, hold=HOLD), Step.REFUND)
    assert closed.status is S.CLOSED
    assert closed.hold is None


def test_any_step_may_carry_a_comment():
    here = order(payment=PaymentKind.ON_DELIVERY)
    assert (
        take(here, Step.ACCEPT, comment="já ligou", notify="sim", visible="não").status
        is S.ACCEPTED
    )
    assert refused(here, Step.ACCEPT, notify="talvez").field == "notify"
    assert refused(here, Step.ACCEPT, shelf="B").field == "shelf"


def test_a_refund_has_the_currencys_decimals():
    pesos = order(S.RETURNED, currency="CLP", total=25990)
    assert take(pesos, Step.REFUND, amount="5.990").refunded == 5990
    assert refused(pesos, Step.REFUND, amount="5.990,50").field == "amount"
