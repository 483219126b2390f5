"""How far an order of Vendure is, read from its fulfilments.

The order's own state follows them only once its payment is settled and the goods have left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from desktop.connectors import _values as get
from desktop.connectors import _vendure_words as words
from desktop.connectors._values import Json

GONE = frozenset({words.SHIPPED, words.DELIVERED})
# While it is in one of these, the order's own state says only how it is paid.
_PAID_STATES = frozenset({words.AUTHORIZED, words.SETTLED})


@dataclass(frozen=True, slots=True)
class Shipment:
    """A fulfilment that is not cancelled; `lines` are quantities by the line's id."""

    id: str
    state: str
    method: str
    tracking: str
    at: datetime | None
    next_states: tuple[str, ...]
    lines: tuple[tuple[str, int], ...]


def shipment_of(body: Json) -> Shipment:
    """A fulfilment as the platform describes it."""
    following = body.get("nextStates")
    return Shipment(
        id=get.text(body, "id", required=True),
        state=get.text(body, "state", required=True),
        method=get.text(body, "method"),
        tracking=get.text(body, "trackingCode"),
        at=get.date(body, "updatedAt"),
        next_states=tuple(str(one) for one in following) if isinstance(following, list) else (),
        lines=tuple(
            (get.text(line, "orderLineId"), get.whole(line, "quantity", 0, 10**6))
            for line in get.boxes(body, "lines")
        ),
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """An order's state, its goods (quantities by line) and the shipments that hold them."""

    state: str
    lines: Mapping[str, int]
    shipments: tuple[Shipment, ...]

    def left(self, states: Collection[str] | None = None) -> dict[str, int]:
        """Quantities that stand in no shipment (of these states), by line."""
        left = dict(self.lines)
        for one in self.shipments:
            if states is None or one.state in states:
                for line, quantity in one.lines:
                    left[line] = left.get(line, 0) - quantity
        return {line: quantity for line, quantity in left.items() if quantity > 0}

    def is_all(self, states: Collection[str]) -> bool:
        """Whether all goods are in shipments of these states."""
        return not self.left(states)

    def word(self, ready: str, otherwise: str) -> str:
        """The word of the mapping; `ready` is the shop's state for a pickup that is ready, `otherwise`
        counts while no shipment holds all goods."""
        word = self._hidden(ready, otherwise) if self.state in _PAID_STATES else self.state
        if word == words.PARTLY_DELIVERED and not self.is_all(GONE):
            return words.PARTLY_SHIPPED
        return word

    def _hidden(self, ready: str, otherwise: str) -> str:
        states = {one.state for one in self.shipments}
        if states & GONE:
            return self._gone(states)
        if not states or not self.is_all(states):
            return otherwise
        if len(states) > 1:
            return words.PENDING
        return words.READY if ready in states else states.pop()

    def _gone(self, states: Collection[str]) -> str:
        for state in (words.DELIVERED, words.SHIPPED):
            if self.is_all({state}):
                return state
        return words.PARTLY_DELIVERED if words.DELIVERED in states else words.PARTLY_SHIPPED

    def verbatim(self) -> str:
        """The platform's own word, and those of the shipments where they say more."""
        states: Iterable[str] = dict.fromkeys(one.state for one in self.shipments)
        if self.state in _PAID_STATES and self.shipments:
            return f"{self.state} ({', '.join(states)})"
        return self.state
