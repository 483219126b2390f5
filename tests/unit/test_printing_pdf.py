from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.errors import UserError
from desktop.order import Buyer
from printing import languages
from printing.document import Bars, Box, Pages, Placed, Qr, Rule, Text
from printing.profiles import profile
from tests import paper

PDF = profile("pdf_a4")


def pick_list(*orders, about=paper.ABOUT):
    return languages.encode(paper.draw("pick_list", *orders, about=about), PDF)


def test_a_pick_list_names_what_to_fetch():
    (words,) = paper.pdf_words(pick_list())
    assert "1513370000112-01" in words
    assert "SKU-1001" in words
    assert "7891234567895" in words
    assert "Camiseta Básica Algodão Orgânico" in words
    assert "Page 1 of 1" in words


def test_the_order_number_scans_on_every_page():
    lines = tuple(paper.line(n, name=f"Produto {n}") for n in range(1, 60))
    pictures = paper.pdf_pictures(pick_list(paper.order(lines=lines)))
    assert len(pictures) > 2
    for picture in pictures:
        assert paper.decode(picture) == [("Code 128", "1513370000112-01")]


def test_no_line_is_lost_between_pages_and_headings_are_repeated():
    orders = [
        paper.order(
            number=f"V-{k}", lines=tuple(paper.line(n, sku=f"K{k}N{n}.") for n in range(1, 14))
        )
        for k in range(1, 8)
    ]
    pages = paper.pdf_words(pick_list(*orders))
    words = "\n".join(pages)
    for k in range(1, 8):
        for n in range(1, 14):
            assert words.count(f"K{k}N{n}.") == 1
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Quantity" in page
    assert "continued" in words


def test_quantities_by_weight_are_whole():
    (words,) = paper.pdf_words(
        pick_list(paper.order(lines=(paper.line(quantity=Decimal("0.750"), unit="kg"),)))
    )
    assert "0.75 kg" in words


def test_every_portuguese_and_spanish_letter_is_in_the_file():
    letters = "ÁÂÃÀÇÉÊÍÓÔÕÚÜ áâãàçéêíóôõúü Ññ ¿¡ ºª – “ ” … €"
    for bold in (False, True):
        place = Placed(5, 5, 200, 6, Text(letters, 4, bold=bold))
        (words,) = paper.pdf_words(languages.encode(Pages("x", 210, 50, ((place,),)), PDF))
        assert letters in words.replace("\r\n", " ")


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(), max_size=120))
def test_any_text_makes_a_file_that_opens(text):
    order = paper.order(
        number=text, buyer=Buyer(text), lines=(paper.line(name=text, sku=text, ean=text),)
    )
    assert len(paper.pdf_words(pick_list(order))) == 1


def test_symbols_of_a_page_decode():
    places = (
        Placed(10, 10, 90, 15, Bars("ABC-12345678")),
        Placed(10, 40, 40, 40, Qr("https://example.com/ção?x=1", 40)),
        Placed(100, 40, 20, 20, Box()),
        Placed(100, 70, 20, 1, Rule()),
    )
    payload = languages.encode(Pages("x", 150, 100, (places,)), PDF)
    assert paper.decode(paper.pdf_pictures(payload, 300)[0]) == [
        ("Code 128", "ABC-12345678"),
        ("QR Code", "https://example.com/ção?x=1"),
    ]


def test_a_label_as_pdf_scans_too():
    picture = paper.pdf_pictures(languages.encode(paper.draw("label"), PDF), 300)[0]
    assert ("Code 128", "QB473124829BR") in paper.decode(picture)


@pytest.mark.parametrize("name", ["x" * 200, "Palavra " * 25, paper.LONG_NAME])
def test_ink_stays_inside_the_margins(name):
    order = paper.order(buyer=Buyer(name), lines=(paper.line(name=name, sku=name, ean=name),))
    (picture,) = paper.pdf_pictures(pick_list(order), 100)
    left, _top, right, _bottom = picture.point(lambda v: 255 - v).getbbox()
    assert left >= 14 / 25.4 * 100
    assert right <= 196 / 25.4 * 100


def test_the_same_pages_are_the_same_bytes():
    assert pick_list() == pick_list()


def test_copies_are_pages():
    document = paper.draw("pick_list")
    assert len(paper.pdf_words(languages.encode(document, PDF, 3))) == 3


def test_a_reprint_is_marked():
    (words,) = paper.pdf_words(pick_list(about=replace(paper.ABOUT, reprint=1, who="Ana")))
    assert "REPRINT 1 - Ana" in words


def test_a_page_printer_refuses_a_receipt():
    with pytest.raises(UserError, match="cannot print"):
        languages.encode(paper.draw("receipt"), PDF)
