"""Taking in a page of the platform's orders: one transaction, all or nothing.

New orders enter where the mapping puts them, known ones are observed, unreadable ones are parked with
their raw text. What has not changed is not written. The page is acknowledged to the platform only
afterwards, by the caller.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from desktop.connectors import Pulled, RemoteOrder, Unreadable
from desktop.errors import StoreError, UserError
from desktop.i18n import N_
from desktop.journey import MAIN_PATH, STEPS, Journey, Step, rank
from desktop.journey.observe import Observed, Remote, first_seen, observe
from desktop.order import CancelState, Order, Status
from desktop.store import Session, journal, orders, outbox, setup
from desktop.store.setup import MapRow

log = logging.getLogger(__name__)
PLATFORM = "platform"  # who cancelled, where it was nobody here


@dataclass(slots=True)
class Taken:
    """What a page did; `stopped` are orders whose cancellation became known."""

    new: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    stopped: list[int] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)
    unchanged: int = 0

    def add(self, more: Taken) -> None:
        for name in ("new", "changed", "stopped", "parked", "unchanged"):
            setattr(self, name, getattr(self, name) + getattr(more, name))


def take_page(
    session: Session, connection: str, page: Pulled, journey: Journey, at: datetime
) -> Taken:
    """Stores a page and its cursor."""
    taken = take(session, connection, page.orders, page.unreadable, journey, at)
    setup.save_cursor(session, connection, page.cursor)
    return taken


def take(
    session: Session, connection: str, found: Iterable[RemoteOrder],
    unreadable: Iterable[Unreadable], journey: Journey, at: datetime,
) -> Taken:  # fmt: skip
    """Stores what was read. An order that the store cannot hold is parked and stops no other."""
    mapping = setup.mapping_of(session, connection)
    look = partial(_take, session, connection, mapping=mapping, journey=journey, at=at)
    # Of an order that comes twice, the later counts.
    orders_found = list({(one.facts.remote_id, one.facts.group): one for one in found}.values())
    try:
        with session.attempt():
            taken = look(orders_found)
    except StoreError:
        raise
    except Exception:
        log.exception("a page could not be taken in; its orders are taken one by one")
        taken = _one_by_one(session, connection, orders_found, look, at)
    read_well = {_printable(one.facts.remote_id) for one in orders_found} - set(taken.parked)
    setup.unpark(session, connection, read_well)
    for bad in unreadable:
        _park(session, connection, bad, at, taken)
    session.changed.update(taken.new, taken.changed)
    return taken


def _one_by_one(
    session: Session, connection: str, found: Iterable[RemoteOrder],
    look: Callable[[Sequence[RemoteOrder]], Taken], at: datetime,
) -> Taken:  # fmt: skip
    taken = Taken()
    for one in found:
        try:
            with session.attempt():
                taken.add(look([one]))
        except StoreError:
            raise
        except Exception as error:
            detail = _printable(str(error).partition("\n")[0])
            reason = UserError(N_("The store cannot hold this order ({detail})."), detail=detail)
            bad = Unreadable(one.facts.remote_id, reason, one.raw)
            _park(session, connection, bad, at, taken)
    return taken


def _park(session: Session, connection: str, bad: Unreadable, at: datetime, taken: Taken) -> None:
    remote_id = _printable(bad.remote_id)
    setup.park(session, connection, remote_id, bad.reason, bad.raw, at)
    taken.parked.append(remote_id)


def _printable(text: str) -> str:
    """What any database and screen can hold."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:200])


def _take(
    session: Session, connection: str, found: Sequence[RemoteOrder],
    mapping: Mapping[str, MapRow], journey: Journey, at: datetime,
) -> Taken:  # fmt: skip
    taken = Taken()
    known = orders.by_remote(session, connection, [one.facts.remote_id for one in found])
    fresh: list[tuple[Order, str]] = []
    same: list[tuple[int, datetime]] = []
    for one in found:
        stored = known.get((one.facts.remote_id, one.facts.group))
        if stored is None:
            _meet(session, connection, one, mapping, journey, at, fresh, taken)
        elif stored[1] == one.digest:
            same.append((stored[0].id, at))
        else:
            _look(session, stored[0], one, mapping, journey, at, taken)
    _store_new(session, fresh, at, taken)
    orders.touch(session, same)
    taken.unchanged = len(same)
    return taken


def made_needless(order: Order) -> list[Step]:
    """Steps whose effect the platform shows already, or that a cancellation forbids.

    That an order is invoiced there does not show that it is by our invoice: one of another number is a
    difference for a person.
    """
    if order.cancellation is not None and order.cancellation.state is CancelState.CANCELLED:
        # A cancellation of our own still has to be told.
        theirs = order.cancellation.by == PLATFORM or order.seen.status is Status.CANCELLED
        return [s for s, rule in STEPS.items() if rule.main or (theirs and s is Step.CANCEL)]
    if order.seen.status not in MAIN_PATH[order.kind]:
        return []
    there = rank(order.seen.status, order.kind)
    return [
        step
        for step, rule in STEPS.items()
        if rule.main and rule.to is not None and -1 < rank(rule.to, order.kind) <= there
        and (step is not Step.INVOICE or order.is_invoice_shown)
    ]  # fmt: skip


def _meet(
    session: Session, connection: str, one: RemoteOrder, mapping: Mapping[str, MapRow],
    journey: Journey, at: datetime, fresh: list[tuple[Order, str]], taken: Taken,
) -> None:  # fmt: skip
    row = mapping.get(one.word)
    if row is None:
        reason = UserError(
            N_(
                "The platform says “{word}”, and the mapping has no row for it. Add one in the settings."
            ),
            word=one.verbatim,
            row=one.word,  # by this the order is read again once there is one
        )
        _park(session, connection, Unreadable(one.facts.remote_id, reason, one.raw), at, taken)
    elif row.active and row.creates:
        fresh.append((first_seen(_remote(one, mapping), journey, at), one.digest))


def _look(
    session: Session, order: Order, one: RemoteOrder, mapping: Mapping[str, MapRow],
    journey: Journey, at: datetime, taken: Taken,
) -> None:  # fmt: skip
    observed = observe(order, _remote(one, mapping), journey, at)
    saved = orders.save(session, observed.order, at, one.digest)
    taken.changed.append(order.id)
    if observed.stopped:
        taken.stopped.append(order.id)
    if line := _line(order, observed):
        journal.append(session, at, "platform", "observe", [(order.id, line)])
    if needless := made_needless(saved):
        outbox.withdraw(session, order.id, needless, at)


def _line(before: Order, observed: Observed) -> dict[str, str]:
    after = observed.order
    line: dict[str, str] = {}
    if observed.moved_from is not None:
        line |= {"from": before.status.value, "to": after.status.value}
    if observed.stopped and after.cancellation is not None:
        line["cancel"] = after.cancellation.state.value
    if before.seen.word != after.seen.word:
        line["word"] = after.seen.word
    return line


def _store_new(
    session: Session, fresh: Sequence[tuple[Order, str]], at: datetime, taken: Taken
) -> None:
    stored = orders.add(session, fresh, at)
    entries = ((o.id, {"to": o.status.value, "word": o.seen.word}) for o in stored)
    journal.append(session, at, "platform", "arrive", entries)
    taken.new += (order.id for order in stored)


def _remote(one: RemoteOrder, mapping: Mapping[str, MapRow]) -> Remote:
    row = mapping.get(one.word)
    status = row.status if row is not None and row.active else None
    return Remote(one.facts, status, one.verbatim, one.cancel, one.cancel_reason)
