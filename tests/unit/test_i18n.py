import gettext
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop import i18n
from desktop.errors import UserError
from desktop.i18n import (
    ago,
    clock,
    day,
    money,
    number,
    set_language,
    tr,
    tr_error,
    tr_n,
    weight,
    when,
)

ci = settings(max_examples=150, deadline=None, derandomize=True, database=None)


class Catalogue(gettext.NullTranslations):
    """A translator's work, slips included."""

    def __init__(self, **sentences: str) -> None:
        super().__init__()
        self.sentences = sentences

    def gettext(self, message: str) -> str:
        return self.sentences.get(message, message)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)


@pytest.fixture(autouse=True)
def _english():
    set_language("en")
    yield
    set_language("en")


@pytest.fixture
def translated(monkeypatch):
    def use(**sentences: str) -> None:
        monkeypatch.setattr(i18n, "_current", Catalogue(**sentences))

    return use


def test_a_good_translation_is_filled(translated):
    translated(**{"Order {n} of {name}": "Pedido {n} de {name}"})
    assert tr("Order {n} of {name}", n=7, name="Zoë") == "Pedido 7 de Zoë"


@pytest.mark.parametrize(
    "slip",
    ["Pedido {m}", "Pedido", "Pedido {n} {x}", "Pedido {n", "Pedido n}", "Pedido {}", "Pedido {n} {}",
     "Pedido {n:q}", "Pedido {n.x}", "Pedido {n[0]}", "Pedido {0}", "Pedido {n!z}"],
)  # fmt: skip
def test_a_translators_slip_falls_back_to_the_source(translated, slip):
    translated(**{"Order {n}": slip, "{n} day": slip, "{n} days": slip})
    assert tr("Order {n}", n=7) == "Order 7"
    assert tr_n("{n} day", "{n} days", 1) == "1 day"
    assert tr_n("{n} day", "{n} days", 5) == "5 days"


@ci
@given(st.text(alphabet="{}n:!.[]0 x", max_size=12))
def test_no_translation_can_raise_at_the_counter(slip):
    before = i18n._current
    i18n._current = Catalogue(**{"Order {n}": slip})
    try:
        assert isinstance(tr("Order {n}", n=7), str)
        assert isinstance(tr_n("Order {n}", "Orders {n}", 1), str)
    finally:
        i18n._current = before


def test_a_plural_may_leave_the_count_out_where_the_source_does(translated):
    translated(**{"one day": "um dia", "{n} days": "{n} dias"})
    assert tr_n("one day", "{n} days", 1) == "um dia"
    assert tr_n("one day", "{n} days", 3) == "3 dias"


def test_nothing_translates_to_nothing():
    assert tr("") == ""


def test_braces_in_a_value_stay_as_they_are():
    assert tr_error(UserError("On hold: {reason}.", reason="{n} ^XA {")) == "On hold: {n} ^XA {."


def test_sentences_inside_an_error_are_translated_too(translated):
    translated(**{"It is {status}.": "Está {status}.", "Packed": "Embalado"})
    assert tr_error(UserError("It is {status}.", status="Packed")) == "Está Embalado."


@pytest.mark.parametrize(
    ("language", "minor", "currency", "text"),
    [
        ("en", 123456, "BRL", "R$ 1,234.56"),
        ("pt_BR", 123456, "BRL", "R$ 1.234,56"),
        ("es", 123456, "BRL", "R$ 1.234,56"),
        ("es", 123456, "MXN", "$ 1,234.56"),
        ("pt_BR", 123456789, "EUR", "€ 1.234.567,89"),
        ("es", 5, "PEN", "S/ 0,05"),
        ("es", 1234567, "CLP", "$ 1.234.567"),
        ("es", 12345600, "COP", "$ 123.456"),
        ("es", 12345650, "COP", "$ 123.456,50"),
        ("pt_BR", 0, "BRL", "R$ 0,00"),
        ("pt_BR", -1990, "BRL", "-R$ 19,90"),
        ("en", 150, "XYZ", "XYZ 1.50"),
    ],
)
def test_money_reads_as_its_language_writes_it(language, minor, currency, text):
    set_language(language)
    assert money(minor, currency) == text


@ci
@given(
    st.integers(0, 10**12),
    st.sampled_from(["BRL", "COP", "CLP", "MXN"]),
    st.sampled_from(["en", "es"]),
)
def test_money_shown_can_be_typed_back(minor, currency, language):
    from desktop.fields import Field, FieldKind, parse

    set_language(language)
    text = money(minor, currency).split(" ", 1)[1]
    assert parse(Field("m", "M", FieldKind.MONEY), text, i18n.decimals(currency)) == minor


def test_known_currencies_have_their_decimals():
    assert i18n.decimals("CLP") == 0
    assert i18n.decimals("BRL") == 2
    assert i18n.known_currency("BRL")
    assert not i18n.known_currency("XXX")
    assert not i18n.known_currency("")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h 00"),
        (7800, "2 h 10"), (86399, "23 h 59"), (86400, "1 day"), (3 * 86400 + 5, "3 days"),
    ],
)  # fmt: skip
def test_ago_reads_at_a_glance(seconds, text):
    assert ago(seconds) == text


def test_when_is_the_time_alone_today_and_with_its_day_otherwise():
    noon = datetime(2026, 3, 14, 12, 5).astimezone().astimezone(UTC)
    assert when(noon, noon + timedelta(minutes=3)) == "12:05"
    assert when(noon, noon + timedelta(days=2)) == "2026-03-14 12:05"
    assert when(noon, noon - timedelta(days=2)) == "2026-03-14 12:05"
    set_language("pt_BR")
    assert when(noon, noon + timedelta(days=2)) == "14/03/2026 12:05"
    assert clock(noon) == "12:05"


def test_when_knows_today_by_itself():
    assert len(when(datetime.now(UTC))) in {5, 16}
    assert when(datetime(2020, 1, 15, 12, tzinfo=UTC)).startswith("2020-01-15 ")


@pytest.mark.parametrize(
    ("value", "english", "others"),
    [("2", "2", "2"), ("1.050", "1.05", "1,05"), ("0.750", "0.75", "0,75"), ("10", "10", "10"),
     ("1E+3", "1000", "1000"), ("0", "0", "0"), ("-0.5", "-0.5", "-0,5")],
)  # fmt: skip
def test_a_quantity_has_the_languages_mark_and_no_needless_zeros(value, english, others):
    assert number(Decimal(value)) == english
    for language in ("pt_BR", "es"):
        set_language(language)
        assert number(Decimal(value)) == others


def test_a_quantity_keeps_the_places_that_are_asked_for():
    assert [number(Decimal("442.6"), 2), number(5, 0), number(7)] == ["442.60", "5", "7"]
    set_language("pt_BR")
    assert number(Decimal("442.6"), 2) == "442,60"


@pytest.mark.parametrize(
    ("grams", "english", "portuguese"),
    [(0, "0 g", "0 g"), (850, "850 g", "850 g"), (999, "999 g", "999 g"), (1000, "1 kg", "1 kg"),
     (4410, "4.41 kg", "4,41 kg"), (1200, "1.2 kg", "1,2 kg"), (12345, "12.34 kg", "12,34 kg")],
)  # fmt: skip
def test_a_weight_is_in_grams_up_to_a_kilogram(grams, english, portuguese):
    assert weight(grams) == english
    set_language("pt_BR")
    assert weight(grams) == portuguese


@ci
@given(st.integers(0, 10**9), st.sampled_from(list(i18n.LANGUAGES)))
def test_money_shown_in_a_field_can_be_typed_back(minor, language):
    from desktop.fields import Field, FieldKind, parse

    set_language(language)
    shown = number(Decimal(minor).scaleb(-2), 2)
    assert parse(Field("m", "M", FieldKind.MONEY), shown) == minor


def test_a_day_shown_can_be_typed_back():
    from desktop.fields import Field, FieldKind, parse

    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    for language in i18n.LANGUAGES:
        set_language(language)
        assert parse(Field("d", "D", FieldKind.DATE), day(noon)) == noon


def test_an_unknown_language_is_english():
    set_language("tlh")
    assert i18n.language() == "en"
    assert tr("Packed") == "Packed"
