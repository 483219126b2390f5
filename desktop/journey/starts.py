"""Where a step can start: found by asking the rules themselves, for help pages to tell."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import product

from desktop.journey import Journey, may
from desktop.journey.path import rank
from desktop.journey.steps import STEPS, Step
from desktop.order import Hold, Invoice, Kind, Line, Order, Payment, PaymentKind, Status

_AT = datetime(2000, 1, 1, tzinfo=UTC)
_ENDS = frozenset({Status.CANCELLED, Status.RETURNED, Status.CLOSED})
_BESIDE = {Kind.DELIVERY: _ENDS | {Status.DELIVERY_PROBLEM}, Kind.PICKUP: _ENDS}
_GOODS = (Line(1, "", "", Decimal(1), 1, 1, picked=Decimal(1)),)


def starts(step: Step, journey: Journey) -> tuple[Status, ...]:
    """The statuses in which an ordinary order may take `step`, in the order of its path.

    Ordinary: it came here by every stage before, and was neither cancelled nor sent in parts.
    """
    kind = STEPS[step].kind
    kinds = (kind,) if kind else tuple(Kind)
    return tuple(
        status for status in Status if any(_is_open(step, status, one, journey) for one in kinds)
    )


def _is_open(step: Step, status: Status, kind: Kind, journey: Journey) -> bool:
    if status not in _BESIDE[kind] and status not in journey.path(kind):
        return False
    ways = product((_AT, None), (Hold(_AT, "", ""), None))
    return any(may(_order(status, kind, paid, hold), step, journey) is None for paid, hold in ways)


def _order(status: Status, kind: Kind, paid: datetime | None, hold: Hold | None) -> Order:
    invoiced = rank(status, kind) >= rank(Status.INVOICED, kind) or status is Status.RETURNED
    return Order(
        "", "", "", kind, status, "BRL", 1, _GOODS, Payment(PaymentKind.TRANSFER, settled_at=paid),
        _AT, hold=hold, invoice=Invoice("1") if invoiced else None,
    )  # fmt: skip
