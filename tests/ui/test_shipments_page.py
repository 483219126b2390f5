"""The shipments page: every number opens what it counts, by mouse and by keyboard, and papers leave it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu

from desktop.errors import StoreError
from desktop.i18n import LANGUAGES, set_language
from desktop.local_day import Day, today
from desktop.order import Collected, Hold, Kind, Order, Package, Person, Role, Status
from desktop.store import orders, setup
from desktop.store.departures import Way
from desktop.store.queries import View
from desktop.store.setup import Printer
from printing.spooler import Spooler
from tests import paper
from tests.ui.conftest import ANA, NOW, put
from tests.unit.orders import order
from ui.pages import shipments as page_module
from ui.pages.shipments import ShipmentsPage
from ui.shipments import slots
from ui.shipments.papers import ask_path
from ui.shipments.slots import COLLECTED, LATE, SHIPPED, TO_LEAVE, Place, Slot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

S = Status
DAY = today(NOW)
ENTER, ESC = Qt.Key.Key_Return, Qt.Key.Key_Escape
# What the frame leaves to a page on a screen of 1024 pixels, in DejaVu's wide letters.
PAGE_WIDTH = 712


def left(n: int, hour: int, carrier: str = "Correios", packages: int = 1, **changes) -> Order:
    at = DAY.hours[hour] + timedelta(minutes=n % 60)
    boxes = tuple(
        Package(k + 1, 500, carrier=carrier, tracking=f"QB{n:06d}{k}BR", shipped_at=at)
        for k in range(packages)
    )
    known = {"number": str(n), "remote_id": f"r{n}", "invoice": None, "packages": boxes}
    return replace(order(S.SHIPPED), **(known | changes))


def here(n: int, status: Status = S.PACKED, due_min: int | None = None, **changes) -> Order:
    due = None if due_min is None else NOW + timedelta(minutes=due_min)
    known = {"number": str(n), "remote_id": f"r{n}", "invoice": None, "due_at": due}
    return replace(order(status), **(known | changes))


def a_day() -> list[Order]:
    collected = Collected(DAY.hours[10], "João")
    gone = [*(left(100 + n, 9 + n % 3) for n in range(7)), left(120, 13, "Jadlog", packages=3)]
    gone += [left(121, 13, "", packages=1)]
    gone += [here(130, S.PICKED_UP, kind=Kind.PICKUP, collected=collected)]
    return [
        *gone, here(1, due_min=90), here(2, due_min=-70), here(3), here(4, due_min=-5),
        here(5, S.ACCEPTED, due_min=-400), here(6, S.INVOICED), here(7, hold=Hold(NOW, "Ana", "?")),
    ]  # fmt: skip


@pytest.fixture
def make(desk, qtbot):
    def open_page(*new: Order, size: tuple[int, int] = (1102, 600)) -> ShipmentsPage:
        # They came long ago, or what had left would have no day.
        when = NOW - timedelta(days=2)
        desk.store.do(lambda s: orders.add(s, [(one, one.remote_id) for one in new], when))
        page = ShipmentsPage(desk)
        qtbot.addWidget(page)
        page.resize(*size)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        qtbot.waitUntil(lambda: page.sight is not None or page._is_closed())
        return page

    return open_page


@pytest.fixture
def page(make) -> ShipmentsPage:
    return make(*a_day())


def settled(page, qtbot) -> None:
    """All that was asked has been read and shown."""
    qtbot.waitUntil(lambda: page._desk.tasks.idle and not page._pace.isActive())


def open_(page, qtbot, slot: Slot) -> list[str]:
    """The titles of the rows behind a number."""
    page.open(slot)
    qtbot.waitUntil(lambda: page.sight.slot == slot)
    settled(page, qtbot)
    return titles(page)


def titles(page) -> list[str]:
    model = page.list.model()
    return [model.index(n, 0).data() for n in range(model.rowCount())]


# --- numbers and what is behind them ----------------------------------------------------------------------


def test_it_begins_with_what_is_ready_and_has_not_left_the_latest_first(page):
    assert {slot: card.number for slot, card in page.cards.items()} == {
        SHIPPED: "11", TO_LEAVE: "4", LATE: "3", COLLECTED: "1",
    }  # fmt: skip
    assert [title.split(" · ")[0] for title in titles(page)] == ["2", "4", "1", "3"]
    assert (page.heading.text(), page.count.text()) == ("Ready, not left", "4 orders")
    assert page.cards[LATE].caption == "up to 6 h 40"
    assert page.cards[TO_LEAVE].isChecked() and not page.cards[LATE].isChecked()
    first = page.list.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "late 1 h 10" in first


def test_every_number_on_the_page_opens_exactly_as_many_rows(page, qtbot):
    for slot, card in page.cards.items():
        assert len(open_(page, qtbot, slot)) == int(card.number)
    cells = [cell for row in page.tables.hours.rows() for cell in row.cells]
    # Of a stage: how many, their age, and how many are over the limit.
    stages = [row.cells for row in page.tables.stages.rows()]
    cells += [cell for how_many, _age, over in stages for cell in (how_many, over)]
    assert all(age.slot == how_many.slot for how_many, age, _over in stages)
    assert len(cells) > 60
    for cell in cells:
        rows = open_(page, qtbot, cell.slot)
        assert _int(cell.text.partition(" > ")[0]) == len(rows)
        assert f"{len(rows)} " in cell.spoken
        assert page.count.text() == (slots.counted(cell.slot, len(rows)) if rows else "")


def test_rows_and_columns_of_the_hours_add_up(page):
    rows = {row.name: [_int(cell.text) for cell in row.cells] for row in page.tables.hours.rows()}
    assert list(rows) == ["Dispatched", "Correios", "Jadlog", "Carrier not named", "Collected here"]
    for counts in rows.values():
        assert counts[0] == sum(counts[1:])
    carriers = [rows["Correios"], rows["Jadlog"], rows["Carrier not named"]]
    assert rows["Dispatched"] == [sum(column) for column in zip(*carriers, strict=True)]
    heads = page.tables.hours.model()
    first = heads.headerData(1, Qt.Orientation.Horizontal)
    assert first == "8" and heads.columnCount() == 12  # the usual hours of a day


def _int(text: str) -> int:
    return 0 if text == "·" else int(text)


def test_hours_outside_the_usual_ones_stand_there_when_something_left_in_them(make):
    page = make(left(1, 3), left(2, 22))
    model = page.tables.hours.model()
    heads = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount())]
    assert heads == ["All", *map(str, range(3, 23))]


def test_a_package_says_which_of_how_many_and_where_it_goes(page, qtbot):
    rows = open_(page, qtbot, Slot(Place.LEFT, Way.CARRIER, "jadlog"))
    assert rows == ["120 · 1/3", "120 · 2/3", "120 · 3/3"]
    spoken = page.list.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "QB0001200BR" in spoken and "São Paulo - SP" in spoken
    assert page.heading.text() == "Jadlog"


def test_what_a_list_says_when_there_is_nothing(make, qtbot):
    page = make()
    for slot, words in (
        (TO_LEAVE, "Everything that is ready has left."), (LATE, "Nothing is late."),
        (SHIPPED, "Nothing left here in this time."),
        (Slot(Place.OVER, view=View.PACK), "No order stands here for too long."),
    ):  # fmt: skip
        assert open_(page, qtbot, slot) == []
        assert page.nothing.isVisible() and page.nothing.text() == words
        assert not page.export.isEnabled()
    assert page.tables.manifest.hint == "Nothing was shipped on this day."


# --- by keyboard ------------------------------------------------------------------------------------------


def test_a_number_is_reached_opened_and_left_by_keys_alone(page, keys, qtbot):
    page.bar.before.setFocus(Qt.FocusReason.TabFocusReason)
    passed = []
    for _ in range(12):
        keys(page, Qt.Key.Key_Tab)
        passed.append(QApplication.focusWidget())
    for widget in (*page.cards.values(), page.tables.hours, page.list, page.bar.date):
        assert widget in passed, widget
    grid = page.tables.hours
    grid.setFocus(Qt.FocusReason.TabFocusReason)
    keys(page, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, ENTER)
    slot = Slot(Place.LEFT, Way.CARRIER, "correios", 9)
    qtbot.waitUntil(lambda: page.sight.slot == slot)
    qtbot.waitUntil(page.list.hasFocus)
    assert page.heading.text() == "Correios · 9h"
    with qtbot.waitSignal(page.order_wanted) as wanted:
        keys(page, Qt.Key.Key_Down, ENTER)
    assert wanted.args == [page.list.keys()[1][0]]
    assert page.back() and grid.hasFocus()
    assert grid.current_slot() == slot
    assert page.back()  # to what is ready
    qtbot.waitUntil(lambda: page.sight.slot == TO_LEAVE)
    assert page.back() is False


def test_a_card_opens_by_click_and_by_space(page, keys, qtbot):
    QTest.mouseClick(page.cards[LATE], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.sight.slot == LATE)
    assert page.cards[LATE].isChecked()
    page.cards[SHIPPED].setFocus()
    keys(page, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.sight.slot == SHIPPED)


def test_a_cell_opens_by_a_click(page, qtbot):
    grid = page.tables.hours
    index = grid.model().index(2, 6)
    QTest.mouseClick(
        grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.visualRect(index).center()
    )
    qtbot.waitUntil(lambda: page.sight.slot == Slot(Place.LEFT, Way.CARRIER, "jadlog", 13))
    assert len(titles(page)) == 3


def test_a_click_on_a_row_shows_the_order(page, qtbot):
    place = page.list.visualRect(page.list.model().index(0, 0)).center()
    with qtbot.waitSignal(page.order_wanted) as wanted:
        QTest.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert wanted.args == [page.list.keys()[0][0]]


# --- the day ----------------------------------------------------------------------------------------------


def shows(page, day: Day) -> bool:
    return page.sight.numbers.day == day


def test_days_go_by_buttons_keys_and_by_what_is_typed(page, keys, qtbot):
    assert page.bar.date.text() == "2026-03-14" and not page.bar.today.isEnabled()
    QTest.mouseClick(page.bar.before, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shows(page, DAY.shift(-1)))
    assert page.cards[SHIPPED].number == "0" and page.bar.today.isEnabled()
    assert page.cards[TO_LEAVE].number == "4" and page.cards[TO_LEAVE].caption == "now"
    QTest.keyClick(page.windowHandle(), Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: shows(page, DAY.shift(-2)))
    QTest.keyClick(page.windowHandle(), Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: shows(page, DAY.shift(-1)))
    QTest.keyClick(page.windowHandle(), Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: shows(page, DAY))
    page.bar.date.setFocus()
    page.bar.date.selectAll()
    keys(page, "1/3", ENTER)
    qtbot.waitUntil(lambda: shows(page, Day(date(2026, 3, 1))))
    assert page.bar.date.text() == "2026-03-01"


@pytest.mark.parametrize("typed", ["31/2", "x", "", "1/1/1900", "9999-12-31"])
def test_what_is_no_day_is_said_and_changes_nothing(page, keys, qtbot, heard, typed):
    page.bar.date.setFocus()
    page.bar.date.selectAll()
    keys(page, Qt.Key.Key_Delete, typed, ENTER)
    assert page.bar.date.property("wrong") == "true"
    assert heard.messages and shows(page, DAY)
    page.show_day(None)
    settled(page, qtbot)
    assert page.bar.date.property("wrong") == "false" and page.bar.date.text() == "2026-03-14"


def test_at_the_end_of_the_calendar_it_stays(page, qtbot, heard):
    page.show_day(Day(date(1980, 1, 1)))
    settled(page, qtbot)
    page.bar.go(-1)
    assert heard.messages and shows(page, Day(date(1980, 1, 1)))


def test_today_goes_with_the_clock(desk, page, qtbot):
    desk.now = lambda: NOW + timedelta(days=1)
    page.refresh()
    qtbot.waitUntil(lambda: shows(page, DAY.shift(1)))
    assert not page.bar.today.isEnabled()
    page.show_day(DAY)
    settled(page, qtbot)
    desk.now = lambda: NOW + timedelta(days=2)
    page.refresh()
    settled(page, qtbot)
    assert shows(page, DAY)  # a day that somebody chose stays


def test_a_carrier_stays_open_from_day_to_day(page, qtbot):
    jadlog = Slot(Place.LEFT, Way.CARRIER, "jadlog", name="Jadlog")
    assert len(open_(page, qtbot, jadlog)) == 3
    page.show_day(DAY.shift(-1))
    settled(page, qtbot)
    assert titles(page) == [] and page.heading.text() == "Jadlog" and page.count.text() == ""
    page.show_day(DAY)
    settled(page, qtbot)
    assert len(titles(page)) == 3


# --- changes ----------------------------------------------------------------------------------------------


def test_it_follows_the_orders_and_keeps_what_is_marked(desk, page, qtbot):
    page.list.setFocus()
    page.list.setCurrentIndex(page.list.model().index(2, 0))
    marked = page.list.current_key()
    page.tables.hours.mark(SHIPPED)
    put(desk.store, [here(50, due_min=-90), here(51, due_min=-91)])
    qtbot.waitUntil(lambda: page.cards[TO_LEAVE].number == "6")
    assert page.list.current_key() == marked and page.list.currentIndex().row() == 4
    assert page.tables.hours.current_slot() == SHIPPED
    assert page.list.hasFocus()


def test_the_marked_order_goes_and_its_neighbour_is_marked(desk, page, qtbot):
    page.list.setCurrentIndex(page.list.model().index(1, 0))
    before = list(page.list.keys())

    def go(session) -> None:
        one = orders.get(session, before[1][0])
        orders.save(session, replace(one, status=S.SHIPPED), NOW)
        session.changed.add(one.id)

    desk.store.do(go)
    qtbot.waitUntil(lambda: page.cards[TO_LEAVE].number == "3")
    assert page.list.current_key() == before[2]


def test_while_hidden_it_reads_nothing_and_then_what_is_new(desk, page, qtbot):
    page.hide()
    put(desk.store, [here(50)])
    qtbot.wait(50)
    assert page.cards[TO_LEAVE].number == "4"
    page.show()
    qtbot.waitUntil(lambda: page.cards[TO_LEAVE].number == "5")


def test_many_changes_are_read_at_most_twice_a_second(desk, page, qtbot, monkeypatch):
    reads = []
    real = page_module.look
    monkeypatch.setattr(page_module, "look", lambda *given: reads.append(1) or real(*given))
    for _ in range(40):
        desk.bridge.orders_changed.emit(frozenset({1}))
        qtbot.wait(2)
    settled(page, qtbot)
    assert 1 <= len(reads) <= 2


def test_a_long_list_is_read_page_by_page(desk, make, qtbot, monkeypatch):
    page = make(*(left(n, 9 + n % 9) for n in range(1, 1001)))
    fetched = []
    real = page.list._pages._fetch
    monkeypatch.setattr(
        page.list._pages, "_fetch", lambda keys: fetched.append(len(keys)) or real(keys)
    )
    page.open(SHIPPED)
    qtbot.waitUntil(lambda: page.sight.slot == SHIPPED and page.list.model().rowCount() == 1000)
    page.repaint()
    assert 0 < sum(fetched) <= 64
    page.list.scrollToBottom()
    page.repaint()
    assert sum(fetched) <= 160


def test_numbers_that_cannot_be_read_are_said(page, qtbot, heard, monkeypatch):
    def broken(*_given) -> None:
        raise StoreError("The disk gave an error.")

    monkeypatch.setattr(page_module, "look", broken)
    page.refresh()
    qtbot.waitUntil(page.nothing.isVisible)
    assert "could not be read" in page.nothing.text()
    assert heard.messages[-1].text == "The disk gave an error."
    monkeypatch.undo()
    page.refresh()
    qtbot.waitUntil(page.list.isVisible)


# --- who may ----------------------------------------------------------------------------------------------


def test_it_is_for_managers(desk, page, qtbot):
    desk.stand(Person("Beto", Role.CLERK))
    qtbot.waitUntil(lambda: not page.list.isVisible())
    page.offer_table()
    assert QApplication.activePopupWidget() is None
    desk.stand(ANA)
    qtbot.waitUntil(page.list.isVisible)


# --- papers -----------------------------------------------------------------------------------------------


@pytest.fixture
def menus():
    """The open menu's actions by their words; it is closed afterwards."""

    def of() -> dict[str, object]:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return {action.text(): action for action in menu.actions()}

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
    assert not menus()["Print the manifest"].isEnabled()  # no printer runs
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


# --- size, names, hands -----------------------------------------------------------------------------------


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
