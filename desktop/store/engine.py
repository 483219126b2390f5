"""How the database is opened, and what its own troubles are called."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from desktop.errors import StoreError
from desktop.i18n import N_

BUSY_TIMEOUT_MS = 5000

_SENTENCES = {
    sqlite3.SQLITE_BUSY: N_("Another program keeps the database locked. Close it and try again."),
    sqlite3.SQLITE_LOCKED: N_("Another program keeps the database locked. Close it and try again."),
    sqlite3.SQLITE_READONLY: N_(
        "The data folder cannot be written. Give this user the right to write there."
    ),
    sqlite3.SQLITE_CANTOPEN: N_(
        "The database cannot be opened. Check the data folder and its rights."
    ),
    sqlite3.SQLITE_FULL: N_("The disk is full. Free some space; nothing that was saved is lost."),
    sqlite3.SQLITE_CORRUPT: N_("The database file is damaged. Restore the last backup."),
    sqlite3.SQLITE_NOTADB: N_(
        "The file is not a Balcão database, or it is damaged. Restore a backup."
    ),
    sqlite3.SQLITE_IOERR: N_(
        "The disk gave an error. Check it before going on; restore a backup if needed."
    ),
}
# Without room for the index of the write-ahead log SQLite speaks of input and output.
_SENTENCES[sqlite3.SQLITE_IOERR_SHMSIZE] = _SENTENCES[sqlite3.SQLITE_FULL]
DAMAGED = _SENTENCES[sqlite3.SQLITE_CORRUPT]
_OTHER = N_("The database did not answer as it should ({detail}). Try again; restart if it stays.")


def open_sqlite(path: Path) -> Engine:
    """An engine on `path`: WAL, synchronous FULL, writers begin IMMEDIATE."""
    url = URL.create("sqlite", database=str(path))
    # Parameters are people's names and documents: they stay out of errors, hence out of the log.
    engine = create_engine(
        url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own transaction handling would begin deferred and late.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        # A deferred transaction that reads and then writes fails at once when somebody else committed.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def translated() -> Iterator[None]:
    """Database errors of the world's making come out as StoreError; bugs pass unchanged."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        original = error.orig if isinstance(error, DBAPIError) else error
        fault = _world_fault(original) if isinstance(original, sqlite3.Error) else None
        if fault is None:
            raise
        raise fault from error


@contextmanager
def sound() -> Iterator[None]:
    """Around making values of what a row holds: what no Balcão ever wrote is damage, not a bug."""
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
        raise StoreError(DAMAGED) from error


def _world_fault(error: sqlite3.Error) -> StoreError | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        # The driver itself met bytes that are no text.
        return StoreError(DAMAGED) if "decode to UTF-8" in str(error) else None
    sentence = _SENTENCES.get(code) or _SENTENCES.get(code & 0xFF)
    if sentence is not None:
        return StoreError(sentence)
    if isinstance(error, sqlite3.OperationalError) and code & 0xFF != sqlite3.SQLITE_ERROR:
        return StoreError(_OTHER, detail=str(error))
    return None
