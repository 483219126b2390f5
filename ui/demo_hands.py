"""Hands for the unattended demo: keys and clicks on the real window, and the patience between them.

A script is a generator that yields conditions. `Hands.perform` runs it inside the event loop: a timer
looks whether the condition holds and then lets the script go on. Nothing sleeps and nothing blocks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, TypeAlias

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from ui.forms import Form
from ui.window import Window

Condition: TypeAlias = Callable[[], object]
Script: TypeAlias = Generator[tuple[str, Condition], None, None]

PATIENCE_S = 30.0
LOOK_EVERY_MS = 5
# Between two keys a busy machine may paint the whole window.
BURST_MS = 5000


class Stuck(Exception):
    """A condition did not come true in time: its words say what was waited for."""


class Hands:
    """What a person does at `window`; pictures go to `folder`."""

    def __init__(self, window: Window, folder: Path) -> None:
        self.window, self._folder = window, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._script: Script | None = None
        self._waits_for: tuple[str, Condition] = ("", lambda: True)
        self._until = 0.0
        self._trouble: BaseException | None = None
        self._loop, self._timer = QEventLoop(), QTimer(window)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def perform(self, script: Script) -> None:
        """Runs the event loop until the script has ended; raises what it raised, or Stuck."""
        self._script = script
        self._until = time.monotonic() + PATIENCE_S
        self._timer.start()
        self._loop.exec()
        if self._trouble is not None:
            raise self._trouble

    def _look(self) -> None:
        assert self._script is not None
        what, holds = self._waits_for
        try:
            if holds():
                self._waits_for = next(self._script)
                self._until = time.monotonic() + PATIENCE_S
            elif time.monotonic() > self._until:
                self.picture("stuck")
                raise Stuck(what)
        except StopIteration:
            self._end()
        except BaseException as error:
            self._trouble = error
            self._end()

    def _end(self) -> None:
        self._timer.stop()
        self._loop.quit()

    # --- what hands can do --------------------------------------------------------------------------

    def scan(self, code: str) -> None:
        """A burst of keys with Enter, as a scanner sends it: to the window, wherever the focus is."""
        handle, listener = self.window.windowHandle(), self.window.listener
        gap_ms, listener.gap_ms = listener.gap_ms, BURST_MS
        for character in code:
            QTest.keyClick(handle, character)  # type: ignore[call-overload]
        QTest.keyClick(handle, Qt.Key.Key_Return)
        listener.gap_ms = gap_ms

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window.windowHandle(), key)

    def click(self, button: QWidget) -> None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def sees(self, within: QWidget, field: str) -> bool:
        """Whether a declared field stands there to be filled in."""
        return any(
            one.name == field and form.field_widget(field).isVisible()
            for form in within.findChildren(Form)
            for one in form.fields
        )

    def fill(self, within: QWidget, values: dict[str, str]) -> None:
        """Types into the declared fields of the forms that are open in `within`."""
        for form in within.findChildren(Form):
            for field in form.fields:
                if field.name in values and form.isVisibleTo(within):
                    self._type(form.field_widget(field.name), values[field.name])

    def _type(self, editor: QWidget, value: str) -> None:
        if isinstance(editor, QCheckBox):
            editor.setChecked(value == "yes")
        elif isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(value))
        elif isinstance(editor, (QLineEdit, QPlainTextEdit)):
            editor.setFocus()
            editor.selectAll()
            for character in value:
                _key_in(editor, character)

    def picture(self, name: str) -> None:
        """The window as it is now, as a PNG."""
        self.window.grab().save(str(self._folder / f"{name}.png"))


def _key_in(editor: QWidget, character: str) -> None:
    """A key with any letter: QTest knows ASCII alone."""
    for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
        event = QKeyEvent(kind, Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier, character)
        QApplication.sendEvent(editor, event)


def found(within: QWidget, kind: type[Any], which: Callable[[Any], bool]) -> Any:
    """The first visible child of a kind that fits; None when there is none."""
    return next((w for w in within.findChildren(kind) if w.isVisible() and which(w)), None)
