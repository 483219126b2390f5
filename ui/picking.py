"""Counting goods by scan: what was read so far of lines that are not complete.

The store keeps a line's picking once it is whole, or short with a reason; until then the count stands
here, for as long as the window is open.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from desktop.order import Line, Order


class Tally:
    """The counts of this window, by order and line."""

    def __init__(self) -> None:
        self._counts: dict[tuple[int, int], Decimal] = {}

    def shown(self, order: Order) -> Order:
        """The order with its lines as far as they are counted."""
        return replace(order, lines=tuple(self._so_far(order, line) for line in order.lines))

    def add(self, order: Order, line: Line) -> Decimal:
        """One more of a line was read; how many that makes. Goods by weight are one piece."""
        already = self._so_far(order, line).picked or Decimal(0)
        count = min(already + 1, line.quantity)
        if line.unit not in {"", "un"}:
            count = line.quantity
        self._counts[order.id, line.number] = count
        return count

    def forget(self, order: Order, line: Line) -> None:
        """The store knows better now."""
        self._counts.pop((order.id, line.number), None)

    def _so_far(self, order: Order, line: Line) -> Line:
        count = self._counts.get((order.id, line.number))
        if count is None or line.is_settled or count <= (line.picked or 0):
            return line
        return replace(line, picked=count)


def line_of(order: Order, code: str) -> Line | None:
    """The line whose EAN or SKU was read; one that is not complete goes first."""
    wanted = code.strip().upper()
    found = [line for line in order.lines if wanted in {line.ean.upper(), line.sku.upper()} - {""}]
    open_ones = [line for line in found if not line.is_settled]
    return next(iter(open_ones or found), None)
