"""Tax numbers and codes, against numbers that are published and against their own arithmetic."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desktop.fiscal import codes, documents

CPF = "529.982.247-25"
DIGITS = st.sampled_from(string.digits)


@pytest.mark.parametrize("number", [CPF, "52998224725", "111.444.777-35", " 111444777 35 "])
def test_right_cpf(number):
    assert documents.is_cpf(number)


@pytest.mark.parametrize(
    "number", ["", "529.982.247-24", "11111111111", "00000000000", "5299822472", "٥2998224725"]
)
def test_wrong_cpf(number):
    assert not documents.is_cpf(number)


@given(st.integers(0, 10), DIGITS)
def test_a_changed_digit_of_a_cpf_is_refused(place, digit):
    number = documents.normalize(CPF)
    assume(digit != number[place])
    assert not documents.is_cpf(number[:place] + digit + number[place + 1 :])


@pytest.mark.parametrize(
    "number",
    [
        "00.000.000/0001-91",
        "34128745000152",
        "12.ABC.345/01DE-35",
        "12abc34501de35",
        "XT9CDVWJ000172",
    ],
)
def test_right_cnpj(number):
    assert documents.is_cnpj(number)


@pytest.mark.parametrize(
    "number", ["", "00000000000192", "00000000000000", "12ABC34501DE36", "12ABC34501DEA5", "1234"]
)
def test_wrong_cnpj(number):
    assert not documents.is_cnpj(number)


@pytest.mark.parametrize("number", ["900373913-4", "800.197.268-4", "899999068-1", "8999990681"])
def test_right_nit(number):
    assert documents.is_nit(number)


@pytest.mark.parametrize("number", ["", "900373913-5", "12-3", "9003739134X", "9" * 17])
def test_wrong_nit(number):
    assert not documents.is_nit(number)


@given(st.integers(0, 8), DIGITS)
def test_a_changed_digit_of_a_nit_is_refused(place, digit):
    number = "9003739134"
    assume(digit != number[place])
    assert not documents.is_nit(number[:place] + digit + number[place + 1 :])


@pytest.mark.parametrize(
    "number",
    ["GODE561231GR8", "ÑAN&000229A10", "abc680524p76", "N\u0303AN000229A10", "XAXX010101000"],
)
def test_right_shape_of_an_rfc(number):
    assert documents.is_rfc(number)


@pytest.mark.parametrize(
    "number", ["", "GODE561331GR8", "GODE560230GR8", "GO561231GR8", "GODE561231GRB", "GODE561231GR"]
)
def test_wrong_shape_of_an_rfc(number):
    assert not documents.is_rfc(number)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("12345672105", "•••.•••.•21-05"),
        ("00000000000191", "••.•••.•••/••01-91"),
        ("900373913-4", "••••••9134"),
        ("GODE561231GR8", "•••••••••1GR8"),
        ("1234", "•••4"),
        ("12", "••"),
        ("", ""),
    ],
)
def test_a_masked_number_shows_its_end_only(number, shown):
    assert documents.mask(number) == shown


@given(st.text(string.ascii_letters + string.digits + "./- ", max_size=30))
def test_a_mask_never_shows_more_than_two_fifths_nor_four(number):
    whole = documents.normalize(number)
    shown = [c for c in documents.mask(number) if c not in "•./-"]
    assert len(shown) <= min(4, len(whole) * 2 / 5)
    assert not shown or whole.endswith("".join(shown))


def test_normalize_keeps_what_it_does_not_know():
    assert documents.normalize("12.abc/3-4 5#ñ") == "12ABC345#Ñ"


@pytest.mark.parametrize("code", ["SS473124829BR", "ss473124829br"])
def test_right_object_code(code):
    assert codes.is_object_code(code)


@pytest.mark.parametrize(
    "code", ["", "SS473124828BR", "SS47312482BR", "5S473124829BR", "SS473124829B1"]
)
def test_wrong_object_code(code):
    assert not codes.is_object_code(code)


@pytest.mark.parametrize(("eight", "digit"), [("47312482", 9), ("00000000", 5), ("30000001", 2)])
def test_object_code_digit(eight, digit):
    assert codes.object_code_digit(eight) == digit


def test_the_object_code_digit_ten_becomes_zero():
    zeros = [n for n in range(1000) if _s10_rest(f"{n:08d}") == 1]
    assert zeros and all(codes.object_code_digit(f"{n:08d}") == 0 for n in zeros)


def _s10_rest(eight: str) -> int:
    return sum(int(d) * w for d, w in zip(eight, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11


@pytest.mark.parametrize("code", ["4006381333931", "73513537", "036000291452", "7891000315507"])
def test_right_product_code(code):
    assert codes.is_ean(code)


@pytest.mark.parametrize(
    "code", ["", "4006381333932", "73513538", "036000291453", "400638133393", "４006381333931"]
)
def test_wrong_product_code(code):
    assert not codes.is_ean(code)


def test_sscc():
    assert codes.gs1_digit("10614141192837465") == 7
    assert codes.is_sscc("106141411928374657")
    assert not codes.is_sscc("106141411928374658")
    assert not codes.is_sscc("00106141411928374657")


@given(st.text(string.digits, min_size=12, max_size=12), st.integers(0, 12), DIGITS)
def test_a_changed_digit_of_a_product_code_is_refused(body, place, digit):
    code = body + str(codes.gs1_digit(body))
    assert codes.is_ean(code)
    assume(digit != code[place])
    assert not codes.is_ean(code[:place] + digit + code[place + 1 :])


@given(st.text(max_size=20))
def test_any_text_is_answered(text):
    for check in (
        documents.is_cpf, documents.is_cnpj, documents.is_nit, documents.is_rfc,
        codes.is_object_code, codes.is_ean, codes.is_sscc,
    ):  # fmt: skip
        assert check(text) in (True, False)
    documents.mask(text)
