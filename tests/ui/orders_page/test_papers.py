"""The orders page: an invoice's file comes in, papers go out and out again."""

from __future__ import annotations

import importlib.resources

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton

from desktop.journey import Step
from desktop.order import Kind, Status
from desktop.store import journal, notes, print_jobs
from desktop.store.setup import Printer
from printing.spooler import Spooler
from tests import paper
from tests.ui.orders_page.acts import field, now_is
from tests.unit.orders import order

SAMPLES = importlib.resources.files("nfelib") / "nfe" / "samples" / "v4_0" / "leiauteNFe"
NAME = "35180834128745000152550010000476121675985748-nfe.xml"
TOTAL = 906


# --- the file of an invoice -----------------------------------------------------------------------------


@pytest.fixture
def nota(tmp_path):
    file = tmp_path / "nota São João.xml"
    file.write_bytes((SAMPLES / NAME).read_bytes())
    return file


@pytest.fixture
def sheet(page, show):
    """The invoice sheet of an order that the sample is the invoice of."""
    show(order(Status.IN_PREPARATION, total=TOTAL))
    page.panel.start(Step.INVOICE)
    return page.panel.sheet


def drop(widget, file) -> bool:
    """Drags a file over a widget and lets it go, as the window system does; whether it was taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton)
    enter = QDragEnterEvent(QPoint(9, 9), *how, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, enter)
    if enter.isAccepted():
        let_go = QDropEvent(QPointF(9, 9), *how, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(widget, let_go)
    return enter.isAccepted()


def is_invoiced(desk, one, file) -> bool:
    invoice = now_is(desk, one.id).invoice
    with desk.store.read() as session:
        kept = notes.file_of(session, one.id, "xml")
    return invoice is not None and invoice.key == NAME[:44] and kept == file.read_bytes()


def test_a_file_dropped_on_its_line_stands_there_until_it_is_sent(desk, page, sheet, nota, qtbot):
    assert drop(field(page.panel, "XML file"), nota)
    assert field(page.panel, "XML file").text() == str(nota)
    assert now_is(desk, sheet.order.id).invoice is None
    page.next()
    qtbot.waitUntil(lambda: page.panel.sheet is None)
    assert is_invoiced(desk, sheet.order, nota)


def test_a_file_dropped_beside_its_line_invoices_the_order(desk, page, sheet, nota, qtbot):
    one = sheet.order
    assert drop(sheet.findChildren(QLabel)[0], nota)
    qtbot.waitUntil(lambda: page.panel.sheet is None)
    assert is_invoiced(desk, one, nota)


def test_a_file_is_chosen_in_a_dialog(desk, page, sheet, nota, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(nota), ""))
    buttons = sheet.findChildren(QPushButton)
    choose = next(one for one in buttons if one.accessibleName() == "XML file: Choose…")
    qtbot.mouseClick(choose, Qt.MouseButton.LeftButton)
    assert field(page.panel, "XML file").text() == str(nota)
    page.next()
    qtbot.waitUntil(lambda: page.panel.sheet is None)
    assert is_invoiced(desk, sheet.order, nota)


# --- papers ---------------------------------------------------------------------------------------------


@pytest.fixture
def printed(desk, tmp_path):
    """The labels that came out so far, as what can be read on each."""
    folder = tmp_path / "printed"
    printer = Printer("Labels", "zebra_zd220", f"file:{folder}/")
    spooler = desk.printing = Spooler(desk.store, [printer], desk.work.label_printed)
    spooler.start()

    def read() -> list[str]:
        files = sorted(folder.iterdir()) if folder.exists() else []
        # One that is still being written has no whole label yet.
        labels = [label for one in files for label in paper.read_zpl(one.read_bytes())[:1]]
        return [" ".join(label.texts) for label in labels]

    yield read
    spooler.stop()


def choose(page, qtbot, words: str) -> None:
    """Opens the menu of papers and takes one."""
    page.panel.show_print()
    menu = page.panel._print_menu
    qtbot.waitUntil(menu.isVisible)
    next(action for action in menu.actions() if action.text() == words).trigger()
    menu.close()


def test_a_paper_is_printed_again_on_purpose_only_and_marked(
    desk, page, show, printed, heard, qtbot
):
    one = show(order(Status.PACKED))
    choose(page, qtbot, "Label")
    qtbot.waitUntil(lambda: len(printed()) == 1)
    assert "REPRINT" not in printed()[0]
    choose(page, qtbot, "Label")
    qtbot.waitUntil(lambda: heard.messages[-1].text == "“Label” was printed before.")
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    [again] = QApplication.activePopupWidget().actions()
    assert again.text() == "Print “Label” again, marked as a reprint"
    assert len(printed()) == 1
    again.trigger()
    qtbot.waitUntil(lambda: len(printed()) == 2)
    assert "REPRINT 1 - Ana Souza" in printed()[1]
    with desk.store.read() as session:
        assert [job.copy for job in print_jobs.of_order(session, one.id)] == [0, 1]
        lines = [line for line in journal.of_order(session, one.id) if line.what == "reprinted"]
    assert [line.who for line in lines] == ["Ana Souza"]
    QApplication.activePopupWidget().close()


def test_a_pickup_receipt_is_closed_with_a_reason_for_what_is_delivered(
    desk, page, show, qtbot, tmp_path
):
    printer = Printer("Receipts", "escpos_80", f"file:{tmp_path}/roll/")
    desk.printing = Spooler(desk.store, [printer], desk.work.label_printed)

    def receipt():
        page.panel.show_print()
        menu = page.panel._print_menu
        qtbot.waitUntil(menu.isVisible)
        (found,) = (a for a in menu.actions() if a.text().startswith("Pickup receipt"))
        shown = found.isEnabled(), found.text()
        menu.close()
        return shown

    show(order(Status.SHIPPED))
    enabled, text = receipt()
    assert not enabled and "is for orders that are picked up" in text
    show(order(Status.ACCEPTED, Kind.PICKUP, remote_id="R2", number="9002"))
    assert receipt() == (True, "Pickup receipt")


def test_whoever_leaves_the_question_prints_nothing(desk, page, show, printed, qtbot):
    show(order(Status.PACKED))
    choose(page, qtbot, "Label")
    qtbot.waitUntil(lambda: len(printed()) == 1)
    choose(page, qtbot, "Label")
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    QApplication.activePopupWidget().close()
    qtbot.waitUntil(lambda: desk.tasks.idle)
    assert len(printed()) == 1
