"""The search index: words of an order, blind to accents and case.

Every word that enters or queries the index passes `tokens`. The index is a table of the database's own
full-text kind; only this file knows which.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.engine import Connection

from desktop.order import Order
from desktop.store.store import Session

NEWEST = 200
MIN_LETTERS = 2

_WORD = re.compile(r"[0-9a-z]+")
_MARKS = re.compile("[\u0300-\u036f]+")  # what NFKD splits from the letters of Latin scripts


def create(connection: Connection) -> None:
    """Makes the index; called by the first migration."""
    connection.exec_driver_sql(
        "CREATE VIRTUAL TABLE search USING fts5"
        "(words, detail='none', columnsize=0, prefix='2 3', tokenize='ascii')"
    )


def tokens(words: str) -> list[str]:
    """The lower-case, accent-free words of `words`, in order, repeats kept."""
    if not words.isascii():
        words = _MARKS.sub("", unicodedata.normalize("NFKD", words))
    return _WORD.findall(words.lower())


def words_of(order: Order) -> str:
    """What an order is found by: number, buyer, document, SKUs, products, tracking, access key.

    Numbers with marks inside (1047-01, 123.456.789-09) enter whole as well, so that a typed run of digits
    finds them.
    """
    coded = [order.number, order.remote_id, order.buyer.document, order.shelf, order.pickup_code]
    coded += [package.tracking for package in order.packages]
    if order.invoice is not None:
        coded += [order.invoice.key, order.invoice.number]
    free = [order.buyer.name, order.address.receiver, order.channel]
    for line in order.lines:
        coded += (line.sku, line.ean)
        free.append(line.name)
    found = tokens(" ".join(free + coded))
    found += ["".join(tokens(code)) for code in coded if not code.isalnum()]
    return " ".join(filter(None, dict.fromkeys(found)))


def index(session: Session, rows: Iterable[tuple[int, str]]) -> None:
    """Puts (order id, words) pairs into the index, replacing what stood there: one call a page."""
    pairs = list(rows)
    if not pairs:
        return
    session.connection.exec_driver_sql(
        "INSERT OR REPLACE INTO search (rowid, words) VALUES (?, ?)", pairs
    )


def refresh(session: Session, order_id: int, words: str) -> None:
    """Puts one order's words into the index when they are not what stands there."""
    read = session.connection.exec_driver_sql
    if read("SELECT words FROM search WHERE rowid = ?", (order_id,)).scalar() != words:
        index(session, [(order_id, words)])


def find(session: Session, typed: str, limit: int = NEWEST) -> array[int]:
    """Ids of the newest orders that have every typed word, the last ones as beginnings of words.

    Fewer than two letters find nothing: everything would match.
    """
    words = [word for word in tokens(typed) if len(word) >= MIN_LETTERS]
    if not words:
        return array("q")
    query = " AND ".join(f'"{word}"*' for word in dict.fromkeys(words))
    rows = session.run(
        text("SELECT rowid FROM search WHERE search MATCH :query ORDER BY rowid DESC LIMIT :limit"),
        {"query": query, "limit": limit},
    )
    return array("q", (row[0] for row in rows))


def forget(session: Session, ids: Sequence[int]) -> None:
    """Removes orders from the index."""
    for one in ids:
        session.run(text("DELETE FROM search WHERE rowid = :id"), {"id": one})
