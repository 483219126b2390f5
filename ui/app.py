"""The program: what is made in which order, and ended in the reverse one.

The window comes first, with the counts of the last time; the store and all that needs it are imported and
opened when it stands.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLibraryInfo, QLockFile, QObject, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop.errors import BalcaoError, StoreError
from desktop.i18n import N_, language, set_language, tr_error
from desktop.i18n import tr as _
from ui import last as last_time
from ui import theme
from ui.crash import FaultLog
from ui.window import Pages, Window

if TYPE_CHECKING:
    from desktop.store import Store
    from desktop.work import Work
    from ui.running import Running

DONE, FAULT = 0, 3
LOCK_FILE = "balcao.lock"
IN_USE = N_("Balcão is open already on this computer. Look for its window in the task bar.")
NOT_WRITABLE = N_("The data folder cannot be written. Give this user the right to write there.")
DIED = N_("Balcão ended unexpectedly last time. What was saved is still there.")


def run(folder: Path, training: bool = False, argv: Sequence[str] | None = None) -> int:
    """Opens the window on the store in `folder` and serves it until it is closed.

    Returns 0, or 3 when the store cannot be opened or another Balcão has it: a sentence says so.
    """
    app = application(argv)
    last = last_time.load(folder)
    dress(app, last.theme, last.language)
    lock = QLockFile(str(folder / LOCK_FILE))
    lock.setStaleLockTime(0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _refuse(StoreError(NOT_WRITABLE))
    if not lock.tryLock(0):
        taken = lock.error() is QLockFile.LockError.LockFailedError
        return _refuse(StoreError(IN_USE if taken else NOT_WRITABLE))
    try:
        return _serve(app, folder, last, training)
    finally:
        lock.unlock()


def build(
    store: Store, work: Work, sync: Any = None, printing: Any = None, training: bool = False,
    pages: Pages | None = None,
) -> Window:  # fmt: skip
    """A living window over an open store, in the store's own theme and language, not yet shown.

    Closing it ends what belongs to it; store, sync and printing stay the caller's to close afterwards.
    """
    from desktop.store import setup
    from ui.running import Running

    with store.read() as session:
        settings = setup.store_settings(session)
    dress(application(), settings.theme, settings.language)
    window = Window(training or settings.training)
    Running(window, store, work, sync, printing, pages or default_pages())
    return window


def application(argv: Sequence[str] | None = None) -> QApplication:
    """The one application object."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(list(argv or sys.argv[:1]))
    app.setApplicationName("Balcão")
    app.setDesktopFileName("balcao")
    return app


def dress(app: QApplication, wanted_theme: str, wanted_language: str) -> None:
    """Colours and words, also those of Qt's own dialogs."""
    set_language(wanted_language)
    theme.apply(app, wanted_theme)
    app.setWindowIcon(theme.icon("scan", "accent", 64))
    if app.property("words") == language():
        return
    app.setProperty("words", language())
    words = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if words.load(f"qtbase_{language()}", folder):
        app.installTranslator(words)


def _serve(app: QApplication, folder: Path, last: last_time.Last, training: bool) -> int:
    faults = FaultLog(folder)
    faults.start()
    window = Window(training or last.training)
    window.show_overview(last.views, last.pages, last.store_name)
    opening = Opening(window, folder, training)
    window.show()
    if faults.left:
        window.flash.say("attention", _(DIED))
    QTimer.singleShot(0, opening.open)
    code = app.exec()
    opening.close()
    faults.end()
    return code or opening.code


class Opening(QObject):
    """Opens the store behind the standing window, and ends everything in order."""

    def __init__(self, window: Window, folder: Path, training: bool) -> None:
        super().__init__(window)
        self._window, self._folder, self._training = window, folder, training
        self._running: Running | None = None
        self.code = DONE

    def open(self) -> None:
        """Imports and opens what the window stands for; a store that cannot be opened ends the program
        with its sentence."""
        from desktop.secrets import InMemory, Kept
        from desktop.store import Store, setup
        from desktop.sync import SyncService
        from desktop.work import Work
        from printing.spooler import Spooler
        from ui.running import Running

        try:
            store = Store(self._folder)
        except BalcaoError as error:
            self.code = _refuse(error)
            self._window.close()
            return
        work = Work(store)
        with store.read() as session:
            training = self._training or setup.store_settings(session).training
            printers = setup.all_printers(session)
        sync = SyncService(store, InMemory() if training else Kept(self._folder))
        printing = Spooler(store, printers, work.label_printed)
        self._running = Running(self._window, store, work, sync, printing, default_pages())
        printing.start()
        sync.start()

    def close(self) -> None:
        """The window is gone already: what may still wait for a network or a printer, then the store."""
        if self._running is None:
            return
        desk, picture = self._running.desk, self._running.picture()
        desk.sync.close()
        desk.printing.stop()
        desk.store.close()
        if picture is not None:
            last_time.save(self._folder, picture)


def default_pages() -> Pages:
    """The pages of the program, by the names of their actions."""
    from ui.pages.orders import OrdersPage
    from ui.pages.pickup import PickupPage
    from ui.pages.repair import RepairPage
    from ui.pages.settings import SettingsPage

    return {
        "orders": OrdersPage, "pickup": PickupPage, "repair": RepairPage, "settings": SettingsPage,
    }  # fmt: skip


def _refuse(error: BalcaoError) -> int:
    box = QMessageBox(QMessageBox.Icon.Warning, "Balcão", tr_error(error))
    box.addButton(_("Close"), QMessageBox.ButtonRole.AcceptRole)
    box.exec()
    return FAULT
