import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.errors import UserError
from desktop.order import Buyer, Collected
from printing import languages
from printing.document import Bars, Blank, Pair, Qr, Roll, Rule, Text
from printing.profiles import PROFILES, profile
from tests import paper

ESCPOS = [p for p in PROFILES.values() if p.language == "escpos"]
ANY = st.text(st.characters(), max_size=120)
# Every byte that begins a command or acts inside other data, and real-time commands in full.
HOSTILE = st.one_of(
    ANY,
    st.text(st.characters(max_codepoint=0xFF), max_size=120),
    st.sampled_from(
        ["\x1b@", "\x1dV\x00", "\x10\x14\x01\x00\x01", "\x1bp\x00", "16200100", "160502"]
    ),
)


def read(document, model=None, copies=1):
    model = model or profile("escpos_80")
    return paper.read_escpos(languages.encode(document, model, copies), model.code_page, model.slot)


def slip(*blocks):
    return Roll("x", 80, (blocks,))


@pytest.mark.parametrize("model", ESCPOS, ids=lambda p: p.name)
def test_a_receipt_tells_what_was_handed_over(model):
    order = paper.order(collected=Collected(paper.AT, "João da Silva", "12345678909"))
    (got,) = read(paper.draw("receipt", order), model)
    words = "\n".join(got.lines)
    assert "Loja Ipê Amarelo" in words
    assert "Camiseta Básica Algodão Orgânico" in words
    assert "TOTAL" in words
    assert "Collected by João da Silva" in words
    assert got.bars == ["1513370000112-01"]
    assert got.qrs == ["1513370000112-01"]
    assert got.widest <= model.columns


def test_personal_numbers_are_masked():
    order = paper.order(collected=Collected(paper.AT, "João", "12345678909"))
    payload = languages.encode(paper.draw("receipt", order), profile("escpos_80"))
    assert b"12345678909" not in payload
    assert b"123.456" not in payload
    assert b"***.***.*89-09" in payload


def test_without_a_collector_there_are_lines_to_write_on():
    (got,) = read(paper.draw("receipt"))
    assert any(line.startswith("Document ____") and len(line) == 48 for line in got.lines)
    assert any("Signature" in line for line in got.lines)


def test_accents_use_the_code_page_and_slot_of_the_model():
    line = "ÁÂÃÀÇÉÊÍÓÔÕÚÜ áâãàçéêíóôõúü Ññ ¿¡ ºª"
    for model in ESCPOS:
        (got,) = read(slip(Text(line)), model)
        assert got.lines == [line]
    other = replace(profile("escpos_80"), code_page="cp1252", slot=16)
    (got,) = read(slip(Text(line + " –€")), other)
    assert got.lines == [line + " –€"]


def test_what_the_code_page_lacks_is_written_in_plain_letters():
    (got,) = read(slip(Text("“Olá” – 5 € … Łódź 🌸")))
    assert got.lines == ['"Olá" - 5 EUR ... Lódz']


@settings(max_examples=200, deadline=None)
@given(HOSTILE, HOSTILE, st.sampled_from(ESCPOS))
def test_no_text_can_issue_a_command_or_leave_the_paper(text, code, model):
    order = paper.order(
        number=code, buyer=Buyer(text), channel=text, lines=(paper.line(name=text, sku=text),),
        collected=Collected(paper.AT, text, text),
    )  # fmt: skip
    about = replace(paper.ABOUT, store=text, store_lines=(text,), reprint=1, who=text)
    payload = languages.encode(paper.draw("receipt", order, about=about), model)
    (got,) = paper.read_escpos(payload, model.code_page, model.slot)
    assert got.widest <= model.columns
    for real_time in (b"\x10\x04", b"\x10\x05", b"\x10\x14"):
        assert real_time not in payload


@pytest.mark.parametrize(
    "number", ["1513370000112-01", "ABC", "{x{12345678", "16200100", "1604", "a~^>"]
)
def test_bars_carry_their_data_in_the_printers_own_code_sets(number):
    (got,) = read(slip(Bars(number)))
    assert got.bars == [number]


def test_digits_that_would_be_a_real_time_command_are_not_sent_as_pairs():
    payload = languages.encode(slip(Bars("12162001")), profile("escpos_80"))
    assert b"\x10\x14" not in payload
    assert b"12162001" in payload


@pytest.mark.parametrize("data", ["", "ção", "a\nb", "X" * 60])
def test_bars_that_cannot_scan_are_left_out(data):
    (got,) = read(slip(Bars(data)))
    assert got.bars == []


@settings(deadline=None)
@given(ANY, st.text(max_size=60))
def test_a_value_at_the_right_stands_at_the_edge(left, right):
    (got,) = read(slip(Pair(left, right)))
    assert got.widest <= 48
    shown = "".join(c for c in right if c.isascii() and c.isprintable())
    if right.isascii() and right.isprintable() and len(shown) <= 40:
        assert got.lines[-1].endswith(shown)
        assert len(got.lines[-1]) == 48 or not shown


def test_each_slip_is_cut_and_copies_are_whole_receipts():
    document = paper.draw("receipt", paper.order(), paper.order(number="2"))
    assert len(read(document)) == 2
    assert len(read(document, copies=3)) == 6


def test_a_printer_without_a_cutter_gets_no_cut():
    model = replace(profile("escpos_80"), cutter=False)
    assert b"\x1dV" not in languages.encode(slip(Text("x")), model)


def test_a_reprint_is_marked_with_number_and_name():
    about = replace(paper.ABOUT, reprint=3, who="Ana")
    (got,) = read(paper.draw("receipt", about=about))
    assert [line.strip() for line in got.inverse] == ["REPRINT 3 - Ana"]


def test_every_block_of_a_roll_prints():
    blocks = (Text("a", 6, inverse=True), Pair("b", "c"), Blank("d"), Rule(), Bars("e"), Qr("f"))
    (got,) = read(slip(*blocks))
    assert got.lines[1].startswith("b") and got.lines[1].endswith("c")
    assert got.lines[2] == "d " + "_" * 46
    assert got.lines[3] == "-" * 48
    assert (got.bars, got.qrs) == (["e"], ["f"])


def test_a_receipt_printer_refuses_a_label():
    with pytest.raises(UserError, match="cannot print"):
        languages.encode(paper.draw("label"), profile("escpos_80"))


PROGRAM = """
from printing import languages
from printing.document import Roll, Text
from printing.profiles import profile
assert b"Ol\\xa0" in languages.encode(Roll("x", 80, ((Text("Olá"),),)), profile("escpos_80"))
"""


@pytest.mark.parametrize("kept", [b"", b"not a pickle", None])
def test_a_broken_copy_of_the_printer_list_does_not_stop_the_printing(tmp_path, kept):
    environment = os.environ | {
        "XDG_CACHE_HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path), "HOME": str(tmp_path),
    }  # fmt: skip
    environment.pop("ESCPOS_CAPABILITIES_PICKLE_DIR", None)
    if kept is None:
        (tmp_path / "balcao").write_text("a file where the folder should be")
    else:
        folder = tmp_path / "balcao" / "escpos"
        folder.mkdir(parents=True)
        version = ".".join(map(str, sys.version_info[:3]))
        (folder / f"{version}.capabilities.pickle").write_bytes(kept)
        os.utime(folder / f"{version}.capabilities.pickle", (4e9, 4e9))
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == ""
