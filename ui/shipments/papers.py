"""What leaves the page: the manifest, on paper or as PDF, and the table of the list that is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from desktop import sheet
from desktop.i18n import tr as _
from desktop.i18n import tr_n
from desktop.shipments import sheet_of
from desktop.store import shipments
from desktop.store.shipments import Heap, Key
from printing import handovers, languages, transports
from printing.documents import Handover
from printing.profiles import DEFAULTS, profile
from printing.transports import Address
from ui.closed import entry
from ui.desk import Desk

KINDS = {"xlsx": "XLSX (*.xlsx)", "csv": "CSV (*.csv)", "pdf": "PDF (*.pdf)"}
AskPath = Callable[[QWidget, str, str], str]


def ask_path(parent: QWidget, name: str, kind: str) -> str:
    """Where a file shall go; empty when nobody wants it any more."""
    path, _kind = QFileDialog.getSaveFileName(parent, "", f"{name}.{kind}", KINDS[kind])
    return path if not path or path.lower().endswith(f".{kind}") else f"{path}.{kind}"


class Papers(QObject):
    """Menus and what they do, beside the GUI thread; each says how it ended."""

    def __init__(self, desk: Desk, parent: QWidget, ask: AskPath = ask_path) -> None:
        super().__init__(parent)
        self._desk, self._page, self._ask_path = desk, parent, ask

    # --- the manifest -------------------------------------------------------------------------------

    def offer_manifest(self, handover: Handover, at: QPoint) -> None:
        """A menu: on paper where a printer runs, or as a file."""
        menu = self._menu()
        runs = self._desk.printing is not None
        no_printer = "" if runs else _("No printer is set up. Add one in the settings.")
        paper = entry(menu, _("Print the manifest"), no_printer)
        paper.triggered.connect(lambda: self.print_manifest(handover))
        menu.addAction(_("Save it as PDF…")).triggered.connect(lambda: self.save_manifest(handover))
        menu.popup(at - QPoint(0, menu.sizeHint().height()))

    def print_manifest(self, handover: Handover, again: bool = False) -> None:
        """On the printer that takes it; one that was printed before is asked about."""
        printing, who, store = self._desk.printing, self._desk.person.name, self._desk.store
        way = printing.reprint if again else printing.print

        def work() -> Any:
            with store.read() as session:
                keys = handovers.keys(session, handover)
            ids = list(dict.fromkeys(order_id for order_id, _package in keys))
            return way(ids, "manifest", who, handover=handover)

        self._desk.tasks.run(work, partial(self._printed, handover))

    def _printed(self, handover: Handover, tickets: Sequence[Any]) -> None:
        messages, title = self._desk.messages, _("Manifest")
        if any(ticket.prints for ticket in tickets):
            messages.ok(_("“{title}” goes to the printer.", title=title))
            return
        messages.attention(_("“{title}” was printed before.", title=title))
        menu = self._menu()
        again = menu.addAction(_("Print “{title}” again, marked as a reprint", title=title))
        again.triggered.connect(lambda: self.print_manifest(handover, again=True))
        menu.popup(self._page.mapToGlobal(self._page.rect().center()))

    def save_manifest(self, handover: Handover) -> None:
        name = f"{_('Manifest')} {handover.name} {handover.day.date}"
        path = self._ask_path(self._page, _file_name(name), "pdf")
        if not path:
            return
        store, model = self._desk.store, profile(DEFAULTS["page"])

        def work() -> int:
            with store.read() as session:
                paper, packages = handovers.manifest(session, handover)
            transports.send(Address("file", path), languages.encode(paper, model))
            return packages

        self._desk.tasks.run(work, partial(self._saved, path))

    def _saved(self, path: str, packages: int) -> None:
        said = tr_n("{n} package is in {name}.", "{n} packages are in {name}.", packages,
                    name=Path(path).name)  # fmt: skip
        self._desk.messages.ok(said)

    # --- the table ----------------------------------------------------------------------------------

    def offer_table(self, title: str, behind: Heap, keys: Sequence[Key], at: QPoint) -> None:
        """A menu of the kinds of table for the rows that the list shows."""
        menu = self._menu()
        for kind, words in (("xlsx", _("Spreadsheet (XLSX)…")), ("csv", _("Text table (CSV)…"))):
            action = menu.addAction(words)
            action.triggered.connect(partial(self._save_table, title, behind, tuple(keys), kind))
        menu.popup(at)

    def _save_table(
        self, title: str, behind: Heap, keys: Sequence[Key], kind: str, *_checked: object
    ) -> None:
        path = self._ask_path(self._page, _file_name(title), kind)
        if not path:
            return
        store = self._desk.store

        def work() -> int:
            with store.read() as session:
                found = shipments.items(session, keys)
            sheet.save(sheet_of(found, behind), Path(path), kind)
            return len(found)

        self._desk.tasks.run(work, partial(self._exported, path))

    def _exported(self, path: str, rows: int) -> None:
        said = tr_n("{n} row is in {name}.", "{n} rows are in {name}.", rows, name=Path(path).name)
        self._desk.messages.ok(said)

    def _menu(self) -> QMenu:
        menu = QMenu(self._page)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu


def _file_name(text: str) -> str:
    """Without what a file's name may not hold."""
    return " ".join("".join(c if c.isalnum() or c in "-_. " else " " for c in text).split())[:120]
