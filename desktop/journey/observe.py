"""What the platform says, taken in: the only other way an order moves.

Platforms move orders by themselves (auto-transitions, other tills, the buyer). Ahead of us: followed
without guards. Behind or sideways: our status stays and the difference is shown. A cancellation always
wins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from desktop.journey.path import FINAL, GONE, MAIN_PATH, Journey, rank
from desktop.order import (
    Cancellation,
    CancelState,
    Line,
    Order,
    Package,
    Seen,
    Status,
)

S = Status
_ENDS = frozenset({S.FINALIZED, S.CANCELLED, S.RETURNED, S.CLOSED})


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
    status = _enabled(remote.status, remote.facts, journey) or S.AWAITING_CREATION
    cancelled = remote.cancel is CancelState.CANCELLED or status is S.CANCELLED
    if cancelled:
        status = S.CANCELLED
    return replace(
        remote.facts,
        status=status,
        archived=status in _ENDS,
        cancellation=_cancellation(remote, at) if remote.cancel or cancelled else None,
        seen=Seen(remote.status, remote.word, at),
    )


def observe(order: Order, remote: Remote, journey: Journey, at: datetime) -> Observed:
    """`order` after a look at the platform; journalled by the caller as the platform's act."""
    news = remote.word != order.seen.word
    seen = replace(order, seen=Seen(remote.status, remote.word, at))
    seen = _take_facts(seen, remote.facts)
    if order.status in FINAL | {S.RETURNED}:
        return Observed(seen)
    stopped = _take_cancellation(seen, remote, at)
    if stopped is not None:
        known = order.cancellation is not None and order.cancellation.state is stopped.state
        seen = replace(seen, cancellation=order.cancellation if known else stopped)
        if stopped.state is CancelState.CANCELLED and _unsent(order):
            return Observed(replace(seen, status=S.CANCELLED, hold=None), order.status, not known)
        return Observed(seen, None, not known)
    if order.cancellation is not None and order.cancellation.state is CancelState.REQUESTED:
        seen = replace(seen, cancellation=None)
    target = _enabled(remote.status, order, journey)
    if target is None or target is order.status or not _ahead(order, target, news):
        return Observed(seen)
    return Observed(_follow(seen, target, at), order.status)


def _cancellation(remote: Remote, at: datetime) -> Cancellation:
    return Cancellation(
        remote.cancel or CancelState.CANCELLED, at, "platform", remote.cancel_reason
    )


def _take_cancellation(order: Order, remote: Remote, at: datetime) -> Cancellation | None:
    cancelled = remote.cancel is not None or remote.status is S.CANCELLED
    return _cancellation(remote, at) if cancelled else None


def _unsent(order: Order) -> bool:
    """No invoice and nothing left the store: the platform's cancel simply ends the order."""
    some_left = any(package.shipped_at for package in order.packages)
    return order.invoice is None and order.status not in GONE and not some_left


def _enabled(status: Status | None, order: Order, journey: Journey) -> Status | None:
    """`status`, or the last enabled stage before it where this store has switched it off."""
    if status is None or status in {S.DELIVERY_PROBLEM, S.CANCELLED, S.RETURNED, S.CLOSED}:
        return status
    whole, enabled = MAIN_PATH[order.kind], journey.path(order.kind)
    if status not in whole:
        return None
    return next(s for s in reversed(whole[: whole.index(status) + 1]) if s in enabled)


def _ahead(order: Order, target: Status, news: bool) -> bool:
    if target in {S.RETURNED, S.CLOSED}:
        return True
    ours, theirs = rank(order.status, order.kind), rank(target, order.kind)
    alternates = {order.status, target} == {S.IN_TRANSIT, S.DELIVERY_PROBLEM} and news
    return theirs > ours or alternates


def _follow(order: Order, target: Status, at: datetime) -> Order:
    """What a status implies, so that nothing later asks for it again."""
    packages = order.packages
    if rank(target, order.kind) >= rank(S.SHIPPED, order.kind) and target in GONE | {S.FINALIZED}:
        packages = tuple(replace(p, shipped_at=p.shipped_at or at) for p in packages)
    if target in {S.DELIVERED, S.FINALIZED}:
        packages = tuple(replace(p, delivered_at=p.delivered_at or at) for p in packages)
    return replace(order, status=target, packages=packages)


def _take_facts(order: Order, facts: Order) -> Order:
    """The platform's data where ours is missing; what it owns (buyer, address, due time) as it is now.

    Lines and total may change until the invoice; afterwards the difference is shown, not taken.
    """
    payment = order.payment
    if facts.payment.is_settled and not payment.is_settled:
        payment = replace(payment, settled_at=facts.payment.settled_at, amount=facts.payment.amount)
    before_invoice = order.invoice is None and rank(order.status, order.kind) < rank(
        S.INVOICED, order.kind
    )
    return replace(
        order,
        payment=payment,
        buyer=facts.buyer,
        address=facts.address,
        due_at=facts.due_at,
        invoice=order.invoice or facts.invoice,
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
    known = {(line.remote_id or line.sku, line.quantity): line for line in before}
    return tuple(
        replace(line, picked=old.picked, short_reason=old.short_reason)
        if (old := known.get((line.remote_id or line.sku, line.quantity))) is not None
        else line
        for line in lines
    )
