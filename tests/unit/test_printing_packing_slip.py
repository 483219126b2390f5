"""The packing slip: whose box, which of how many, what is inside and what is not, on three sorts of paper."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.i18n import set_language
from desktop.order import Address, Buyer, Kind, Package
from printing import documents, languages
from printing.document import Pages
from printing.profiles import profile
from tests import paper

SLIP = documents.load("packing_slip")
PDF, ZPL, ESCPOS = profile("pdf_a4"), profile("zpl_203"), profile("escpos_80")
BOX = Package(1, 900, carrier="Correios", service="SEDEX", tracking="QB473124829BR")
HOSTILE = st.one_of(
    st.text(max_size=80),
    st.sampled_from(["^XA^XZ", "~JA", "\x1b@", "\x10\x14\x01", "a\x00b\nc\td", "W" * 300, "ção " * 60]),
)  # fmt: skip


def encoded(*orders, about=paper.ABOUT, model=PDF) -> bytes:
    drawn = SLIP.draw_for(model.prints)(orders or (paper.order(),), about)
    return languages.encode(drawn, model)


def words(*orders, about=paper.ABOUT) -> list[str]:
    pages = paper.pdf_words(encoded(*orders, about=about))
    return [page.replace("\r\n", "\n") for page in pages]


def labels(*orders, about=paper.ABOUT, draw=True) -> list[paper.Label]:
    return paper.read_zpl(encoded(*orders, about=about, model=ZPL), draw)


def slips(*orders, about=paper.ABOUT) -> list[paper.Slip]:
    payload = encoded(*orders, about=about, model=ESCPOS)
    return paper.read_escpos(payload, ESCPOS.code_page, ESCPOS.slot)


def on_each_paper(order) -> list[str]:
    """What a person reads on A4, on labels and on a roll, in one line each."""
    texts = (
        words(order), [label.words for label in labels(order, draw=False)],
        ["\n".join(slip.lines) for slip in slips(order)],
    )  # fmt: skip
    return [" ".join(" ".join(some).split()) for some in texts]


def test_it_says_whose_box_it_is_and_what_is_inside():
    order = paper.order(
        packages=(BOX, Package(2, 800)),
        lines=(paper.line(1, name="Caneca"), paper.line(2, name="Café", quantity=Decimal(3))),
    )
    for read in on_each_paper(order):
        for said in (
            "Loja Ipê Amarelo", "Rua das Flores, 100", "1513370000112-01", "Mercado Livre",
            "ordered 2026-11-24", "São José dos Campos - SP", "Package 1 of 2", "Package 2 of 2",
            "Correios", "QB473124829BR", "Caneca", "SKU-1001", "7891234567895", "Café", "SKU-1002",
            "The order comes in 2 packages. Together they hold:",
        ):  # fmt: skip
            assert said in read, said


def test_it_tells_neither_prices_nor_where_somebody_lives():
    """Whoever opens the box, or finds it, has no business with them."""
    for read in on_each_paper(paper.order()):
        for secret in ("89,90", "89.90", "Juscelino", "12203", "1203", "12245", "12345678909"):
            assert secret not in read


def test_a_gift_says_from_whom_it_is():
    order = paper.order(buyer=Buyer("Rosa Nogueira"), packages=(BOX,))
    for read in on_each_paper(order):
        assert paper.LONG_NAME.split()[0] in read and "Ordered by Rosa Nogueira" in read
    for read in on_each_paper(paper.order(packages=(BOX,))):
        assert "Ordered by" not in read


def test_of_a_pickup_order_the_stores_own_town_is_not_the_buyers():
    order = paper.order(kind=Kind.PICKUP, buyer=Buyer("Rosa Nogueira"), packages=())
    for read in on_each_paper(order):
        assert "Rosa Nogueira" in read and "São José" not in read and "Package 1 of 1" in read
        assert "Together" not in read


def test_what_was_picked_short_is_told_with_its_reason():
    order = paper.order(packages=(BOX,), lines=(
        paper.line(1, quantity=Decimal(3), picked=Decimal(1), short_reason="Esgotado"),
        paper.line(2, quantity=Decimal("1.5"), unit="kg", picked=Decimal(0), short_reason="Estragou"),
    ))  # fmt: skip
    for read in on_each_paper(order):
        assert "Ordered: 3. Not enclosed: 2. Esgotado" in read
        assert "Ordered: 1.5 kg. Not enclosed: 1.5 kg. Estragou" in read and "0 kg" in read


def test_a_count_that_was_not_brought_to_its_end_is_no_shortage():
    """Where stores need not scan every line, one scan says nothing of the rest."""
    line = paper.line(name="Caneca", quantity=Decimal(3), picked=Decimal(1))
    for read in on_each_paper(paper.order(lines=(line,))):
        assert "Not enclosed" not in read


def test_order_and_tracking_scan_on_paper_and_on_labels():
    both = [("Code 128", "1513370000112-01"), ("Code 128", "QB473124829BR")]
    order = paper.order(packages=(BOX,))
    assert paper.decode(paper.pdf_pictures(encoded(order))[0]) == both
    assert paper.decode(labels(order)[0].picture) == [("QR Code", "1513370000112-01")]
    assert slips(order)[0].bars == ["1513370000112-01", "QB473124829BR"]


def test_each_box_has_its_own_and_one_can_be_had_alone():
    assert len(words()) == len(slips()) == 2
    (second,) = words(about=replace(paper.ABOUT, package=2))
    assert "Package 2 of 2" in second and "Package 1" not in second


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("count", [0, 1, 4, 5, 15, 16, 17, 36, 60])
def test_every_line_stands_on_it_once_however_many_pages_it_takes(count, short):
    gap = (
        {"quantity": Decimal(2), "picked": Decimal(1), "short_reason": "Esgotado"} if short else {}
    )
    order = paper.order(
        packages=(BOX,), lines=tuple(paper.line(n, sku=f"K{n:02d}.", **gap) for n in range(count))
    )
    pages, small = words(order), labels(order, draw=False)
    for texts in (pages, [label.words for label in small]):
        whole = "\n".join(texts)
        assert [whole.count(f"K{n:02d}.") for n in range(count)] == [1] * count
        for number, page in enumerate(texts, 1):
            assert f"Page {number} of {len(texts)}" in page
            assert order.number in page and "Package 1 of 1" in page
            assert ("continued" in page) == (number > 1)
    assert count < 60 or len(pages) > 3
    for label in small:
        assert max(bottom for _, _, _, bottom in label.rectangles) <= label.length


def test_the_longest_names_of_products_stay_readable_and_inside():
    name = (
        "Camiseta Básica Algodão Orgânico Manga Longa Azul Tamanho GG com estampa nas costas " * 2
    )
    order = paper.order(packages=(BOX,), lines=(paper.line(name=name),) * 3)
    for read in on_each_paper(order):
        assert read.count("Camiseta Básica Algodão Orgânico Manga Longa Azul") >= 3
    for label in labels(order, draw=False):
        assert max(right for _, _, right, _ in label.rectangles) <= label.width


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE, st.sampled_from(list(Kind)))
def test_no_text_can_issue_a_command_or_leave_the_paper(text, code, kind):
    line = paper.line(name=text, sku=code, ean=code, unit=text, quantity=Decimal(2),
                      picked=Decimal(1), short_reason=text)  # fmt: skip
    order = paper.order(
        number=code, kind=kind, buyer=Buyer(text), channel=text, lines=(line,),
        address=Address(text, city=text, state=text),
        packages=(Package(1, carrier=text, service=text, tracking=code),),
    )  # fmt: skip
    about = replace(paper.ABOUT, store=text, store_lines=(text,), reprint=2, who=text)
    assert len(words(order, about=about)) == 1
    for label in labels(order, about=about, draw=False):
        for left, top, right, bottom in label.rectangles:
            assert left >= 0 and top >= 0 and right <= label.width and bottom <= label.length
    (slip,) = slips(order, about=about)
    assert slip.widest <= ESCPOS.columns


def test_a_reprint_is_marked():
    about = replace(paper.ABOUT, package=1, reprint=2, who="Ana")
    (page,), (label,), (slip,) = words(about=about), labels(about=about), slips(about=about)
    assert "REPRINT 2 - Ana" in page and "REPRINT 2 - Ana" in label.words
    assert any("REPRINT 2 - Ana" in line for line in slip.inverse)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("pt_BR", ("Lista de conteúdo", "Volume 1 de 2", "Pedidos: 3. Faltam: 2. Esgotado")),
        ("es", ("Lista de contenido", "Bulto 1 de 2", "Pedidos: 3. Faltan: 2. Esgotado")),
    ],
)
def test_it_is_in_the_language_of_the_store(language, said):
    line = paper.line(quantity=Decimal(3), picked=Decimal(1), short_reason="Esgotado")
    set_language(language)
    try:
        texts = on_each_paper(paper.order(lines=(line,)))
    finally:
        set_language("en")
    for read in texts:
        for one in said:
            assert one.lower() in read.lower(), one
        for wrong in ("Package", "Quantity", "ordered", "enclosed", "Deliver to", "Together"):
            assert wrong not in read


def test_it_suits_every_sort_of_printer_and_the_others_do_not():
    assert all(SLIP.suits(prints) for prints in ("page", "label", "receipt"))
    assert isinstance(SLIP.draw_for("page")((paper.order(),), paper.ABOUT), Pages)
    for name in ("label", "manifest", "pick_list", "receipt"):
        kind = documents.load(name)
        assert [p for p in ("page", "label", "receipt") if kind.suits(p)] == [kind.prints]
