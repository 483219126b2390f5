"""Many new rows of a table in one call, by the driver: over a row, Core takes longer than the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.engine import Dialect

from desktop.store.store import Session
from desktop.store.tables import Utc, to_ms


def add(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts `rows`, which all have the same columns. Values are those Core takes, of types the driver
    takes too; times may be datetimes."""
    if not rows:
        return
    statement, names, times = _compiled(table, tuple(rows[0]), session.connection.dialect)
    session.connection.exec_driver_sql(statement, list(_values(rows, names, times)))


@cache
def _compiled(
    table: Table, columns: tuple[str, ...], dialect: Dialect
) -> tuple[str, list[str], list[int]]:
    """The statement, its parameters in order, and which of them are times."""
    compiled = insert(table).compile(dialect=dialect, column_keys=columns)
    names = list(compiled.positiontup or columns)
    times = [n for n, name in enumerate(names) if isinstance(table.c[name].type, Utc)]
    return str(compiled), names, times


def _values(
    rows: Iterable[Mapping[str, Any]], names: list[str], times: list[int]
) -> Iterable[tuple[Any, ...]]:
    for row in rows:
        values = [row[name] for name in names]
        for n in times:
            if values[n] is not None:
                values[n] = to_ms(values[n])
        yield tuple(values)
