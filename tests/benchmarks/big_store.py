"""A store with many orders, built by raw SQL once and kept in the temporary folder."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from pathlib import Path

from desktop.order import Kind, Line, Order, Payment, PaymentKind, Status
from desktop.store import Store, body, search, tables

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
_NOW_MS = int(NOW.timestamp() * 1000)
_MINUTE_MS = 60_000
_OPEN = 20_000
_OPEN_STATUSES = (
    Status.AWAITING_CREATION, Status.ACCEPTED, Status.IN_PREPARATION, Status.INVOICED, Status.PACKED,
    Status.SHIPPED, Status.READY_FOR_PICKUP,
)  # fmt: skip
_FIRST = (
    "Marina",
    "João",
    "Beatriz",
    "Luís",
    "Conceição",
    "Ángel",
    "Sofía",
    "Thiago",
    "Inês",
    "Zoë",
)
_LAST = ("Oliveira", "Araújo", "Guimarães", "Andrade", "Peña", "Muñoz", "Souza", "Nuñez", "Brandão")
_GOODS = ("Camiseta", "Tênis", "Calça", "Jaqueta", "Bermuda", "Vestido", "Blusa", "Meia", "Boné")
_MORE = ("básica", "algodão", "preta", "corrida", "leve", "azul", "infantil", "couro", "verão")
_CHANNELS = ("Magalu", "VTEX loja", "Mercado Livre", "Amazon", "Shopee")


def folder(orders: int) -> Path:
    """The data folder of a store with `orders` orders; built on first use (a minute for a million).

    Its name carries a digest of this file and of the tables, so a change of either builds a new one.
    """
    source = Path(__file__).read_bytes() + Path(tables.__file__).read_bytes()
    where = Path(tempfile.gettempdir()) / f"balcao-big-{orders}-{sha256(source).hexdigest()[:10]}"
    if not (where / "complete").exists():
        shutil.rmtree(where, ignore_errors=True)
        Store(where).close()
        _fill(where / Store.FILE, orders)
        (where / "complete").touch()
    return where


def _fill(path: Path, orders: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-200000")
    later = _without_indexes(connection)
    rows = _rows(orders)
    while page := list(islice(rows, 20_000)):
        _insert(connection, page)
    for sql in later:
        connection.execute(sql)
    connection.execute("INSERT INTO search(search) VALUES('optimize')")
    connection.commit()
    connection.execute("PRAGMA optimize")
    connection.close()


def _without_indexes(connection: sqlite3.Connection) -> list[str]:
    """Drops the indexes that can be made again after the rows; returns how."""
    made = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type='index' AND sql IS NOT NULL"
        " AND tbl_name IN ('orders', 'codes')"
    ).fetchall()
    for name, _ in made:
        connection.execute(f"DROP INDEX {name}")
    return [sql for _, sql in made]


def _insert(
    connection: sqlite3.Connection, page: list[tuple[tuple[object, ...], str, str]]
) -> None:
    marks = ",".join("?" * len(page[0][0]))
    columns = (
        "id, connection, remote_id, grp, number, channel, kind, status, currency, total, lines,"
        " is_open, held, stopped, archived, placed_at, due_at, changed_at, seen_word, digest,"
        " version, body"
    )
    connection.executemany(
        f"INSERT INTO orders ({columns}) VALUES ({marks})", (row for row, _, _ in page)
    )
    connection.executemany(
        "INSERT INTO personal (order_id, name, document, phone, email, address)"
        " VALUES (?, ?, ?, '', '', '{}')",
        ((row[0], name, f"{row[0]:011d}") for row, name, _ in page),
    )
    connection.executemany(
        "INSERT INTO codes (code, kind, order_id) VALUES (?, 'number', ?)",
        ((row[4], row[0]) for row, _, _ in page),
    )
    connection.executemany(
        "INSERT INTO search (rowid, words) VALUES (?, ?)", ((row[0], w) for row, _, w in page)
    )
    connection.commit()


def _rows(orders: int) -> Iterator[tuple[tuple[object, ...], str, str]]:
    """(row of orders, buyer's name, search words), oldest first; the last ones are open."""
    dice = random.Random(7)
    bodies = [_body(dice) for _ in range(500)]
    for one in range(1, orders + 1):
        is_open = one > orders - _OPEN
        status = dice.choice(_OPEN_STATUSES) if is_open else Status.FINALIZED
        name = f"{dice.choice(_FIRST)} {dice.choice(_LAST)} {dice.choice(_LAST)}"
        text, lines, total, goods = dice.choice(bodies)
        channel = dice.choice(_CHANNELS)
        placed = _NOW_MS - (orders - one) * _MINUTE_MS
        due = placed + dice.randrange(60, 3000) * _MINUTE_MS
        number = str(1_000_000 + one)
        row = (
            one, "shop", f"v{number}-01", "", number, channel, "delivery", status.value, "BRL", total,
            lines, is_open, is_open and one % 50 == 0, is_open and one % 200 == 1, False, placed, due,
            placed, "", "", 1, text,
        )  # fmt: skip
        words = " ".join(
            dict.fromkeys(search.tokens(f"{number} {name} {one:011d} {channel} {goods}"))
        )
        yield row, name, words


def _body(dice: random.Random) -> tuple[str, int, int, str]:
    count = dice.randint(1, 4)
    lines = tuple(
        Line(
            n, f"SKU{dice.randrange(20_000):05d}",
            f"{dice.choice(_GOODS)} {dice.choice(_MORE)} {dice.choice(_MORE)}", Decimal(1),
            price := dice.randrange(1_000, 90_000), price,
        )
        for n in range(1, count + 1)
    )  # fmt: skip
    total = sum(line.total for line in lines)
    order = Order(
        "", "", "", Kind.DELIVERY, Status.ACCEPTED, "BRL", total, lines,
        Payment(PaymentKind.ONLINE, settled_at=NOW), NOW,
    )  # fmt: skip
    goods = " ".join(f"{line.sku} {line.name}" for line in lines)
    return body.encode(order), count, total, goods


if __name__ == "__main__":
    started = time.perf_counter()
    print(folder(1_000_000), f"{time.perf_counter() - started:.1f} s")
