"""Ingest: from the bytes of 10,000 VTEX orders to committed, searchable rows.

    python -m tests.benchmarks.bench_ingest       prints the table
    pytest tests/benchmarks/bench_ingest.py       fails over three times the bare work

The bare work is `json.loads` of the same bytes and raw `sqlite3.executemany` of the very rows that the ingest
wrote (orders, personal data, codes, journal, search words), committed in the same pages of 100 with the
same pragmas. Both run in turns in one process; the best of each counts.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from desktop import ingest
from desktop.connectors import Pulled
from desktop.connectors._vtex_body import read
from desktop.connectors.vtex import Vtex
from desktop.journey import Journey
from desktop.sandbox import Sandbox
from desktop.store import Store, queries, search
from tests.fakes import NOW, SHOP, open_store

ORDERS = int(os.environ.get("BALCAO_BENCH_INGEST", "10000"))
PAGE = 100
ROUNDS = 3
LIMIT = 3.0
TABLES = ("orders", "personal", "codes", "journal")
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000")

Rows = dict[str, list[tuple[object, ...]]]


def bodies(orders: int) -> list[bytes]:
    """Details as the platform gives them: a thousand made ones, each again under other ids."""
    made = [
        order.body()
        for order in Sandbox(seed=1, orders=min(orders, 1_000), feed=False).oms.orders()
    ]
    found = []
    for n in range(orders):
        raw = made[n % len(made)]
        body = json.loads(raw)
        for old in (body["orderId"], body["sequence"]):
            raw = raw.replace(f'"{old}"'.encode(), f'"{n:06d}{old}"'.encode())
        found.append(raw)
    return found


def ours(folder: Path, raw: list[bytes]) -> float:
    """Seconds of the ingest, as the connection's thread does it."""
    store = open_store(folder, words=Vtex.words)
    started = time.perf_counter()
    for start in range(0, len(raw), PAGE):
        remotes = [one for body in raw[start : start + PAGE] for one in read(body, SHOP).remote]
        page = Pulled(tuple(remotes))
        store.do(lambda s, page=page: ingest.take_page(s, SHOP, page, Journey(), NOW))
    seconds = time.perf_counter() - started
    with store.read() as session:
        assert queries.total(session) >= 0.8 * len(raw)
        assert search.find(session, "de")
    store.close()
    return seconds


def rows_of(folder: Path) -> tuple[Rows, dict[str, int]]:
    """What the ingest wrote, by table, and the number of columns of each."""
    with closing(sqlite3.connect(folder / Store.FILE)) as raw:
        rows: Rows = {
            t: raw.execute(f"SELECT * FROM {t} ORDER BY rowid").fetchall() for t in TABLES
        }
        rows["search"] = raw.execute("SELECT rowid, words FROM search ORDER BY rowid").fetchall()
    return rows, {name: len(found[0]) for name, found in rows.items()}


def bare(folder: Path, raw: list[bytes], rows: Rows, widths: dict[str, int]) -> float:
    """Seconds of the same work without anything around it."""
    Store(folder).close()
    pages = -(-len(raw) // PAGE)
    shares = {name: -(-len(found) // pages) for name, found in rows.items()}
    insert = {
        name: f"INSERT INTO {name} VALUES ({','.join('?' * widths[name])})" for name in TABLES
    }
    insert["search"] = "INSERT INTO search (rowid, words) VALUES (?, ?)"
    with closing(sqlite3.connect(folder / Store.FILE, isolation_level=None)) as connection:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        started = time.perf_counter()
        for page in range(pages):
            for body in raw[page * PAGE : (page + 1) * PAGE]:
                json.loads(body)
            connection.execute("BEGIN IMMEDIATE")
            for name, statement in insert.items():
                share = shares[name]
                connection.executemany(statement, rows[name][page * share : (page + 1) * share])
            connection.execute("COMMIT")
        return time.perf_counter() - started


def measure(orders: int = ORDERS, rounds: int = ROUNDS) -> tuple[float, float]:
    """Seconds of the ingest and of the bare work."""
    raw = bodies(orders)
    mine: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as top:
            mine.append(ours(Path(top) / "ours", raw))
            rows, widths = rows_of(Path(top) / "ours")
            theirs.append(bare(Path(top) / "bare", raw, rows, widths))
    return min(mine), min(theirs)


def report(mine: float, theirs: float) -> str:
    return (
        f"ingest of {ORDERS:,} orders: {mine:.2f} s ({ORDERS / mine:,.0f} a second);"
        f" bare {theirs:.2f} s; {mine / theirs:.2f}× (limit {LIMIT}×)"
    )


def test_ingest_costs_at_most_three_times_the_bare_work() -> None:
    mine, theirs = measure()
    print("\n" + report(mine, theirs))
    assert mine <= LIMIT * theirs


if __name__ == "__main__":
    found = measure()
    print(report(*found))
    sys.exit(found[0] > LIMIT * found[1])
