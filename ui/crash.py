"""What happens to an exception that nobody caught, in any thread.

An error for people becomes its sentence. Anything else is a bug: it is logged, its window opens once per
kind and not more often than every five seconds, and the program goes on.
"""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import PySide6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from desktop import VERSION
from desktop.errors import BalcaoError
from desktop.i18n import tr as _
from ui import theme
from ui.widgets import Label, SmallButton, WrappedLabel, row

log = logging.getLogger(__name__)

QUIET_S = 5.0
FILE = "crash.log"
_HERE = Path(__file__).resolve().parents[1]


class CrashHandler(QObject):
    """Catches what is left over. Made on the GUI thread; `show` gets errors for people there.

    `report_shown(str)` tells that a crash window opened with that report.
    """

    report_shown = Signal(str)
    _caught = Signal(object)

    def __init__(
        self, show: Callable[[BalcaoError], None], clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._show = show
        self._clock = clock
        self._seen: set[str] = set()
        self._windows: list[CrashWindow] = []
        self._last = float("-inf")
        self._before: tuple[Any, Any] | None = None
        self._caught.connect(self._tell)

    def install(self) -> None:
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self.caught
        threading.excepthook = self._caught_in_thread

    def remove(self) -> None:
        if self._before is not None:
            sys.excepthook, threading.excepthook = self._before
            self._before = None

    def caught(
        self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        """The hook: any thread."""
        if isinstance(error, KeyboardInterrupt | SystemExit):
            app = QApplication.instance()
            if app is not None:
                app.quit()
            return
        self._caught.emit(error)

    def _caught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.caught(args.exc_type, args.exc_value, args.exc_traceback)

    def _tell(self, error: BaseException) -> None:
        if isinstance(error, BalcaoError):
            self._show(error)
            return
        text = report(error)
        log.error("a bug:\n%s", text)
        now = self._clock()
        if text in self._seen or now - self._last < QUIET_S:
            return
        self._seen.add(text)
        self._last = now
        window = CrashWindow(text, QApplication.activeWindow())
        # A window without a parent lives only as long as somebody holds it.
        self._windows.append(window)
        window.show()
        self.report_shown.emit(text)


class CrashWindow(QDialog):
    """What went wrong, word for word as it would be sent on, with a button that copies it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Balcão made a mistake"))
        self.setModal(False)
        self.resize(680, 460)
        self.report = text
        words = QPlainTextEdit(text)
        words.setReadOnly(True)
        words.setAccessibleName(_("Report"))
        copy = SmallButton(_("Copy report"))
        copy.clicked.connect(self._copy)
        go_on = SmallButton(_("Go on working"))
        go_on.clicked.connect(self.close)
        body = QVBoxLayout(self)
        body.setContentsMargins(*[theme.MARGIN + theme.GAP] * 4)
        body.setSpacing(12)
        body.addWidget(Label(_("Balcão made a mistake"), "title"))
        body.addWidget(
            WrappedLabel(
                _(
                    "What was saved is safe, and you can go on. Please send this report to whoever looks "
                    "after Balcão; it holds no names, documents or other data of your store."
                )
            )
        )
        body.addWidget(words, 1)
        body.addLayout(row(1, copy, go_on))
        go_on.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report)


def report(error: BaseException) -> str:
    """Types, files, lines and functions, and the versions: never a value, for values may be personal."""
    import platform  # noqa: PLC0415

    head = (
        f"Balcão {VERSION} · Python {platform.python_version()} · PySide6 {PySide6.__version__}"
        f" · {platform.system()} {platform.release()}"
    )
    return "\n".join([head, *(line for one in _chain(error) for line in _lines(one))])


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, the first cause first."""
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return reversed(found)


def _lines(error: BaseException) -> Iterator[str]:
    kind = type(error)
    yield f"{kind.__module__}.{kind.__qualname__}"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {_place(Path(frame.filename))}:{frame.lineno} {frame.name}"


def _place(file: Path) -> str:
    """The file inside the program or its package; whole paths carry the user's name."""
    if file.is_relative_to(_HERE) and "site-packages" not in file.parts:
        return file.relative_to(_HERE).as_posix()
    if "site-packages" in file.parts:
        return "/".join(file.parts[file.parts.index("site-packages") + 1 :])
    return file.name


class FaultLog:
    """A file for deaths that Python cannot catch: there while the program runs, gone after a clean end.

    `died` says that the run before did not end well; the file holds what it wrote then, if it could, until
    `start`.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self.died = self._path.exists()
        self._file: TextIO | None = None

    def start(self) -> None:
        try:
            self._file = self._path.open("w", encoding="utf-8")
        except OSError:
            log.info("no fault log: the data folder cannot be written")
            return
        faulthandler.enable(self._file)

    def end(self) -> None:
        """After a clean end."""
        if self._file is None:
            return
        faulthandler.disable()
        self._file.close()
        self._file = None
        self._path.unlink(missing_ok=True)


__all__ = ["CrashHandler", "CrashWindow", "FaultLog", "report"]
