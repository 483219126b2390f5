"""The search: accent-blind, by everything an order is called."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.journey import Journey
from desktop.order import Buyer, Invoice, Order, Package
from desktop.store import Store, orders, queries, search, tables
from tests.fakes import NOW, an_order, open_store

KEY = "35260312345678000195550010000012341000012346"
LETTER_KEY = "352607AB12CD34000195550010000012341000012349"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    order = an_order(
        "1047-01",
        remote_id="v5558821shp-01",
        invoice=Invoice("000.881", key=KEY),
        packages=(Package(1, tracking="JD 014-77 BR"),),
        shelf="B-3",
        pickup_code="7731",
    )
    other = an_order("2000", buyer=Buyer("Pedro Álvares", "99.999.999/0001-99"), channel="Amazon")
    lettered = an_order(
        "3000", buyer=Buyer("Łucja Øster", "1"), invoice=Invoice("9", key=LETTER_KEY)
    )
    opened = open_store(tmp_path_factory.mktemp("search"), order, other, lettered)
    yield opened
    opened.close()


def found(store: Store, typed: str) -> list[int]:
    with store.read() as session:
        return list(search.find(session, typed))


@pytest.mark.parametrize(
    "typed",
    [
        "1047-01", "1047", "104701", "10470",  # number, with and without its mark, begun
        "v5558821shp", "V5558821SHP-01",  # the platform's id
        "joao", "JOÃO", "João Conceição", "conceicao joao", "conc", "joa conc",  # buyer
        "123.456.789-09", "12345678909", "123456",  # document
        "CAF-500", "caf500", "7891000315507",  # SKU, EAN
        "torrado", "queijo canastra", "CAFÉ", "cafe",  # product
        "JD 014-77 BR", "jd01477br", "01477"[:3],  # tracking
        KEY, KEY[:10], "000881", "881",  # access key and invoice number
        "b3", "7731", "magalu",  # shelf, pickup code, channel
    ],
)  # fmt: skip
def test_an_order_is_found_by_everything_it_is_called(store, typed):
    assert 1 in found(store, typed)


@pytest.mark.parametrize("typed", ["", " ", "j", "-", "…", '"', "*", "joao xyzzy", "xyzzy", "0470"])
def test_what_is_not_there_or_too_short_is_not_found(store, typed):
    assert found(store, typed) == []


@pytest.mark.parametrize(
    "typed",
    [
        'joao"',
        "joao*",
        "joao OR pedro",
        "NEAR(joao",
        "words:joao",
        "joao' --",
        "^joao",
        "joao)",
        "\0joao",
    ],
)
def test_signs_of_the_query_language_are_only_signs(store, typed):
    # None raises; those whose words all stand in the order find it.
    expected = [3, 2, 1] if set(search.tokens(typed)) <= {"joao"} else []
    assert found(store, typed) == expected


def test_every_typed_word_must_be_there(store):
    assert found(store, "pedro amazon") == [2]
    assert found(store, "pedro magalu") == []


def test_an_access_key_with_letters_is_found_in_either_case(store):
    assert found(store, LETTER_KEY) == [3]
    assert found(store, LETTER_KEY.lower()) == [3]


def test_letters_without_a_plain_form_do_not_hide_the_rest(store):
    assert found(store, "Łucja Øster") == [3]
    assert found(store, "ucja") == [3]


def test_the_newest_come_first_and_only_so_many(opened):
    store = opened(*(an_order(f"n{n}") for n in range(30)))
    with store.read() as session:
        assert list(search.find(session, "conceicao", limit=5)) == [30, 29, 28, 27, 26]
        typed = queries.ids(session, queries.View.HELD, Journey(), typed="n29")
    assert list(typed) == [30]  # typed words look into all orders, whatever view stands open


def test_what_changed_is_found_by_its_new_words_only(opened):
    store = opened(an_order())
    with store.read() as session:
        order = orders.get(session, 1)
    renamed = replace(order, buyer=Buyer("Beatriz Nuñez"))
    store.do(lambda s: orders.save(s, renamed, NOW))
    with store.read() as session:
        assert list(search.find(session, "nunez")) == [1]
        assert list(search.find(session, "joao")) == [1]  # the receiver of the address
        assert list(search.find(session, "12345678909")) == []
    store.do(lambda s: search.forget(s, [1]))
    with store.read() as session:
        assert list(search.find(session, "nunez")) == []


@given(st.text(max_size=40))
def test_tokens_are_plain_words_and_stay_what_they_are(text):
    words = search.tokens(text)
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in words)
    assert search.tokens(" ".join(words)) == words
    marked = unicodedata.normalize("NFD", text)
    assert search.tokens(marked) == search.tokens(unicodedata.normalize("NFC", text))


_words = st.text("abcdeãéíñõüçÁÊ0123", min_size=2, max_size=8)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    names=st.lists(st.lists(_words, min_size=1, max_size=3), min_size=1, max_size=8), data=st.data()
)
def test_the_index_agrees_with_looking_at_every_order(empty, names, data):
    new = [(an_order(f"x{n}", buyer=Buyer(" ".join(parts))), "") for n, parts in enumerate(names)]

    def fill(session):
        session.run(tables.orders.delete())
        session.connection.exec_driver_sql("DELETE FROM search")
        return orders.add(session, new, NOW)

    stored = empty.do(fill)
    words = st.sampled_from([word for parts in names for word in parts])
    typed = " ".join(data.draw(st.lists(words, min_size=1, max_size=2)))
    begun = typed[: data.draw(st.integers(2, len(typed)))]
    assert found(empty, begun) == sorted(_by_hand(stored, begun), reverse=True)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(tmp_path_factory.mktemp("empty"))
    yield opened
    opened.close()


def _by_hand(stored: list[Order], typed: str) -> list[int]:
    wanted = [word for word in search.tokens(typed) if len(word) >= search.MIN_LETTERS]
    return [
        order.id
        for order in stored
        if wanted
        and all(
            any(word.startswith(one) for word in search.words_of(order).split()) for one in wanted
        )
    ]
