"""Taking in pages: atomic, only what changed, nothing half-stored, nothing stopped by its neighbour."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desktop import ingest
from desktop.connectors import Pulled, RemoteOrder, Unreadable
from desktop.errors import UserError
from desktop.journey import Journey, Step
from desktop.order import CancelState, Invoice, Kind, Order, Status
from desktop.store import Store, journal, orders, outbox, queries, search, setup
from desktop.store.outbox import State
from desktop.work import Work
from tests.fakes import ANA, NOW, SHOP, WORDS, Clock, an_order, open_store, page, remote

S = Status
KEY = "35260312345678000195550010000012341000012346"
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def take(store: Store, *found: RemoteOrder, at=NOW, **more) -> ingest.Taken:
    return store.do(lambda s: ingest.take_page(s, SHOP, page(*found, **more), Journey(), at))


def order_of(store: Store, number: str = "1047", group: str = "") -> Order:
    with store.read() as session:
        return orders.by_remote(session, SHOP, [f"r{number}"])[f"r{number}", group][0]


def cursor(store: Store) -> str:
    with store.read() as session:
        return setup.all_connections(session)[0].cursor


def parked(store: Store) -> list[setup.Parked]:
    with store.read() as session:
        return setup.all_parked(session)


def pushes(store: Store) -> list[tuple[Step, State]]:
    with store.read() as session:
        return [(push.step, push.state) for push in outbox.of_order(session, 1)]


def dump(store: Store) -> list[str]:
    with closing(sqlite3.connect(store.path)) as raw:
        return list(raw.iterdump())


def test_new_orders_enter_where_the_mapping_puts_them(store):
    first = [remote(an_order("1"), "ready"), remote(an_order("2"), "shipped"),
             remote(an_order("3"), "canceled"), remote(an_order("4"), "on-its-way")]  # fmt: skip
    taken = take(store, *first, cursor="c1")
    assert (taken.new, taken.parked, taken.unchanged) == ([1, 2], [], 0)
    assert order_of(store, "1").status is S.AWAITING_CREATION
    assert order_of(store, "2").status is S.SHIPPED
    with store.read() as session:
        assert queries.total(session) == 2, "rows that do not create stay away"
        assert [line.what for line in journal.of_order(session, 2)] == ["arrive"]
        assert list(search.find(session, "conceicao")) == [2, 1]
    assert cursor(store) == "c1"


def test_what_has_not_changed_is_not_written(store):
    take(store, remote(an_order()))
    before = order_of(store)
    heard: list[frozenset[int]] = []
    store.listen(heard.append)
    taken = take(store, remote(an_order()), at=LATER)
    after = order_of(store)
    assert (taken.new, taken.changed, taken.unchanged) == ([], [], 1)
    assert after == replace(before, seen=replace(before.seen, at=LATER))
    assert after.version == before.version
    assert heard == []
    with store.read() as session:
        assert len(journal.of_order(session, 1)) == 1


def test_an_exception_in_the_middle_of_a_page_stores_nothing_of_it_not_even_the_cursor(
    store, monkeypatch
):
    take(store, remote(an_order("1")), cursor="before")
    before = dump(store)

    def fail(*_given, **_named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(setup, "save_cursor", fail)
        with pytest.raises(KeyboardInterrupt):
            take(store, remote(an_order("1"), "handling"), remote(an_order("2")), cursor="after")
    assert dump(store) == before
    take(store, remote(an_order("2")), cursor="after")
    assert cursor(store) == "after"


def test_a_cursor_that_becomes_empty_is_forgotten(store):
    take(store, cursor="open:3")
    assert cursor(store) == "open:3"
    take(store, cursor="")
    assert cursor(store) == ""


def test_an_empty_page_writes_nothing(store):
    take(store, cursor="c1")
    before = dump(store)
    take(store, cursor="c1")
    assert dump(store) == before


def test_an_unknown_word_parks_a_new_order_with_its_raw_text(store):
    taken = take(
        store, remote(an_order("1"), "teleported", raw=b"<the answer>"), remote(an_order("2"))
    )
    assert taken.parked == ["r1"]
    [bad] = parked(store)
    assert (bad.remote_id, bad.raw) == ("r1", b"<the answer>")
    assert "teleported" in str(bad.reason)
    assert len(taken.new) == 1


def test_a_known_order_with_an_unknown_word_keeps_its_status_and_shows_the_word(store):
    take(store, remote(an_order(), "handling"))
    taken = take(store, remote(an_order(), "teleported"))
    order = order_of(store)
    assert taken.changed == [order.id]
    assert (order.status, order.seen.status, order.seen.word) == (S.ACCEPTED, None, "teleported")
    assert parked(store) == []


def test_what_was_parked_and_can_be_read_later_is_parked_no_more(store):
    bad = Unreadable("r1", UserError("“{name}” is missing.", name="items"), b"{}")
    assert take(store, bad=[bad]).parked == ["r1"]
    assert take(store, bad=[bad], at=LATER).parked == ["r1"]
    [still] = parked(store)
    assert (str(still.reason), still.at) == ("“items” is missing.", LATER)
    taken = take(store, remote(an_order("1")))
    assert len(taken.new) == 1
    assert parked(store) == []


def test_an_order_parked_for_its_word_comes_in_once_the_mapping_has_a_row(store):
    take(store, remote(an_order("1"), "teleported"))
    rows = [setup.MapRow(w.word, w.status, True, w.creates) for w in WORDS]
    rows.append(setup.MapRow("teleported", S.ACCEPTED))
    store.do(lambda s: setup.set_mapping(s, SHOP, rows))
    take(store, remote(an_order("1"), "teleported"))
    assert order_of(store, "1").status is S.ACCEPTED
    assert parked(store) == []


@pytest.mark.parametrize("row", [setup.MapRow("ready", S.AWAITING_CREATION, active=False),
                                 setup.MapRow("ready", S.AWAITING_CREATION, creates=False)])  # fmt: skip
def test_a_row_that_is_off_or_does_not_create_makes_no_order(store, row):
    store.do(lambda s: setup.set_mapping(s, SHOP, [row]))
    taken = take(store, remote(an_order()))
    assert (taken.new, taken.parked) == ([], [])


def test_the_groups_of_a_mixed_order_are_orders_of_their_own(store):
    delivery, pickup = an_order(group="delivery"), an_order(group="pickup", kind=Kind.PICKUP)
    take(store, remote(delivery), remote(pickup))
    take(store, remote(delivery, "shipped"), remote(pickup, "invoiced"))
    assert order_of(store, group="delivery").status is S.SHIPPED
    assert order_of(store, group="pickup").status is S.INVOICED


def test_an_order_that_comes_twice_in_a_page_is_stored_once_as_it_came_last(store):
    taken = take(
        store,
        remote(an_order("1"), "ready"),
        remote(an_order("2")),
        remote(an_order("1"), "handling"),
    )
    assert (len(taken.new), order_of(store, "1").status) == (2, S.ACCEPTED)
    taken = take(store, remote(an_order("1"), "invoiced"), remote(an_order("1"), "shipped"))
    assert (len(taken.changed), order_of(store, "1").status) == (1, S.SHIPPED)


# --- hostile orders ---------------------------------------------------------------------------------------

HOSTILE = {
    "number beyond the database": an_order("bad", total=2**70),
    "half a character": an_order("bad", shelf="\udce9"),
    "half a character in its id": an_order("bad", remote_id="r\udce9"),
    "no currency at all": an_order("bad", currency=None),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_an_order_that_the_store_cannot_hold_is_parked_and_stops_no_other(store, caplog, what):
    before, after = an_order("1"), an_order("3")
    take(store, remote(before, "ready"))
    taken = take(
        store,
        remote(before, "handling"),
        remote(HOSTILE[what], raw=b"<raw>"),
        remote(after),
        cursor="c2",
    )
    assert (len(taken.new), len(taken.changed), len(taken.parked)) == (1, 1, 1)
    [bad] = parked(store)
    assert bad.raw == b"<raw>"
    assert "cannot hold" in str(bad.reason)
    assert order_of(store, "1").status is S.ACCEPTED
    assert order_of(store, "3").number == "3"
    assert cursor(store) == "c2"
    with store.read() as session:
        assert queries.total(session) == 2
        assert journal.first_broken(session) is None
    assert "one by one" in caplog.text
    assert "Conceição" not in caplog.text, "a log holds no personal data"
    caplog.clear()


def test_a_known_order_whose_new_state_cannot_be_held_keeps_its_old_one(store, caplog):
    take(store, remote(an_order("bad"), "handling"))
    before = order_of(store, "bad")
    take(store, remote(an_order("bad", total=2**70), "shipped", raw=b"<raw>"))
    assert order_of(store, "bad") == before
    assert [one.remote_id for one in parked(store)] == ["rbad"]
    caplog.clear()


def test_an_invoice_that_the_platform_shows_twice_stops_nothing(store):
    theirs = Invoice("12", key=KEY, source="platform")
    first, second = an_order("1", invoice=theirs), an_order("2", invoice=theirs)
    taken = take(
        store, remote(first, "invoiced"), remote(second, "invoiced"), remote(an_order("3"))
    )
    assert len(taken.new) == 3
    assert take(store, remote(first, "shipped"), remote(second, "shipped")).changed == [1, 2]


def test_signs_that_obey_printers_are_kept_as_they_are_and_harm_nothing(store):
    name = "^XA^FO50\x1b@ Robert'); DROP TABLE orders;--"
    taken = take(store, remote(an_order("1", buyer=replace(an_order().buyer, name=name))))
    assert len(taken.new) == 1
    assert order_of(store, "1").buyer.name == name


# --- needless and forbidden pushes ------------------------------------------------------------------------


def do(store: Store, step: Step, **given) -> Order:
    return Work(store, Clock()).do(1, step, given, ANA).result(10)


def test_a_cancellation_seen_takes_back_what_was_not_sent(store):
    take(store, remote(an_order(), "ready"))
    do(store, Step.ACCEPT)
    do(store, Step.PREPARE)
    do(store, Step.INVOICE, number="881", document="Factura")
    taken = take(store, remote(an_order(), "canceled", cancel=CancelState.CANCELLED))
    assert taken.stopped == [1]
    assert pushes(store) == [(Step.ACCEPT, State.WITHDRAWN), (Step.INVOICE, State.WITHDRAWN)]
    order = order_of(store)
    assert order.cancellation is not None
    assert order.status is S.INVOICED, "after the invoice it is a fact that stops the box"
    with pytest.raises(UserError, match="cancelled"):
        do(store, Step.PACK)


def test_a_mere_request_to_cancel_takes_back_nothing(store):
    take(store, remote(an_order(), "ready"))
    do(store, Step.ACCEPT)
    taken = take(store, remote(an_order(), "ready", "d2", cancel=CancelState.REQUESTED))
    assert taken.stopped == [1]
    assert pushes(store) == [(Step.ACCEPT, State.WAITING)]


def test_pushes_whose_effect_the_platform_shows_are_needless(store):
    take(store, remote(an_order(), "ready"))
    do(store, Step.ACCEPT)
    do(store, Step.PREPARE)
    do(store, Step.INVOICE, number="881", document="Factura")
    take(store, remote(an_order(), "handling"))
    assert pushes(store) == [(Step.ACCEPT, State.WITHDRAWN), (Step.INVOICE, State.WAITING)]
    take(store, remote(shown_with("000881"), "invoiced"))
    assert pushes(store) == [(Step.ACCEPT, State.WITHDRAWN), (Step.INVOICE, State.WITHDRAWN)]


def shown_with(invoice: str) -> Order:
    """The order as a platform has it that shows this invoice."""
    return an_order(invoice=Invoice(invoice, source="platform") if invoice else None)


@pytest.mark.parametrize("theirs", ["882", "", "A-1881"])
@pytest.mark.parametrize("word", ["invoiced", "shipped"])
def test_that_an_order_is_invoiced_there_does_not_make_our_invoice_needless(store, theirs, word):
    take(store, remote(an_order(), "ready"))
    do(store, Step.ACCEPT)
    do(store, Step.PREPARE)
    do(store, Step.INVOICE, number="881", document="Factura")
    take(store, remote(shown_with(theirs), word))
    assert pushes(store) == [(Step.ACCEPT, State.WITHDRAWN), (Step.INVOICE, State.WAITING)]
    order = order_of(store)
    assert order.invoice is not None and order.invoice.number == "881"
    assert order.other_invoice == theirs
    take(store, remote(shown_with("881"), word, "mended there"))
    assert pushes(store)[1] == (Step.INVOICE, State.WITHDRAWN)
    assert order_of(store).other_invoice == ""


def test_our_own_cancellation_is_told_whatever_else_the_platform_says_meanwhile(store):
    take(store, remote(an_order(), "ready"))
    do(store, Step.CANCEL, reason="desistência")
    take(store, remote(an_order(), "ready", "something else changed"))
    take(store, remote(an_order(), "handling"))
    assert pushes(store) == [(Step.CANCEL, State.WAITING)]
    take(store, remote(an_order(), "canceled", cancel=CancelState.CANCELLED))
    assert pushes(store) == [(Step.CANCEL, State.WITHDRAWN)]


def test_following_the_platform_pushes_nothing_and_is_journalled_as_its_act(store):
    take(store, remote(an_order(), "ready"))
    take(store, remote(an_order(), "shipped"), at=LATER)
    assert pushes(store) == []
    with store.read() as session:
        line = journal.of_order(session, 1)[-1]
    assert (line.who, line.what, line.at) == ("platform", "observe", LATER)
    assert line.data == {"from": "awaiting_creation", "to": "shipped", "word": "shipped"}


def test_a_first_look_at_a_finished_order_archives_it(store):
    take(store, remote(an_order(), "delivered"))
    assert not order_of(store).archived
    rows = [setup.MapRow("over", S.FINALIZED)]
    store.do(lambda s: setup.set_mapping(s, SHOP, rows))
    take(store, remote(an_order("2"), "over"))
    assert order_of(store, "2").archived
    with store.read() as session:
        assert all(
            2 not in queries.ids(session, v, Journey())
            for v in queries.View
            if v is not queries.View.ALL
        )


def test_a_page_costs_the_same_number_of_statements_whatever_its_size(store):
    """New orders go in by one statement per table, not one per order."""
    from sqlalchemy import event

    counted: list[str] = []
    event.listen(store.engine, "before_cursor_execute",
                 lambda _c, _k, statement, *_: counted.append(statement))  # fmt: skip
    sizes = {}
    for size in (5, 50):
        counted.clear()
        take(store, *(remote(an_order(f"{size}-{n}")) for n in range(size)))
        sizes[size] = len(counted)
    assert sizes[5] == sizes[50] < 25


def test_a_receipt_is_not_kept(store):
    """It stays with the caller, who gives it back after the commit."""
    pulled = Pulled((remote(an_order()),), receipt=("h1",))
    store.do(lambda s: ingest.take_page(s, SHOP, pulled, Journey(), NOW))
    with closing(sqlite3.connect(store.path)) as raw:
        assert "h1" not in "\n".join(raw.iterdump())
