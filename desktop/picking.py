"""Counting goods by scan: which line a code means, and what one more piece makes of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from desktop.errors import UserError
from desktop.i18n import N_, number
from desktop.order import Line, Order

PIECES = frozenset({"", "un", "und", "unit"})


def line_of(order: Order, code: str) -> Line | None:
    """The line whose EAN or SKU was read: of several one that has no answer yet, then one of which
    something is missing."""
    wanted = code.strip().upper()
    found = [line for line in order.lines if wanted in {line.ean.upper(), line.sku.upper()} - {""}]
    return min(found, key=lambda line: (line.is_settled, _is_whole(line)), default=None)


def one_more(line: Line) -> Line:
    """The line with one more piece of it. Goods by weight are one piece.

    Raises UserError when all of it is picked already.
    """
    if _is_whole(line):
        raise UserError(
            N_("{name}: all {n} are picked already."), name=line.name, n=number(line.quantity)
        )
    step = Decimal(1) if line.unit.lower() in PIECES else line.quantity
    picked = min((line.picked or Decimal(0)) + step, line.quantity)
    whole = replace(line, picked=picked, short_reason="")
    return whole if _is_whole(whole) else replace(line, picked=picked)


def _is_whole(line: Line) -> bool:
    return line.picked is not None and line.picked >= line.quantity
