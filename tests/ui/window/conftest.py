"""A window over a store."""

from __future__ import annotations

import pytest

from desktop.i18n import set_language
from desktop.work import Work
from tests.ui.conftest import put, some_orders
from tests.ui.window.acts import settle_in
from ui import app
from ui.sounds import Sounds


@pytest.fixture
def open_window(store, heard, qtbot):
    opened = []

    def make(size=(1366, 768), **more):
        window = app.build(store, Work(store), **more)
        window.desk.messages.sounds = Sounds(heard.play)
        window.resize(*size)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.waitUntil(lambda: bool(window.status.text()))
        opened.append(window)
        return window

    yield make
    for window in opened:
        window.close()
        window.deleteLater()
    qtbot.wait(1)
    set_language("en")


@pytest.fixture
def window(store, open_window):
    store.do(settle_in)
    put(store, some_orders())
    return open_window()
