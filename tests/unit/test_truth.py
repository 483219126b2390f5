"""What the store did beside what the platform confirmed, told in sentences."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.connectors import How, Told
from desktop.errors import UserError
from desktop.journey import OPTIONAL, Journey, Step, rank
from desktop.order import (
    Cancellation,
    CancelState,
    Kind,
    Order,
    Payment,
    PaymentKind,
    Seen,
    Status,
)
from desktop.store import journal, outbox
from desktop.store.outbox import State
from desktop.truth import Reach, Sentence, Tone, differences, lateness, say, timeline

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TELLS = {
    Step.ACCEPT: Told(How.NONE),
    Step.PREPARE: Told(How.NATIVE),
    Step.INVOICE: Told(How.NATIVE),
    Step.PACK: Told(How.NOTE),
    Step.SHIP: Told(How.WITH, along=Step.INVOICE),
}


def an_order(status=Status.IN_PREPARATION, kind=Kind.DELIVERY, seen=None, due_at=None):
    return Order(
        "shop", "r1", "1047", kind, status, "BRL", 38970, (), Payment(PaymentKind.ONLINE), NOW,
        seen=seen or Seen(), due_at=due_at,
    )  # fmt: skip


def a_push(number, step, state, *, minutes=10, reason=None, due_at=NOW, settled_at=None):
    since = NOW - timedelta(minutes=minutes)
    return outbox.Entry(
        number, 1, "shop", f"k{number}", step, {}, "Ana", state, 0, since, due_at, "", settled_at,
        reason, "",
    )  # fmt: skip


def told(order, pushes=(), tells=TELLS):
    return [say(sentence, NOW) for sentence in differences(order, pushes, tells, NOW)]


def seen(status, word="ready-for-handling", minutes=5):
    return Seen(status, word, NOW - timedelta(minutes=minutes))


def test_agreement_needs_no_sentence():
    assert told(an_order(seen=seen(Status.IN_PREPARATION))) == []


def test_a_waiting_push_says_since_when():
    order = an_order(seen=seen(Status.ACCEPTED))
    [sentence] = told(order, [a_push(1, Step.PREPARE, State.WAITING)])
    assert sentence.startswith("“Prepare” waits since")
    assert (NOW - timedelta(minutes=10)).astimezone().strftime("%H:%M") in sentence


def test_a_retried_push_says_why_and_when_next():
    order = an_order(seen=seen(Status.ACCEPTED))
    away = UserError("The platform is busy.")
    later = NOW + timedelta(minutes=3)
    [sentence] = told(order, [a_push(1, Step.PREPARE, State.WAITING, reason=away, due_at=later)])
    assert "The platform is busy." in sentence
    assert later.astimezone().strftime("%H:%M") in sentence


def test_a_refused_push_says_why_and_the_next_one_waits_behind_it():
    order = an_order(Status.INVOICED, seen=seen(Status.ACCEPTED))
    no = UserError("Invoice {n} exists.", n="77")
    pushes = [
        a_push(1, Step.INVOICE, State.REFUSED, reason=no),
        a_push(2, Step.PACK, State.WAITING),
    ]
    found = differences(order, pushes, TELLS, NOW)
    assert [s.tone for s in found] == [Tone.STOP, Tone.CALM]
    assert "Invoice 77 exists." in say(found[0], NOW)
    assert "behind “Invoice”" in say(found[1], NOW)


def test_an_unanswered_push_is_looked_up_first():
    [sentence] = told(
        an_order(seen=seen(Status.ACCEPTED)), [a_push(1, Step.PREPARE, State.UNKNOWN)]
    )
    assert "looked up before it is sent again" in sentence


def test_the_platform_ahead_and_sideways_are_told():
    assert "ahead" in told(an_order(seen=seen(Status.INVOICED, "invoiced")))[0]
    [sideways] = told(an_order(seen=seen(Status.CANCELLED, "canceled")))
    assert "“canceled”" in sideways and "“In preparation”" in sideways


def test_a_status_told_as_a_note_or_not_at_all_says_so():
    assert "as a note" in told(an_order(Status.PACKED, seen=seen(Status.INVOICED)))[0]
    assert "has no word" in told(an_order(Status.ACCEPTED, seen=seen(Status.AWAITING_CREATION)))[0]
    assert "together with “Invoice”" in told(an_order(Status.SHIPPED, seen=seen(Status.PACKED)))[0]


def test_a_confirmed_push_that_the_platform_does_not_show_is_attention():
    settled = NOW - timedelta(minutes=8)
    push = a_push(1, Step.PREPARE, State.DONE, settled_at=settled)
    [after] = differences(an_order(seen=seen(Status.ACCEPTED, minutes=2)), [push], TELLS, NOW)
    [before] = differences(an_order(seen=seen(Status.ACCEPTED, minutes=9)), [push], TELLS, NOW)
    assert after.tone is Tone.ATTENTION and "yet it still says" in say(after, NOW)
    assert before.tone is Tone.CALM and "not read since" in say(before, NOW)


def test_an_unmapped_word_and_an_unseen_order_are_told():
    assert "no row" in told(an_order(seen=seen(None, "weird")))[0]
    assert told(an_order()) == ["The platform has confirmed nothing yet."]


def test_a_word_for_a_wish_to_cancel_is_no_gap_in_the_mapping():
    asked = Cancellation(CancelState.REQUESTED, NOW)
    order = replace(an_order(seen=seen(None, "cancellation-requested")), cancellation=asked)
    [sentence] = told(order)
    assert "“cancellation-requested”" in sentence and "is asked for" in sentence


def test_a_reason_in_the_platforms_own_words_ends_before_the_next_sentence():
    bare = a_push(1, Step.PREPARE, State.REFUSED, reason=UserError("OMS003: no way"))
    ended = a_push(1, Step.PREPARE, State.REFUSED, reason=UserError("No way."))
    for push, expected in ((bare, "OMS003: no way. Mend it"), (ended, ": No way. Mend it")):
        found = differences(an_order(seen=seen(Status.ACCEPTED)), [push], TELLS, NOW)
        assert expected in say(found[0], NOW)


statuses = st.sampled_from(Status)
_states = st.lists(st.tuples(st.sampled_from(Step), st.sampled_from(State)), max_size=5)


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@given(statuses, st.none() | statuses, st.sampled_from(Kind), _states, st.booleans())
def test_no_difference_is_ever_silent(status, theirs, kind, pushes, read):
    order = an_order(status, kind, seen(theirs) if read else None)
    entries = [a_push(n, step, state) for n, (step, state) in enumerate(pushes)]
    found = differences(order, entries, TELLS, NOW)
    open_ones = [e for e in entries if e.state in outbox.UNFINISHED]
    agree = order.seen.status is status
    assert len(found) - len(open_ones) in {0, 1}
    assert bool(found) is bool(open_ones or not agree)
    for sentence in found:
        assert placeholders(sentence.text) <= set(sentence.values)
        assert "{" not in say(sentence, NOW)


def arrived(*statuses):
    return [
        journal.Entry(n, NOW + timedelta(minutes=n), "Ana", 1, "do", {"to": status.value})
        for n, status in enumerate(statuses)
    ]


def test_the_path_shows_done_current_and_next_with_times():
    order = an_order(Status.IN_PREPARATION)
    points = timeline(order, arrived(Status.ACCEPTED, Status.IN_PREPARATION), Journey())
    assert [(p.status, p.reach) for p in points] == [
        (Status.ACCEPTED, Reach.DONE),
        (Status.IN_PREPARATION, Reach.CURRENT),
        (Status.INVOICED, Reach.NEXT),
        (Status.PACKED, Reach.NEXT),
        (Status.SHIPPED, Reach.NEXT),
        (Status.DELIVERED, Reach.NEXT),
        (Status.FINALIZED, Reach.NEXT),
    ]
    assert [p.at for p in points[:3]] == [NOW, NOW + timedelta(minutes=1), None]


def test_a_cancelled_order_shows_what_it_reached_and_nothing_after():
    entries = arrived(Status.ACCEPTED, Status.INVOICED, Status.CANCELLED)
    points = timeline(an_order(Status.CANCELLED), entries, Journey())
    assert [p.status for p in points] == [Status.ACCEPTED, Status.INVOICED, Status.CANCELLED]
    assert points[-1].reach is Reach.CURRENT


offs = st.frozensets(st.sampled_from(sorted(OPTIONAL)))


@given(statuses, st.sampled_from(Kind), st.lists(statuses, max_size=6), offs)
def test_a_path_has_one_current_stage_and_no_stage_twice(status, kind, visits, off):
    points = timeline(an_order(status, kind), arrived(*visits), Journey(off=off))
    reaches = [p.reach for p in points]
    assert [p.status for p in points if p.reach is Reach.CURRENT] == [status]
    assert reaches == sorted(reaches, key=list(Reach).index)
    assert len({p.status for p in points}) == len(points)
    assert all(p.at is None for p in points if p.reach is Reach.NEXT)


@pytest.mark.parametrize(
    ("minutes", "tone", "text"),
    [
        (-22, Tone.STOP, "late 22 min"),
        (47, Tone.ATTENTION, "in 47 min"),
        (90, Tone.CALM, "in 1 h 30"),
    ],
)
def test_time_reads_at_a_glance(minutes, tone, text):
    sentence = lateness(an_order(due_at=NOW + timedelta(minutes=minutes)), NOW)
    assert sentence is not None
    assert (sentence.tone, say(sentence, NOW)) == (tone, text)


def test_a_second_too_late_is_late():
    second = timedelta(seconds=1)
    late, soon = (lateness(an_order(due_at=NOW + left), NOW) for left in (-second, second))
    assert (late.tone, soon.tone) == (Tone.STOP, Tone.ATTENTION)


def test_far_times_are_named_by_day():
    tomorrow = lateness(an_order(due_at=NOW + timedelta(hours=24)), NOW)
    later = lateness(an_order(due_at=NOW + timedelta(days=3)), NOW)
    assert say(tomorrow, NOW).startswith("tomorrow ")
    assert say(later, NOW).startswith("on ")


@given(statuses, st.none() | st.integers(-(10**6), 10**6))
def test_nothing_is_late_once_it_left_or_without_a_time(status, minutes):
    due = None if minutes is None else NOW + timedelta(minutes=minutes)
    sentence = lateness(an_order(status, due_at=due), NOW)
    gone = rank(status, Kind.DELIVERY) >= rank(Status.SHIPPED, Kind.DELIVERY)
    if due is None or gone or status in {Status.CANCELLED, Status.READY_FOR_PICKUP}:
        assert sentence is None
    if sentence is not None:
        assert (sentence.tone is Tone.STOP) is (minutes < 0)


def test_a_sentence_carries_its_own_words():
    assert say(Sentence("{status}", {"status": Status.PACKED}), NOW) == "Packed"
