"""What the store did beside what the platform confirmed, the path behind an order, and its time.

Pure: the caller brings the order, its pushes, its journal and the time. Every difference becomes one
sentence; where both sides agree and nothing waits there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from desktop.connectors import How, Told
from desktop.errors import BalcaoError
from desktop.i18n import N_, ago, clock, short_day, tr, tr_error, when
from desktop.journey import MAIN_PATH, STEPS, Journey, Step, rank
from desktop.order import CancelState, Order, Status
from desktop.store import journal, outbox
from desktop.store.outbox import State
from desktop.store.queries import ListRow

S = Status
SOON = timedelta(hours=1)
_SPAN_LIMIT = timedelta(hours=12)
_BEFORE_LEAVING = frozenset(
    {S.AWAITING_PAYMENT, S.AWAITING_CREATION, S.ACCEPTED, S.IN_PREPARATION, S.INVOICED, S.PACKED}
)
_BESIDE = (S.CANCELLED, S.RETURNED, S.CLOSED)
_ONLY_WHILE_THERE = frozenset({S.AWAITING_PAYMENT, S.AWAITING_CREATION})


class Tone(StrEnum):
    """How much a sentence matters; the screen has one colour for each, and a word beside it."""

    CALM = "calm"
    OK = "ok"
    ATTENTION = "attention"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A source string and what fills it; `say` makes it readable."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    tone: Tone = Tone.CALM


class Reach(StrEnum):
    """Where a stage stands as seen from the order."""

    DONE = "done"
    CURRENT = "current"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class StagePoint:
    """One stage of the path; `at` is when the order last came there, None when that is not known."""

    status: Status
    reach: Reach
    at: datetime | None = None


def say(sentence: Sentence, now: datetime) -> str:
    """The sentence in the current language; times relative to `now`."""
    return tr(sentence.text, **{name: _word(v, now) for name, v in sentence.values.items()})


def _word(value: Any, now: datetime) -> Any:
    if isinstance(value, datetime):
        return when(value, now)
    if isinstance(value, timedelta):
        return ago(value.total_seconds())
    if isinstance(value, BalcaoError):
        return _ended(tr_error(value))
    if isinstance(value, (Status, Step)):
        return tr(value.label if isinstance(value, Status) else STEPS[value].label)
    return value


def _ended(sentence: str) -> str:
    """A platform's own words may come without their full stop; another sentence follows them."""
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


# --- differences ----------------------------------------------------------------------------------------


def differences(
    order: Order, pushes: Sequence[outbox.Entry], tells: Mapping[Step, Told], now: datetime
) -> list[Sentence]:
    """A sentence for each push that is not confirmed (oldest first), one for another invoice, then one for
    the status.

    `pushes` are the order's, oldest first; `tells` is what its connector declares.
    """
    unfinished = [push for push in pushes if push.state in outbox.UNFINISHED]
    found = [_of_push(push, unfinished[0], now) for push in unfinished]
    if order.other_invoice:
        found.append(_of_invoice(order))
    status = _of_status(order, pushes, tells)
    # Pushes on their way say already why the platform is behind.
    if status is not None and (status.tone is not Tone.CALM or not unfinished):
        found.append(status)
    return found


def _of_invoice(order: Order) -> Sentence:
    assert order.invoice is not None
    text = N_("The platform shows invoice {theirs}; here it is {ours}. Look which one is right.")
    values = {"theirs": order.other_invoice, "ours": order.invoice.number}
    return Sentence(text, values, Tone.ATTENTION)


def _of_push(push: outbox.Entry, oldest: outbox.Entry, now: datetime) -> Sentence:
    values = {"step": push.step, "since": push.enqueued_at}
    if push.state is State.REFUSED:
        reason = push.reason or ""
        text = N_("The platform refused “{step}”: {reason} Mend it on the repair page.")
        return Sentence(text, values | {"reason": reason}, Tone.STOP)
    if push.state is State.UNKNOWN:
        text = N_(
            "No answer came to “{step}”, sent after {since}. It is looked up before it is sent again."
        )
        return Sentence(text, values, Tone.ATTENTION)
    if push.state is State.SENDING:
        return Sentence(N_("The platform is being told of “{step}” now."), values)
    if push is not oldest:
        text = N_("“{step}” waits since {since} behind “{first}”.")
        return Sentence(text, values | {"first": oldest.step})
    return _waiting(push, values, now)


def _waiting(push: outbox.Entry, values: dict[str, Any], now: datetime) -> Sentence:
    if push.reason is None:
        return Sentence(N_("“{step}” waits since {since} to be told to the platform."), values)
    values |= {"reason": push.reason}
    if push.due_at <= now:
        return Sentence(N_("“{step}” waits since {since}: {reason}"), values)
    text = N_("“{step}” waits since {since}, next try at {at}: {reason}")
    return Sentence(text, values | {"at": push.due_at})


def _of_status(
    order: Order, pushes: Sequence[outbox.Entry], tells: Mapping[Step, Told]
) -> Sentence | None:
    seen, values = order.seen, {"word": order.seen.word, "status": order.status}
    if seen.at is None:
        return Sentence(N_("The platform has confirmed nothing yet."))
    asked = order.cancellation is not None and order.cancellation.state is CancelState.REQUESTED
    if seen.status is None and asked:
        return Sentence(N_("The platform says “{word}”: a cancellation is asked for."), values)
    if seen.status is None:
        text = N_("The platform says “{word}”, and the mapping has no row for it.")
        return Sentence(text, values, Tone.ATTENTION)
    if seen.status is order.status:
        return None
    ours, theirs = rank(order.status, order.kind), rank(seen.status, order.kind)
    if ours < 0 or theirs < 0 or ours == theirs:
        return _sideways(order, pushes)
    if theirs > ours:
        text = N_("The platform is ahead: it says “{word}”, here the order is “{status}”.")
        return Sentence(text, values, Tone.ATTENTION)
    return _behind(order, pushes, tells)


def _sideways(order: Order, pushes: Sequence[outbox.Entry]) -> Sentence:
    values = {"word": order.seen.word, "status": order.status}
    on_its_way = any(push.state in outbox.UNFINISHED for push in pushes)
    text = N_("The platform says “{word}”, here the order is “{status}”.")
    return Sentence(text, values, Tone.CALM if on_its_way else Tone.ATTENTION)


def _behind(order: Order, pushes: Sequence[outbox.Entry], tells: Mapping[Step, Told]) -> Sentence:
    """The platform stands before us on the path: by its nature, by its delay, or against its word."""
    values: dict[str, Any] = {"word": order.seen.word, "status": order.status}
    missing = _steps_between(order)
    told = {push.step: push for push in pushes if push.state is State.DONE}
    for step in reversed(missing):
        push = told.get(step)
        if push is not None and tells.get(step, _NOT).how is How.NATIVE:
            return _told_but_not_seen(order, push, values)
    step = missing[-1]
    how = tells.get(step, _NOT)
    if how.how is How.WITH and order.seen.status in {S.DELIVERED, S.PICKED_UP}:
        return Sentence(N_("The platform knows all it can be told: “{word}”."), values)
    return Sentence(_BY_NATURE[how.how], values | {"step": step, "along": how.along or step})


_NOT = Told(How.NONE)
_BY_NATURE = {
    How.NATIVE: N_("The platform still says “{word}”; here the order is “{status}”."),
    How.NOTE: N_("“{status}” is told to this platform as a note; its own status stays “{word}”."),
    How.WITH: N_(
        "“{status}” is told together with “{along}”; until then the platform says “{word}”."
    ),
    How.NONE: N_("This platform has no word for “{status}”; it says “{word}”."),
}


def _told_but_not_seen(order: Order, push: outbox.Entry, values: dict[str, Any]) -> Sentence:
    values |= {"step": push.step, "at": push.settled_at or push.enqueued_at}
    if order.seen.at is not None and push.settled_at and order.seen.at < push.settled_at:
        text = N_("The platform took “{step}” at {at}; its status was not read since.")
        return Sentence(text, values)
    text = N_("The platform took “{step}” at {at}, yet it still says “{word}”.")
    return Sentence(text, values, Tone.ATTENTION)


def _steps_between(order: Order) -> list[Step]:
    """The steps that lead from the platform's status to ours, in order; at least one."""
    assert order.seen.status is not None
    path = MAIN_PATH[order.kind]
    reached = path[rank(order.seen.status, order.kind) + 1 : rank(order.status, order.kind) + 1]
    by_target = {rule.to: step for step, rule in STEPS.items() if rule.kind in {None, order.kind}}
    by_target[S.AWAITING_CREATION] = Step.RECORD_PAYMENT
    return [by_target[status] for status in reached]


def shown_there(order: Order, tells: Mapping[Step, Told]) -> Status:
    """The status that the platform shows when it knows all it can be told about `order`: the last stage
    of the order's path that has a call of its own."""
    path = MAIN_PATH[order.kind]
    if order.status not in path:
        return order.status
    reached = path[: rank(order.status, order.kind) + 1]
    by_target = {rule.to: step for step, rule in STEPS.items() if rule.kind in {None, order.kind}}
    told = (
        s
        for s in reversed(reached)
        if tells.get(by_target.get(s, Step.HOLD), _NOT).how is How.NATIVE
    )
    return next(told, order.status)


# --- the path -------------------------------------------------------------------------------------------


def timeline(order: Order, entries: Iterable[journal.Entry], journey: Journey) -> list[StagePoint]:
    """The stages of the order's path as this store walks it: done, then the current one, then next.

    Stages that an order passes by are left out: those before it is accepted, and the road unless it was
    seen there. Beside the path (cancelled, returned, closed) what was reached stands before it and
    nothing follows.
    """
    visited = {Status(e.data["to"]): e.at for e in entries if e.data.get("to")}
    stages = _stages(order, set(visited), journey)
    here = stages.index(order.status)
    return [
        StagePoint(status, _reach(i, here), visited.get(status) if i <= here else None)
        for i, status in enumerate(stages)
    ]


def _reach(position: int, here: int) -> Reach:
    if position == here:
        return Reach.CURRENT
    return Reach.DONE if position < here else Reach.NEXT


def _stages(order: Order, visited: set[Status], journey: Journey) -> list[Status]:
    status, enabled = order.status, journey.path(order.kind)
    stages: list[Status] = []
    for stage in MAIN_PATH[order.kind]:
        if stage is S.IN_TRANSIT and status is S.DELIVERY_PROBLEM:
            stages.append(status)
        elif stage is status or (stage in enabled and not _passed_by(stage, visited)):
            stages.append(stage)
    return stages if status in stages else _beside(order, visited)


def _beside(order: Order, visited: set[Status]) -> list[Status]:
    reached = [s for s in MAIN_PATH[order.kind] if s in visited - _ONLY_WHILE_THERE]
    ends = [s for s in _BESIDE if s in visited and s is not order.status]
    return [*reached, *ends, order.status]


def _passed_by(stage: Status, visited: set[Status]) -> bool:
    return stage in _ONLY_WHILE_THERE or (stage is S.IN_TRANSIT and stage not in visited)


# --- time -----------------------------------------------------------------------------------------------


def lateness(order: Order | ListRow, now: datetime) -> Sentence | None:
    """How the order stands to its time: late, soon (within an hour) or later; None without a time and
    once the goods are ready or gone."""
    if order.due_at is None or order.status not in _BEFORE_LEAVING:
        return None
    left = order.due_at - now
    if left < timedelta(0):
        return Sentence(N_("late {span}"), {"span": -left}, Tone.STOP)
    if left <= _SPAN_LIMIT:
        return Sentence(
            N_("in {span}"), {"span": left}, Tone.ATTENTION if left <= SOON else Tone.CALM
        )
    if _local_day(order.due_at) == _local_day(now) + timedelta(days=1):
        return Sentence(N_("tomorrow {clock}"), {"clock": clock(order.due_at)})
    return Sentence(N_("on {day}"), {"day": short_day(order.due_at)})


def _local_day(at: datetime) -> date:
    return at.astimezone().date()
