"""What left the store, kept in step with the orders: one row a package, one a pickup order handed over.

Carriers are told apart by the words of their names, blind to accents and case: people type them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, delete, select

from desktop.order import Order, Package
from desktop.store import bulk, search
from desktop.store.store import Session
from desktop.store.tables import departures, to_ms

_d = departures.c
_OF_ORDER = select(departures).where(_d.order_id == bindparam("key"))
_FORGET = delete(departures).where(_d.order_id == bindparam("key"))


class Way(StrEnum):
    """Who took the goods: a carrier, a driver of the store, or the buyer at the counter."""

    CARRIER = "carrier"
    DRIVER = "driver"
    COUNTER = "counter"


def key_of(name: str) -> str:
    """What tells a carrier or a driver apart, however somebody writes the name."""
    return " ".join(search.tokens(name)) or " ".join(name.casefold().split())


def taken_by(package: Package) -> tuple[Way, str]:
    """Who took the package, and that name; empty where nobody said."""
    if package.driver and not package.carrier:
        return Way.DRIVER, package.driver
    return Way.CARRIER, package.carrier


def weight_of(order: Order, package: Package) -> int:
    """Grams of a package; of one alone that nobody weighed, those of its lines; 0 when unknown."""
    return package.weight_g or (order.weight_g if len(order.packages) == 1 else 0)


def add(session: Session, new: Sequence[Order], at: datetime) -> None:
    """The departures of orders that are first seen at `at`. What had left by then has no day here."""
    rows = [row for order in new for row in _rows(order)]
    for row in rows:
        if to_ms(row["at"]) == to_ms(at):
            row["at"] = None
    bulk.add(session, departures, rows)


def refresh(session: Session, order: Order) -> None:
    """After a change of an order. What has left never comes back as if it had not, so that an order
    with nothing gone costs nothing."""
    rows = _rows(order)
    if not rows:
        return
    known = {row.package: dict(row._mapping) for row in session.run(_OF_ORDER, {"key": order.id})}
    for row in rows:
        if row["package"] in known:
            row["at"] = known[row["package"]]["at"]
    if known != {row["package"]: row for row in rows}:
        session.run(_FORGET, {"key": order.id})
        bulk.add(session, departures, rows)


def _rows(order: Order) -> list[dict[str, Any]]:
    rows = [
        _row(
            order, package.number, *taken_by(package), weight_of(order, package), package.shipped_at
        )
        for package in order.packages
        if package.shipped_at is not None
    ]
    if order.collected is not None:
        rows.append(_row(order, 0, Way.COUNTER, "", order.weight_g, order.collected.at))
    return rows


def _row(
    order: Order, package: int, way: Way, name: str, weight_g: int, at: datetime
) -> dict[str, Any]:
    return {
        "order_id": order.id, "package": package, "way": way.value, "carrier": key_of(name),
        "name": " ".join(name.split()), "weight_g": weight_g, "at": at,
    }  # fmt: skip
