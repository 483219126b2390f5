"""An exception that nobody caught: a sentence, or a crash window once per kind."""

from __future__ import annotations

import faulthandler
import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from desktop.errors import StoreError
from ui import crash
from ui.crash import CrashHandler, CrashWindow, FaultLog, report

SECRET = "Maria 123.456.789-09"


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def told():
    return []


@pytest.fixture
def handler(qapp, told, clock, caplog):
    caplog.set_level(logging.CRITICAL, "ui.crash")
    made = CrashHandler(told.append, clock)
    made.reports = []
    made.report_shown.connect(made.reports.append)
    made.install()
    yield made
    made.remove()
    for window in windows():
        window.close()


def windows():
    return [
        w for w in QApplication.topLevelWidgets() if isinstance(w, CrashWindow) and w.isVisible()
    ]


def _bug(kind: type[Exception] = ValueError) -> Exception:
    buyer = SECRET
    try:
        raise kind(f"cannot read {buyer}")
    except kind as error:
        return error


def _other_bug() -> Exception:
    try:
        {}[SECRET]
    except KeyError as error:
        return error


def throw(error):
    sys.excepthook(type(error), error, error.__traceback__)


def test_an_error_for_people_is_its_sentence_and_no_crash(handler, told):
    error = StoreError("The disk is full.")
    throw(error)
    assert told == [error] and handler.reports == [] and windows() == []


def test_a_bug_opens_a_window_that_shows_all_it_would_tell(handler, told):
    throw(_bug())
    (window,) = windows()
    assert told == []
    assert window.findChild(QPlainTextEdit).toPlainText() == window.report == handler.reports[0]
    assert not window.isModal(), "the program goes on"
    window._copy()
    assert QApplication.clipboard().text() == window.report


def test_the_report_names_places_and_no_values(handler):
    throw(_bug())
    (text,) = handler.reports
    assert "builtins.ValueError" in text
    assert "tests/ui/test_crash.py:" in text and " _bug" in text
    assert SECRET not in text and "Maria" not in text
    assert str(Path.home()) not in text and str(Path(crash.__file__).parents[1]) not in text


def test_the_report_holds_the_cause_first():
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError as error:
        lines = report(error).splitlines()
    assert lines.index("builtins.KeyError") < lines.index("builtins.RuntimeError")


def test_one_kind_opens_once_and_another_after_five_seconds(handler, clock):
    throw(_bug())
    clock.now += 60
    throw(_bug())
    assert len(handler.reports) == 1
    throw(_other_bug())
    assert len(handler.reports) == 2
    clock.now += 4.9
    throw(_bug(TypeError))
    assert len(handler.reports) == 2, "not more often than every five seconds"
    clock.now += 0.2
    throw(_bug(TypeError))
    assert len(handler.reports) == 3


def test_a_bug_in_a_thread_comes_to_the_window(handler, qtbot):
    def work():
        raise ValueError(SECRET)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(handler.reports) == 1)
    assert " work" in handler.reports[0]


def test_the_hooks_are_put_back(qapp, told):
    before = (sys.excepthook, threading.excepthook)
    handler = CrashHandler(told.append)
    handler.install()
    assert sys.excepthook != before[0]
    handler.remove()
    assert (sys.excepthook, threading.excepthook) == before


def test_a_clean_end_leaves_no_fault_log(tmp_path):
    was_on = faulthandler.is_enabled()
    log = FaultLog(tmp_path)
    assert not log.died
    log.start()
    assert (tmp_path / crash.FILE).exists()
    log.end()
    assert not (tmp_path / crash.FILE).exists() and not FaultLog(tmp_path).died
    if was_on:
        faulthandler.enable()


def test_a_death_is_found_at_the_next_start(tmp_path):
    script = (
        "import faulthandler, sys; from pathlib import Path; from ui.crash import FaultLog;"
        "FaultLog(Path(sys.argv[1])).start(); faulthandler._sigabrt()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, check=False, timeout=60
    )
    assert done.returncode != 0
    assert FaultLog(tmp_path).died
    assert "Fatal Python error" in (tmp_path / crash.FILE).read_text()
