"""What the platform says, taken in: `first_seen` and `observe`."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from desktop.journey import FINAL, MAIN_PATH, Journey, Step, apply, may, next_step, rank
from desktop.journey.observe import first_seen, observe
from desktop.order import (
    Address,
    Buyer,
    Cancellation,
    CancelState,
    Collected,
    Hold,
    Kind,
    Label,
    Package,
    PaymentKind,
    Refund,
    Status,
)
from tests.unit.orders import AT, INVOICE, LINES, MANAGER, helpful, order, remote, take

S = Status
J = Journey()
LATER = AT + timedelta(hours=2)
BESIDE = {S.CANCELLED, S.RETURNED, S.CLOSED}
ENDS = FINAL | {S.RETURNED}
BOX = (Step.ACCEPT, Step.PREPARE, Step.INVOICE, Step.PACK, Step.SHIP, Step.READY, Step.TRANSIT,
       Step.PROBLEM, Step.DELIVER, Step.HAND_OVER, Step.FINALIZE)  # fmt: skip
REQUESTED = Cancellation(CancelState.REQUESTED, AT)
CANCELLED = Cancellation(CancelState.CANCELLED, AT)


def look(here, status=None, journey=J, *, facts=None, **said):
    return observe(here, remote(facts or here, status, **said), journey, LATER)


PAIRS = [
    (kind, ours, theirs)
    for kind in Kind
    for ours, theirs in product(MAIN_PATH[kind], MAIN_PATH[kind])
]


@pytest.mark.parametrize(("kind", "ours", "theirs"), PAIRS)
def test_ahead_is_followed_without_guards_and_behind_stays(kind, ours, theirs):
    here = order(ours, kind)
    seen = look(here, theirs)
    ahead = rank(theirs, kind) > rank(ours, kind) and ours not in FINAL
    assert seen.order.status is (theirs if ahead else ours)
    assert seen.moved_from is (ours if ahead else None)
    assert not seen.stopped
    assert seen.order.seen.status is theirs
    assert seen.order.seen.word == theirs.value
    assert seen.order.seen.at == LATER


def test_a_word_without_a_status_moves_nothing_and_is_kept_verbatim():
    seen = look(order(S.PACKED), None, word="Em análise ⚠")
    assert seen.order.status is S.PACKED
    assert seen.order.seen.word == "Em análise ⚠"
    assert seen.order.seen.status is None


def test_following_needs_neither_payment_nor_invoice_nor_label():
    bare = order(payment=PaymentKind.TRANSFER, settled=False)
    seen = look(bare, S.SHIPPED)
    assert seen.order.status is S.SHIPPED
    assert seen.moved_from is S.AWAITING_CREATION


def test_a_held_order_is_followed_and_stays_held():
    hold = Hold(AT, "Ana", "endereço")
    seen = look(order(S.INVOICED, hold=hold), S.SHIPPED)
    assert seen.order.status is S.SHIPPED
    assert seen.order.hold == hold


@pytest.mark.parametrize("end", [S.FINALIZED, S.RETURNED, S.CLOSED])
def test_what_ends_is_no_longer_held(end):
    seen = look(order(S.DELIVERED, hold=Hold(AT, "Ana", "?")), end)
    assert seen.order.status is end
    assert seen.order.hold is None


def test_shipped_marks_the_packages_and_keeps_what_was_known():
    first = Package(1, shipped_at=AT)
    seen = look(order(S.PACKED, packages=2), S.SHIPPED).order
    assert [p.shipped_at for p in seen.packages] == [LATER, LATER]
    half = replace(order(S.PACKED), packages=(first, Package(2)))
    assert [p.shipped_at for p in look(half, S.IN_TRANSIT).order.packages] == [AT, LATER]


@pytest.mark.parametrize("status", [S.DELIVERED, S.FINALIZED])
def test_delivered_marks_the_packages(status):
    seen = look(order(S.SHIPPED, packages=2), status).order
    assert all(p.delivered_at == LATER and p.shipped_at == AT for p in seen.packages)


def test_packages_that_become_known_on_the_road_count_as_shipped():
    bare = order(S.SHIPPED, packages=0)
    facts = replace(bare, packages=(Package(1, tracking="X1"),))
    assert look(bare, S.SHIPPED, facts=facts).order.packages[0].shipped_at == LATER


def test_pickup_packages_are_neither_shipped_nor_delivered():
    seen = look(order(S.READY_FOR_PICKUP, Kind.PICKUP, packages=1), S.PICKED_UP).order
    assert seen.packages[0].shipped_at is None


def test_a_problem_and_transit_alternate_on_news():
    road = order(S.SHIPPED)
    problem = look(road, S.DELIVERY_PROBLEM).order
    assert problem.status is S.DELIVERY_PROBLEM
    again = look(problem, S.IN_TRANSIT).order
    assert again.status is S.IN_TRANSIT
    assert look(again, S.DELIVERY_PROBLEM).order.status is S.DELIVERY_PROBLEM
    assert look(problem, S.SHIPPED).order.status is S.DELIVERY_PROBLEM
    assert look(problem, S.DELIVERED).order.status is S.DELIVERED


def test_what_the_platform_said_before_does_not_undo_what_a_person_saw_since():
    road = look(order(S.SHIPPED), S.IN_TRANSIT).order
    problem = take(road, Step.PROBLEM)
    assert look(problem, S.IN_TRANSIT).order.status is S.DELIVERY_PROBLEM


@pytest.mark.parametrize("status", [S.DELIVERY_PROBLEM, S.SHIPPED, S.IN_TRANSIT, S.DELIVERED])
def test_a_pickup_order_does_not_take_a_deliverys_status(status):
    seen = look(order(S.PACKED, Kind.PICKUP), status)
    assert seen.order.status is S.PACKED
    assert seen.order.seen.status is status


@pytest.mark.parametrize("status", [S.READY_FOR_PICKUP, S.PICKED_UP])
def test_a_delivery_does_not_take_a_pickups_status(status):
    assert look(order(S.PACKED), status).order.status is S.PACKED


@pytest.mark.parametrize(
    ("off", "theirs", "ours"),
    [
        ({S.IN_PREPARATION}, S.IN_PREPARATION, S.ACCEPTED),
        ({S.INVOICED}, S.INVOICED, S.IN_PREPARATION),
        ({S.INVOICED, S.IN_PREPARATION}, S.INVOICED, S.ACCEPTED),
        ({S.PACKED}, S.PACKED, S.INVOICED),
        ({S.IN_TRANSIT}, S.IN_TRANSIT, S.SHIPPED),
        ({S.IN_TRANSIT}, S.DELIVERY_PROBLEM, S.DELIVERY_PROBLEM),
        ({S.SHIPPED}, S.SHIPPED, S.SHIPPED),
    ],
)
def test_a_stage_that_is_off_counts_as_the_one_before_it(off, theirs, ours):
    journey = Journey(off=frozenset(off))
    assert look(order(), theirs, journey).order.status is ours
    assert first_seen(remote(order(), theirs), journey, AT).status is ours


# Facts


def test_the_platforms_facts_fill_what_is_missing():
    bare = order(S.INVOICED, invoiced=False, settled=False)
    box = Package(1, 900, tracking="BR1", carrier="Correios")
    collected = Collected(AT, "José")
    facts = order(S.INVOICED, settled=True, packages=0, collected=collected)
    facts = replace(facts, packages=(box,))
    seen = look(bare, S.INVOICED, facts=facts).order
    assert seen.invoice == INVOICE
    assert seen.payment.settled_at == AT
    assert seen.packages == (box,)
    assert seen.collected == collected


def test_ours_is_not_overwritten():
    ours = order(S.PACKED, settled=True)
    ours = replace(ours, payment=replace(ours.payment, reference="Comprovante 5"), shelf="B-3")
    theirs = replace(INVOICE, number="999")
    facts = replace(order(S.PACKED, settled=True, invoice=theirs), packages=(Package(1, 5),))
    seen = look(ours, S.PACKED, facts=facts).order
    assert (seen.invoice, seen.packages, seen.payment, seen.shelf) == (
        ours.invoice, ours.packages, ours.payment, "B-3",
    )  # fmt: skip


def test_tracking_that_the_platform_knows_is_taken_by_package():
    ours = order(S.PACKED, packages=2)
    theirs = (
        Package(2, 77, tracking="T2", tracking_url="https://x/2", carrier="Loggi"),
        Package(3),
    )
    seen = look(ours, S.PACKED, facts=replace(ours, packages=theirs)).order.packages
    assert [(p.tracking, p.carrier, p.weight_g, p.label) for p in seen] == [
        ("", "", 1200, Label.PRINTED),
        ("T2", "Loggi", 1200, Label.PRINTED),
    ]


def test_buyer_address_due_time_and_an_open_payment_are_the_platforms():
    ours = order(settled=False)
    facts = order(
        settled=False, payment=PaymentKind.ON_DELIVERY, buyer=Buyer("Outro"),
        address=Address(city="Belém"), due_at=LATER,
    )  # fmt: skip
    seen = look(ours, S.AWAITING_CREATION, facts=facts).order
    assert (seen.buyer, seen.address, seen.due_at) == (facts.buyer, facts.address, LATER)
    assert seen.payment.kind is PaymentKind.ON_DELIVERY


@pytest.mark.parametrize("status", [S.AWAITING_CREATION, S.ACCEPTED, S.IN_PREPARATION])
def test_lines_and_total_may_change_until_the_invoice_and_picks_are_kept(status):
    picked = replace(LINES[0], picked=Decimal(2))
    ours = order(status, lines=(picked, *LINES[1:]))
    facts = order(status, total=18105, lines=LINES[:2])
    seen = look(ours, status, facts=facts).order
    assert seen.total == 18105
    assert seen.lines == (picked, LINES[1])


@pytest.mark.parametrize("status", [s for s in Status if s not in list(Status)[:4]])
def test_lines_and_total_stay_after_the_invoice_and_after_the_end(status):
    ours = order(status)
    seen = look(ours, status, facts=order(status, total=1, lines=LINES[:1])).order
    assert (seen.total, seen.lines) == (ours.total, ours.lines)


def test_a_line_whose_quantity_changed_is_picked_anew():
    ours = order(S.ACCEPTED, lines=(replace(LINES[0], picked=Decimal(2)),))
    more = replace(LINES[0], quantity=Decimal(3))
    assert look(ours, S.ACCEPTED, facts=replace(ours, lines=(more,))).order.lines[0].picked is None


def test_two_lines_alike_do_not_share_their_picking():
    alike = tuple(replace(LINES[0], number=n, remote_id="") for n in (1, 2))
    ours = order(S.ACCEPTED, lines=(alike[0], replace(alike[1], picked=Decimal(2))))
    seen = look(ours, S.ACCEPTED, facts=replace(ours, lines=alike)).order
    assert [line.picked for line in seen.lines] == [None, Decimal(2)]


def test_the_platforms_word_on_the_money_moves_an_order_that_waited_for_it():
    waiting = order(S.AWAITING_PAYMENT)
    seen = look(waiting, S.AWAITING_PAYMENT, facts=replace(waiting, payment=order().payment))
    assert seen.order.status is S.AWAITING_CREATION
    assert seen.moved_from is S.AWAITING_PAYMENT


@pytest.mark.parametrize("said", [None, S.SHIPPED])
def test_the_money_moves_it_also_under_a_word_that_means_nothing_here(said):
    waiting = order(S.AWAITING_PAYMENT, Kind.PICKUP)
    seen = look(waiting, said, facts=replace(waiting, payment=order().payment))
    assert seen.order.status is S.AWAITING_CREATION


# Cancellation


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("said", ["state", "status"])
@pytest.mark.parametrize("status", [s for s in Status if s not in ENDS])
def test_a_cancellation_wins_from_anywhere(kind, said, status):
    if status is S.DELIVERY_PROBLEM or status in MAIN_PATH[kind]:
        here = order(status, kind)
        if said == "status":
            seen = look(here, S.CANCELLED)
        else:
            seen = look(here, S.FINALIZED, cancel=CancelState.CANCELLED, reason="arrependimento")
        assert seen.stopped
        assert seen.order.cancellation.state is CancelState.CANCELLED
        assert seen.order.cancellation.by == "platform"
        early = here.invoice is None
        assert seen.order.status is (S.CANCELLED if early else status)
        for step in BOX:
            assert may(seen.order, step, J) is not None
        assert next_step(seen.order, J) is (
            Step.TAKE_BACK if not early else Step.REFUND if here.payment.is_settled else None
        )


def test_a_cancellation_ends_an_order_whose_store_needs_no_invoice_while_the_goods_are_here():
    journey = Journey(off=frozenset({S.INVOICED}))
    packed = order(S.PACKED, invoiced=False, packages=2, hold=Hold(AT, "Ana", "?"))
    seen = look(packed, S.CANCELLED, journey).order
    assert seen.status is S.CANCELLED
    assert seen.hold is None
    half = replace(
        packed, packages=(replace(packed.packages[0], shipped_at=AT), packed.packages[1])
    )
    half = replace(half, hold=None)
    seen = look(half, S.CANCELLED, journey).order
    assert seen.status is S.PACKED
    assert next_step(seen, journey) is Step.TAKE_BACK


def test_an_invoice_that_comes_with_the_cancellation_must_be_dealt_with():
    here = order(S.IN_PREPARATION)
    seen = look(here, S.CANCELLED, facts=replace(here, invoice=INVOICE)).order
    assert seen.status is S.IN_PREPARATION
    assert may(seen, Step.TAKE_BACK, J) is None


def test_an_order_that_passed_its_invoice_elsewhere_is_taken_back_not_cancelled():
    seen = look(order(S.INVOICED, invoiced=False), S.CANCELLED).order
    assert seen.status is S.INVOICED
    assert next_step(seen, J) is Step.TAKE_BACK


@pytest.mark.parametrize("status", [S.ACCEPTED, S.INVOICED, S.SHIPPED])
def test_a_request_stops_and_may_go_away_again(status):
    here = order(status)
    asked = look(here, status, cancel=CancelState.REQUESTED, reason="demora")
    assert asked.stopped
    assert asked.order.status is status
    assert asked.order.cancellation.reason == "demora"
    for step in BOX:
        assert may(asked.order, step, J) is not None
    again = look(asked.order, status, cancel=CancelState.REQUESTED)
    assert not again.stopped
    assert again.order.cancellation == asked.order.cancellation
    gone = look(again.order, status, word="outra")
    assert gone.order.cancellation is None
    assert not gone.stopped


def test_a_request_may_be_granted_here_or_become_a_cancellation_there():
    asked = order(S.ACCEPTED, cancellation=REQUESTED)
    assert next_step(asked, J) is Step.CANCEL
    assert take(asked, Step.CANCEL).cancellation.state is CancelState.CANCELLED
    there = look(asked, S.CANCELLED)
    assert there.stopped
    assert there.order.status is S.CANCELLED
    invoiced = look(
        order(S.INVOICED, cancellation=REQUESTED), S.INVOICED, cancel=CancelState.CANCELLED
    )
    assert invoiced.stopped
    assert invoiced.order.cancellation.state is CancelState.CANCELLED


@pytest.mark.parametrize("said", [{"cancel": CancelState.REQUESTED}, {}])
def test_what_was_cancelled_stays_cancelled(said):
    here = order(S.PACKED, cancellation=CANCELLED)
    seen = look(here, S.PACKED, **said)
    assert seen.order.cancellation == CANCELLED
    assert not seen.stopped


def test_a_cancelled_status_is_stronger_than_a_mere_request():
    seen = look(order(S.ACCEPTED), S.CANCELLED, cancel=CancelState.REQUESTED)
    assert seen.order.status is S.CANCELLED


def test_a_request_is_not_overtaken_by_the_platforms_status():
    seen = look(order(S.PACKED), S.SHIPPED, cancel=CancelState.REQUESTED)
    assert seen.order.status is S.PACKED


# Ends


@pytest.mark.parametrize("theirs", Status)
@pytest.mark.parametrize("ours", sorted(ENDS))
def test_an_ended_order_only_follows_to_returned_or_closed(ours, theirs):
    allowed = {
        S.FINALIZED: {S.RETURNED, S.CLOSED}, S.CANCELLED: {S.CLOSED}, S.RETURNED: {S.CLOSED}, S.CLOSED: set(),
    }[ours]  # fmt: skip
    here = order(ours)
    seen = look(here, theirs, cancel=None)
    assert seen.order.status is (theirs if theirs in allowed else ours)
    assert seen.order.cancellation == here.cancellation
    assert not seen.stopped


def test_money_that_arrives_after_the_cancellation_can_be_given_back():
    here = order(S.CANCELLED, settled=False)
    assert next_step(here, J) is None
    seen = look(here, S.CANCELLED, facts=order(S.CANCELLED, settled=True)).order
    assert seen.status is S.CANCELLED
    assert next_step(seen, J) is Step.REFUND
    assert take(seen, Step.REFUND).status is S.CLOSED


def test_a_smaller_total_does_not_outrun_what_was_given_back():
    here = order(S.CANCELLED, settled=True, refunds=(Refund(AT, 9000),))
    assert look(here, S.CANCELLED, facts=replace(here, total=10)).order.total == 22695


@pytest.mark.parametrize("ours", [s for s in Status if s not in ENDS])
@pytest.mark.parametrize("theirs", [S.RETURNED, S.CLOSED])
def test_the_platforms_end_is_ours(ours, theirs):
    seen = look(order(ours), theirs)
    assert seen.order.status is theirs
    assert seen.moved_from is ours


# First seen


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("status", Status)
def test_a_new_order_enters_where_the_platform_has_it(kind, status):
    facts = order(status, kind)
    seen = first_seen(remote(facts, status), J, LATER)
    known = status in MAIN_PATH[kind] or status in BESIDE
    known = known or (status is S.DELIVERY_PROBLEM and kind is Kind.DELIVERY)
    assert seen.status is (status if known else S.PACKED)
    assert seen.archived is (status in ENDS)
    assert seen.seen.word == status.value


def test_a_new_order_without_a_mapped_status_awaits_creation():
    assert first_seen(remote(order()), J, AT).status is S.AWAITING_CREATION


@pytest.mark.parametrize(
    ("payment", "settled", "status"),
    [
        (PaymentKind.ONLINE, False, S.AWAITING_PAYMENT),
        (PaymentKind.TRANSFER, False, S.AWAITING_PAYMENT),
        (PaymentKind.ONLINE, True, S.AWAITING_CREATION),
        (PaymentKind.ON_DELIVERY, False, S.AWAITING_CREATION),
    ],
)
def test_a_new_order_waits_for_money_only_where_money_must_come_first(payment, settled, status):
    facts = order(S.AWAITING_PAYMENT, payment=payment, settled=settled)
    assert first_seen(remote(facts, S.AWAITING_PAYMENT), J, AT).status is status


def test_a_new_order_on_the_road_has_shipped_packages():
    facts = order(S.PACKED, packages=2)
    seen = first_seen(remote(facts, S.SHIPPED), J, LATER)
    assert all(p.shipped_at == LATER for p in seen.packages)


def test_a_new_order_may_be_cancelled_or_about_to_be():
    cancelled = first_seen(remote(order(), S.ACCEPTED, cancel=CancelState.CANCELLED), J, AT)
    assert cancelled.status is S.CANCELLED
    assert cancelled.archived
    asked = first_seen(remote(order(), S.ACCEPTED, cancel=CancelState.REQUESTED), J, AT)
    assert asked.status is S.ACCEPTED
    assert not asked.archived
    assert asked.cancellation.state is CancelState.REQUESTED
    assert next_step(asked, J) is Step.CANCEL


def test_a_look_at_nothing_new_changes_nothing_but_its_time():
    once = look(order(S.PACKED), S.PACKED).order
    twice = observe(once, remote(once, S.PACKED), J, LATER)
    assert twice.order == once
    assert twice.moved_from is None


def test_after_following_the_journey_goes_on_by_steps():
    here = look(order(), S.PACKED, facts=order(S.PACKED)).order
    for step in (Step.SHIP, Step.DELIVER, Step.FINALIZE):
        here = apply(here, step, helpful(here, step), J, LATER, MANAGER)
    assert here.status is S.FINALIZED
