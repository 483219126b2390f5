"""What was really done to each order, so that a test can say: this happened twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Effect:
    """One state change that was applied.

    ``kind`` is ``start-handling``, ``invoice``, ``receipt`` (the same invoice number again),
    ``tracking`` (carrier and code of an invoice), ``event`` (on the way), ``ready`` (the same call for
    a pickup order), ``delivered``, ``request-cancel``, ``cancel``, ``note`` or ``payment``. ``mark`` tells
    what exactly; two effects of one order with the same kind and mark are a duplicate, unless
    ``idle``: the call changed nothing anybody could see. ``by`` is ``api``, ``other till``, ``buyer`` or
    ``platform``.
    """

    order_id: str
    kind: str
    mark: str
    at: datetime
    by: str = "api"
    idle: bool = False

    def json(self) -> dict[str, object]:
        return {
            "orderId": self.order_id,
            "kind": self.kind,
            "mark": self.mark,
            "at": self.at.isoformat(),
            "by": self.by,
            "idle": self.idle,
        }


class Ledger:
    """All effects in the order they were applied."""

    def __init__(self) -> None:
        self._effects: list[Effect] = []

    def add(self, effect: Effect) -> None:
        self._effects.append(effect)

    def of(self, order_id: str | None = None, kind: str | None = None) -> list[Effect]:
        return [
            effect
            for effect in list(self._effects)
            if order_id in (None, effect.order_id) and kind in (None, effect.kind)
        ]

    def duplicates(self) -> list[Effect]:
        """Every effect that repeats an earlier one; empty is what a careful client leaves."""
        seen: Counter[tuple[str, str, str]] = Counter()
        repeats = []
        for effect in list(self._effects):
            if effect.idle:
                continue
            key = (effect.order_id, effect.kind, effect.mark)
            seen[key] += 1
            if seen[key] > 1:
                repeats.append(effect)
        return repeats
