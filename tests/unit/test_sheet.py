"""Tables for spreadsheets: what goes in comes back, and nothing in them is run."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop import sheet
from desktop.errors import UserError
from desktop.i18n import LANGUAGES, set_language
from desktop.sheet import FORMULA, Sheet

ZONE = ZoneInfo("America/Sao_Paulo")
AT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)  # the evening before, in São Paulo
ACCENTS = "Conceição, Peñaranda Öztürk; “Pão & Cia” nº 1 ✓\nAçaí"


@pytest.fixture(autouse=True)
def english_again() -> Any:
    yield
    set_language("en")


def read_csv(data: bytes, language: str = "en") -> list[list[str]]:
    delimiter = "," if language == "en" else ";"
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def read_xlsx(data: bytes) -> list[list[Any]]:
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    return [[cell.value for cell in row] for row in page.iter_rows()]


def one(*row: sheet.Cell, zone: Any = ZONE) -> Sheet:
    return Sheet("t", tuple(f"c{n}" for n in range(len(row))), [row], zone)


@pytest.mark.parametrize("language", LANGUAGES)
def test_cells_come_back_from_a_csv_as_a_spreadsheet_of_the_language_reads_them(language):
    set_language(language)
    data = sheet.csv(one("1047", ACCENTS, 12, Decimal("1226.95"), AT, None, Decimal("-3.50")))
    assert data.startswith(b"\xef\xbb\xbf")  # without it Excel takes UTF-8 for Latin
    mark = "." if language == "en" else ","
    assert read_csv(data, language)[1] == [
        "1047", ACCENTS, "12", f"1226{mark}95", "2026-11-23 23:30", "", f"-3{mark}50",
    ]  # fmt: skip


def test_cells_come_back_from_an_xlsx_with_their_types():
    data = sheet.xlsx(one("00123", ACCENTS, 12, Decimal("1226.95"), AT, None, Decimal("-3.50")))
    heads, row = read_xlsx(data)
    assert heads == [f"c{n}" for n in range(7)]
    assert row == ["00123", ACCENTS, 12, 1226.95, datetime(2026, 11, 23, 23, 30), None, -3.5]
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert page["D2"].number_format == "0.00"
    assert page.freeze_panes == "B2"


@pytest.mark.parametrize("start", [*FORMULA, " =", "\u00a0+"])
def test_a_text_that_begins_like_a_formula_stays_a_text(start):
    text = f'{start}HYPERLINK("http://x","Conceição")'
    made = one(text, "-12", "@x")
    (_, cells) = read_csv(sheet.csv(made))
    assert cells[0] == f"'{text}" and cells[1:] == ["'-12", "'@x"]
    data = sheet.xlsx(made)
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [cell.data_type for cell in page[2]] == ["s", "s", "s"]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in xml and "<hyperlink" not in xml


def test_heads_are_guarded_too():
    made = Sheet("t", ("=1+1",), [])
    assert read_csv(sheet.csv(made)) == [["'=1+1"]]
    assert read_xlsx(sheet.xlsx(made)) == [["=1+1"]]  # a text, not a formula
    assert openpyxl.load_workbook(io.BytesIO(sheet.xlsx(made))).active["A1"].data_type == "s"


_text = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r"), max_size=40)


@given(st.lists(st.tuples(_text, st.integers(-(10**9), 10**9)), max_size=8))
def test_no_row_is_lost_and_no_text_can_be_run(rows):
    made = Sheet("t", ("a", "b"), rows)
    found = read_csv(sheet.csv(made))[1:]
    assert len(found) == len(rows)
    for (text, number), cells in zip(rows, found, strict=True):
        assert not cells[0].startswith(FORMULA)
        assert cells[0] in {text, f"'{text}"} and int(cells[1]) == number


_printable = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)


@given(st.lists(st.tuples(_printable, st.decimals(-(10**8), 10**8, places=2)), max_size=6))
def test_an_xlsx_opens_with_every_row(rows):
    found = read_xlsx(sheet.xlsx(Sheet("t", ("a", "b"), rows)))[1:]
    assert len(found) == len(rows)
    for (text, amount), (cell, number) in zip(rows, found, strict=True):
        assert cell == text
        assert Decimal(str(round(number, 2))) == amount


def test_control_signs_do_not_break_the_file():
    bad = "".join(map(chr, range(32))) + "\x7f\ufffe\uffff"
    (_, row) = read_xlsx(sheet.xlsx(one(bad, "x" * 40_000)))
    assert row[0] is not None and len(row[1]) == sheet.LONGEST_TEXT


def test_the_kind_follows_the_name_or_what_is_asked(tmp_path):
    made = one("á")
    sheet.save(made, tmp_path / "a.CSV")
    assert (tmp_path / "a.CSV").read_bytes() == sheet.csv(made)
    sheet.save(made, tmp_path / "table", "xlsx")
    assert read_xlsx((tmp_path / "table").read_bytes())[1] == ["á"]
    with pytest.raises(UserError, match="no table"):
        sheet.save(made, tmp_path / "a.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.CSV", "table"]


def test_a_place_that_cannot_be_written_is_a_sentence_and_leaves_nothing(tmp_path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        sheet.save(one("x"), tmp_path / "a.csv")
    with pytest.raises(UserError, match="cannot be written"):
        sheet.save(one("x"), tmp_path / "nowhere" / "a.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_more_rows_than_a_spreadsheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(sheet, "MOST_ROWS", 3)
    sheet.xlsx(Sheet("t", ("a",), [("x",)] * 2))
    with pytest.raises(UserError, match="too many"):
        sheet.xlsx(Sheet("t", ("a",), [("x",)] * 3))
