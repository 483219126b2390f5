"""An invoice against its order: what is taken, and the sentence of each refusal."""

from __future__ import annotations

import importlib.resources
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import UserError
from desktop.fiscal.access_key import parse
from desktop.fiscal.intake import PlainNumber, check_invoice
from desktop.fiscal.xml import read
from desktop.order import Invoice

SAMPLES = importlib.resources.files("nfelib") / "nfe" / "samples" / "v4_0"
NAME = "35180834128745000152550010000476121675985748-nfe.xml"
DATA = (SAMPLES / "leiauteNFe" / NAME).read_bytes()
DOCUMENT = read(DATA)
TEST_DOCUMENT = read((SAMPLES / "procNFe.xml").read_bytes())
KEY = parse(NAME[:44])
ISSUER = "34.128.745/0001-52"


def take(source, **given):
    return check_invoice(source, **{"order_total": 906, "currency": "BRL", **given})


def refusal(source, **given) -> str:
    with pytest.raises(UserError) as caught:
        take(source, **given)
    return str(caught.value)


def test_an_xml_gives_all_its_facts():
    assert take(DOCUMENT, issuers=[ISSUER]) == Invoice(
        number="47612",
        series="1",
        key=NAME[:44],
        total=906,
        issued_at=DOCUMENT.issued_at,
        protocol="135180553190074",
        source="xml",
        document="NF-e",
        xml_hash=DOCUMENT.sha256,
    )


def test_a_key_takes_the_orders_total():
    assert take(KEY, issuers=[ISSUER]) == Invoice(
        number="47612", series="1", key=NAME[:44], total=906, source="key", document="NF-e"
    )


def test_a_plain_number_needs_no_brazilian_currency_and_no_issuer():
    invoice = take(PlainNumber(" SETP990000001 ", "DIAN"), currency="COP", issuers=["900373913-4"])
    assert invoice == Invoice(number="SETP990000001", total=906, source="number", document="DIAN")


@pytest.mark.parametrize("source", [KEY, DOCUMENT])
def test_another_issuer_is_refused_by_name(source):
    assert "34128745000152" in refusal(source, issuers=["00000000000191"])
    assert take(source, issuers=["00000000000191", ISSUER])
    assert take(source, issuers=[])


def test_an_issuer_who_is_a_person_stands_with_zeros_in_the_key():
    key = replace(KEY, issuer="00052998224725")
    assert take(key, issuers=["529.982.247-25"])
    document = replace(DOCUMENT, issuer=replace(DOCUMENT.issuer, document="52998224725"))
    assert take(document, issuers=["529.982.247-25"])


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.integers(-(10**7), 10**7))
def test_a_total_is_taken_within_the_tolerance_and_not_beyond(order_total, tolerance, off):
    document = replace(DOCUMENT, total=order_total + off)
    if abs(off) <= tolerance:
        assert take(document, order_total=order_total, tolerance=tolerance).total == document.total
    else:
        said = refusal(document, order_total=order_total, tolerance=tolerance)
        assert said.startswith("The invoice comes to ")


def test_a_wrong_total_names_both_sums():
    said = refusal(DOCUMENT, order_total=123456)
    assert "R$ 9.06" in said and "R$ 1,234.56" in said


@pytest.mark.parametrize("source", [KEY, PlainNumber("1")])
def test_a_total_told_by_a_person_is_checked_and_kept(source):
    assert take(source, total=907, tolerance=1).total == 907
    assert "R$ 9.07" in refusal(source, total=907)
    assert "R$ 0.00" in refusal(source, total=0)


def test_the_total_of_an_xml_wins_over_a_told_one():
    assert take(DOCUMENT, total=1).total == 906


@pytest.mark.parametrize("source", [KEY, DOCUMENT, PlainNumber("47612")])
def test_a_used_invoice_names_the_order_that_has_it(source):
    said = refusal(source, used_by="1234-01", order_total=1, issuers=["x"])
    assert "47612" in said and "order 1234-01" in said


def test_the_test_environment_is_for_training_only():
    assert "test environment" in refusal(TEST_DOCUMENT, order_total=8490)
    assert take(TEST_DOCUMENT, order_total=8490, training=True).total == 8490
    assert take(DOCUMENT, training=True)


def test_an_altered_xml_is_refused_in_training_too():
    altered = read(re.sub(rb"<digVal>.*?<", b"<digVal>AAAA<", DATA))
    assert "not what the tax authority authorised" in refusal(altered, training=True)


@pytest.mark.parametrize("source", [KEY, DOCUMENT])
def test_a_brazilian_invoice_for_an_order_in_another_currency_is_refused(source):
    assert "COP" in refusal(source, currency="COP")


@pytest.mark.parametrize(
    ("number", "character"),
    [("12/34", "/"), ("12#34", "#"), ("12 34", " "), ("12?a", "?"), ("12%2", "%"), ("12\n3", "\n"),
     ("nº12", "º"), ("١", "١"), ("a.b", ".")],
)  # fmt: skip
def test_a_number_that_breaks_a_platform_is_refused_with_its_character(number, character):
    assert f"“{character}”" in refusal(PlainNumber(number))


@pytest.mark.parametrize("number", ["1", "FE-123", "SETP990000001", "a" * 30, " 12 "])
def test_a_plain_number_that_is_safe_in_an_address(number):
    assert take(PlainNumber(number)).number == number.strip()


def test_an_empty_and_an_endless_number_are_refused():
    assert "missing" in refusal(PlainNumber("  "))
    assert "30" in refusal(PlainNumber("1" * 31))


@given(st.text(max_size=40))
def test_any_number_is_safe_or_refused(number):
    try:
        invoice = take(PlainNumber(number))
    except UserError as error:
        assert str(error)
    else:
        assert re.fullmatch("[0-9A-Za-z-]{1,30}", invoice.number)
        assert invoice.number == number.strip()


def test_each_refusal_has_its_own_sentence():
    said = [
        refusal(KEY, used_by="1"),
        refusal(KEY, issuers=["00000000000191"]),
        refusal(KEY, currency="MXN"),
        refusal(KEY, total=1),
        refusal(TEST_DOCUMENT, order_total=8490),
        refusal(replace(DOCUMENT, digest_matches=False)),
        refusal(PlainNumber("1/2")),
        refusal(PlainNumber("")),
    ]
    assert len(set(said)) == len(said)
