"""What the platform says, taken in: the only other way an order moves.

Platforms move orders by themselves (auto-transitions, other tills, the buyer). Ahead of us: followed
without guards. Behind or sideways: our status stays and the difference is shown. A cancellation always
wins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from desktop.journey.guards import is_invoiced, some_left
from desktop.journey.path import FINAL, GONE, Journey, rank
from desktop.order import (
    Cancellation,
    CancelState,
    Kind,
    Line,
    Order,
    Package,
    PaymentKind,
    Seen,
    Status,
)

S = Status
_ENDS = FINAL | {S.RETURNED}


@dataclass(frozen=True, slots=True)
class Remote:
    """One order group as the platform shows it.

    `facts` is an Order whose status means nothing; `status` is its word by the mapping, None when the
    mapping has none for it; `word` is verbatim; `cancel` is set when it is cancelled or about to be.
    """

    facts: Order
    status: Status | None
    word: str
    cancel: CancelState | None = None
    cancel_reason: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """The order after looking. `moved_from` is the status it left, None when it stayed; `stopped` says
    that a cancellation became known by this look."""

    order: Order
    moved_from: Status | None = None
    stopped: bool = False


def first_seen(remote: Remote, journey: Journey, at: datetime) -> Order:
    """A new order enters where the platform has it; one that is final there is archived at once."""
    facts, cancellation = remote.facts, _cancellation(remote, at)
    if cancellation is not None and cancellation.state is CancelState.CANCELLED:
        target = S.CANCELLED
    else:
        stage = _stage(remote.status, facts.kind, journey) or _common_stage(remote.status, journey)
        target = _past_payment(stage, facts) or stage
    entered = replace(
        facts,
        status=target,
        seen=_seen(remote, at),
        cancellation=cancellation,
        hold=None if target in _ENDS else facts.hold,
        archived=target in _ENDS,
    )
    return _implied(entered, at)


def observe(order: Order, remote: Remote, journey: Journey, at: datetime) -> Observed:
    """`order` after a look at the platform; journalled by the caller as the platform's act."""
    news = remote.word != order.seen.word
    seen = _seen(remote, at)
    looked = _implied(_take_facts(order, remote.facts, seen), at)
    if order.status not in _ENDS:
        cancellation = _cancellation(remote, at)
        if cancellation is not None:
            return _stopped(looked, cancellation, journey)
        looked = _without_request(looked)
    target = _past_payment(_stage(remote.status, looked.kind, journey), looked)
    if target is None or not _ahead(order, target, news):
        return Observed(looked)
    return Observed(_arrived(looked, target, at), order.status)


def _seen(remote: Remote, at: datetime) -> Seen:
    shown = remote.facts.invoice
    return Seen(remote.status, remote.word, at, shown.number if shown else "")


def _cancellation(remote: Remote, at: datetime) -> Cancellation | None:
    if remote.status is S.CANCELLED:
        return Cancellation(CancelState.CANCELLED, at, "platform", remote.cancel_reason)
    if remote.cancel is None:
        return None
    return Cancellation(remote.cancel, at, "platform", remote.cancel_reason)


def _stopped(order: Order, seen: Cancellation, journey: Journey) -> Observed:
    """Without an invoice, and with all goods here, a cancellation ends the order; otherwise it is a fact.

    One that is known stays as it was first seen; a mere request does not weaken it.
    """
    had = order.cancellation
    known = had is not None and had.state in {seen.state, CancelState.CANCELLED}
    kept = had if known and had is not None else seen
    stopped = replace(order, cancellation=kept)
    out = is_invoiced(order, journey) or order.status in GONE or some_left(order)
    if kept.state is CancelState.REQUESTED or out:
        return Observed(stopped, None, not known)
    return Observed(replace(stopped, status=S.CANCELLED, hold=None), order.status, not known)


def _without_request(order: Order) -> Order:
    """The platform asks no more; what was cancelled stays cancelled."""
    had = order.cancellation
    if had is None or had.state is CancelState.CANCELLED:
        return order
    return replace(order, cancellation=None)


def _stage(status: Status | None, kind: Kind, journey: Journey) -> Status | None:
    """The stage that the platform's status stands for here; None when the order's kind has none."""
    if status is None or status in {S.CANCELLED, S.RETURNED, S.CLOSED}:
        return status
    if status is S.DELIVERY_PROBLEM:
        return status if kind is Kind.DELIVERY else None
    return journey.stage(status, kind)


def _past_payment(stage: Status | None, order: Order) -> Status | None:
    """An order whose money is in, or comes later, does not wait for it."""
    if stage in {None, S.AWAITING_PAYMENT} and not _waits_for_money(order):
        return S.AWAITING_CREATION
    return stage


def _waits_for_money(order: Order) -> bool:
    return not order.payment.is_settled and order.payment.kind is not PaymentKind.ON_DELIVERY


def _common_stage(status: Status | None, journey: Journey) -> Status:
    """Where a new order enters whose status its own kind does not know: where the two paths part."""
    if status is None:
        return S.AWAITING_CREATION
    return journey.stage(S.PACKED, Kind.DELIVERY) or S.AWAITING_CREATION


def _ahead(order: Order, target: Status, news: bool) -> bool:
    if target is S.CLOSED:
        return order.status is not S.CLOSED
    if target is S.RETURNED:
        return order.status not in _ENDS - {S.FINALIZED}
    if order.status in _ENDS:
        return False
    ours, theirs = rank(order.status, order.kind), rank(target, order.kind)
    alternates = {order.status, target} == {S.IN_TRANSIT, S.DELIVERY_PROBLEM} and news
    return theirs > ours or alternates


def _arrived(order: Order, target: Status, at: datetime) -> Order:
    hold = None if target in _ENDS else order.hold
    return _implied(replace(order, status=target, hold=hold), at)


def _implied(order: Order, at: datetime) -> Order:
    """What a delivery's status says of its packages, so that nothing later asks for it again."""
    if order.kind is not Kind.DELIVERY or order.status not in GONE | {S.FINALIZED}:
        return order
    there = order.status in {S.DELIVERED, S.FINALIZED}
    packages = tuple(
        replace(
            package,
            shipped_at=package.shipped_at or at,
            delivered_at=package.delivered_at or (at if there else None),
        )
        for package in order.packages
    )
    return replace(order, packages=packages)


def _take_facts(order: Order, facts: Order, seen: Seen) -> Order:
    """The platform's data where ours is missing; what it owns (buyer, address, due time, an open payment)
    as it is now.

    Lines and total may change until the invoice; afterwards the difference is shown, not taken.
    """
    invoiced = rank(S.INVOICED, order.kind)
    before_invoice = order.invoice is None and 0 <= rank(order.status, order.kind) < invoiced
    return replace(
        order,
        seen=seen,
        payment=order.payment if order.payment.is_settled else facts.payment,
        buyer=facts.buyer,
        address=facts.address,
        due_at=facts.due_at,
        invoice=order.invoice or facts.invoice,
        collected=order.collected or facts.collected,
        packages=_merged(order.packages, facts.packages),
        lines=_picked(facts.lines, order.lines) if before_invoice else order.lines,
        total=facts.total if before_invoice else order.total,
    )


def _merged(ours: tuple[Package, ...], theirs: tuple[Package, ...]) -> tuple[Package, ...]:
    if not ours:
        return theirs
    known = {package.number: package for package in theirs}
    return tuple(
        replace(p, tracking=t.tracking, tracking_url=t.tracking_url, carrier=p.carrier or t.carrier)
        if not p.tracking and (t := known.get(p.number)) is not None and t.tracking
        else p
        for p in ours
    )


def _picked(lines: tuple[Line, ...], before: tuple[Line, ...]) -> tuple[Line, ...]:
    """The platform's lines with what was picked of them so far."""
    known = {_same(line): line for line in before}
    return tuple(
        replace(line, picked=old.picked, short_reason=old.short_reason)
        if (old := known.get(_same(line))) is not None
        else line
        for line in lines
    )


def _same(line: Line) -> tuple[str, str, int, Decimal]:
    """What makes a line the same line; two alike without a number of the platform stay apart."""
    return line.sku, line.remote_id, 0 if line.remote_id else line.number, line.quantity
