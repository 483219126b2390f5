from dataclasses import FrozenInstanceError, replace
from decimal import Decimal

import pytest

from desktop.order import (
    Kind,
    Package,
    PaymentKind,
    Refund,
    Role,
    Status,
)
from tests.unit.orders import AT, LINES, order


@pytest.mark.parametrize("words", [Status, Kind, PaymentKind, Role])
def test_every_word_has_a_label_of_its_own(words):
    labels = [word.label for word in words]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_an_order_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        order().status = Status.CLOSED


def test_refunds_add_up():
    two = order(refunds=(Refund(AT, 1000), Refund(AT, 250, "avaria")))
    assert two.refunded == 1250
    assert order().refunded == 0


def test_the_weight_is_what_was_weighed_and_else_what_the_lines_weigh():
    assert order().weight_g == 2 * 500 + 1250
    weighed = order(packages=0)
    assert replace(weighed, packages=(Package(1, 700), Package(2, 900))).weight_g == 1600
    assert replace(weighed, packages=(Package(1),)).weight_g == 2250


@pytest.mark.parametrize(
    ("picked", "reason", "settled"),
    [
        (None, "", False),
        (None, "esgotado", False),
        (Decimal(0), "", False),
        (Decimal(1), "", False),
        (Decimal(1), "avariado", True),
        (Decimal(0), "esgotado", True),
        (Decimal(2), "", True),
    ],
)
def test_a_line_is_settled_when_picked_or_short_with_a_reason(picked, reason, settled):
    assert replace(LINES[0], picked=picked, short_reason=reason).is_settled is settled


def test_a_weighed_line_is_settled_by_its_whole_weight():
    assert not replace(LINES[1], picked=Decimal("1.249")).is_settled
    assert replace(LINES[1], picked=Decimal("1.25")).is_settled


def test_a_payment_is_settled_by_its_time():
    assert order(settled=True).payment.is_settled
    assert not order(settled=False).payment.is_settled
