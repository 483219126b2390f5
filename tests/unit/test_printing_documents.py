import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from desktop.errors import UserError
from desktop.order import Kind, Label, Package, PaymentKind, Status
from printing import documents, languages
from printing.document import Bars, Box, Pages, Qr, Roll, Text, digest
from printing.profiles import DEFAULTS, PROFILES, profile
from tests import paper


def words(document) -> str:
    blocks = [p.block for page in document.pages for p in page] if isinstance(document, Pages) else [
        block for slip in document.slips for block in slip
    ]  # fmt: skip
    return "\n".join(
        " ".join(str(getattr(block, name, "")) for name in ("text", "left", "right", "label"))
        for block in blocks
    )


def test_documents_and_languages_are_listed_from_their_folders():
    assert documents.names() == ("label", "manifest", "packing_slip", "pick_list", "receipt")
    assert languages.names() == ("escpos", "pdf", "zpl")


@pytest.mark.parametrize("kind", documents.names())
def test_every_document_prints_on_its_default_printer(kind):
    loaded = documents.load(kind)
    model = profile(DEFAULTS[loaded.prints])
    assert model.prints == loaded.prints
    assert languages.encode(loaded.draw((paper.order(),), paper.ABOUT), model)


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_names_a_language_and_a_code_page(name):
    model = profile(name)
    languages.load(model.language)
    if model.prints == "receipt":
        "ãçñ".encode(model.code_page)
        assert model.columns * 12 <= model.width_mm * 8


def test_what_does_not_exist_is_refused_in_words():
    for call, sentence in (
        (lambda: documents.load("poster"), "There is no document “poster”"),
        (lambda: documents.load("_parts"), "There is no document"),
        (lambda: languages.load("hpgl"), "There is no printer language"),
        (lambda: profile("none"), "There is no printer model"),
    ):
        with pytest.raises(UserError, match=sentence):
            call()


def test_the_same_order_gives_the_same_paper_and_a_changed_one_another():
    order = paper.order()
    for kind in documents.names():
        first = digest(paper.draw(kind, order))
        assert digest(paper.draw(kind, order)) == first
        assert digest(paper.draw(kind, replace(order, number="other"))) != first


def test_bookkeeping_does_not_change_the_label():
    order = paper.order(packages=(Package(1),))
    later = replace(
        order, version=9, status=Status.SHIPPED, packages=(Package(1, label=Label.PRINTED),)
    )
    assert digest(paper.draw("label", order)) == digest(paper.draw("label", later))
    assert digest(paper.draw("label", order)) == digest(
        paper.draw("label", replace(order, packages=()))
    )


def test_a_delivery_label_says_where_and_what():
    drawn = paper.draw("label")
    assert len(drawn.pages) == 2
    text = words(drawn)
    for said in ("Avenida Presidente Juscelino Kubitschek de Oliveira, 12345, Bloco B",
                 "Vila Nova Conceição, São José dos Campos - SP", "12245-670", "Próximo à padaria",
                 "Correios", "SEDEX", "QB473124829BR", "1/2", "2/2", "1.25 kg", "Invoice 123456",
                 "Mercado Livre", "Loja Ipê Amarelo", "1513370000112-01"):  # fmt: skip
        assert said in text, said
    assert "12345678909" not in text


def test_a_pickup_label_shows_name_and_shelf_big():
    blocks = [
        p.block for p in paper.draw("label", paper.order(kind=Kind.PICKUP, shelf="B-12")).pages[0]
    ]
    sizes = {block.text: block.size for block in blocks if isinstance(block, Text)}
    assert sizes["B-12"] >= 25
    assert sizes[paper.LONG_NAME] >= 10


def test_a_pickup_label_without_shelf_has_a_box_to_write_it_in():
    blocks = [p.block for p in paper.draw("label", paper.order(kind=Kind.PICKUP)).pages[0]]
    assert any(isinstance(block, Box) for block in blocks)


def test_one_package_can_be_printed_alone():
    drawn = paper.draw("label", about=replace(paper.ABOUT, package=2))
    assert len(drawn.pages) == 1
    assert "2/2" in words(drawn)


def test_an_order_without_packages_has_one_label_with_the_weight_of_its_lines():
    order = paper.order(packages=(), lines=(paper.line(unit_weight_g=450, quantity=Decimal(2)),))
    text = words(paper.draw("label", order))
    assert "1/1" in text
    assert "900 g" in text


def test_a_receipt_says_what_is_still_to_be_received():
    payment = replace(paper.order().payment, kind=PaymentKind.ON_DELIVERY, settled_at=None)
    assert "to be received" in words(paper.draw("receipt", paper.order(payment=payment)))
    assert "paid" in words(paper.draw("receipt"))


def test_a_receipt_says_what_was_missing():
    line = paper.line(quantity=Decimal(3), picked=Decimal(1), short_reason="Esgotado")
    assert "Handed over: 1. Esgotado" in words(paper.draw("receipt", paper.order(lines=(line,))))


def test_a_count_that_was_not_brought_to_its_end_is_no_shortage():
    """Where stores need not scan every line, one scan says nothing of the rest."""
    line = paper.line(quantity=Decimal(3), picked=Decimal(1))
    assert "Handed over" not in words(paper.draw("receipt", paper.order(lines=(line,))))


def test_a_receipt_has_room_for_a_signature_and_a_code():
    drawn = paper.draw("receipt")
    assert isinstance(drawn, Roll)
    kinds = {type(block) for block in drawn.slips[0]}
    assert {Bars, Qr} <= kinds
    assert "Signature" in words(drawn)


def test_a_pick_list_says_when_it_is_due():
    order = paper.order(due_at=paper.AT + timedelta(days=1))
    assert "due 2026-11-25" in words(paper.draw("pick_list", order))


def test_a_pick_list_of_ten_thousand_lines_is_laid_out():
    lines = tuple(paper.line(n) for n in range(10_000))
    drawn = paper.draw("pick_list", paper.order(lines=lines))
    assert words(drawn).count("SKU-") == 10_000


def test_a_label_needs_neither_the_pdf_nor_the_receipt_library():
    program = (
        "import sys; from tests import paper; import printing.languages as l;"
        "before = set(sys.modules); from printing.profiles import profile;"
        "l.encode(paper.draw('label'), profile('zpl_203'));"
        "new = set(sys.modules) - before; "
        "print([m for m in new if m.split('.')[0] in {'escpos', 'segno', 'PIL'}])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ran.stdout.strip() == "[]", ran.stderr
