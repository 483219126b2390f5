"""Orders put into a store, and what stands in its tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from desktop.order import Order
from desktop.store import Store, orders
from tests.fakes import NOW


def put(store: Store, *new: Order) -> list[Order]:
    return store.do(lambda s: orders.add(s, [(one, "") for one in new], NOW))


def count(store: Store, table: str) -> int:
    with closing(sqlite3.connect(store.path)) as raw:
        return int(raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
