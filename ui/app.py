"""The program: what is made in which order, and ended in the reverse one.

The window comes first, with the counts of the last time; the store and all that needs it are imported and
opened when it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLibraryInfo, QLockFile, QObject, QTimer, QTranslator
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

import resources
from desktop.errors import BalcaoError, StoreError
from desktop.folder import make_private
from desktop.i18n import N_, language, set_language, tr_error
from desktop.i18n import tr as _
from ui import display, theme
from ui import last as last_time
from ui.collector import Collector
from ui.crash import CrashHandler, FaultLog
from ui.display import NoDisplay
from ui.milestones import PAINTED, Milestone
from ui.tasks import Tasks
from ui.window import Pages, Window

if TYPE_CHECKING:
    from desktop.secrets import Secrets
    from desktop.store import Store
    from desktop.work import Work
    from ui.desk import Desk
    from ui.one_window import FirstWindow
    from ui.opened import Opened
    from ui.running import Running

DONE, FAULT = 0, 3
ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)
UNSEEN_MS = 500
LOCK_FILE = "balcao.lock"
TRAINING, TRAINING_SEED = "training", 1
IN_USE = N_("Balcão is open already on this computer. Look for its window in the task bar.")
NOT_WRITABLE = N_("The data folder cannot be written. Give this user the right to write there.")
DIED = N_("Balcão ended unexpectedly last time. What was saved is still there.")


def run(folder: Path, training: bool = False, argv: Sequence[str] | None = None) -> int:
    """Opens the window on the store in `folder` and serves it until it is closed.

    Where one stands there already, that one comes forward. Returns 0, or 3 when the store cannot be opened or
    another Balcão has it and does not answer: a sentence says so. Raises NoDisplay where there is no display,
    and where it goes away.
    """
    display.check()
    app = application(argv)
    last = last_time.load(folder)
    dress(app, last.theme, last.language)
    lock = QLockFile(str(folder / LOCK_FILE))
    lock.setStaleLockTime(0)
    try:
        make_private(folder)
    except OSError:
        return _refuse(StoreError(NOT_WRITABLE))
    if not lock.tryLock(0):
        taken = lock.error() is QLockFile.LockError.LockFailedError
        return _bring_forward(folder) if taken else _refuse(StoreError(NOT_WRITABLE))
    try:
        return _serve(app, folder, last, training)
    finally:
        lock.unlock()


def _bring_forward(folder: Path) -> int:
    """The window of another start on this folder."""
    from ui import one_window

    return DONE if one_window.ask(folder) else _refuse(StoreError(IN_USE))


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
        # X11 calls the window by the first word, and the desktop finds icon and name by it; run from the
        # source, that would be the name of a file.
        app = QApplication(["balcao", *list(argv or ())[1:]])
    app.setApplicationName("Balcão")
    app.setDesktopFileName("balcao")
    if app.findChild(Collector) is None:
        # Before any thread runs, and until the process ends.
        Collector(app)
        app.setWindowIcon(_icon())
    return app


def _icon() -> QIcon:
    icon = QIcon()
    for px in ICON_SIZES:
        icon.addFile(str(resources.path(f"program/balcao-{px}.png")))
    return icon


def dress(app: QApplication, wanted_theme: str, wanted_language: str) -> None:
    """Colours and words, also those of Qt's own dialogs."""
    speak(app, wanted_language)
    theme.apply(app, wanted_theme)


def speak(app: QApplication, wanted_language: str) -> None:
    """Words alone: what is written from now on."""
    set_language(wanted_language)
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
    window.sidebar.show_overview(last.views, last.pages, last.store_name)
    opening = Opening(window, folder, training, died=faults.died)
    # What is imported takes the processor from what is painted; a window may also stay unseen.
    Milestone(window, PAINTED).reached.connect(opening.open)
    QTimer.singleShot(UNSEEN_MS, opening.open)
    window.show()
    code = app.exec()
    opening.close()
    if code:
        # Qt's own; the log of faults stays, and the next start says what happened.
        raise NoDisplay(display.GONE)
    faults.end()
    if opening.practise:
        return _practise(folder)
    return opening.code


def _practise(folder: Path) -> int:
    """The program's own demo instead of the store, its papers beside it."""
    from ui import demo

    return demo.run(folder / TRAINING, TRAINING_SEED, language())


class Opening(QObject):
    """Opens the store behind the standing window, and ends everything in order."""

    def __init__(self, window: Window, folder: Path, training: bool, died: bool) -> None:
        super().__init__()
        self._window, self._folder, self._training, self._died = window, folder, training, died
        self._tasks = Tasks(self)
        self._crash = CrashHandler(self._give_up, parent=self)
        self._crash.install()
        self._begun = False
        self._opened: Opened | None = None
        self._running: Running | None = None
        self._picture: last_time.Last | None = None
        self._first: FirstWindow | None = None
        self.code, self.practise = DONE, False

    def open(self) -> None:
        """Imports and opens what the window stands for, beside it: a migration may take its time. A store
        that cannot be opened ends the program with its sentence. Once is enough."""
        if self._begun:
            return
        self._begun = True
        self._tasks.run(self._open_all, self._start, self._give_up)

    def _open_all(self) -> None:
        from ui.opened import Opened

        self._opened = Opened(self._folder, self._training)

    def _start(self, _done: None) -> None:
        from desktop.first_run import Stage

        opened = self._opened
        assert opened is not None
        wanted = opened.settings
        if (wanted.language, opened.training) != (language(), self._window.training):
            self._stand_anew(wanted.theme, wanted.language, opened.training)
        if opened.stage is Stage.DONE:
            self._run()
        else:
            self._set_up(opened)

    def _set_up(self, opened: Opened) -> None:
        """The assistant in the window's place; the store is served when it has ended."""
        from ui.first_run.assistant import Assistant

        said = language()
        assistant = Assistant(opened.store, opened.secrets, self._tasks, opened.stage)
        assistant.language_chosen.connect(lambda code: self._speak(code, opened))
        assistant.training_wanted.connect(self._leave_to_practise)
        assistant.ended.connect(lambda: self._end_set_up(said, opened))
        self._window.cover(assistant)
        assistant.begin()
        self._hear_others()

    def _speak(self, code: str, opened: Opened) -> None:
        """From now on; the next start, too, from its first moment."""
        speak(application(), code)
        self._picture = last_time.Last(code, opened.settings.theme)

    def _end_set_up(self, said: str, opened: Opened) -> None:
        if language() == said:
            self._window.uncover()
        else:
            self._stand_anew(opened.settings.theme, language(), opened.training)
        self._run()

    def _leave_to_practise(self) -> None:
        self.practise = True
        self._window.close()

    def _run(self) -> None:
        from ui.running import Running

        opened = self._opened
        assert opened is not None
        self._running = Running(
            self._window, opened.store, opened.work, None, None, default_pages(opened.secrets)
        )
        # What comes now would take the processor from the list.
        self._running.stands.connect(self._join)
        if self._died:
            self._running.desk.messages.attention(_(DIED))

    def _join(self) -> None:
        opened, running = self._opened, self._running
        assert opened is not None and running is not None
        failed = running.desk.messages.error
        self._tasks.run(
            opened.begin_printing, lambda _done: running.join(printing=opened.printing), failed
        )
        self._tasks.run(opened.begin_sync, lambda _done: running.join(sync=opened.sync), failed)
        self._hear_others()

    def _hear_others(self) -> None:
        """From now on a second start brings this window forward."""
        from ui.one_window import FirstWindow

        if self._first is None:
            self._first = FirstWindow(self._folder, self)
            self._first.wanted.connect(self._come_forward)

    def _come_forward(self) -> None:
        self._window.come_forward()

    def _give_up(self, error: BalcaoError) -> None:
        self.code = _refuse(error)
        self._window.close()

    def _stand_anew(self, wanted_theme: str, wanted_language: str, training: bool) -> None:
        """The picture of the last time was in other words or in another mode than the store's."""
        before = self._window
        dress(application(), wanted_theme, wanted_language)
        self._window = Window(training)
        self._window.show()
        before.close()
        before.deleteLater()

    def close(self) -> None:
        """The window is gone already. What may still wait for a network or a printer ends first, then
        the store."""
        if self._first is not None:
            self._first.close()
        if self._running is not None:
            # A display that goes away takes the window along without closing it.
            self._running.close()
        self._tasks.close()
        picture = self._running.picture() if self._running is not None else self._picture
        if self._opened is not None:
            self._opened.close()
        if picture is not None:
            last_time.save(self._folder, picture)
        self._crash.remove()


def default_pages(secrets: Secrets | None = None) -> Pages:
    """The pages of the program, by the names of their actions, each imported when it is first shown.
    `secrets` is where the settings keep keys; without it, where the store's folder says."""
    return {
        "orders": _orders, "pickup": _pickup, "shipments": _shipments, "repair": _repair,
        "settings": partial(_settings, secrets=secrets),
    }  # fmt: skip


def _orders(desk: Desk) -> QWidget:
    from ui.pages.orders import OrdersPage

    return OrdersPage(desk)


def _pickup(desk: Desk) -> QWidget:
    from ui.pages.pickup import PickupPage

    return PickupPage(desk)


def _shipments(desk: Desk) -> QWidget:
    from ui.pages.shipments import ShipmentsPage

    return ShipmentsPage(desk)


def _repair(desk: Desk) -> QWidget:
    from ui.pages.repair import RepairPage

    return RepairPage(desk)


def _settings(desk: Desk, secrets: Secrets | None) -> QWidget:
    from ui.pages.settings import SettingsPage

    return SettingsPage(desk, secrets=secrets)


def _refuse(error: BalcaoError) -> int:
    box = QMessageBox(QMessageBox.Icon.Warning, "Balcão", tr_error(error))
    box.addButton(_("Close"), QMessageBox.ButtonRole.AcceptRole)
    box.exec()
    return FAULT
