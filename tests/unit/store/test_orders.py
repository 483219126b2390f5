"""Orders in and out of the tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.errors import StoreError, UserError
from desktop.order import (
    Address,
    Buyer,
    Cancellation,
    CancelState,
    Collected,
    Hold,
    Invoice,
    Kind,
    Label,
    Line,
    Order,
    Package,
    Payment,
    PaymentKind,
    Refund,
    Return,
    Seen,
    Status,
)
from desktop.store import Store, body, migrate, notes, orders, setup, tables
from tests.fakes import NOW, SHOP, an_order, open_store
from tests.unit.store.contents import count, put

KEY = "35260312345678000195550010000012341000012346"
_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_times = st.datetimes(datetime(1970, 1, 2), datetime(9998, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)

_money = st.integers(-(2**62), 2**62)
_quantities = st.decimals(0, 10**7, places=6).map(lambda d: Decimal(str(d)))
_maybe_time = st.none() | _times


def _lines() -> st.SearchStrategy[Line]:
    return st.builds(
        Line, st.integers(1, 9999), _text, _text, _quantities, _money, _money, _text, _text,
        st.integers(0, 10**6), _text, st.none() | _quantities, _text,
    )  # fmt: skip


def _orders() -> st.SearchStrategy[Order]:
    package = st.builds(
        Package, st.integers(1, 99), st.integers(0, 10**6), st.tuples(*[st.integers(0, 9999)] * 3),
        st.sampled_from(Label), _text, _text, _text, _text, _text, _text, _text, _maybe_time, _maybe_time,
    )  # fmt: skip
    return st.builds(
        Order, st.just(SHOP), _text, _text, st.sampled_from(Kind), st.sampled_from(Status),
        st.sampled_from(["BRL", "CLP", "XXX"]), _money, st.lists(_lines(), max_size=3).map(tuple),
        st.builds(Payment, st.sampled_from(PaymentKind), _text, _money, _maybe_time, _text, _text),
        _times,
        buyer=st.builds(Buyer, _text, _text, _text, _text),
        address=st.builds(Address, *[_text] * 10),
        group=_text, channel=_text, due_at=_maybe_time,
        packages=st.lists(package, max_size=3, unique_by=lambda one: one.number).map(tuple),
        invoice=st.none() | st.builds(
            Invoice, _text, _text, _text, _money, _maybe_time, _text,
            st.sampled_from(["key", "xml", "number", "platform"]), _text, _text,
        ),
        hold=st.none() | st.builds(Hold, _times, _text, _text),
        cancellation=st.none()
        | st.builds(Cancellation, st.sampled_from(CancelState), _times, _text, _text),
        collected=st.none() | st.builds(Collected, _times, _text, _text, _text),
        returned=st.none()
        | st.builds(
            Return, _times, _text, st.lists(st.integers(1, 9)).map(tuple), st.booleans(), _text
        ),
        refunds=st.lists(
            st.builds(Refund, _times, _money, _text, st.lists(st.integers(1, 9)).map(tuple)),
            max_size=2,
        ).map(tuple),
        shelf=_text, pickup_code=_text,
        seen=st.builds(Seen, st.none() | st.sampled_from(Status), _text, _maybe_time),
        archived=st.booleans(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(tmp_path_factory.mktemp("shared"))
    yield opened
    opened.close()


def _emptied(session) -> None:
    session.run(tables.orders.delete())
    session.connection.exec_driver_sql("DELETE FROM search")


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(first=_orders(), second=_orders())
def test_every_field_of_an_order_comes_back_as_it_was_stored(shared, first, second):
    shared.do(_emptied)
    [stored] = put(shared, first)
    with shared.read() as session:
        assert orders.get(session, stored.id) == stored == replace(first, id=stored.id, version=1)
        assert orders.by_remote(session, SHOP, [first.remote_id]) == {
            (first.remote_id, first.group): (stored, "")
        }
    changed = replace(second, id=stored.id, version=1, remote_id=first.remote_id, group=first.group)
    saved = shared.do(lambda s: orders.save(s, changed, NOW, "d2"))
    with shared.read() as session:
        assert orders.get(session, stored.id) == saved == replace(changed, version=2)


@given(_times | st.datetimes(timezones=st.just(UTC)))
def test_times_are_kept_to_the_millisecond(at):
    kept = tables.from_ms(tables.to_ms(at))
    assert timedelta(0) <= at - kept < timedelta(milliseconds=1)
    assert tables.to_ms(kept) == tables.to_ms(at)
    assert tables.from_ms(tables.to_ms(kept)) == kept


def test_quantities_keep_their_digits():
    line = replace(an_order().lines[0], quantity=Decimal("1.250"), picked=Decimal("0.10"))
    [back] = body.decode(body.encode(an_order(lines=(line,))))["lines"]
    assert (str(back.quantity), str(back.picked)) == ("1.250", "0.10")


def test_personal_data_stands_in_the_erasable_table_alone(store):
    taken = Collected(NOW, "José Ângelo", "RG 1.234.567", "5e1f" * 16)
    [order] = put(store, an_order(collected=taken))
    with closing(sqlite3.connect(store.path)) as raw:
        text = raw.execute("SELECT body FROM orders").fetchone()[0]
        rows = str(raw.execute("SELECT * FROM personal").fetchall())
    for secret in (order.buyer.name, order.buyer.document, order.buyer.phone, order.buyer.email,
                   order.address.street, taken.name, taken.document, taken.signature):  # fmt: skip
        assert secret not in text
        assert secret in rows


def test_an_order_is_readable_when_its_personal_data_is_erased(store):
    [order] = put(store, an_order(collected=Collected(NOW, "José Ângelo", "RG 1.234.567", "5e1f")))
    emptied = "name = '', document = '', phone = '', email = '', address = '{}', collected = ''"
    with closing(sqlite3.connect(store.path)) as raw, raw:
        raw.execute(f"UPDATE personal SET {emptied}")
    with store.read() as session:
        left = orders.get(session, order.id)
    # That it was collected, and when, is what the store did: that stays.
    assert left == replace(order, buyer=Buyer(), address=Address(), collected=Collected(NOW, ""))


def test_who_collected_moves_to_the_erasable_table_with_the_file(tmp_path):
    """A store of the revision before it, with an order that was collected and one that was not."""
    whole = open_store(tmp_path / "new", an_order("1"), an_order("2"))
    whole.close()
    old = tmp_path / "old"
    old.mkdir()
    migrate.upgrade(old / Store.FILE, "0003")
    with closing(sqlite3.connect(old / Store.FILE)) as raw, raw:
        raw.execute("ATTACH ? AS new", (str(whole.path),))
        raw.execute("INSERT INTO orders SELECT * FROM new.orders")
        raw.execute(
            "INSERT INTO personal SELECT order_id, name, document, phone, email, address"
            " FROM new.personal"
        )
        taken = {"at": tables.to_ms(NOW), "name": "José", "document": "RG 1", "signature": "5e1f"}
        [(text,)] = raw.execute("SELECT body FROM orders WHERE id = 2").fetchall()
        text = json.dumps({**json.loads(text), "collected": taken}, ensure_ascii=False)
        raw.execute("UPDATE orders SET body = ? WHERE id = 2", (text,))
    again = Store(old)
    with again.read() as session:
        assert orders.get(session, 2).collected == Collected(NOW, "José", "RG 1", "5e1f")
        assert orders.get(session, 1).collected is None
    with closing(sqlite3.connect(again.path)) as raw:
        bodies = str(raw.execute("SELECT body FROM orders").fetchall())
    assert "José" not in bodies and "RG 1" not in bodies and "5e1f" not in bodies
    again.close()


@pytest.mark.parametrize(
    ("kept", "printed"),
    [
        ([], ()),
        (["Rua A, 1"], ("Rua A, 1",)),
        (["Rua A, 1", "01000-000 São Paulo"], ("Rua A, 1", "01000-000 São Paulo")),
        (["Rua A, 1", "São Paulo", "CNPJ 1"], ("Rua A, 1", "São Paulo", "CNPJ 1")),
        (["Rua A, 1", "Sé", "São Paulo", "CNPJ 1"], ("Rua A, 1, Sé", "São Paulo", "CNPJ 1")),
    ],
)
def test_the_lines_of_an_address_become_fields_with_the_file(tmp_path, kept, printed):
    migrate.upgrade(tmp_path / Store.FILE, "0004")
    with closing(sqlite3.connect(tmp_path / Store.FILE)) as raw, raw:
        raw.execute("INSERT INTO settings VALUES ('sender', ?)", (json.dumps(kept),))
    again = Store(tmp_path)
    with again.read() as session:
        assert setup.store_settings(session).sender.lines == printed
    again.close()


def test_an_older_copy_of_an_order_cannot_overwrite_a_newer_one(store):
    [order] = put(store, an_order())
    saved = store.do(lambda s: orders.save(s, replace(order, shelf="A1"), NOW))
    assert saved.version == order.version + 1
    with pytest.raises(UserError, match="moment ago"):
        store.do(lambda s: orders.save(s, replace(order, shelf="B2"), NOW))
    with store.read() as session:
        assert orders.get(session, order.id) == saved


def test_an_access_key_belongs_to_one_order(store):
    first, second = put(store, an_order("1"), an_order("2"))
    ours = Invoice("12", key=KEY)
    store.do(lambda s: orders.save(s, replace(first, invoice=ours), NOW))
    with pytest.raises(UserError, match="another order") as refused:
        store.do(lambda s: orders.save(s, replace(second, invoice=ours), NOW))
    assert refused.value.field == "key"
    with store.read() as session:
        assert orders.get(session, second.id) == second
        assert orders.by_code(session, KEY) == [("invoice", first.id)]
    # The order itself may be saved again with its key.
    store.do(lambda s: orders.save(s, replace(first, invoice=ours, version=2, shelf="x"), NOW))


def test_what_the_platform_shows_as_its_invoice_is_kept_even_when_it_shows_it_twice(store):
    theirs = Invoice("12", key=KEY, source="platform")
    put(store, an_order("1", invoice=theirs), an_order("2", invoice=theirs))
    with store.read() as session:
        assert {one for _kind, one in orders.by_code(session, KEY)} == {1, 2}


def test_codes_that_differ_only_in_case_or_blanks_are_one(store):
    packages = (Package(1, tracking="ab123br"), Package(2, tracking="AB123BR "))
    [order] = put(store, an_order(packages=packages))
    with store.read() as session:
        assert orders.by_code(session, " Ab123bR") == [("tracking", order.id)]


@pytest.mark.parametrize(
    ("code", "kind"),
    [("1047", "number"), ("R1047", "remote"), ("p-77", "pickup"), ("jd1br", "tracking")],
)
def test_a_scan_finds_an_order_by_each_of_its_codes(store, code, kind):
    [order] = put(store, an_order(pickup_code="P-77", packages=(Package(1, tracking="JD1BR"),)))
    with store.read() as session:
        assert orders.by_code(session, code) == [(kind, order.id)]
        assert orders.by_code(session, code + "x") == []


def test_a_code_that_changed_finds_the_order_no_more(store):
    [order] = put(store, an_order(packages=(Package(1, tracking="OLD1"),)))
    store.do(lambda s: orders.save(s, replace(order, packages=(Package(1, tracking="NEW1"),)), NOW))
    with store.read() as session:
        assert orders.by_code(session, "OLD1") == []
        assert orders.by_code(session, "NEW1") == [("tracking", order.id)]


def test_one_platform_order_is_stored_once_per_delivery_group(store):
    put(store, an_order(group="delivery"), an_order(group="pickup", kind=Kind.PICKUP))
    with pytest.raises(Exception, match="UNIQUE"):
        put(store, an_order(group="pickup"))
    with store.read() as session:
        found = orders.by_remote(session, SHOP, ["r1047"])
    assert set(found) == {("r1047", "delivery"), ("r1047", "pickup")}


def test_errors_of_the_database_do_not_repeat_personal_data(store):
    put(store, an_order())
    with pytest.raises(Exception, match="UNIQUE") as error:
        put(store, an_order())
    assert "Conceição" not in str(error.value)
    assert "Flores" not in str(error.value)


def test_an_order_that_is_not_there_is_a_sentence(store):
    with store.read() as session, pytest.raises(UserError, match="no order 99"):
        orders.get(session, 99)


@pytest.mark.parametrize(
    "damage", ['{"lines":', "[]", '{"lines":[[1]],"payment":{"kind":"online"}}', "{}",
               '{"lines":[],"payment":{"kind":"barter"}}']
)  # fmt: skip
def test_a_damaged_row_is_a_sentence_not_a_bug(store, damage):
    put(store, an_order())
    with closing(sqlite3.connect(store.path)) as raw, raw:
        raw.execute("UPDATE orders SET body = ?", (damage,))
    with pytest.raises(StoreError, match="damaged"), store.read() as session:
        orders.get(session, 1)


def test_deleting_an_order_takes_its_parts_along(store):
    [order] = put(store, an_order(packages=(Package(1, tracking="JD1BR"),)))
    store.do(lambda s: notes.add(s, order.id, notes.Note(NOW, "Ana", "hold", "liga antes")))
    store.do(lambda s: notes.keep_file(s, order.id, "xml", b"<x/>", NOW))
    store.do(lambda s: s.run(tables.orders.delete()))
    assert [count(store, t) for t in ("personal", "codes", "notes", "files")] == [0, 0, 0, 0]


def test_a_file_is_kept_byte_for_byte_and_once(store):
    [order] = put(store, an_order())
    data = bytes(range(256)) * 10
    digests = {store.do(lambda s: notes.keep_file(s, order.id, "xml", data, NOW)) for _ in range(3)}
    assert (len(digests), count(store, "files")) == (1, 1)
    with store.read() as session:
        assert notes.file_of(session, order.id, "xml") == data
        assert notes.file_of(session, order.id, "signature") is None


def test_settings_and_people_and_printers_come_back(store):
    from desktop.journey import Journey
    from desktop.order import Person, Role

    wanted = setup.StoreSettings(
        "Café & Cia", "es", "dark", training=True, sounds=False, notices=False, scan_gap_ms=80,
        set_up="done", issuers=("12345678000195",), sender=setup.Sender("Rua A, 1"),
        journey=Journey(frozenset({Status.IN_PREPARATION}), True, frozenset({"motoboy"}), 5),
    )  # fmt: skip
    staff = [Person("Ana", Role.CLERK), Person("Zé", Role.MANAGER)]
    printer = setup.Printer("Etiquetas", "zebra", "tcp:10.0.0.9:9100", ("label",))
    store.do(lambda s: setup.save_settings(s, wanted))
    store.do(lambda s: setup.set_people(s, staff))
    store.do(lambda s: setup.set_printers(s, [printer]))
    with store.read() as session:
        assert setup.store_settings(session) == wanted
        assert setup.all_people(session) == staff
        assert setup.all_printers(session) == [printer]


def test_a_store_that_never_heard_of_notices_has_them(store):
    wanted = setup.StoreSettings("Loja", notices=False)
    store.do(lambda s: setup.save_settings(s, wanted))
    with closing(sqlite3.connect(store.path)) as raw, raw:
        assert raw.execute("DELETE FROM settings WHERE name = 'notices'").rowcount == 1
    with store.read() as session:
        assert setup.store_settings(session) == setup.StoreSettings("Loja", notices=True)


def test_settings_of_a_new_store_are_the_defaults(store):
    with store.read() as session:
        assert setup.store_settings(session) == setup.StoreSettings()


def test_trouble_is_kept_with_its_sentence_since_the_first_time(store):
    from desktop.errors import PlatformAway

    later = NOW + timedelta(minutes=9)
    away = PlatformAway("{host} cannot be reached", host="example.com")
    store.do(lambda s: setup.note_sync(s, SHOP, NOW, away))
    store.do(lambda s: setup.note_sync(s, SHOP, later, away))
    with store.read() as session:
        [known] = setup.all_connections(session)
    assert str(known.trouble) == "example.com cannot be reached"
    assert (known.trouble_since, known.synced_at) == (NOW, None)
    store.do(lambda s: setup.note_sync(s, SHOP, later))
    with store.read() as session:
        [known] = setup.all_connections(session)
    assert (known.trouble, known.trouble_since, known.synced_at) == (None, None, later)


def test_a_taken_connection_name_is_refused_and_changes_nothing(store):
    taken = setup.Connection(SHOP, "vtex", {"url": "other"})
    with pytest.raises(UserError, match="already"):
        store.do(lambda s: setup.add_connection(s, taken, []))
    with store.read() as session:
        assert setup.all_connections(session)[0].settings == {}
        assert setup.mapping_of(session, SHOP)
