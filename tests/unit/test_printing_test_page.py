"""The test page: on each model it shows accents, codes that scan, and lengths to measure."""

from __future__ import annotations

from itertools import pairwise

import pytest

from desktop.errors import UserError
from desktop.store.setup import Printer
from printing import languages, test_page
from printing.document import Pages, Rule
from printing.profiles import PROFILES, profile
from tests import paper
from tests.printers import FakePrinter

SCANNED = [("Code 128", test_page.CODE), ("QR Code", test_page.CODE)]


def printed(model: str) -> bytes:
    paper_ = test_page.draw(Printer("Balcão 2", model, "tcp:127.0.0.1:9100"), "Loja Ipê")
    return languages.encode(paper_, profile(model))


def models(prints: str) -> list[str]:
    return [name for name, one in PROFILES.items() if one.prints == prints]


@pytest.mark.parametrize("model", models("label"))
def test_a_label_printer_shows_accents_and_codes(model):
    [label] = paper.read_zpl(printed(model))
    words = " ".join(label.texts)
    assert all(word in words for word in ("Loja Ipê", "Balcão 2", "ãõ", "ç ñ", "¿? ¡!"))
    assert paper.decode(label.picture) == SCANNED
    assert all(0 <= x <= label.width for box in label.rectangles for x in (box[0], box[2]))


@pytest.mark.parametrize("model", models("receipt"))
def test_a_receipt_printer_shows_accents_and_codes(model):
    one = profile(model)
    [slip] = paper.read_escpos(printed(model), one.code_page, one.slot)
    words = " ".join(slip.lines)
    assert all(word in words for word in ("Loja Ipê", "Balcão 2", "ãõ", "ç ñ", "¿? ¡!"))
    assert (slip.bars, slip.qrs) == ([test_page.CODE], [test_page.CODE])
    # The row of digits is as long as the paper is wide: one that breaks tells of a wrong model.
    assert slip.widest == one.columns


@pytest.mark.parametrize("model", models("page"))
def test_a_page_printer_shows_accents_and_codes(model):
    payload = printed(model)
    [words] = paper.pdf_words(payload)
    assert all(word in words for word in ("Loja Ipê", "Balcão 2", "ãõ", "ç ñ", "¿? ¡!"))
    [picture] = paper.pdf_pictures(payload)
    assert paper.decode(picture) == SCANNED


@pytest.mark.parametrize("model", models("label") + models("page"))
def test_the_ruler_is_as_long_as_it_says(model):
    drawn = test_page.draw(Printer("P", model, "file:x"), "Loja")
    assert isinstance(drawn, Pages)
    [blocks] = drawn.pages
    rules = [one for one in blocks if isinstance(one.block, Rule)]
    ticks = sorted(one.x for one in rules if one.width < 1)
    [long] = [one for one in rules if one.width == test_page.RULER_MM]
    assert ticks[0] == long.x
    assert [round(b - a, 6) for a, b in pairwise(ticks)] == [10.0] * 8


def test_it_is_sent_whole_or_says_why_not():
    with FakePrinter() as device:
        printer = Printer("Zebra", "zebra_zd220", device.address)
        test_page.send(printer, "Loja Ipê")
        [job] = device.wait_for_jobs(1)
    assert job == languages.encode(test_page.draw(printer, "Loja Ipê"), profile("zebra_zd220"))
    with pytest.raises(UserError):
        test_page.send(printer, "Loja Ipê")
