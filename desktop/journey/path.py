"""The path of an order: its stages in order, and a store's settings of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.order import Kind, Status

S = Status

MAIN_PATH: Mapping[Kind, tuple[Status, ...]] = {
    Kind.DELIVERY: (
        S.AWAITING_PAYMENT,
        S.AWAITING_CREATION,
        S.ACCEPTED,
        S.IN_PREPARATION,
        S.INVOICED,
        S.PACKED,
        S.SHIPPED,
        S.IN_TRANSIT,
        S.DELIVERED,
        S.FINALIZED,
    ),
    Kind.PICKUP: (
        S.AWAITING_PAYMENT,
        S.AWAITING_CREATION,
        S.ACCEPTED,
        S.IN_PREPARATION,
        S.INVOICED,
        S.PACKED,
        S.READY_FOR_PICKUP,
        S.PICKED_UP,
        S.FINALIZED,
    ),
}
OPTIONAL = frozenset({S.IN_PREPARATION, S.INVOICED, S.PACKED, S.IN_TRANSIT})
FINAL = frozenset({S.FINALIZED, S.CANCELLED, S.CLOSED})
ON_THE_ROAD = frozenset({S.SHIPPED, S.IN_TRANSIT, S.DELIVERY_PROBLEM})
GONE = ON_THE_ROAD | {S.DELIVERED, S.PICKED_UP}


@dataclass(frozen=True, slots=True)
class Journey:
    """A store's settings of the journey.

    `off` holds optional stages that this store does not use, `picking` asks for scanned lines before
    packing, `untracked` names carriers without a tracking code (lower case), `tolerance` is the
    difference between invoice and order that is let through, in minor units.
    """

    off: frozenset[Status] = frozenset()
    picking: bool = False
    untracked: frozenset[str] = frozenset()
    tolerance: int = 0

    def path(self, kind: Kind) -> tuple[Status, ...]:
        """The enabled stages of a kind, in order."""
        off = self.off & OPTIONAL
        return tuple(status for status in MAIN_PATH[kind] if status not in off)

    def before(self, status: Status, kind: Kind) -> Status:
        """The enabled stage before `status`: a step's "from"."""
        path = self.path(kind)
        return path[path.index(status) - 1]

    def stage(self, status: Status, kind: Kind) -> Status | None:
        """The enabled stage that `status` counts as: itself, or the last one before it where the store
        has switched it off. None where the kind's path does not know `status`."""
        whole, enabled = MAIN_PATH[kind], self.path(kind)
        if status not in whole:
            return None
        return next(s for s in reversed(whole[: whole.index(status) + 1]) if s in enabled)


def rank(status: Status, kind: Kind) -> int:
    """How far along the whole path `status` is; statuses beside the path give -1."""
    if status is S.DELIVERY_PROBLEM:
        status = S.IN_TRANSIT
    path = MAIN_PATH[kind]
    return path.index(status) if status in path else -1
