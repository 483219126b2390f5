"""Comments on an order, and files that belong to it: both erasable."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from desktop.store.store import Session
from desktop.store.tables import files, notes


@dataclass(frozen=True, slots=True)
class Note:
    at: datetime
    who: str
    step: str
    text: str


def add(session: Session, order_id: int, note: Note) -> None:
    session.run(
        insert(notes).values(
            order_id=order_id, at=note.at, who=note.who, step=note.step, text=note.text
        )
    )


def of_order(session: Session, order_id: int) -> list[Note]:
    """Oldest first."""
    rows = session.run(select(notes).where(notes.c.order_id == order_id).order_by(notes.c.id))
    return [Note(row.at, row.who, row.step, row.text) for row in rows]


def keep_file(session: Session, order_id: int, kind: str, data: bytes, at: datetime) -> str:
    """Keeps the bytes as they came (an XML, a signature); returns their SHA-256."""
    digest = hashlib.sha256(data).hexdigest()
    known = session.run(
        select(files.c.sha256).where(files.c.sha256 == digest, files.c.order_id == order_id)
    ).first()
    if known is None:
        session.run(
            insert(files).values(sha256=digest, order_id=order_id, kind=kind, data=data, at=at)
        )
    return digest


def file(session: Session, order_id: int, sha256: str) -> bytes | None:
    """The order's file of this hash, byte for byte; None when there is none (any more)."""
    data: bytes | None = session.run(
        select(files.c.data).where(files.c.sha256 == sha256, files.c.order_id == order_id)
    ).scalar()
    return data


def file_of(session: Session, order_id: int, kind: str) -> bytes | None:
    """The newest file of a kind, byte for byte."""
    data: bytes | None = session.run(
        select(files.c.data)
        .where(files.c.order_id == order_id, files.c.kind == kind)
        .order_by(files.c.at.desc())
    ).scalar()
    return data
