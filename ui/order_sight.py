"""Everything the order's panel shows, read in one go beside the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from desktop import connectors
from desktop.connectors import Told
from desktop.errors import UserError
from desktop.journey import STEPS, Journey, Step, may, next_step
from desktop.journey.path import rank
from desktop.order import Order, Role, Status
from desktop.store import Session, journal, notes, orders, outbox, setup

# Facts that are offered by a button of their own, not in the menu of other steps.
HOLDING = (Step.HOLD, Step.RELEASE)
_PICKABLE = frozenset({Status.ACCEPTED, Status.IN_PREPARATION, Status.INVOICED})


@dataclass(frozen=True, slots=True)
class Sight:
    """One order with its pushes, journal and notes, and the rules it stands under.

    `known_at` is how fresh the platform's side is: the last time this order was read or everything new
    was; None when it never was.
    """

    order: Order
    pushes: tuple[outbox.Entry, ...]
    entries: tuple[journal.Entry, ...]
    notes: tuple[notes.Note, ...]
    journey: Journey
    tells: Mapping[Step, Told]
    known_at: datetime | None

    @property
    def next(self) -> Step | None:
        return next_step(self.order, self.journey)

    @property
    def awaits_invoice(self) -> bool:
        return self.next is Step.INVOICE and self.closed(Step.INVOICE) is None

    @property
    def is_pickable(self) -> bool:
        """Whether lines can be picked now."""
        order = self.order
        return order.status in _PICKABLE and not order.hold and not order.cancellation

    def closed(self, step: Step, role: Role | None = None) -> UserError | None:
        """Why a step is closed, None when it is open."""
        return may(self.order, step, self.journey, role)

    def others(self) -> list[Step]:
        """The steps besides the next one that make sense for an order of this kind and still lie before
        it."""
        kind = self.order.kind
        return [
            step
            for step, rule in STEPS.items()
            if step is not self.next
            and step not in HOLDING
            and rule.kind in {None, kind}
            and rule.to not in self.journey.off
            and not (rule.main and self._is_past(rule.to))
        ]

    def _is_past(self, stage: Status | None) -> bool:
        """Whether the order has reached a stage of the main path."""
        kind = self.order.kind
        return stage is not None and rank(stage, kind) <= rank(self.order.status, kind)

    def came_at(self) -> datetime | None:
        """When the order came to its status, where the journal knows."""
        times = [e.at for e in self.entries if e.data.get("to") == self.order.status.value]
        return times[-1] if times else None


def read_sight(session: Session, order_id: int) -> Sight:
    """Raises UserError when there is no such order. May take long for a long order: not for the GUI."""
    order = orders.get(session, order_id)
    connection = next(
        (one for one in setup.all_connections(session) if one.name == order.connection), None
    )
    read = [at for at in (order.seen.at, connection and connection.synced_at) if at]
    return Sight(
        order,
        tuple(outbox.of_order(session, order_id)),
        tuple(journal.of_order(session, order_id)),
        tuple(notes.of_order(session, order_id)),
        setup.store_settings(session).journey,
        connectors.load(connection.connector).tells if connection else {},
        max(read, default=None),
    )
