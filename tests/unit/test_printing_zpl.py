from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from desktop.errors import UserError
from desktop.order import Buyer, Kind, Package
from printing import languages
from printing.document import Align, Bars, Pages, Placed, Qr, Text
from printing.languages import zpl
from printing.profiles import PROFILES, profile
from tests import paper

ZPL = [p for p in PROFILES.values() if p.language == "zpl"]
ANY = st.text(st.characters(), max_size=80)
HOSTILE = st.one_of(
    ANY,
    st.sampled_from([
        "^XA^JUS^XZ", "~JR", "^FS^FO0,0^GB800,1200,800^FS", "_5EXA", "\\&\\&", "a\r\nb\x00\x1b@",
        ">;1234", "Loja\u2028^XZ", "^CC#", "_", "\\", "ß" * 60, "W" * 200, "🌸" * 9, "محمد علي",
    ]),
)  # fmt: skip


def hostile_order(text: str, code: str, kind: Kind = Kind.DELIVERY):
    address = paper.order().address
    address = replace(
        address, receiver=text, street=text, number=text, complement=text, district=text, city=text,
        state=text, postal_code=text, reference=text,
    )  # fmt: skip
    package = Package(1, 100, carrier=text, service=text, tracking=code)
    return paper.order(
        number=code, buyer=Buyer(text), address=address, packages=(package,), channel=text,
        kind=kind, shelf=text,
    )  # fmt: skip


def read(document, name="zpl_203", draw=True, copies=1):
    return paper.read_zpl(languages.encode(document, profile(name), copies), draw)


@pytest.mark.parametrize("model", ZPL, ids=lambda p: p.name)
def test_every_symbol_on_a_label_decodes_to_its_input(model):
    labels = read(paper.draw("label"), model.name)
    assert paper.decode(labels[0].picture) == [
        ("Code 128", "1513370000112-01"),
        ("Code 128", "QB473124829BR"),
        ("QR Code", "1513370000112-01"),
    ]
    assert paper.decode(labels[1].picture) == [
        ("Code 128", "1513370000112-01"),
        ("QR Code", "1513370000112-01"),
    ]


@settings(max_examples=25, deadline=None)
@given(st.text("0123456789ABCXYZ-./ $", min_size=1, max_size=19).map(str.strip).filter(bool))
def test_order_numbers_of_any_shape_scan(number):
    document = paper.draw("label", paper.order(number=number, packages=()))
    found = paper.decode(read(document)[0].picture)
    assert ("QR Code", number) in found
    assert ("Code 128", number) in found


@pytest.mark.parametrize(
    "number", ["1" * 24, "MLB-2000009876543210-01", "X" * 24, "W" * 19, "W" * 30, "AB-" * 20]
)
def test_the_order_number_is_never_cut(number):
    (label,) = read(paper.draw("label", paper.order(number=number, packages=())), draw=False)
    assert number in "".join(label.texts)
    assert label.qrs == [number]


def test_a_long_shelf_is_never_cut():
    shelf = "Corredor 3 Prateleira 12-B"
    order = paper.order(kind=Kind.PICKUP, shelf=shelf, packages=())
    (label,) = read(paper.draw("label", order), draw=False)
    assert shelf in " ".join(label.texts)


def test_the_label_is_as_large_as_its_paper():
    small, large = (
        read(paper.draw("label"), name, draw=False)[0] for name in ("zpl_203", "zpl_300")
    )
    assert (small.width, small.length) == (800, 1200)
    assert (large.width, large.length) == (1181, 1771)


def test_the_printer_makes_the_copies():
    assert [label.copies for label in read(paper.draw("label"), draw=False, copies=3)] == [3, 3]


@settings(max_examples=200, deadline=None)
@given(HOSTILE, HOSTILE, st.sampled_from(list(Kind)))
def test_no_text_can_issue_a_command_or_leave_the_label(text, code, kind):
    about = replace(paper.ABOUT, store=text, store_lines=(text,), reprint=2, who=text)
    document = paper.draw("label", hostile_order(text, code, kind), about=about)
    for model in ("zpl_203", "zpl_300"):
        (label,) = read(document, model, draw=False)
        for left, top, right, bottom in label.rectangles:
            assert left >= 0
            assert top >= 0
            assert right <= label.width
            assert bottom <= label.length


@settings(deadline=None)
@given(st.integers(60, 200), st.sampled_from(["Ana Maria ", "WWWW", "ÇÃO ", "i"]))
def test_long_names_stay_on_the_label(length, part):
    name = (part * 200)[:length]
    document = paper.draw("label", hostile_order(name, "123"))
    (label,) = read(document, draw=False)
    assert max(right for _, _, right, _ in label.rectangles) <= label.width
    assert name[:10].strip() in label.words


@settings(deadline=None)
@given(st.text(st.characters(max_codepoint=126), max_size=80))
def test_what_was_typed_is_what_is_drawn(text):
    place = Placed(0, 0, 1000, 1000, Text(text, 3))
    (label,) = read(Pages("x", 1000, 1000, ((place,),)), draw=False)
    typed = "".join(c if c.isprintable() else " " for c in text.replace("\\", "/"))
    assert "".join(label.words.split()) == "".join(typed.split())


def test_the_printer_is_asked_for_utf_8_and_gets_accents():
    payload = languages.encode(paper.draw("label"), profile("zpl_203"))
    assert payload.startswith(b"^XA^CI28")
    assert "São José dos Campos".encode() in payload


def test_text_is_measured_no_narrower_than_a_wider_face():
    letters = sorted(zpl._CHARACTERS - {"\n"})
    for letter in letters:
        assert zpl._measure(letter) >= stringWidth(letter, "Helvetica-Bold", 1), letter


@pytest.mark.parametrize("align", list(Align))
def test_aligned_text_stands_inside_its_place(align):
    place = Placed(10, 5, 40, 4, Text("Ação", 3, align=align))
    (label,) = read(Pages("x", 100, 20, ((place,),)), draw=False)
    ((left, _, right, _),) = label.rectangles
    assert left >= 80
    assert right <= 80 + 320


@pytest.mark.parametrize("data", ["", "ação", "line\nbreak", "1" * 81, "x" * 60])
def test_bars_that_cannot_scan_are_left_out(data):
    place = Placed(0, 0, 60, 10, Bars(data))
    (label,) = read(Pages("x", 100, 20, ((place,),)))
    assert label.bars == []


@pytest.mark.parametrize("data", ["a>b^c~d_e", "~JR", ">;12", "{B12", "A\\B"])
def test_signs_that_mean_something_to_the_printer_come_out_of_the_bars(data):
    places = (Placed(0, 0, 94, 15, Bars(data)), Placed(0, 20, 40, 40, Qr(data, 40)))
    (label,) = read(Pages("x", 100, 70, (places,)))
    assert paper.decode(label.picture) == [("Code 128", data), ("QR Code", data)]


def test_a_reprint_is_marked_with_number_and_name():
    about = replace(paper.ABOUT, reprint=2, who="Ana")
    (label, _) = read(paper.draw("label", about=about), draw=False)
    assert "REPRINT 2 - Ana" in label.texts
    assert "REPRINT" not in read(paper.draw("label"), draw=False)[0].words


def test_a_label_printer_refuses_a_receipt():
    with pytest.raises(UserError, match="cannot print"):
        languages.encode(paper.draw("receipt"), profile("zpl_203"))
