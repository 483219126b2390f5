"""The order of a start: the window, then the list, then what may wait for a key store."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time

import pytest
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from desktop.i18n import set_language
from desktop.secrets import Kept
from desktop.store import Store, setup
from tests.ui.conftest import put, some_orders
from ui import app
from ui.milestones import LISTED, PAINTED
from ui.window import Window

HEAVY = (
    "sqlalchemy", "requests", "alembic", "lxml", "reportlab", "escpos", "keyring", "desktop.store",
    "desktop.journey", "desktop.connectors", "printing", "ui.pages", "ui.first_run",
    "PySide6.QtNetwork", "ctypes",
)  # fmt: skip
DEADLINE_S = 20


@pytest.fixture
def connected(tmp_path):
    """A data folder in English with a connection whose platform is away."""
    place = tmp_path / "data"
    store = Store(place)
    store.do(lambda s: setup.save_settings(s, setup.StoreSettings("Loja 014", "en", "light")))
    shop = setup.Connection("shop", "vtex", {"url": "http://127.0.0.1:9"})
    store.do(lambda s: setup.add_connection(s, shop, []))
    put(store, some_orders())
    store.close()
    yield place
    set_language("en")


def run_until(folder, done):
    """Runs the program until `done(window)` says so; the window is closed then, or at the deadline."""
    came = []

    def look():
        for window in QApplication.topLevelWidgets():
            if isinstance(window, Window) and window.isVisible() and window.desk is not None:
                in_time = time.monotonic() < deadline
                if done(window) or not in_time:
                    came.append(in_time)
                    window.close()

    deadline = time.monotonic() + DEADLINE_S
    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(5)
    code = app.run(folder)
    assert came == [True]
    return code


def listed(window):
    return bool(window.page("orders").table.model.ids)


def test_a_window_needs_nothing_of_what_the_store_needs():
    script = (
        f"import sys, desktop.__main__, ui.app; print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_a_store_that_is_set_up_loads_no_assistant():
    script = (
        "import sys, ui.app, ui.opened, ui.running, ui.pages.orders;"
        "print([m for m in ('ui.first_run', 'desktop.accounts', 'desktop.lacks') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_qt_leaves_pythons_own_import_in_place():
    """The binding's own reads the source of every module that comes after it."""
    script = "import builtins; own = builtins.__import__; import ui.app; print(own is builtins.__import__)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "True"


def test_the_store_loads_no_database_but_its_own():
    """A word for another database in the tables' declaration loads its whole dialect."""
    script = (
        "import sys, sqlalchemy.dialects.sqlite; before = set(sys.modules); import ui.opened;"
        "print([m for m in set(sys.modules) - before if m.startswith('sqlalchemy.dialects.')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_a_key_store_that_asks_keeps_neither_list_nor_printers_waiting(
    qapp, connected, monkeypatch
):
    answer = threading.Event()
    threads = []

    def ask(*_given):
        threads.append(threading.current_thread())
        assert answer.wait(DEADLINE_S)
        return "key"

    monkeypatch.setattr(Kept, "get", ask)
    before = []

    def done(window):
        if listed(window) and threads and window.desk.printing is not None and not before:
            before.append(window.desk.sync)
            answer.set()
        return window.desk.sync is not None

    assert run_until(connected, done) == app.DONE
    assert before == [None]
    assert threading.main_thread() not in threads


def test_the_connections_begin_by_themselves(qapp, connected, monkeypatch):
    monkeypatch.setenv("BALCAO_SHOP_KEY", "k")
    monkeypatch.setenv("BALCAO_SHOP_TOKEN", "t")
    names = []

    def done(window):
        if window.desk.sync is not None and window.desk.printing is not None:
            names.extend(thread.name for thread in threading.enumerate())
        return bool(names)

    assert run_until(connected, done) == app.DONE
    assert any("shop" in name for name in names)
    assert not any("shop" in thread.name for thread in threading.enumerate())


def test_a_window_closed_while_a_key_store_asks_ends_in_order(qapp, connected, monkeypatch):
    asked = threading.Event()

    def ask(*_given):
        asked.set()
        return "key"

    monkeypatch.setattr(Kept, "get", ask)
    assert run_until(connected, lambda _window: asked.is_set()) == app.DONE
    alive = {thread.name for thread in threading.enumerate()}
    assert not any(name.startswith(("writer", "sync-", "printer ", "task-")) for name in alive)


def test_the_log_tells_how_far_the_start_has_come(qapp, connected, caplog):
    caplog.set_level(logging.INFO)
    words = (PAINTED, LISTED)

    def told(_window):
        return {LISTED, PAINTED} <= {record.getMessage() for record in caplog.records}

    assert run_until(connected, told) == app.DONE
    order = [r.getMessage() for r in caplog.records if r.getMessage() in words]
    assert order == list(words)


def test_a_start_shows_no_other_window_and_keeps_the_focus(qapp, connected):
    """A widget that is shown before it has a place is a window for a moment, and takes the keyboard."""
    shown = []

    class Watch(QObject):
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.Show and watched.isWidgetType() and watched.isWindow():
                shown.append(type(watched).__name__)
            return False

    watch = Watch()
    qapp.installEventFilter(watch)
    try:
        focus = []

        def done(window):
            panel = window.page("orders")._panel
            if panel is not None and panel.sight is not None and window.desk.sync is not None:
                focus.append(QApplication.focusWidget() is window.scan_line)
                return True
            return False

        assert run_until(connected, done) == app.DONE
    finally:
        qapp.removeEventFilter(watch)
    assert set(shown) == {"Window"} and focus == [True]
