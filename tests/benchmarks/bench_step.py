"""A clerk's step: from the call to the moment it is durable.

    python -m tests.benchmarks.bench_step         prints the table
    pytest tests/benchmarks/bench_step.py         fails over five times raw SQL, or 10 ms (p99)

The raw work is every statement that the steps really executed, with its very values, replayed by `sqlite3`
on a copy of the same database with the same pragmas, one transaction a step. Steps and replay take turns.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from desktop.journey import Step
from desktop.store import Store
from desktop.work import Work
from tests.fakes import ANA, an_order, open_store

ORDERS = int(os.environ.get("BALCAO_BENCH_STEPS", "250"))
LIMIT, P99_MS = 5.0, 10.0
STEPS: tuple[tuple[Step, dict[str, Any]], ...] = (
    (Step.ACCEPT, {}),
    (Step.PREPARE, {}),
    (Step.INVOICE, {"document": "NF"}),
    (Step.PACK, {"packages": "1200 300x200x100"}),
    (Step.SHIP, {"carrier": "Jadlog", "label_elsewhere": "x"}),
)
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000")
Statements = list[tuple[str, Any, bool]]


@contextmanager
def recorded(store: Store, into: Statements) -> Iterator[None]:
    def note(_conn: Any, _cursor: Any, sql: str, values: Any, _context: Any, many: bool) -> None:
        into.append((sql, values, many))

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def given(step: Step, base: dict[str, Any], order_id: int) -> dict[str, Any]:
    more = {Step.INVOICE: {"number": str(order_id)}, Step.SHIP: {"tracking": f"JD{order_id:09d}BR"}}
    return base | more.get(step, {})


def measure(orders: int = ORDERS) -> tuple[list[float], list[float]]:
    """Milliseconds of each step, and of its statements alone."""
    with tempfile.TemporaryDirectory() as top:
        folders = [Path(top) / name for name in ("ours", "recorded", "raw")]
        open_store(folders[0], *(an_order(str(n)) for n in range(1, orders + 1))).close()
        for copy in folders[1:]:
            shutil.copytree(folders[0], copy)
        script = _script(folders[1], orders)
        return _in_turns(folders[0], folders[2], script, orders)


def _acts(orders: int) -> Iterator[tuple[int, Step, dict[str, Any]]]:
    for order_id in range(1, orders + 1):
        for step, base in STEPS:
            yield order_id, step, given(step, base, order_id)


def _script(folder: Path, orders: int) -> list[Statements]:
    store, script = Store(folder), []
    work = Work(store)
    for order_id, step, values in _acts(orders):
        statements: Statements = []
        with recorded(store, statements):
            work.do(order_id, step, values, ANA).result()
        script.append(statements)
    store.close()
    return script


def _in_turns(
    ours: Path, raw: Path, script: list[Statements], orders: int
) -> tuple[list[float], list[float]]:
    mine: list[float] = []
    theirs: list[float] = []
    store = Store(ours)
    work = Work(store)
    with closing(sqlite3.connect(raw / Store.FILE, isolation_level=None)) as connection:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        for (order_id, step, values), statements in zip(_acts(orders), script, strict=True):
            started = time.perf_counter()
            work.do(order_id, step, values, ANA).result()
            middle = time.perf_counter()
            _replay(connection, statements)
            theirs.append((time.perf_counter() - middle) * 1000)
            mine.append((middle - started) * 1000)
    store.close()
    return mine, theirs


def _replay(connection: sqlite3.Connection, statements: Statements) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for sql, values, many in statements:
        if sql.startswith("BEGIN"):
            continue
        if many:
            connection.executemany(sql, values)
        else:
            connection.execute(sql, values).fetchall()
    connection.execute("COMMIT")


def p99(values: list[float]) -> float:
    return sorted(values)[round(0.99 * (len(values) - 1))]


def report(mine: list[float], theirs: list[float]) -> str:
    ratio = statistics.median(mine) / statistics.median(theirs)
    return (
        f"a step ({len(mine)}): median {statistics.median(mine):.2f} ms, p99 {p99(mine):.2f} ms"
        f" (limit {P99_MS}); raw median {statistics.median(theirs):.2f} ms, p99 {p99(theirs):.2f} ms;"
        f" {ratio:.2f}× (limit {LIMIT}×)"
    )


def within(mine: list[float], theirs: list[float]) -> bool:
    return statistics.median(mine) <= LIMIT * statistics.median(theirs) and p99(mine) <= P99_MS


def test_a_step_is_durable_within_five_times_raw_sql_and_ten_milliseconds() -> None:
    mine, theirs = measure()
    print("\n" + report(mine, theirs))
    assert statistics.median(mine) <= LIMIT * statistics.median(theirs)
    assert p99(mine) <= P99_MS


if __name__ == "__main__":
    found = measure()
    print(report(*found))
    sys.exit(not within(*found))
