"""What needs a person: refused and unanswered pushes, unreadable answers, papers that may have come out.

Each becomes one `Trouble`; who mends it does so by `Work` (and the printers' spooler).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from desktop import connectors
from desktop.connectors import Repeat
from desktop.errors import BalcaoError, UserError
from desktop.fields import FieldKind
from desktop.i18n import N_
from desktop.journey import Step, fields_of
from desktop.order import Order
from desktop.store import Session, orders, outbox, print_jobs, setup
from desktop.store.tables import from_ms

RAW_SHOWN = 20_000


class Kind(StrEnum):
    """REFUSED: the platform said no. ASKED: nobody but a person can tell whether it arrived. CHECKED: the
    program looks it up by itself. PARKED: an answer that is no order. PAPER: did it come out?"""

    REFUSED = "refused"
    ASKED = "asked"
    CHECKED = "checked"
    PARKED = "parked"
    PAPER = "paper"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Kind.REFUSED: N_("refused"),
    Kind.ASKED: N_("no answer"),
    Kind.CHECKED: N_("checking"),
    Kind.PARKED: N_("unreadable"),
    Kind.PAPER: N_("did it print?"),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing to settle. `order` is None where there is none (a parked answer, a manifest); exactly
    one of `push`, `parked` and `job` is there."""

    kind: Kind
    at: datetime
    reason: BalcaoError
    order: Order | None = None
    push: outbox.Entry | None = None
    parked: setup.Parked | None = None
    job: print_jobs.Job | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What it is known by while the list is read again."""
        one = self.push or self.parked or self.job
        assert one is not None
        return type(one).__name__, one.id

    def is_same(self, other: Trouble | None) -> bool:
        """Whether `other` tells the same of the same thing. (Errors are equal only to themselves, so
        two readings never compare as equal.)"""
        return other is not None and self._told() == other._told()

    def _told(self) -> tuple[Any, ...]:
        push = self.push
        sent = (push.data, push.field) if push is not None else ()
        return self.key, self.kind, str(self.reason), sent


def troubles(session: Session) -> list[Trouble]:
    """All of them, those that need a person first, then the oldest first."""
    asks = _asking(setup.all_connections(session))
    found = [_of_push(session, push, asks) for push in outbox.in_trouble(session)]
    found += [_of_parked(parked) for parked in setup.all_parked(session)]
    unsure = print_jobs.in_state(session, [print_jobs.State.UNKNOWN])
    found += [_of_job(session, job) for job in unsure]
    return sorted(found, key=lambda one: (one.kind is Kind.CHECKED, one.at))


def count(found: Iterable[Trouble]) -> int:
    """How many wait for a person."""
    return sum(one.kind is not Kind.CHECKED for one in found)


def form_values(push: outbox.Entry) -> dict[str, Any]:
    """What the step was given, typed as its form takes it."""
    data = dict(push.data)
    if push.step is Step.INVOICE and isinstance(data.get("key"), Mapping):
        data |= _invoice_values(data["key"])
    for field in fields_of(push.step):
        value = data.get(field.name)
        if isinstance(value, int) and field.kind is FieldKind.DATE:
            data[field.name] = from_ms(value)
    return data


def readable(raw: bytes) -> tuple[str, bool]:
    """A platform's raw answer as text that is safe to show, and whether it was cut at RAW_SHOWN bytes.

    Control characters and marks that turn the direction of writing become visible dots.
    """
    text = raw[:RAW_SHOWN].decode("utf-8", "replace")
    safe = "".join(c if c.isprintable() or c in "\n\t" else "·" for c in text.replace("\r\n", "\n"))
    return safe, len(raw) > RAW_SHOWN


def _asking(connections: Iterable[setup.Connection]) -> dict[str, frozenset[Step]]:
    """Steps whose effect cannot be compared, by connection."""
    return {
        c.name: frozenset(
            step for step, told in connectors.load(c.connector).tells.items() if told.repeat is Repeat.ASK
        )
        for c in connections
    }  # fmt: skip


def _of_push(session: Session, push: outbox.Entry, asks: Mapping[str, frozenset[Step]]) -> Trouble:
    kind = Kind.REFUSED
    if push.state is outbox.State.UNKNOWN:
        asked = push.step in asks.get(push.connection, frozenset())
        kind = Kind.ASKED if asked else Kind.CHECKED
    reason = push.reason or UserError(N_("No answer came."))
    return Trouble(kind, push.enqueued_at, reason, orders.get(session, push.order_id), push)


def _of_parked(parked: setup.Parked) -> Trouble:
    return Trouble(Kind.PARKED, parked.at, parked.reason, parked=parked)


def _of_job(session: Session, job: print_jobs.Job) -> Trouble:
    reason = job.reason or UserError(N_("The printer was cut off while it printed."))
    order = orders.get(session, job.order_id) if job.order_id else None
    return Trouble(Kind.PAPER, job.queued_at, reason, order, job=job)


def _invoice_values(invoice: Mapping[str, Any]) -> dict[str, Any]:
    key = str(invoice.get("key", ""))
    number = "" if key else invoice.get("number", "")
    return {"key": key, "number": number, "document": invoice.get("document", "")}
