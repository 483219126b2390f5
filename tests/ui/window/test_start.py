"""The whole program: start, end, and what goes wrong on the way."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import threading

import pytest
from PySide6.QtCore import QLockFile, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop.errors import UserError
from desktop.i18n import set_language
from desktop.secrets import Kept
from desktop.store import Store, setup
from desktop.store.queries import View
from desktop.work import Work
from tests.ui.conftest import put, some_orders
from tests.ui.window.acts import named, settle_in
from ui import app, last
from ui.collector import Collector
from ui.window import Window


def test_closing_ends_what_belongs_to_the_window_and_nothing_else(store, qtbot):
    store.do(settle_in)
    window = app.build(store, Work(store))
    window.show()
    window.close()
    assert not any(t.name.startswith("task-") for t in threading.enumerate())
    assert store.do(lambda _s: "open still") == "open still"
    window.deleteLater()
    qtbot.wait(1)


def test_the_collector_collects_on_this_thread(qapp):
    class Knot:
        def __init__(self):
            self.me = self

        def __del__(self):
            ended.append(threading.current_thread())

    ended = []
    gc.enable()
    collector = Collector()
    assert not gc.isenabled()
    try:
        for _ in range(3000):
            Knot()
        assert ended == []
        collector.collect()
    finally:
        collector.close()
    assert gc.isenabled()
    assert set(ended) == {threading.current_thread()}


def test_what_a_start_made_is_looked_through_no_more(qapp, qtbot, monkeypatch):
    monkeypatch.setattr("ui.collector.STARTED_MS", 0)
    gc.unfreeze()
    made = [[]]
    collector = Collector()
    try:
        qtbot.waitUntil(lambda: gc.get_freeze_count() > 0)
        assert not any(one is made for one in gc.get_objects())
    finally:
        collector.close()


def run_and(act, folder, **more):
    """Runs the program and calls `act(window)` once the store is open; then closes the window."""

    def look():
        windows = [
            w for w in QApplication.topLevelWidgets() if isinstance(w, Window) and w.isVisible()
        ]
        if windows and windows[0].desk is not None and windows[0].status.text():
            act(windows[0])
            windows[0].close()
            timer.stop()

    timer = QTimer()
    timer.setInterval(20)
    timer.timeout.connect(look)
    timer.start()
    return app.run(folder, **more)


@pytest.fixture
def unconnected(tmp_path):
    """A data folder in English without a connection."""
    place = tmp_path / "data"
    opened = Store(place)
    wanted = setup.StoreSettings("Loja 014", "en", "light", set_up="done")
    opened.do(lambda s: setup.save_settings(s, wanted))
    put(opened, some_orders())
    opened.close()
    yield place
    set_language("en")


def test_the_program_starts_serves_and_ends_cleanly(unconnected):
    seen = []
    assert run_and(lambda w: seen.append(named(w, View.CREATION)), unconnected) == app.DONE
    assert seen == ["Awaiting creation: 1"]
    left = {file.name for file in unconnected.iterdir()}
    assert "crash.log" not in left and "balcao.lock" not in left
    alive = {thread.name for thread in threading.enumerate()}
    assert not any(name.startswith(("writer", "sync-", "printer ", "task-")) for name in alive)


def test_the_next_start_shows_the_last_counts_before_the_store_is_open(unconnected, qtbot):
    run_and(lambda _w: None, unconnected)
    known = last.load(unconnected)
    assert (known.language, known.theme, known.store_name) == ("en", "light", "Loja 014")
    window = Window()
    qtbot.addWidget(window)
    window.sidebar.show_overview(known.views, known.pages, known.store_name)
    window.show()
    assert window.desk is None
    assert named(window, View.CREATION) == "Awaiting creation: 1"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"views": 3}', '{"colour": "red"}'])
def test_a_wrong_picture_of_the_last_time_is_no_picture(tmp_path, text):
    (tmp_path / last.FILE).write_text(text)
    assert last.load(tmp_path) == last.Last()


def test_the_picture_holds_no_personal_data(unconnected):
    run_and(lambda _w: None, unconnected)
    stored = json.loads((unconnected / last.FILE).read_text("utf-8"))
    assert set(stored) == {"language", "theme", "training", "store_name", "views", "pages"}


def said_by_box(run):
    """The sentence of the box that `run` opens, and what `run` returns."""
    said = []

    def look():
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            said.append(box.text())
            box.buttons()[0].click()
            timer.stop()

    timer = QTimer()
    timer.setInterval(20)
    timer.timeout.connect(look)
    timer.start()
    code = run()
    return said, code


def test_a_second_start_says_that_one_is_open(qapp, unconnected):
    other = QLockFile(str(unconnected / app.LOCK_FILE))
    other.setStaleLockTime(0)
    assert other.tryLock(0)
    try:
        said, code = said_by_box(lambda: app.run(unconnected))
    finally:
        other.unlock()
    assert code == app.FAULT
    assert len(said) == 1 and said[0]


def test_the_window_stands_before_the_heavy_imports():
    """SQLAlchemy, requests and drivers cost more than the window; none may be needed to show it."""
    script = (
        "import sys; from ui import app; app.application(); app.Window();"
        "print([m for m in ('sqlalchemy', 'requests', 'alembic', 'lxml', 'reportlab', 'keyring')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_keys_that_cannot_be_read_are_noted_and_the_rest_works(unconnected, monkeypatch):
    store = Store(unconnected)
    shop = setup.Connection("shop", "vtex", {"url": "http://127.0.0.1:9"})
    store.do(lambda s: setup.add_connection(s, shop, []))
    store.close()
    refusal = UserError("The key store is locked. Unlock it.")
    monkeypatch.setattr(Kept, "get", lambda *_given: _raise(refusal))
    seen = []
    code = run_and(lambda w: seen.append(named(w, View.CREATION)), unconnected)
    assert (code, seen) == (app.DONE, ["Awaiting creation: 1"])
    store = Store(unconnected)
    with store.read() as session:
        (connection,) = setup.all_connections(session)
    store.close()
    assert str(connection.trouble) == "The key store is locked. Unlock it."


def _raise(error):
    raise error


def test_a_damaged_store_is_a_sentence_and_an_end(qapp, tmp_path):
    (tmp_path / Store.FILE).write_bytes(b"this is no database" * 500)
    before = (tmp_path / Store.FILE).read_bytes()
    said, code = said_by_box(lambda: app.run(tmp_path))
    assert code == app.FAULT and len(said) == 1
    assert (tmp_path / Store.FILE).read_bytes() == before
    set_language("en")


def test_a_death_of_the_last_time_is_told(unconnected):
    (unconnected / "crash.log").write_text("Fatal Python error: Aborted")
    seen = []
    run_and(lambda w: seen.append(w.flash.text()), unconnected)
    assert len(seen) == 1 and seen[0]
