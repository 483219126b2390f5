"""Whole journeys, with any stage switched off."""

from itertools import combinations, pairwise

import pytest

from desktop.journey import MAIN_PATH, OPTIONAL, STEPS, Journey, Step, may
from desktop.order import Kind, PaymentKind, Status
from tests.unit.journey.acts import J, P, S
from tests.unit.orders import LINES, order, take, walk

OFF = [frozenset(some) for n in range(5) for some in combinations(sorted(OPTIONAL), n)]


@pytest.mark.parametrize("off", OFF, ids=lambda off: "-".join(sorted(off)) or "all")
@pytest.mark.parametrize("payment", PaymentKind)
@pytest.mark.parametrize("kind", Kind)
def test_the_big_button_leads_every_order_to_its_end(kind, payment, off):
    for picking in (False, True):
        journey = Journey(off=off, picking=picking)
        prepaid = payment is PaymentKind.TRANSFER
        start = S.AWAITING_PAYMENT if prepaid else S.AWAITING_CREATION
        way = [one.status for one in walk(order(start, kind, payment), journey)]
        seen = list(dict.fromkeys(way))
        stages = [s for s in journey.path(kind) if s is not S.IN_TRANSIT]
        assert seen == stages[0 if prepaid else 1 :]
        assert way[-1] is S.FINALIZED


@pytest.mark.parametrize("off", OFF, ids=lambda off: "-".join(sorted(off)) or "all")
@pytest.mark.parametrize("kind", Kind)
def test_a_stage_that_is_off_has_no_step_and_its_neighbours_join(kind, off):
    journey = Journey(off=off)
    path = journey.path(kind)
    for status in off & set(MAIN_PATH[kind]):
        step = next(step for step, rule in STEPS.items() if rule.to is status)
        assert may(order(S.ACCEPTED, kind), step, journey) is not None
    for before, after in pairwise(path):
        assert journey.before(after, kind) is before


def test_only_optional_stages_can_be_off():
    journey = Journey(off=frozenset(Status))
    assert journey.path(P) == tuple(s for s in MAIN_PATH[P] if s not in OPTIONAL)
    assert {S.IN_PREPARATION, S.INVOICED, S.PACKED, S.IN_TRANSIT} == OPTIONAL


@pytest.mark.parametrize("status", sorted(OPTIONAL))
def test_an_order_in_a_stage_that_was_switched_off_since_goes_on(status):
    journey = Journey(off=frozenset({status}))
    assert walk(order(status), journey)[-1].status is S.FINALIZED


@pytest.mark.parametrize("given", [{}, {"comment": "x" * 10_000}])
def test_a_step_changes_neither_lines_nor_total(given):
    for here in walk(order(S.AWAITING_CREATION), J):
        assert (here.lines, here.total) == (LINES, 22695)
    assert take(order(), Step.ACCEPT, **given).lines == LINES
