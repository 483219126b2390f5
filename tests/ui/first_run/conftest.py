"""The assistant in a window, and a person at its keyboard."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.first_run import Stage
from desktop.i18n import set_language
from desktop.sandbox import Sandbox
from desktop.secrets import InMemory
from tests.ui.first_run.walk import Walk
from ui import app
from ui.first_run.assistant import Assistant
from ui.tasks import Tasks
from ui.window import Window

DEADLINE_S = 20


@pytest.fixture
def secrets() -> InMemory:
    return InMemory()


@pytest.fixture
def walk(store, secrets, qtbot) -> Iterator[Callable[..., Walk]]:
    """`walk(stage)` opens the assistant over the test's store and stands before it."""
    made = []
    tasks = Tasks()

    def begin(stage: Stage = Stage.LANGUAGE, size=(1024, 768)) -> Walk:
        window = Window()
        assistant = Assistant(store, secrets, tasks, stage)
        assistant.language_chosen.connect(set_language)
        window.cover(assistant)
        window.resize(*size)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        assistant.begin()
        made.append(window)
        return Walk(window, assistant, tasks, qtbot)

    yield begin
    for window in made:
        window.close()
        window.deleteLater()
    qtbot.wait(1)
    tasks.close()
    set_language("en")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=1, orders=3) as running:
        yield running


@pytest.fixture
def program(qapp, monkeypatch):
    """`program(folder, script)` runs the whole program; `script(window)` yields the conditions that it waits
    for, and the window is closed when it ends."""
    monkeypatch.setenv("BALCAO_PASSPHRASE", "a passphrase for tests")

    def run(folder, script) -> int:
        steps: list[object] = []
        deadline = time.monotonic() + DEADLINE_S

        def look() -> None:
            if not steps:
                steps.extend([lambda: True, script(shown[0])] if (shown := windows()) else [])
            elif time.monotonic() > deadline:
                trouble.append(f"waited in vain at {steps[1].gi_frame.f_lineno}")
                QApplication.closeAllWindows()
            elif steps[0]():
                steps[0] = next(steps[1], lambda: False)

        trouble: list[str] = []
        timer = QTimer()
        timer.timeout.connect(look)
        timer.start(5)
        code = app.run(folder)
        timer.stop()
        assert trouble == []
        return code

    yield run
    set_language("en")


def windows() -> list[Window]:
    """The windows of the program that are open."""
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, Window) and w.isVisible()]


def press(window, *keys) -> None:
    for key in keys:
        QTest.keyClick(window.windowHandle(), key)
