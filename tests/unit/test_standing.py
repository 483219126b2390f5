"""The connection sentence and the status line, state by state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desktop.errors import (
    BalcaoError,
    PlatformAway,
    PlatformDenied,
    PlatformRefused,
    PlatformUnwell,
    StoreError,
    UserError,
)
from desktop.i18n import set_language
from desktop.standing import OLD, STALE, Part, freshness, standing
from desktop.store.outbox import State
from desktop.store.setup import Connection
from desktop.sync import POLL_S
from desktop.truth import Tone

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
AWAY = PlatformAway("{host} does not answer.", host="shop.example")
DENIED = PlatformDenied("{host} does not accept the key. Check it.", host="shop.example")


@pytest.fixture(autouse=True)
def english():
    set_language("en")


def connection(
    name: str = "Shop",
    synced_s: float | None = 8,
    trouble: BalcaoError | None = None,
    since_s: float = 0,
) -> Connection:
    def back(seconds: float) -> datetime:
        return NOW - timedelta(seconds=seconds)

    return Connection(
        name, "vtex", {}, "", None if synced_s is None else back(synced_s),
        trouble, back(since_s) if trouble else None,
    )  # fmt: skip


MIN = 60
STILL = "You can still: pick, invoice, print, hand over."
TABLE = [
    # connections, counts, lead, rest, tone
    ([], {}, "No platform is connected yet.", "Add a connection in the settings.", Tone.ATTENTION),
    (
        [connection(synced_s=14 * MIN - 10, trouble=AWAY, since_s=14 * MIN)],
        {State.WAITING: 4, State.SENDING: 1},
        "Internet away 14 min.", f"{STILL} 5 updates wait.", Tone.ATTENTION,
    ),
    (
        [connection(synced_s=10 * MIN, trouble=AWAY, since_s=10 * MIN)], {State.UNKNOWN: 1},
        "Internet away 10 min.", f"{STILL} 1 update waits.", Tone.ATTENTION,
    ),
    (
        [connection(synced_s=10 * MIN, trouble=AWAY, since_s=10 * MIN)], {},
        "Internet away 10 min.", STILL, Tone.ATTENTION,
    ),
    (
        [connection(synced_s=10 * MIN, trouble=AWAY, since_s=10 * MIN)],
        {State.WAITING: 2, State.REFUSED: 1},
        "Internet away 10 min.", f"{STILL} 2 updates wait. 1 was refused: see the repair page.",
        Tone.ATTENTION,
    ),
    (
        [connection("A", 10 * MIN, AWAY, 10 * MIN), connection("B", 9 * MIN, AWAY, 9 * MIN)], {},
        "Internet away 10 min.", STILL, Tone.ATTENTION,
    ),
    (
        [connection("A"), connection("B", 9 * MIN, AWAY, 9 * MIN)], {State.WAITING: 3},
        "“B” away 9 min.", f"The others work. {STILL} 3 updates wait.", Tone.ATTENTION,
    ),
    (
        [connection("A"), connection("B", 9 * MIN, AWAY, 8 * MIN),
         connection("C", 9 * MIN, AWAY, 9 * MIN)], {},
        "2 platforms away 9 min.", f"The others work. {STILL}", Tone.ATTENTION,
    ),
    (
        [connection(synced_s=10 * MIN, trouble=UserError("A page is odd."), since_s=10 * MIN)], {},
        "“Shop” in trouble for 10 min.", f"A page is odd. {STILL}", Tone.ATTENTION,
    ),
    (
        [connection(synced_s=3600, trouble=DENIED, since_s=3 * MIN)], {State.WAITING: 1},
        "“Shop” has refused the key for 3 min.",
        f"shop.example does not accept the key. Check it. {STILL} 1 update waits.", Tone.STOP,
    ),
    (
        [connection("A", 9 * MIN, AWAY, 9 * MIN), connection("B", 60, DENIED, 0)], {},
        "“B” has refused the key for 0 s.",
        f"shop.example does not accept the key. Check it. {STILL}", Tone.STOP,
    ),
    (
        [connection(synced_s=None)], {},
        "Reading the orders of “Shop” for the first time.", "", Tone.CALM,
    ),
    (
        [connection("A"), connection(synced_s=None, trouble=AWAY, since_s=MIN)], {},
        "“Shop” away 1 min.", f"The others work. {STILL}", Tone.ATTENTION,
    ),
    ([connection(synced_s=6 * MIN)], {}, "No news from “Shop” for 6 min.", STILL, Tone.ATTENTION),
    (
        [connection()], {State.REFUSED: 1},
        "The platform refused 1 update.", "Mend it on the repair page.", Tone.ATTENTION,
    ),
    (
        [connection()], {State.REFUSED: 2, State.WAITING: 1},
        "The platform refused 2 updates.", "Mend it on the repair page.", Tone.ATTENTION,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("connections", "counts", "lead", "rest", "tone"), TABLE)
def test_the_sentence_says_what_is_the_matter(connections, counts, lead, rest, tone):
    said = standing(connections, counts, NOW)
    assert said is not None
    assert (said.lead, said.rest, said.tone) == (lead, rest, tone)


def test_one_string_reads_as_whole_sentences():
    away = connection(synced_s=14 * MIN - 10, trouble=AWAY, since_s=14 * MIN)
    said = standing([away], {State.WAITING: 5}, NOW)
    assert str(said) == f"Internet away 14 min. {STILL} 5 updates wait."


@pytest.mark.parametrize(
    ("connections", "counts"),
    [
        ([connection()], {}),
        ([connection()], {State.WAITING: 40, State.SENDING: 8, State.UNKNOWN: 1}),
        ([connection(synced_s=299)], {}),
        ([connection(synced_s=40, trouble=AWAY, since_s=POLL_S + 5)], {}),  # one poll was lost
    ],
)
def test_calm_states_say_nothing(connections, counts):
    assert standing(connections, counts, NOW) is None


def test_after_a_while_unseen_cancellations_are_the_danger():
    old = OLD.total_seconds()
    fresh = standing([connection(synced_s=old - 1, trouble=AWAY, since_s=old - 1)], {}, NOW)
    late = standing([connection(synced_s=old, trouble=AWAY, since_s=old)], {}, NOW)
    assert fresh is not None and late is not None
    assert "Cancellations since" not in fresh.rest
    assert "Cancellations since" in late.rest and "are not known here." in late.rest


def test_the_status_line_tells_age_work_and_printers():
    parts = freshness([connection()], {State.WAITING: 3}, NOW, {"Zebra": None, "Elgin": AWAY})
    assert parts == [
        Part("Updated 8 s ago"),
        Part("3 waiting"),
        Part("Zebra ready"),
        Part("Elgin: shop.example does not answer.", Tone.ATTENTION),
    ]


@pytest.mark.parametrize(
    ("connections", "first"),
    [
        ([], Part("No platform connected", Tone.ATTENTION)),
        ([connection(synced_s=None)], Part("Not updated yet")),
        ([connection(synced_s=None, trouble=AWAY)], Part("Not updated yet", Tone.ATTENTION)),
        ([connection(synced_s=STALE.total_seconds())], Part("Updated 2 min ago", Tone.ATTENTION)),
        ([connection(synced_s=OLD.total_seconds())], Part("Updated 15 min ago", Tone.STOP)),
        ([connection("A", 3), connection("B", 119)], Part("Updated 1 min ago")),
    ],
)
def test_the_status_line_ages_with_the_oldest_connection(connections, first):
    assert freshness(connections, {}, NOW)[0] == first


def test_the_status_line_names_what_needs_a_person():
    parts = freshness([connection()], {State.REFUSED: 2}, NOW)
    assert parts[1:] == [Part("nothing waiting"), Part("2 refused", Tone.STOP)]


def test_the_age_never_runs_backwards_when_the_clock_was_set():
    assert freshness([connection(synced_s=-120)], {}, NOW)[0] == Part("Updated 0 s ago")


# --- not the line, and not the platform -------------------------------------------------------------------

PAGE = PlatformUnwell("A web page came from {host}.", host="shop.example")
CLOCK = PlatformRefused("The clock is {minutes} minutes off.", 200, "clock", minutes=10)


def warned(name: str = "Shop", synced_s: float = 8) -> Connection:
    return Connection(name, "vtex", {}, "", NOW - timedelta(seconds=synced_s), warning=CLOCK)


def test_where_something_answered_the_internet_is_not_away():
    both = [connection("A", 9 * MIN, PAGE, 9 * MIN), connection("B", 9 * MIN, AWAY, 9 * MIN)]
    said = standing(both[:1], {}, NOW)
    assert said is not None
    assert said.lead == "“A” in trouble for 9 min."
    assert said.rest == f"A web page came from shop.example. {STILL}"
    several = standing(both, {}, NOW)
    assert several is not None and several.lead == "2 platforms away 9 min."
    assert "A web page came" in several.rest


def test_a_missing_right_is_not_called_a_refused_key():
    lacks = PlatformDenied("The key lacks the right “{right}”.", right="View order")
    said = standing([connection("A", 9 * MIN, lacks, 9 * MIN)], {}, NOW)
    assert said is not None
    assert said.lead == "“A” has not let us in for 9 min: a right is missing."
    assert said.rest.startswith("The key lacks the right “View order”.")


def test_a_warning_stands_after_trouble_and_before_what_is_to_be_mended():
    said = standing([warned()], {State.REFUSED: 1}, NOW)
    assert said is not None
    assert (said.lead, said.tone) == ("The clock is 10 minutes off.", Tone.ATTENTION)
    assert "repair page" in said.rest
    worse = standing([warned("A"), connection("B", 9 * MIN, AWAY, 9 * MIN)], {}, NOW)
    assert worse is not None and worse.lead.startswith("“B” away")
    silent = standing([warned("A", 20 * MIN)], {}, NOW)
    assert silent is not None and silent.lead.startswith("No news")


def test_a_store_that_cannot_be_written_comes_before_all():
    full = StoreError("The disk is full. Free some space.")
    for known in ([], [connection("A", 9 * MIN, DENIED, 9 * MIN)]):
        said = standing(known, {}, NOW, full)
        assert said is not None
        assert (said.lead, said.tone) == ("The disk is full. Free some space.", Tone.STOP)
        assert said.rest == "Until then no order comes in and nothing is told."
