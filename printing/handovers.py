"""What a carrier or an own driver took on a day, and the manifest of it."""

from __future__ import annotations

from datetime import UTC, datetime

from desktop.journey import Journey
from desktop.local_day import Day
from desktop.shipments import taker_name, taker_of
from desktop.store import Session, orders, setup, shipments
from desktop.store.shipments import Key, Left, Taker
from printing import documents
from printing.document import Document
from printing.documents import About, Handover


def of(day: Day, taker: Taker) -> Handover:
    """The handover that a row of the shipments page is about."""
    assert taker.way is not None and taker.carrier is not None
    return Handover(day, taker.way, taker.carrier, taker_name(taker))


def find(session: Session, day: Day, name: str) -> Handover:
    """The handover to the carrier or driver called `name`. Raises UserError when nothing left with it."""
    numbers = shipments.day_numbers(session, day, Journey(), datetime.now(UTC))
    return of(day, taker_of(numbers, name))


def keys(session: Session, handover: Handover) -> list[Key]:
    """Its packages, as they left."""
    day = handover.day
    left = Left(day.start, day.end, handover.way, handover.carrier)
    return shipments.keys(session, left, Journey())


def manifest(session: Session, handover: Handover) -> tuple[Document, int]:
    """The paper, and how many packages stand on it."""
    packages = keys(session, handover)
    ids = list(dict.fromkeys(order_id for order_id, _ in packages))
    known = orders.several(session, ids)
    store = setup.store_settings(session)
    about = About(store.store_name, store.sender.lines, handover=handover)
    paper = documents.load("manifest").draw([known[one][0] for one in ids], about)
    return paper, len(packages)
