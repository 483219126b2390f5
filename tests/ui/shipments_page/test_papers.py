"""Papers, sizes, names and hands."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu

from desktop.i18n import LANGUAGES, set_language
from desktop.store import setup
from desktop.store.departures import Way
from desktop.store.queries import View
from desktop.store.setup import Printer
from printing.spooler import Spooler
from tests import paper
from tests.ui.shipments_page.day import S, a_day, left, open_, settled
from ui.shipments import slots
from ui.shipments.papers import ask_path
from ui.shipments.slots import COLLECTED, LATE, SHIPPED, TO_LEAVE, Place, Slot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

# What the frame leaves to a page on a screen of 1024 pixels, in DejaVu's wide letters.
PAGE_WIDTH = 712


@pytest.fixture
def menus():
    """The open menu's actions by their words; it is closed afterwards."""

    def of() -> dict[str, object]:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return {action.text().split("  —  ")[0]: action for action in menu.actions()}

    yield of
    if (menu := QApplication.activePopupWidget()) is not None:
        menu.close()


def choose(menus, text: str) -> None:
    action = menus()[text]
    action.trigger()
    QApplication.activePopupWidget().close()


@pytest.mark.parametrize(
    ("kind", "words"), [("csv", "Text table (CSV)…"), ("xlsx", "Spreadsheet (XLSX)…")]
)
@pytest.mark.parametrize(
    "slot", [SHIPPED, TO_LEAVE, COLLECTED, Slot(Place.STAGE, view=View.PREPARE)]
)
def test_the_table_has_a_row_for_each_that_is_shown(
    page, qtbot, keys, heard, menus, tmp_path, kind, words, slot
):
    rows = open_(page, qtbot, slot)
    path = tmp_path / f"saída.{kind}"
    page.papers._ask_path = lambda _parent, _name, _kind: str(path)
    keys(page, Qt.Key.Key_F10)
    choose(menus, words)
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert path.name in heard.messages[-1].text and f"{len(rows)} row" in heard.messages[-1].text
    found = _read(path)
    assert len(found) - 1 == len(rows)
    numbers = [str(row[0]) for row in found[1:]]
    assert numbers == [title.split(" · ")[0] for title in rows]


def _read(path: Path) -> list[list[object]]:
    if path.suffix == ".xlsx":
        return [
            list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        ]
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_a_file_that_cannot_be_written_is_a_sentence(page, keys, heard, menus, qtbot, tmp_path):
    page.papers._ask_path = lambda *_: str(tmp_path / "nowhere" / "a.csv")
    keys(page, Qt.Key.Key_F10)
    choose(menus, "Text table (CSV)…")
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert "cannot be written" in heard.messages[-1].text


def test_whoever_wants_no_file_gets_none(page, keys, heard, menus, qtbot, tmp_path):
    page.papers._ask_path = lambda *_: ""
    keys(page, Qt.Key.Key_F10)
    choose(menus, "Text table (CSV)…")
    settled(page, qtbot)
    assert heard.messages == [] and list(tmp_path.glob("*.csv")) == []


def mark_carrier(page, carrier: str) -> None:
    page.tables.hours.mark(Slot(Place.LEFT, Way.CARRIER, carrier))


def test_the_manifest_is_of_the_row_that_is_marked(page):
    assert not page.tables.manifest.isEnabled()
    assert page.tables.manifest.hint == "Choose the row of a carrier."
    mark_carrier(page, "jadlog")
    assert page.tables.manifest.isEnabled()
    assert page.tables.manifest.hint.replace("\u00a0", " ") == "Jadlog: 3 packages · 1.5 kg · F9"
    page.tables.hours.mark(COLLECTED)
    assert not page.tables.manifest.isEnabled()


def test_the_manifest_is_saved_as_pdf(page, keys, heard, menus, qtbot, tmp_path):
    path = tmp_path / "romaneio.pdf"
    page.papers._ask_path = lambda *_: str(path)
    mark_carrier(page, "jadlog")
    keys(page, Qt.Key.Key_F9)
    on_paper = menus()["Print the manifest"]
    assert not on_paper.isEnabled() and "No printer is set up" in on_paper.text()
    choose(menus, "Save it as PDF…")
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert heard.messages[-1].text == "3 packages are in romaneio.pdf."
    (words,) = paper.pdf_words(path.read_bytes())
    assert "Jadlog" in words and "3 packages" in words and "QB0001202BR" in words


def test_the_manifest_prints_once_and_again_only_on_purpose(
    desk, page, keys, heard, menus, qtbot, tmp_path
):
    printer = Printer("Pages", "pdf_a4", f"file:{tmp_path / 'out'}/")
    desk.printing = Spooler(desk.store, [printer])
    desk.printing.start()
    try:
        mark_carrier(page, "jadlog")
        keys(page, Qt.Key.Key_F9)
        choose(menus, "Print the manifest")
        qtbot.waitUntil(lambda: bool(heard.messages))
        qtbot.waitUntil(lambda: len(list((tmp_path / "out").glob("*.pdf"))) == 1)
        keys(page, Qt.Key.Key_F9)
        choose(menus, "Print the manifest")
        qtbot.waitUntil(lambda: "printed before" in heard.messages[-1].text)
        choose(menus, "Print “Manifest” again, marked as a reprint")
        qtbot.waitUntil(lambda: len(list((tmp_path / "out").glob("*.pdf"))) == 2)
    finally:
        desk.printing.stop()
    again = sorted((tmp_path / "out").glob("*.pdf"))[-1]
    qtbot.waitUntil(lambda: again.stat().st_size > 0)
    assert "REPRINT 1 - Ana Souza" in paper.pdf_words(again.read_bytes())[0]


def test_a_chosen_name_gets_its_ending(monkeypatch):
    answers = iter(["/x/a", "/x/b.CSV", ""])
    monkeypatch.setattr(
        "ui.shipments.papers.QFileDialog.getSaveFileName", lambda *_: (next(answers), "")
    )
    assert [ask_path(None, "a", "csv") for _ in range(3)] == ["/x/a.csv", "/x/b.CSV", ""]


LONG = "Transportadora Expressa Rodoviária São Paulo Interior e Litoral Ltda."


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_a_small_screen_in_every_language(desk, make, qtbot, language):
    set_language(language)
    try:
        page = make(*a_day(), left(999, 15, LONG), size=(PAGE_WIDTH, 560))
        assert page.minimumSizeHint().width() <= PAGE_WIDTH
        assert page.width() == PAGE_WIDTH
        for button in page.findChildren(QAbstractButton):
            if button.isVisible():
                assert button.height() >= 44 and button.width() >= 44, button.accessibleName()
                assert button.accessibleName(), button
        grid = page.tables.hours
        assert (
            sum(grid.columnWidth(n) for n in range(grid.model().columnCount()))
            <= grid.viewport().width()
        )
    finally:
        set_language("en")


def test_a_reader_hears_whole_numbers(page):
    assert page.cards[LATE].accessibleName() == "Late: 3 orders, up to 6 h 40"
    cell = page.tables.hours.model().index(2, 6)
    assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == "Jadlog, 13h: 3 packages"
    stages = page.tables.stages
    row = next(n for n, one in enumerate(stages.rows()) if one.name == "To prepare")
    said = [stages.model().index(row, n).data(Qt.ItemDataRole.AccessibleTextRole) for n in range(3)]
    assert said == [
        "To prepare: 1 order", "To prepare: 1 order, the oldest for 2 days", "To prepare: 1 over 24 h",
    ]  # fmt: skip
    assert page.list.accessibleName() == "Ready, not left: 4 orders"
    for widget in (page.tables.hours, page.tables.stages, page.bar.date, page.tables.tabs):
        assert QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def test_every_place_of_the_page_has_a_title(page):
    numbers = page.sight.numbers
    for place in Place:
        view = View.PACK if place in {Place.STAGE, Place.OVER} else None
        assert slots.title(numbers, Slot(place, view=view))
    gone = Slot(Place.STAGE, view=View.ALL)
    assert slots.number_at(numbers, gone).n == 0
    late_hour = replace(SHIPPED, hour=24)
    assert slots.number_at(numbers, late_hour).n == 0
    assert slots.title(numbers, late_hour) == "Dispatched"


def test_a_stage_that_a_store_does_not_use_has_no_row(desk, make):
    desk.store.do(lambda s: setup.save_settings(s, _without_packing(s)))
    page = make(*a_day())
    assert "To pack" not in [row.name for row in page.tables.stages.rows()]


def _without_packing(session) -> setup.StoreSettings:
    known = setup.store_settings(session)
    return replace(known, journey=replace(known.journey, off=frozenset({S.PACKED})))
