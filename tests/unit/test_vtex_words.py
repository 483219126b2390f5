"""The default mapping: every word the platform has, and every word we derive, has a row."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from desktop.connectors import How, Repeat, names
from desktop.connectors._vtex_words import (
    BY_WORD,
    CANCELS,
    EVENTS,
    FEED_STATUSES,
    OPEN_STATUSES,
    STATUSES,
    WORDS,
    event_text,
    payment_kind,
    stage_of,
    suffix,
)
from desktop.connectors.vtex import Vtex
from desktop.journey import STEPS, Step
from desktop.order import Kind, PaymentKind, Status
from desktop.sandbox import workflow

REFERENCE = (
    Path(os.environ.get("BALCAO_SHARED", Path(__file__).parents[3] / "shared"))
    / "reference"
    / "platforms.md"
)


def test_every_status_of_the_platform_has_a_row() -> None:
    assert set(workflow.STATUSES) <= set(BY_WORD)
    assert "null" in BY_WORD
    assert len({word.word for word in WORDS}) == len(WORDS)


def test_every_status_of_the_reference_has_a_row() -> None:
    if not REFERENCE.exists():
        pytest.skip("the reference is not here (BALCAO_SHARED)")
    section = REFERENCE.read_text("utf-8").split("**Statuses (API, verbatim) [S]**")[1]
    named = re.findall(r"`([a-z-]+)`", section.split("and **null**")[0])
    assert len(named) > 30
    assert set(named) <= STATUSES


def test_every_derived_word_has_a_row() -> None:
    for kind in Kind:
        for finished in (True, False):
            for tracked in (True, False):
                for events in (
                    [],
                    ["Saiu"],
                    *([text] for texts in EVENTS.values() for text in texts.values()),
                ):
                    assert "invoiced" + suffix(kind, finished, tracked, events) in BY_WORD


def test_the_feed_asks_for_known_statuses_only() -> None:
    assert set(FEED_STATUSES) <= set(workflow.STATUSES)
    assert set(OPEN_STATUSES) <= set(FEED_STATUSES)
    assert {"ready-for-handling", "handling", "invoiced", *CANCELS} <= set(FEED_STATUSES)


def test_cancelled_words_never_create_an_order() -> None:
    assert not any(word.creates for word in WORDS if word.word in CANCELS)


def test_an_order_is_shown_only_once_it_may_be_accepted() -> None:
    creating = {
        word.word for word in WORDS if word.creates and word.status is Status.AWAITING_CREATION
    }
    assert creating == {"ready-for-handling"}


@pytest.mark.parametrize("country", ["BRA", "COL", "MEX", "USA", ""])
@pytest.mark.parametrize("step", EVENTS)
def test_our_own_events_are_recognised(step: Step, country: str) -> None:
    assert stage_of(event_text(step, country)) is step
    assert stage_of(event_text(step, country, "a comment").upper()) is step
    assert stage_of("Objeto postado") is None


@pytest.mark.parametrize(
    ("group", "name", "kind"),
    [
        ("creditCard", "Visa", PaymentKind.ONLINE),
        ("bankInvoice", "Boleto Bancário", PaymentKind.ONLINE),
        ("instantPayment", "Pix", PaymentKind.ONLINE),
        ("promissory", "Notas Promissórias", PaymentKind.TRANSFER),
        ("custom201PaymentGroupPaymentGroup", "Depósito", PaymentKind.TRANSFER),
        ("promissory", "Pagar na RETIRADA", PaymentKind.ON_DELIVERY),
        ("promissory", "Pago contra entrega", PaymentKind.ON_DELIVERY),
        ("cash", "47", PaymentKind.ON_DELIVERY),
        ("", "", PaymentKind.TRANSFER),
    ],
)
def test_ways_to_pay(group: str, name: str, kind: PaymentKind) -> None:
    assert payment_kind(group, name) is kind


def test_every_step_says_how_it_is_told() -> None:
    assert set(Vtex.tells) == set(STEPS)
    for told in Vtex.tells.values():
        assert (told.along is not None) is (told.how is How.WITH)
        assert told.how is not How.NOTE or told.repeat is Repeat.ASK


def test_private_parts_are_no_connectors() -> None:
    assert "vtex" in names()
    assert not {"http", "_wire", "_vtex_body"} & set(names())
