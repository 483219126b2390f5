"""A scanner that types is told from a person who types, wherever the focus is.

Printable keys are held back for one gap (50 ms unless set otherwise). A run of at least four of them, each
within the gap of the one before, that ends with Enter or Tab is a code; anything else is handed on as it
came. The whole run has no limit of time: a 44-character key takes a slow scanner more than two seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

GAP_MS = 50
SHORTEST = 4
SAME_AGAIN_S = 1.0
_ENDS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_SHIFTS = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_CapsLock, Qt.Key.Key_AltGr})
_KEYS = frozenset({QEvent.Type.KeyPress, QEvent.Type.KeyRelease})


class ScanListener(QObject):
    """Listens at whichever window of the program has the keys, from `listen` until `stop`.

    Signals: `scanned(str)` a code; `repeated(str)` the same code again within a second, not scanned;
    `typed(str)` a character typed where nothing takes text, for the search line.

    A field whose property `takes_scans` is true gets the code typed into it, in place of its text; any
    other keeps its text, and a button under the focus is not pressed.
    """

    scanned = Signal(str)
    repeated = Signal(str)
    typed = Signal(str)

    def __init__(
        self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._held: list[QKeyEvent] = []
        self._window: QWindow | None = None
        self._listens = self._handing_on = False
        self._last = ("", float("-inf"))
        self._last_key = float("-inf")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(GAP_MS)
        self._timer.timeout.connect(self._look_again)

    @property
    def gap_ms(self) -> int:
        """The longest pause between two keys of a code, in milliseconds."""
        return self._timer.interval()

    @gap_ms.setter
    def gap_ms(self, value: int) -> None:
        self._timer.setInterval(max(10, value))

    def listen(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._listens = True
        app.focusWindowChanged.connect(self._listen_at)
        self._listen_at(QApplication.focusWindow())

    def stop(self) -> None:
        self._listens = False

    def _listen_at(self, window: QWindow | None) -> None:
        """Each key comes once to the window and again to widgets: the first is the only true one. And a
        filter of the whole program would call Python for every event of every widget."""
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, receiver: QObject, event: QEvent) -> bool:
        if self._handing_on or not self._listens or event.type() not in _KEYS:
            return False
        assert isinstance(event, QKeyEvent) and isinstance(receiver, QWindow)
        if receiver is not self._window:
            self._hand_on()
            self._window = receiver
        if event.type() is QEvent.Type.KeyRelease:
            return self._released(event)
        return self._pressed(event)

    def _pressed(self, event: QKeyEvent) -> bool:
        if event.key() in _SHIFTS:
            return False
        if event.key() in _ENDS:
            return self._ended(event)
        if (
            _is_printable(event)
            and not event.isAutoRepeat()
            and (self._held or event.text() != " ")
        ):
            self._held.append(event.clone())
            self._timer.start()
            return True
        self._hand_on()
        return False

    def _released(self, event: QKeyEvent) -> bool:
        """A release may not overtake its press: a button would stay down."""
        if any(held.key() == event.key() for held in self._held):
            self._held.append(event.clone())
            return True
        return False

    def _ended(self, event: QKeyEvent) -> bool:
        now = self._clock()
        code = "".join(e.text() for e in self._held if e.type() is QEvent.Type.KeyPress)
        if len(code) < SHORTEST:
            # Some scanners end with two keys (CR LF): the second belongs to the code as well.
            if not self._held and (now - self._last_key) * 1000 <= self.gap_ms:
                return True
            self._hand_on()
            return False
        self._last_key = now
        focus = QApplication.focusWidget()
        if focus is not None and focus.property("takes_scans"):
            self._fill(focus)
            return False
        self._timer.stop()
        self._held.clear()
        self._tell(code, now)
        return True

    def _fill(self, field: QWidget) -> None:
        if isinstance(field, QLineEdit | QPlainTextEdit):
            field.selectAll()
        self._hand_on()

    def _tell(self, code: str, now: float) -> None:
        last, at = self._last
        self._last = (code, now)
        if code == last and now - at < SAME_AGAIN_S:
            self.repeated.emit(code)
        else:
            self.scanned.emit(code)

    def _look_again(self) -> None:
        """The gap is over, but where this thread was busy meanwhile, keys of the same burst stand in the
        queue: they come before a timer of nothing."""
        known = len(self._held)
        QTimer.singleShot(0, self, lambda: self._hand_on() if len(self._held) == known else None)

    def _hand_on(self) -> None:
        """Gives the held keys to where they were going."""
        self._timer.stop()
        held, self._held = self._held, []
        self._handing_on = True
        try:
            for event in held:
                self._hand_on_one(event)
        finally:
            self._handing_on = False

    def _hand_on_one(self, event: QKeyEvent) -> None:
        if _takes_text():
            if self._window is not None:
                QCoreApplication.sendEvent(self._window, event)
        elif event.type() is QEvent.Type.KeyPress:
            self.typed.emit(event.text())


def _is_printable(event: QKeyEvent) -> bool:
    """A character by itself. AltGr arrives as Ctrl and Alt together on some systems."""
    modifiers = event.modifiers()
    control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
    meta = bool(modifiers & Qt.KeyboardModifier.MetaModifier)
    return event.text().isprintable() and event.text() != "" and control == alt and not meta


def _takes_text() -> bool:
    """Whether a typed character belongs where the focus is: a text, a choice, an open menu or dialog."""
    if QApplication.activePopupWidget() or QApplication.activeModalWidget():
        return True
    takers = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox)
    focus = QApplication.focusWidget()
    return isinstance(focus, takers) and not (
        isinstance(focus, QLineEdit | QPlainTextEdit | QTextEdit) and focus.isReadOnly()
    )
