"""Codes are told apart by shape and check digit."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.fiscal.access_key import STATES, check_digit
from desktop.fiscal.codes import gs1_digit, object_code_digit
from desktop.scan import Scan, ScanKind, classify, misread_key

DIGITS = st.characters(whitelist_categories=(), whitelist_characters=string.digits)


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=count, max_size=count)


@st.composite
def access_keys(draw: st.DrawFn) -> str:
    issuer = draw(st.text(string.digits + string.ascii_uppercase, min_size=12, max_size=12))
    month = draw(st.integers(1, 12))
    body = (
        draw(st.sampled_from(sorted(STATES))) + draw(digits(2)) + f"{month:02d}" + issuer
        + draw(digits(2)) + draw(st.sampled_from(["55", "65"])) + draw(digits(21))
    )  # fmt: skip
    return body + str(check_digit(body))


@st.composite
def object_codes(draw: st.DrawFn) -> str:
    letters = st.text(string.ascii_uppercase, min_size=2, max_size=2)
    number = draw(digits(8))
    return f"{draw(letters)}{number}{object_code_digit(number)}{draw(letters)}"


@st.composite
def gs1(draw: st.DrawFn, length: int) -> str:
    body = draw(digits(length - 1))
    return body + str(gs1_digit(body))


@given(access_keys())
def test_access_key_is_known_alone_in_groups_in_lower_case_and_in_a_link(key: str) -> None:
    wanted = Scan(ScanKind.ACCESS_KEY, key)
    groups = " ".join(key[i : i + 4] for i in range(0, 44, 4))
    link = f"https://www.nfce.fazenda.sp.gov.br/qrcode?p={key}|2|1|1|ABCDEF"
    garbled = f"HTTPSÇ;;WWW.NFCE.FAZENDA.SP.GOV.BR;QRCODE:P={key}}}2}}1"
    for shape in (key, groups, key.lower(), link, garbled, f"]C1{key}", f"NFe{key}"):
        assert classify(shape) == wanted


@given(access_keys(), st.integers(1, 9))
def test_access_key_with_a_wrong_check_digit_is_none(key: str, off: int) -> None:
    assert classify(key[:43] + str((int(key[43]) + off) % 10)).kind is not ScanKind.ACCESS_KEY


@given(object_codes())
def test_postal_codes_are_tracking(code: str) -> None:
    spaced = f"{code[:2]} {code[2:10]} {code[10:11]} {code[11:]}"
    assert (
        classify(code)
        == classify(spaced)
        == classify(code.lower())
        == Scan(ScanKind.TRACKING, code)
    )


@given(object_codes(), st.integers(1, 9))
def test_postal_code_with_a_wrong_digit_is_not_tracking(code: str, off: int) -> None:
    wrong = code[:10] + str((int(code[10]) + off) % 10) + code[11:]
    assert classify(wrong).kind is ScanKind.OTHER


@pytest.mark.parametrize("length", [8, 12, 13])
@given(data=st.data())
def test_product_codes(length: int, data: st.DataObject) -> None:
    code = data.draw(gs1(length))
    assert classify(code) == Scan(ScanKind.PRODUCT, code)
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert classify(wrong).kind is ScanKind.OTHER


@given(gs1(18))
def test_logistic_units_with_and_without_identifier(code: str) -> None:
    assert classify(code) == classify("00" + code) == Scan(ScanKind.PACKAGE, code)


@pytest.mark.parametrize("text", ["B-07", "b-07", " A-1 ", "AB-123"])
def test_shelves(text: str) -> None:
    assert classify(text) == Scan(ScanKind.SHELF, text.strip().upper())


@pytest.mark.parametrize("text", ["B07", "ABC-1", "1-07", "B-1234", "B-٣"])
def test_what_is_no_shelf(text: str) -> None:
    assert classify(text).kind is ScanKind.OTHER


@pytest.mark.parametrize("text", ["BADGE-Ana Souza", "badge:Ana Souza", "BADGE Ana Souza"])
def test_badges(text: str) -> None:
    assert classify(text) == Scan(ScanKind.BADGE, "Ana Souza")


@pytest.mark.parametrize("text", ["1492170500123-01", "1047", "Conceição", "#12", ""])
def test_the_rest_is_an_order_number_or_unknown(text: str) -> None:
    assert classify(text) == Scan(ScanKind.OTHER, text)


@given(st.text())
def test_any_text_has_an_answer_without_control_characters(text: str) -> None:
    assert classify(text).value.isprintable()


@given(st.one_of(access_keys(), object_codes(), gs1(13), gs1(18)))
def test_a_value_read_again_is_the_same(text: str) -> None:
    assert classify(classify(text).value) == classify(text)


@given(access_keys(), st.sampled_from(["", "NFe", "]C1", " "]))
def test_a_key_with_a_wrong_digit_is_a_misread_key(key, before):
    wrong = key[:43] + str((int(key[43]) + 1) % 10)
    assert misread_key(before + key) is None
    assert "check digit" in str(misread_key(before + wrong))
    assert classify(before + wrong).kind is ScanKind.OTHER


@pytest.mark.parametrize("lost", [1, 2, 4])
@given(key=access_keys())
def test_a_key_that_lost_or_doubled_some_is_a_misread_key(key, lost):
    assert "44 characters" in str(misread_key(key[:-lost]))
    assert "44 characters" in str(misread_key(key + key[:lost]))


@given(st.text(max_size=39) | digits(49))
def test_what_is_far_from_a_key_is_none(text):
    assert misread_key(text) is None
