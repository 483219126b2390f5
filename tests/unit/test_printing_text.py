import math

import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.graphics.barcode.code128 import Code128

from printing import code128, qr
from printing.text import ASCII, LEADING, cut, drawable, fit, wrap

LATIN = ASCII | frozenset(map(chr, range(0xA1, 0x100))) - {"\xad"}
ANY_TEXT = st.text(st.characters(), max_size=200)


def half(text: str) -> float:
    return 0.5 * len(text)


def test_text_that_fits_keeps_its_size():
    assert fit("Ana", 4, 94, 10, half) == (4, ["Ana"])


def test_text_a_little_too_wide_shrinks():
    size, lines = fit("x" * 20, 4, 36, 10, half)
    assert (size, lines) == (3.6, ["x" * 20])


def test_text_much_too_wide_wraps_at_full_size():
    assert fit("aaaa bbbb", 4, 10, 10, half) == (4, ["aaaa", "bbbb"])


def test_text_that_nothing_helps_is_cut_with_a_mark():
    size, lines = fit("word " * 50, 4, 20, 5, half)
    assert math.isclose(size, 2.4)
    assert lines[-1].endswith("...")
    assert lines[0].startswith("word word")


def test_line_breaks_stay():
    assert fit("Rua A\nBairro", 3, 90, 10, half) == (3, ["Rua A", "Bairro"])


@settings(deadline=None)
@given(ANY_TEXT, st.floats(2, 30), st.floats(5, 100), st.floats(2, 40))
def test_fitted_text_never_leaves_its_place(text, size, width, height):
    got, lines = fit(text, size, width, height, half)
    assert got <= size
    tall = got * (1 + LEADING * (len(lines) - 1))
    assert tall <= height + 1e-6
    # One character and the mark may stand alone in a place too narrow for anything.
    assert all(half(line) * got <= width + 1e-6 or len(line) <= 4 for line in lines)


@settings(deadline=None)
@given(ANY_TEXT, st.integers(1, 60))
def test_wrapping_loses_nothing_but_spaces(text, width):
    lines = wrap(text, width, len)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) <= width for line in lines)


def test_cut_leaves_room_for_the_mark():
    assert cut("abcdefgh", 6, len) == "abc..."


def test_characters_a_device_lacks_become_the_nearest():
    assert drawable("Ação “nº 1” – 5 €…", ASCII) == 'Acao "no 1" - 5 EUR...'
    assert drawable("Łódź Øst", ASCII) == "Lodz Ost"


def test_pictures_vanish_and_other_scripts_show_that_something_stood_there():
    assert drawable("Ana 🌸 Lima", ASCII) == "Ana  Lima"
    assert drawable("محمد", ASCII) == "????"
    assert drawable("🌸", ASCII) == "?"


def test_accents_typed_as_two_characters_are_one():
    assert drawable("Joa\u0303o", ASCII | {"ã"}) == "João"


@settings(deadline=None)
@given(ANY_TEXT)
def test_no_control_or_format_character_survives(text):
    drawn = drawable(text, LATIN)
    assert all(c == "\n" or c.isprintable() for c in drawn)


TYPED = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60)
DIGITS = st.text("0123456789", min_size=1, max_size=60)


@settings(deadline=None)
@given(st.one_of(TYPED, DIGITS, st.tuples(TYPED, DIGITS, TYPED).map("".join)))
def test_code_sets_carry_every_character(data):
    runs = code128.runs(data)
    assert "".join(part for _, part in runs) == data
    assert all(len(part) % 2 == 0 and part.isdigit() for code_set, part in runs if code_set == "C")


@settings(deadline=None)
@given(st.one_of(TYPED, DIGITS))
def test_bars_are_no_wider_than_another_encoder_makes_them(data):
    other = Code128(data, barWidth=1, quiet=False)
    assert code128.modules(code128.runs(data)) <= other.width + 22


def test_an_access_key_takes_277_modules():
    assert code128.modules(code128.runs("35180834128745000152550010000476051695511860")) == 277


@settings(deadline=None)
@given(st.one_of(TYPED, DIGITS, st.text("ABC123 $%", min_size=1, max_size=90)))
def test_qr_size_is_what_an_encoder_makes(data):
    assert qr.modules(data) == len(segno.make_qr(data, error="m", boost_error=False).matrix)


def test_qr_of_nothing_or_too_much_is_none():
    assert qr.modules("") == 0
    assert qr.modules("x" * 667) == 0
