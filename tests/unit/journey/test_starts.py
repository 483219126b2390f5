"""Where a step can start is what the rules say, in words that a help page can show."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations

import pytest

from desktop.journey import OPTIONAL, STEPS, Journey, Step, may
from desktop.journey.starts import starts
from desktop.order import Kind, PaymentKind, Status
from tests.unit.orders import order

S = Status
JOURNEYS = [
    Journey(off=frozenset(off))
    for off in chain.from_iterable(combinations(sorted(OPTIONAL), n) for n in range(5))
]


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda j: "+".join(sorted(j.off)) or "all")
def test_a_main_step_starts_at_the_enabled_stage_before(journey):
    for step, rule in STEPS.items():
        if not rule.main or rule.to in journey.off or step is Step.DELIVER:
            continue
        kinds = [rule.kind] if rule.kind else list(Kind)
        assert set(starts(step, journey)) == {journey.before(rule.to, kind) for kind in kinds}


@pytest.mark.parametrize(
    ("step", "where"),
    [
        (Step.DELIVER, (S.SHIPPED, S.IN_TRANSIT, S.DELIVERY_PROBLEM)),
        (Step.CANCEL, (S.AWAITING_PAYMENT, S.AWAITING_CREATION, S.ACCEPTED, S.IN_PREPARATION)),
        (Step.REFUND, (S.DELIVERED, S.PICKED_UP, S.FINALIZED, S.CANCELLED, S.RETURNED)),
    ],
)
def test_the_others_start_where_their_guards_let_them(step, where):
    assert starts(step, Journey()) == where


def test_no_open_step_of_an_ordinary_order_is_left_out():
    journey = Journey()
    for kind in Kind:
        for status in journey.path(kind):
            for payment in PaymentKind:
                one = order(status, kind, payment)
                for each in (one, replace(one, id=1)):
                    opened = {s for s in STEPS if may(each, s, journey) is None}
                    missing = {s for s in opened if status not in starts(s, journey)}
                    assert not missing, (status, kind, payment)
