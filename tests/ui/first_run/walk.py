"""A person at the assistant: keys go to the window's handle, as a keyboard's do."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.first_run import Stage

K = Qt.Key


class Walk:
    def __init__(self, window: Any, assistant: Any, tasks: Any, qtbot: Any) -> None:
        self.window, self.assistant, self.tasks, self._qtbot = window, assistant, tasks, qtbot

    @property
    def page(self) -> Any:
        return self.assistant.page

    @property
    def focus(self) -> QWidget | None:
        return QApplication.focusWidget()

    def press(
        self, *keys: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        for key in keys:
            QTest.keyClick(self.window.windowHandle(), key, held)

    def type(self, text: str) -> None:
        """Replaces what stands in the line under the focus."""
        self.press(K.Key_A, held=Qt.KeyboardModifier.ControlModifier)
        self.press(K.Key_Delete)
        for character in text:
            QTest.keyClick(self.window.windowHandle(), character)

    def go_to(self, widget: QWidget) -> None:
        """Tab until the focus stands there."""
        for _n in range(60):
            if self.focus is widget:
                return
            self.press(K.Key_Tab)
        raise AssertionError(f"Tab does not reach {widget.accessibleName()}")

    def until(self, condition: Any) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=15_000)

    def settled(self) -> None:
        """Until all that was asked for beside the window is answered."""
        self.until(lambda: self.tasks.idle)

    def on(self, stage: Stage) -> None:
        """Enter, and the page of `stage` comes."""
        self.press(K.Key_Return)
        self.until(lambda: self.assistant.stage is stage)
