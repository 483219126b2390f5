"""The table of steps: whole rows, who may, and when each is open."""

from dataclasses import replace
from itertools import chain

import pytest

from desktop.fields import FieldKind
from desktop.journey import FINAL, MAIN_PATH, STEPS, Journey, Step, apply, fields_of, may, next_step
from desktop.order import Cancellation, CancelState, Kind, PaymentKind, Role, Status
from tests.unit.journey.acts import HOLD, D, J, P, S, refused
from tests.unit.orders import AT, CLERK, COUNTER, MANAGER, helpful, order

ASKED = Cancellation(CancelState.REQUESTED, AT)
CANCELLED = Cancellation(CancelState.CANCELLED, AT)
FORWARD = (Step.ACCEPT, Step.PREPARE, Step.INVOICE, Step.PACK, Step.SHIP, Step.READY, Step.TRANSIT,
           Step.PROBLEM, Step.DELIVER, Step.HAND_OVER, Step.FINALIZE)  # fmt: skip


def open_steps(here, journey=J):
    return {step for step in Step if may(here, step, journey) is None}


@pytest.mark.parametrize("step", Step)
def test_every_step_is_a_whole_row(step):
    rule = STEPS[step]
    assert rule.step is step
    assert rule.label
    assert rule.roles
    assert Role.MANAGER in rule.roles
    assert rule.guards
    names = [field.name for field in fields_of(step)]
    assert len(set(names)) == len(names)
    assert {"comment", "notify", "visible"} <= set(names)
    assert all(field.label for field in fields_of(step))
    for field in fields_of(step):
        assert (field.kind is FieldKind.CHOICE) == bool(field.choices)


def test_the_labels_of_steps_differ():
    assert len({rule.label for rule in STEPS.values()}) == len(Step)


@pytest.mark.parametrize(
    ("step", "names"),
    [
        (Step.RECORD_PAYMENT, {"reference", "amount", "date"}),
        (Step.ACCEPT, set()),
        (Step.PREPARE, set()),
        (Step.INVOICE, {"key", "xml", "number", "document"}),
        (Step.PACK, {"packages"}),
        (
            Step.SHIP,
            {
                "carrier",
                "service",
                "driver",
                "driver_phone",
                "tracking",
                "tracking_url",
                "label_elsewhere",
            },
        ),
        (Step.READY, {"shelf"}),
        (Step.TRANSIT, {"comment"}),
        (Step.PROBLEM, {"comment"}),
        (Step.DELIVER, {"date"}),
        (Step.HAND_OVER, {"collected_by", "document", "signature", "checked"}),
        (Step.FINALIZE, set()),
        (Step.HOLD, {"reason"}),
        (Step.CANCEL, {"reason"}),
        (Step.TAKE_BACK, {"reason", "lines", "to_stock", "invoice"}),
        (Step.REFUND, {"lines", "amount", "comment"}),
    ],
)
def test_a_step_asks_for_what_the_design_says(step, names):
    assert names <= {field.name for field in fields_of(step)}


def test_what_cannot_be_undone_is_asked_twice():
    assert STEPS[Step.FINALIZE].confirm


def test_every_stage_of_both_paths_is_reached_by_one_step():
    targets = [rule.to for rule in STEPS.values() if rule.main]
    stages = set(chain(*MAIN_PATH.values())) - {
        S.AWAITING_PAYMENT,
        S.AWAITING_CREATION,
        S.IN_TRANSIT,
    }
    assert sorted(targets) == sorted(stages)


@pytest.mark.parametrize(
    ("who", "never"),
    [
        (COUNTER, {Step.ACCEPT, Step.INVOICE, Step.SHIP, Step.CANCEL, Step.TAKE_BACK, Step.REFUND}),
        (CLERK, {Step.REFUND}),
        (MANAGER, set()),
    ],
)
def test_a_role_opens_its_own_steps_only(who, never):
    closed = {step for step, rule in STEPS.items() if who.role not in rule.roles}
    assert closed >= never
    for step in closed:
        error = refused(order(S.PACKED), step, who=who)
        assert error.text == "Your role may not do this. Ask a manager."


def test_the_pickup_counter_can_hand_over_and_take_the_money():
    ready = order(S.READY_FOR_PICKUP, P, PaymentKind.ON_DELIVERY)
    paid = apply(ready, Step.RECORD_PAYMENT, {"reference": "Pix 1"}, J, AT, COUNTER)
    gone = apply(paid, Step.HAND_OVER, helpful(paid, Step.HAND_OVER), J, AT, COUNTER)
    assert gone.status is S.PICKED_UP


# --- which steps are open where: the whole table for an uneventful order ------------------------------


ALWAYS = {Step.HOLD}

OPEN = {
    (D, S.AWAITING_PAYMENT): {Step.RECORD_PAYMENT, Step.CANCEL},
    (D, S.AWAITING_CREATION): {Step.ACCEPT, Step.CANCEL},
    (D, S.ACCEPTED): {Step.PREPARE, Step.CANCEL},
    (D, S.IN_PREPARATION): {Step.INVOICE, Step.CANCEL},
    (D, S.INVOICED): {Step.PACK, Step.TAKE_BACK},
    (D, S.PACKED): {Step.SHIP, Step.TAKE_BACK},
    (D, S.SHIPPED): {Step.TRANSIT, Step.PROBLEM, Step.DELIVER, Step.TAKE_BACK},
    (D, S.IN_TRANSIT): {Step.PROBLEM, Step.DELIVER, Step.TAKE_BACK},
    (D, S.DELIVERY_PROBLEM): {Step.TRANSIT, Step.DELIVER, Step.TAKE_BACK},
    (D, S.DELIVERED): {Step.FINALIZE, Step.TAKE_BACK, Step.REFUND},
    (P, S.PACKED): {Step.READY, Step.TAKE_BACK},
    (P, S.READY_FOR_PICKUP): {Step.HAND_OVER, Step.TAKE_BACK},
    (P, S.PICKED_UP): {Step.FINALIZE, Step.TAKE_BACK, Step.REFUND},
}


@pytest.mark.parametrize(("where", "steps"), OPEN.items())
def test_exactly_these_steps_are_open(where, steps):
    kind, status = where
    here = order(status, kind, PaymentKind.TRANSFER)
    assert open_steps(here) == steps | ALWAYS


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        (S.FINALIZED, {Step.TAKE_BACK, Step.REFUND}),
        (S.CANCELLED, {Step.REFUND}),
        (S.CLOSED, set()),
        (S.RETURNED, {Step.REFUND, Step.HOLD}),
    ],
)
@pytest.mark.parametrize("kind", Kind)
def test_after_the_end_only_what_the_rules_allow(kind, status, steps):
    assert open_steps(order(status, kind, PaymentKind.TRANSFER, settled=True)) == steps


@pytest.mark.parametrize("status", [s for s in Status if s not in FINAL | {S.RETURNED}])
def test_while_held_only_these(status):
    allowed = {Step.RELEASE, Step.CANCEL, Step.RECORD_PAYMENT, Step.REFUND}
    here = order(status, payment=PaymentKind.TRANSFER, settled=False, hold=HOLD)
    assert open_steps(here) <= allowed
    assert {Step.RELEASE, Step.RECORD_PAYMENT} <= open_steps(here)
    assert next_step(here, J) is Step.RELEASE


@pytest.mark.parametrize("fact", [ASKED, CANCELLED])
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("status", [s for s in Status if s not in FINAL | {S.RETURNED}])
def test_a_cancellation_turns_every_forward_step_off_and_offers_a_way_out(status, kind, fact):
    if status is S.DELIVERY_PROBLEM or status in MAIN_PATH[kind]:
        here = order(status, kind, cancellation=fact)
        assert not open_steps(here) & set(FORWARD)
        out = Step.CANCEL if here.invoice is None else Step.TAKE_BACK
        assert next_step(here, J) is out
        assert out in open_steps(here)
        assert next_step(replace(here, hold=HOLD), J) in {Step.CANCEL, Step.RELEASE}


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("status", Status)
def test_every_refusal_has_a_cause_and_a_next_step(status, kind, step):
    variants = (
        order(status, kind),
        order(status, kind, PaymentKind.ON_DELIVERY, cancellation=ASKED),
        order(status, kind, PaymentKind.TRANSFER, settled=False, hold=HOLD),
    )
    for here in variants:
        for role in (*Role, None):
            error = may(here, step, Journey(picking=True), role)
            if error is not None:
                text = str(error)
                assert text.endswith(".")
                assert sum(text.count(mark) for mark in ".;:") >= 2, text
