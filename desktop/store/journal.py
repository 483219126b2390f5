"""The journal: an append-only, hash-chained log of who did what to which order.

It holds ids, field names and hashes, never names of buyers, documents or addresses, nor hashes of such: there
are so few documents that whoever tries them all finds the one. So it may be kept when personal data is
erased. `who` is a person of the store, "platform" or "balcao".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from desktop.errors import StoreError
from desktop.store import bulk
from desktop.store.engine import DAMAGED, sound, translated
from desktop.store.store import Session
from desktop.store.tables import from_ms, journal, to_ms

START = "0" * 64
_HEAD = select(journal.c.seq, journal.c.hash).order_by(journal.c.seq.desc()).limit(1)
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as it was written; `order_id` is None for what concerns no order."""

    seq: int
    at: datetime
    who: str
    order_id: int | None
    what: str
    data: Mapping[str, Any]


def append(
    session: Session,
    at: datetime,
    who: str,
    what: str,
    entries: Iterable[tuple[int | None, Mapping[str, Any]]],
) -> None:
    """Writes one line for each (order id, data); data are JSON values."""
    head = session.run(_HEAD).first()
    seq, previous = (head.seq, head.hash) if head else (0, START)
    rows, ms = [], to_ms(at)
    for order_id, data in entries:
        seq += 1
        text = _encode(data)
        digest = _hash(previous, seq, ms, who, order_id, what, text)
        rows.append({"seq": seq, "at": ms, "who": who, "order_id": order_id, "what": what,
                     "data": text, "previous": previous, "hash": digest})  # fmt: skip
        previous = digest
    bulk.add(session, journal, rows)


def of_order(session: Session, order_id: int) -> list[Entry]:
    """The order's lines, oldest first."""
    rows = session.run(
        select(journal).where(journal.c.order_id == order_id).order_by(journal.c.seq)
    )
    with sound():
        return [
            Entry(row.seq, from_ms(row.at), row.who, row.order_id, row.what, json.loads(row.data))
            for row in rows
        ]


def first_broken(session: Session) -> int | None:
    """The number of the first line that was altered, or follows one that is missing; None when whole.

    That the last lines are missing cannot be seen from the lines that are left.
    """
    previous, expected = START, 1
    try:
        with translated():
            for row in session.run(select(journal).order_by(journal.c.seq)):
                digest = _hash(previous, row.seq, row.at, row.who, row.order_id, row.what, row.data)
                if row.seq != expected or row.previous != previous or row.hash != digest:
                    return expected
                previous, expected = row.hash, expected + 1
    except StoreError as error:
        if error.text != DAMAGED:
            raise
        return expected
    return None


def fingerprint(value: object) -> str:
    """What the journal says in place of a long value."""
    return hashlib.sha256(str(value).encode()).hexdigest()[:16]


def _hash(
    previous: str, seq: int, ms: int, who: str, order_id: int | None, what: str, data: str
) -> str:
    parts = (previous, seq, ms, who, order_id or "", what, data)
    line = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(line.encode()).hexdigest()
