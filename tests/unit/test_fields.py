from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.errors import UserError
from desktop.fields import Field, FieldKind, parse, parse_all

ci = settings(max_examples=200, deadline=None, derandomize=True, database=None)


def field(kind: FieldKind, **more) -> Field:
    return Field("it", "It", kind, **more)


MONEY = field(FieldKind.MONEY)
ZONES = st.sampled_from(
    [UTC, *(timezone(timedelta(minutes=m)) for m in (-720, -300, -180, 345, 840))]
)
AMOUNTS = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("text", "decimals", "minor"),
    [
        ("1.234,56", 2, 123456),
        ("1,234.56", 2, 123456),
        ("1 234,56", 2, 123456),
        ("1234", 2, 123400),
        ("1234,5", 2, 123450),
        ("1234.5", 2, 123450),
        ("1.234", 2, 123400),
        ("1,234", 2, 123400),
        ("1.234.567,80", 2, 123456780),
        ("0,01", 2, 1),
        ("0", 2, 0),
        (" 12,30 ", 2, 1230),
        ("1234", 0, 1234),
        ("1.234", 0, 1234),
        ("1.234.567", 0, 1234567),
        ("1234,0", 0, 1234),
        ("1.234,00", 0, 1234),
    ],
)
def test_money_is_read_as_people_write_it(text, decimals, minor):
    amount = parse(MONEY, text, decimals)
    assert amount == minor
    assert type(amount) is int


@pytest.mark.parametrize(
    ("text", "decimals"),
    [
        ("1234,5", 0), ("1.234,56", 0), ("1,2345", 2), ("12,345,6.7", 2), ("1.234,567", 2),
        ("1.234.56", 2), ("1,234,5", 2), ("12.34.56", 2), ("-5", 2), ("+5", 2), ("1e3", 2), ("NaN", 2),
        ("Infinity", 2), (",5", 2), ("5,", 2), ("..", 2), ("1_000", 2), ("١٢٣", 2), ("9" * 16, 2),
        ("9" * 5000, 2), ("12 34", 2), ("0x10", 2), ("5\x00", 2), ("R$", 2),
    ],
)  # fmt: skip
def test_what_is_no_money_is_refused_with_its_field(text, decimals):
    with pytest.raises(UserError) as refused:
        parse(MONEY, text, decimals)
    assert refused.value.field == "it"


@ci
@given(AMOUNTS, st.sampled_from(["BR", "US", "bare"]), st.sampled_from([0, 2]))
def test_written_money_comes_back(minor, style, decimals):
    whole, part = divmod(minor, 10**decimals)
    text = f"{whole:,}" + (f".{part:0{decimals}d}" if decimals else "")
    if style == "BR":
        text = text.translate(str.maketrans(".,", ",."))
    if style == "bare":
        text = text.replace(",", "")
    assert parse(MONEY, text, decimals) == minor


@ci
@given(st.sampled_from(FieldKind), st.text(max_size=40))
def test_any_text_parses_or_is_refused_in_words(kind, text):
    try:
        parse(field(kind, choices={"a": "A"}), text)
    except UserError as error:
        assert str(error).isprintable()
        assert error.field == "it"


@pytest.mark.parametrize(
    "text",
    ["^XA\x1b@", "a\x00b", "\x9bA", "\x7f", "\ud800", "a\rb"],
)
@pytest.mark.parametrize("kind", [FieldKind.TEXT, FieldKind.LONG_TEXT])
def test_control_bytes_do_not_get_in(kind, text):
    with pytest.raises(UserError):
        parse(field(kind), text + "!")


def test_text_keeps_accents_and_line_breaks():
    assert parse(field(FieldKind.TEXT), "  Açaí às 9h\t½ ") == "Açaí às 9h\t½"
    assert parse(field(FieldKind.LONG_TEXT), "um\r\ndois\n") == "um\ndois"


@pytest.mark.parametrize("text", ["-1", "+1", "1.0", "1_0", "٣", "9" * 16, "9" * 5000, "a", "1 2"])
def test_what_is_no_whole_number_is_refused(text):
    with pytest.raises(UserError):
        parse(field(FieldKind.WHOLE), text)


@ci
@given(st.integers(0, 10**15 - 1))
def test_whole_numbers_come_back(number):
    assert parse(field(FieldKind.WHOLE), str(number)) == number


@ci
@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_day_is_its_noon_in_utc_however_it_is_written(day):
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    assert parse(field(FieldKind.DATE), day.isoformat()) == noon
    assert parse(field(FieldKind.DATE), f"{day.day:02d}/{day.month:02d}/{day.year}") == noon


@ci
@given(st.datetimes(datetime(1970, 1, 2), datetime(2037, 1, 1), timezones=ZONES))
def test_a_time_with_its_zone_is_the_same_moment_in_utc(at):
    at = at.replace(microsecond=0)
    read = parse(field(FieldKind.DATE), at.isoformat())
    assert read == datetime.fromisoformat(at.isoformat())
    assert read.tzinfo is UTC


def test_a_time_without_a_zone_is_this_machines():
    read = parse(field(FieldKind.DATE), "2026-03-14T10:30")
    assert read == datetime(2026, 3, 14, 10, 30).astimezone()
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["31/02/2026", "2026-13-01", "ontem", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-05:00",
     "14/3/26", "99999999999"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text):
    with pytest.raises(UserError):
        parse(field(FieldKind.DATE), text)


@pytest.mark.parametrize("text", ["yes", "Sim", "SÍ", "1", "true", "s", "y"])
def test_yes_in_three_languages(text):
    assert parse(field(FieldKind.YES_NO), text) is True


@pytest.mark.parametrize("text", ["no", "Não", "nao", "0", "false", "N"])
def test_no_in_three_languages(text):
    assert parse(field(FieldKind.YES_NO), text) is False


def test_neither_yes_nor_no_is_refused():
    with pytest.raises(UserError):
        parse(field(FieldKind.YES_NO), "talvez")


def test_a_choice_is_one_of_its_values():
    chosen = field(FieldKind.CHOICE, choices={"a": "A"})
    assert parse(chosen, "a") == "a"
    with pytest.raises(UserError):
        parse(chosen, "A")


@ci
@given(st.lists(st.integers(0, 10**6), min_size=1), st.sampled_from([", ", ";", " ", ","]))
def test_numbers_come_back(numbers, mark):
    assert parse(field(FieldKind.NUMBERS), mark.join(map(str, numbers))) == tuple(numbers)


@pytest.mark.parametrize("text", ["1;-2", "1,a", "1_0", "9" * 5000])
def test_what_are_no_numbers_is_refused(text):
    with pytest.raises(UserError):
        parse(field(FieldKind.NUMBERS), text)


SIZES = st.tuples(*[st.integers(0, 99999)] * 3)


@ci
@given(st.lists(st.tuples(st.integers(0, 9_999_999), SIZES), min_size=1, max_size=5))
def test_packages_come_back(packages):
    text = "; ".join(f"{grams}g {a}x{b}x{c}mm" for grams, (a, b, c) in packages)
    assert parse(field(FieldKind.PACKAGES), text) == tuple(packages)


def test_a_package_may_leave_its_size_out():
    read = parse(field(FieldKind.PACKAGES), "1200 300x200x100; 800")
    assert read == ((1200, (300, 200, 100)), (800, (0, 0, 0)))


@pytest.mark.parametrize(
    "text", ["1200;", ";", "1200 3x2", "-1", "1,2 kg", "9" * 20, "1 1x1x999999"]
)
def test_what_are_no_packages_is_refused(text):
    with pytest.raises(UserError):
        parse(field(FieldKind.PACKAGES), text)


FORM = (
    Field("name", "Name", required=True),
    Field("amount", "Amount", FieldKind.MONEY),
    Field("back", "Back", FieldKind.YES_NO, default="yes"),
)


def test_a_form_gives_typed_values_and_defaults_and_leaves_the_empty_out():
    assert parse_all(FORM, {"name": " Zoë ", "amount": ""}) == {"name": "Zoë", "back": True}
    assert parse_all(FORM, {"name": "Zoë", "amount": "1,5", "back": "no"}) == {
        "name": "Zoë", "amount": 150, "back": False,
    }  # fmt: skip
    assert parse_all(FORM, {"name": "Zoë", "amount": "15"}, decimals=0)["amount"] == 15


def test_none_is_as_good_as_not_given():
    assert parse_all(FORM, {"name": "Zoë", "back": None}) == {"name": "Zoë", "back": True}


@pytest.mark.parametrize("given_name", [{}, {"name": ""}, {"name": "  "}, {"name": None}])
def test_a_missing_value_names_its_field(given_name):
    with pytest.raises(UserError) as refused:
        parse_all(FORM, given_name)
    assert refused.value.field == "name"
    assert "Name" in str(refused.value)


def test_an_unknown_field_is_named():
    with pytest.raises(UserError, match="nmae"):
        parse_all(FORM, {"name": "Zoë", "nmae": "1"})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldKind.MONEY, 12.5), (FieldKind.MONEY, 100.0), (FieldKind.MONEY, True), (FieldKind.MONEY, -1),
        (FieldKind.MONEY, 10**15), (FieldKind.WHOLE, 1.0), (FieldKind.YES_NO, 1),
        (FieldKind.DATE, datetime(2026, 1, 1)), (FieldKind.DATE, 5), (FieldKind.NUMBERS, 5),
        (FieldKind.NUMBERS, (1, "2")), (FieldKind.PACKAGES, (1200,)), (FieldKind.PACKAGES, ((1, (2, 3)),)),
        (FieldKind.PACKAGES, ((1.5, (1, 2, 3)),)),
    ],
)  # fmt: skip
def test_a_typed_value_of_the_wrong_shape_is_refused(kind, value):
    with pytest.raises(UserError) as refused:
        parse_all((field(kind),), {"it": value})
    assert refused.value.field == "it"


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (FieldKind.MONEY, 1250, 1250),
        (FieldKind.MONEY, 0, 0),
        (FieldKind.YES_NO, False, False),
        (FieldKind.NUMBERS, [1, 2], (1, 2)),
        (FieldKind.PACKAGES, [[1200, [300, 200, 100]]], ((1200, (300, 200, 100)),)),
        (FieldKind.DATE, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_typed_value_of_the_right_shape_is_taken(kind, value, read):
    assert parse_all((field(kind),), {"it": value}) == {"it": read}


def test_what_was_wrong_is_shown_short_and_harmless():
    with pytest.raises(UserError) as refused:
        parse(field(FieldKind.WHOLE), "\x1b^XA" + "9" * 10_000)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200
