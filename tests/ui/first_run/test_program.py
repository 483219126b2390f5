"""The assistant in the whole program: from an empty folder to the orders, and every way out of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.first_run import Stage
from desktop.order import Person, Role
from desktop.sandbox import KEY, TOKEN
from desktop.secrets import Kept
from desktop.store import Store, setup
from tests.printers import FakePrinter
from tests.ui.first_run.conftest import press, windows
from ui import app
from ui.first_run.assistant import Assistant

K = Qt.Key
# The offscreen screen says this of every window.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


def read(folder, what):
    store = Store(folder)
    try:
        with store.read() as session:
            return what(session)
    finally:
        store.close()


def assistant(window):
    found = window.centralWidget()
    return found if isinstance(found, Assistant) else None


def on(window, stage):
    return lambda: assistant(window) is not None and assistant(window).stage is stage


def write(window, text):
    for character in text:
        QTest.keyClick(window.windowHandle(), character)


def active(window):
    window.activateWindow()
    return window.isActiveWindow()


def test_from_nothing_to_the_orders(program, tmp_path, sandbox):
    """English, the store's name and who stands there, a VTEX account, a printer, and the orders come in."""
    seen = []

    def script(window):
        yield on(window, Stage.LANGUAGE)
        yield lambda: active(window)
        press(window, K.Key_Down, K.Key_Down, K.Key_Return)
        yield on(window, Stage.STORE)
        write(window, "Loja 014")
        press(window, *[K.Key_Tab] * 8)
        write(window, "Ana")
        press(window, K.Key_Return)
        yield on(window, Stage.PLATFORM)
        write(window, sandbox.url)
        press(window, K.Key_Tab)
        write(window, KEY)
        press(window, K.Key_Tab)
        write(window, TOKEN)
        press(window, K.Key_Return)
        yield lambda: assistant(window).page.verb == "Next"
        press(window, K.Key_Return)
        yield on(window, Stage.PRINTERS)
        write(window, printer.address)
        press(window, K.Key_Tab, K.Key_Tab, K.Key_Space)
        yield lambda: bool(printer.jobs)
        yield assistant(window).page.trial.button.isEnabled
        while QApplication.focusWidget() is not assistant(window).next_button:
            press(window, K.Key_Tab)
        press(window, K.Key_Return)
        yield on(window, Stage.DONE)
        press(window, K.Key_Return)
        yield lambda: bool(windows()) and windows()[0].desk is not None
        orders = windows()[0]
        yield lambda: len(orders.page("orders").table.model.ids) == 3
        seen.append((orders.scan_line.placeholderText(), orders.desk.person))
        yield lambda: orders.desk.printing is not None
        orders.close()

    with FakePrinter() as printer:
        assert program(tmp_path, script) == app.DONE
    ((words, person),) = seen
    assert "Scan" in words and person == Person("Ana", Role.MANAGER)
    settings = read(tmp_path, setup.store_settings)
    assert (settings.store_name, settings.language, settings.set_up) == ("Loja 014", "en", "done")
    assert [p.address for p in read(tmp_path, setup.all_printers)] == [printer.address]
    assert Kept(tmp_path).get("vtex", "token") == TOKEN


def test_closed_in_the_middle_the_next_start_goes_on(program, tmp_path):
    """What was confirmed is there, in the language that was chosen; what was only typed is not."""

    def first(window):
        yield on(window, Stage.LANGUAGE)
        yield lambda: active(window)
        press(window, K.Key_Down, K.Key_Return)
        yield on(window, Stage.STORE)
        write(window, "Loja 014")
        press(window, K.Key_Return)
        yield on(window, Stage.PLATFORM)
        write(window, "https://half.example")
        window.close()

    titles = []

    def second(window):
        yield on(window, Stage.PLATFORM)
        yield lambda: active(window)
        titles.append(assistant(window).title.text())
        assert "url" not in assistant(window).page.form.values()
        press(window, K.Key_Escape)
        assert assistant(window).page.forms[0].values() == {"name": "Loja 014"}
        window.close()

    assert program(tmp_path, first) == app.DONE
    assert read(tmp_path, setup.all_connections) == []
    assert program(tmp_path, second) == app.DONE
    assert titles == ["Conectar una plataforma"]


def test_connect_later_is_asked_once(program, tmp_path):
    def later(window):
        yield on(window, Stage.LANGUAGE)
        yield lambda: active(window)
        press(window, K.Key_Return)
        yield on(window, Stage.STORE)
        press(window, K.Key_Return)
        yield on(window, Stage.PLATFORM)
        assistant(window).page.later.setFocus()
        press(window, K.Key_Return)
        yield on(window, Stage.PRINTERS)
        press(window, K.Key_Return)
        yield on(window, Stage.DONE)
        press(window, K.Key_Return)
        yield lambda: window.desk is not None
        assert assistant(window) is None and window.sidebar.isVisible()
        assert all(action.isEnabled() for action in window.actions())
        window.close()

    def again(window):
        yield lambda: window.desk is not None
        window.close()

    assert program(tmp_path, later) == app.DONE
    assert program(tmp_path, again) == app.DONE


def test_practising_opens_the_demo_and_leaves_the_store_alone(program, tmp_path):
    seen = []

    def script(window):
        yield on(window, Stage.LANGUAGE)
        yield lambda: active(window)
        press(window, K.Key_Down, K.Key_Down, K.Key_Return)
        yield on(window, Stage.STORE)
        press(window, K.Key_Return)
        yield on(window, Stage.PLATFORM)
        assistant(window).page.practise.setFocus()
        press(window, K.Key_Return)
        yield lambda: any(w is not window for w in windows())
        (demo,) = windows()
        yield lambda: bool(demo.page("orders").table.model.ids)
        seen.append((demo.training, demo.desk.store.path.parent == tmp_path))
        seen.append(demo.scan_line.placeholderText())
        demo.close()

    assert program(tmp_path, script) == app.DONE
    assert seen[0] == (True, False) and "Scan" in seen[1]
    assert (tmp_path / app.TRAINING / "printed").is_dir()
    assert read(tmp_path, setup.all_connections) == []
    assert read(tmp_path, setup.store_settings).set_up == "platform"


def test_a_store_that_was_connected_from_the_command_line_is_not_asked(program, tmp_path):
    store = Store(tmp_path)
    store.do(lambda s: setup.add_connection(s, setup.Connection("loja", "vtex", {}), []))
    store.close()

    def script(window):
        yield lambda: bool(windows()) and windows()[0].desk is not None
        assert assistant(windows()[0]) is None
        windows()[0].close()

    assert program(tmp_path, script) == app.DONE
