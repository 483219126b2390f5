"""The journal's chain: whatever is altered, taken out or put in is named."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.store import Store, journal
from tests.fakes import NOW, open_store

LINES = 6
COLUMNS = ("at", "who", "order_id", "what", "data", "previous", "hash")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(tmp_path_factory.mktemp("journal"))
    yield opened
    opened.close()


def write(store: Store) -> None:
    def work(session):
        session.connection.exec_driver_sql("DELETE FROM journal")
        for n in range(0, LINES, 2):
            entries = [(n + 1, {"from": "ready", "to": "accepted"}), (None, {"reached": True})]
            journal.append(session, NOW, "Conceição", "accept", entries)

    store.do(work)


def broken(store: Store, *statements: tuple[str, tuple[object, ...]]) -> int | None:
    write(store)
    with closing(sqlite3.connect(store.path)) as raw, raw:
        for sql, values in statements:
            raw.execute(sql, values)
    with store.read() as session:
        return journal.first_broken(session)


def test_a_whole_journal_is_whole_and_comes_back_as_written(store):
    assert broken(store) is None
    with store.read() as session:
        [line] = journal.of_order(session, 3)
    assert (line.seq, line.at, line.who, line.what) == (3, NOW, "Conceição", "accept")
    assert line.data == {"from": "ready", "to": "accepted"}


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(seq=st.integers(1, LINES), column=st.sampled_from(COLUMNS), data=st.data())
def test_any_flipped_byte_of_a_line_is_named(store, seq, column, data):
    write(store)
    with closing(sqlite3.connect(store.path)) as raw:
        row = raw.execute(
            f"SELECT CAST({column} AS BLOB) FROM journal WHERE seq = ?", (seq,)
        ).fetchone()
    old = row[0] if row[0] is not None else b""
    if old:
        where = data.draw(st.integers(0, len(old) - 1))
        flipped = bytearray(old)
        flipped[where] ^= data.draw(st.integers(1, 255))
        new = bytes(flipped)
    else:
        new = b"7"
    kind = "INTEGER" if column in {"at", "order_id"} else "TEXT"
    changed = (f"UPDATE journal SET {column} = CAST(? AS {kind}) WHERE seq = ?", (new, seq))
    altered = broken(store, changed)
    if kind == "INTEGER" and _same_number(old, new):
        return  # a byte that the number does not have
    assert altered == seq


def _same_number(old: bytes, new: bytes) -> bool:
    with closing(sqlite3.connect(":memory:")) as raw:
        row = raw.execute("SELECT CAST(? AS INTEGER), CAST(? AS INTEGER)", (old, new)).fetchone()
    return bool(row[0] == row[1])


@pytest.mark.parametrize("seq", range(1, LINES))
def test_a_missing_line_is_named(store, seq):
    assert broken(store, ("DELETE FROM journal WHERE seq = ?", (seq,))) == seq


@pytest.mark.parametrize("seq", range(1, LINES))
def test_a_missing_line_is_named_also_when_the_others_close_ranks(store, seq):
    gone = ("DELETE FROM journal WHERE seq = ?", (seq,))
    moved = [
        ("UPDATE journal SET seq = seq - 1 WHERE seq = ?", (n,)) for n in range(seq + 1, LINES + 1)
    ]
    assert broken(store, gone, *moved) == seq


@pytest.mark.parametrize("seq", range(1, LINES + 2))
def test_a_line_that_was_put_in_is_named(store, seq):
    apart = [
        ("UPDATE journal SET seq = seq + 1 WHERE seq = ?", (n,)) for n in range(LINES, seq - 1, -1)
    ]
    copy = (
        "INSERT INTO journal SELECT ?, at, who, order_id, what, data, previous, hash FROM journal"
        " WHERE seq = ?",
        (seq, 1 if seq > 1 else 3),
    )
    assert broken(store, *apart, copy) == seq


def test_two_lines_that_changed_places_are_named(store):
    swap = [
        ("UPDATE journal SET seq = ? WHERE seq = ?", pair) for pair in ((99, 2), (2, 3), (3, 99))
    ]
    assert broken(store, *swap) == 2


def test_bytes_that_are_no_text_are_named(store):
    assert (
        broken(store, ("UPDATE journal SET data = CAST(? AS TEXT) WHERE seq = 4", (b"\xff\xfe",)))
        == 4
    )
    assert broken(store, ("UPDATE journal SET data = ? WHERE seq = 4", (b"\xff\xfe",))) == 4


def test_the_chain_goes_on_after_the_program_was_started_again(tmp_path):
    for n in range(3):
        store = open_store(tmp_path) if n == 0 else Store(tmp_path)
        store.do(lambda s, n=n: journal.append(s, NOW, "Ana", f"run {n}", [(1, {}), (2, {})]))
        store.close()
    store = Store(tmp_path)
    with store.read() as session:
        assert journal.first_broken(session) is None
        assert [line.seq for line in journal.of_order(session, 2)] == [2, 4, 6]
    store.close()


def test_a_fingerprint_tells_values_apart_without_telling_them():
    assert journal.fingerprint("12345678909") != journal.fingerprint("12345678908")
    assert "12345678909" not in journal.fingerprint("12345678909")
