"""The writer thread: transactions in order, snapshots beside them, what is announced, the end."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import CancelledError
from contextlib import closing
from traceback import format_exception

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from desktop.errors import UserError
from desktop.store import journal, orders, tables
from tests.fakes import NOW, an_order, open_store, wait_until
from tests.unit.store.contents import count, put


def test_writes_run_in_the_order_they_were_asked_for_on_one_thread(store):
    seen: list[tuple[int, str]] = []
    futures = [
        store.write(lambda _s, n=n: seen.append((n, threading.current_thread().name)))
        for n in range(50)
    ]
    for future in futures:
        future.result(5)
    assert seen == [(n, "writer") for n in range(50)]


def test_any_exception_rolls_everything_back_and_comes_out_of_the_future(store):
    class Odd(BaseException):
        pass

    for error in (UserError("no"), KeyError("bug"), Odd()):

        def fail(session, error=error):
            orders.add(session, [(an_order(), "")], NOW)
            journal.append(session, NOW, "Ana", "accept", [(1, {})])
            raise error

        with pytest.raises(type(error)):
            store.do(fail)
        assert (count(store, "orders"), count(store, "search"), count(store, "journal")) == (
            0,
            0,
            0,
        )
    assert put(store, an_order())[0].id == 1


def test_a_bug_in_a_write_tells_no_personal_data(store):
    """What the driver could not take are people's names: an error is kept in the crash report."""
    put(store, an_order())
    row = {"order_id": 1, "name": "João Conceição", "document": "123.456.789-09"}
    with pytest.raises(IntegrityError) as caught:
        store.do(lambda s: s.run(insert(tables.personal), row))
    said = "".join(format_exception(caught.value))
    assert "Conceição" not in said and "123.456" not in said


def test_changes_are_announced_after_the_commit_and_never_after_a_rollback(store):
    heard: list[tuple[frozenset[int], int]] = []
    # A second connection sees only what is committed.
    store.listen(lambda ids: heard.append((ids, count(store, "orders"))))

    def add(session):
        [order] = orders.add(session, [(an_order(), "")], NOW)
        session.changed.add(order.id)
        return order

    order = store.do(add)

    def add_and_fail(session):
        session.changed.add(99)
        orders.add(session, [(an_order("2"), "")], NOW)
        raise UserError("no")

    with pytest.raises(UserError):
        store.do(add_and_fail)
    store.do(lambda _s: None)
    assert heard == [(frozenset({order.id}), 1)]


def test_a_listener_that_fails_stops_neither_the_others_nor_the_writer(store, caplog):
    heard: list[frozenset[int]] = []

    def fail(_ids):
        raise RuntimeError("a bug in a listener")

    store.listen(fail)
    store.listen(heard.append)
    store.do(lambda s: s.changed.add(7))
    store.do(lambda s: s.changed.add(8))
    assert heard == [frozenset({7}), frozenset({8})]
    assert "a bug in a listener" in caplog.text
    caplog.clear()


def test_who_listens_may_stop(store):
    heard: list[frozenset[int]] = []
    stop = store.listen(heard.append)
    store.do(lambda s: s.changed.add(1))
    stop()
    store.do(lambda s: s.changed.add(2))
    assert heard == [frozenset({1})]


def test_a_read_is_a_snapshot(store):
    put(store, an_order("1"))
    with store.read() as session:
        before = session.run(tables.orders.select()).fetchall()
        put(store, an_order("2"))
        assert session.run(tables.orders.select()).fetchall() == before
    with store.read() as session:
        assert len(session.run(tables.orders.select()).fetchall()) == 2


def test_many_threads_may_read_while_one_writes(store):
    failures: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                with store.read() as session:
                    rows = session.run(tables.orders.select()).fetchall()
                    journalled = journal.first_broken(session)
                assert len(rows) % 2 == 0, "half a transaction was seen"
                assert journalled is None
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(0, 40, 2):
        put(store, an_order(f"a{n}"), an_order(f"b{n}"))
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_closing_carries_out_what_is_queued_and_then_takes_nothing_more(tmp_path):
    store = open_store(tmp_path)
    gate = threading.Event()
    store.write(lambda _s: gate.wait(5))
    queued = [store.write(lambda s, n=n: journal.append(s, NOW, "Ana", str(n), [(None, {})]))
              for n in range(20)]  # fmt: skip
    closer = threading.Thread(target=store.close)
    closer.start()
    wait_until(lambda: store._closed, "the closing")
    with pytest.raises(RuntimeError):
        store.write(lambda _s: None)
    gate.set()
    closer.join(5)
    assert all(future.done() and future.exception() is None for future in queued)
    assert count(store, "journal") == 20
    with pytest.raises(RuntimeError), store.read():
        pass
    store.close()  # once more does nothing
    assert "writer" not in {thread.name for thread in threading.enumerate()}


def test_a_queued_write_may_be_called_off(store):
    gate = threading.Event()
    store.write(lambda _s: gate.wait(5))
    future = store.write(lambda s: orders.add(s, [(an_order(), "")], NOW))
    assert future.cancel()
    gate.set()
    with pytest.raises(CancelledError):
        future.result(5)
    store.do(lambda _s: None)
    assert count(store, "orders") == 0


def test_a_part_that_fails_alone_undoes_only_itself(store):
    def work(session):
        journal.append(session, NOW, "Ana", "first", [(None, {})])
        with pytest.raises(UserError), session.attempt():
            journal.append(session, NOW, "Ana", "lost", [(None, {})])
            raise UserError("no")
        journal.append(session, NOW, "Ana", "second", [(None, {})])

    store.do(work)
    with closing(sqlite3.connect(store.path)) as raw:
        assert raw.execute("SELECT what FROM journal").fetchall() == [("first",), ("second",)]
    with store.read() as session:
        assert journal.first_broken(session) is None
