"""The demo: the sandbox platform, a fresh store in training mode, the window, and everything between.

`run` leaves the window to a person. `run_unattended` drives it offscreen through the whole journey,
compares both sides and keeps pictures, printed documents and `summary.json`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from desktop import connectors, terminal
from desktop.connections import SyncService
from desktop.i18n import N_, set_language
from desktop.i18n import tr as _
from desktop.order import Person, Role
from desktop.sandbox import KEY, TOKEN, Sandbox
from desktop.secrets import InMemory
from desktop.store import Store, outbox, setup
from desktop.store.setup import Printer, Sender
from desktop.truth import shown_there
from desktop.work import Work
from printing.spooler import Spooler
from ui import app
from ui.demo_hands import Hands, Stuck
from ui.demo_script import STORE_NAME, Day
from ui.display import GONE, NoDisplay, has_display
from ui.window import Window

DONE, DISAGREE, FAULT = 0, 1, 3
ORDERS = 12
POLL_S = 1.0
CONNECTION = "sandbox"
LANGUAGE = "pt_BR"
PEOPLE = (
    Person("Ana Souza", Role.MANAGER),
    Person("Beto Lima", Role.CLERK),
    Person("Carla Reis", Role.COUNTER),
)
SENDER = Sender(
    "Rua dos Pinheiros, 1014", "Pinheiros", "São Paulo", "SP", "05422-002", "(11) 3333-1014",
    "CNPJ 12.345.678/0001-95",
)  # fmt: skip
NO_DISPLAY = N_(
    "There is no display here: the journey runs unattended. Its results go to {folder}."
)


def run(out: Path, seed: int, language: str = LANGUAGE) -> int:
    """The window in training mode for a person, until it is closed. Raises NoDisplay when the display goes
    away."""
    if not has_display():
        print(_(NO_DISPLAY, folder=out), flush=True)
        return run_unattended(out, seed)
    with ExitStack() as closing:
        stage = Stage(closing, out, seed, language)
        window = stage.window()
        # A display that goes away does not close it, and its threads would keep the process.
        closing.callback(window.close)
        window.show()
        if QApplication.exec():
            raise NoDisplay(GONE)
        return DONE


def run_unattended(out: Path, seed: int) -> int:
    """The whole journey without a person; 0 when both sides agree, 1 when not, 3 when it got stuck."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    qInstallMessageHandler(_tell_qt)
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as closing:
        stage = Stage(closing, out, seed)
        window = stage.window()
        # Also when it got stuck: the window's threads would keep the process.
        closing.callback(window.close)
        window.show()
        day = Day(Hands(window, out / "pictures"), stage.sandbox, stage.store)
        try:
            day.hands.perform(day.script())
        except Stuck as error:
            print(f"Waited in vain for {error}.", file=sys.stderr)
            for push in day.refusals():
                print(f"Refused: {push.step.value}: {push.reason}", file=sys.stderr)
            return FAULT
        summary = stage.summary(day)
    (out / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
    print(json.dumps(summary, ensure_ascii=False))
    return DONE if summary["agree"] else DISAGREE


class Stage:
    """A sandbox, a store that is connected to it, printers that write files, and what runs between."""

    def __init__(self, closing: ExitStack, out: Path, seed: int, language: str = LANGUAGE) -> None:
        self.sandbox = closing.enter_context(Sandbox(seed=seed, orders=ORDERS))
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="balcao-")))
        self.store = Store(folder)
        closing.callback(self.store.close)
        self.secrets = InMemory()
        self._fill(out, language)
        self.work = Work(self.store)
        self.sync = SyncService(self.store, self.secrets, poll_s=POLL_S)
        closing.callback(self.sync.close)
        self.printing = self._printers()
        closing.callback(self.printing.stop)

    def _fill(self, out: Path, language: str) -> None:
        set_language(language)
        given = {"name": CONNECTION, "url": self.sandbox.url, "key": KEY, "token": TOKEN}
        terminal.connect(self.store, self.secrets, "vtex", given)
        printed = (out / "printed").resolve()
        printed.mkdir(parents=True, exist_ok=True)
        printers = [
            Printer(_("Labels"), "zebra_zd220", f"file:{printed}"),
            Printer(_("Receipts"), "elgin_i9", f"file:{printed}"),
            Printer(_("Pages"), "pdf_a4", f"file:{printed}"),
        ]
        self.store.do(lambda s: setup.set_printers(s, printers))
        self.store.do(lambda s: setup.set_people(s, PEOPLE))
        self.store.do(partial(_settle_in, language=language))

    def _printers(self) -> Spooler:
        with self.store.read() as session:
            printers = setup.all_printers(session)
        return Spooler(self.store, printers, self.work.label_printed)

    def window(self) -> Window:
        """The living window; sync and printers start with it."""
        pages = app.default_pages(self.secrets)
        window = app.build(self.store, self.work, self.sync, self.printing, True, pages)
        self.printing.start()
        self.sync.start()
        return window

    def summary(self, day: Day) -> dict[str, Any]:
        """Both sides, compared order by order by reading the platform afresh."""
        here = day.all()
        tells = connectors.load("vtex").tells
        with self.store.read() as session:
            mapping = setup.mapping_of(session, CONNECTION)
            pushes = {o.id: outbox.of_order(session, o.id) for o in here.values()}
        there = {}
        losses = 0
        differ = []
        for remote_id, order in here.items():
            remote = self.sync.look(CONNECTION, remote_id)[0]
            row = mapping.get(remote.word)
            there[remote_id] = row.status if row else None
            losses += self.sync.unseen(CONNECTION, order, pushes[order.id], remote)
            if there[remote_id] is not shown_there(order, tells):
                differ.append(order.number)
        duplicates = len(self.sandbox.duplicates())
        return {
            "orders": len(here),
            "here": _counted(order.status for order in here.values()),
            "platform": _counted(there.values()),
            "pushes": sum(p.state is outbox.State.DONE for all_ in pushes.values() for p in all_),
            "duplicates": duplicates,
            "losses": losses,
            "differ": differ,
            "agree": not (differ or duplicates or losses) and len(here) == ORDERS,
        }


def _tell_qt(_kind: QtMsgType, _context: object, words: str) -> None:
    """Qt's words without what the offscreen platform says of every menu."""
    if not words.startswith("This plugin does not support"):
        print(words, file=sys.stderr)


def _settle_in(session: Any, language: str) -> None:
    known = setup.store_settings(session)
    setup.save_settings(
        session,
        replace(known, store_name=STORE_NAME, sender=SENDER, training=True, language=language),
    )


def _counted(statuses: Any) -> dict[str, int]:
    return dict(Counter(status.value if status else "unknown" for status in statuses))
