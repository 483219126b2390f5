"""The orders page in a window of its own."""

from __future__ import annotations

import pytest

from desktop.store.queries import View
from tests.ui.conftest import put
from ui.pages.orders import OrdersPage
from ui.window import Window


@pytest.fixture
def window(desk, heard, qtbot):
    made = Window()
    made.start(desk, {"orders": OrdersPage}, View.CREATION)
    desk.messages.shown_by(heard.messages.append)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()


@pytest.fixture
def page(window):
    return window.page("orders")


@pytest.fixture
def show(desk, page, qtbot):
    """Stores an order and opens it."""

    def put_and_open(one):
        (stored,) = put(desk.store, [one])
        page.open_order(stored.id)
        qtbot.waitUntil(lambda: page.panel.sight is not None)
        return stored

    return put_and_open
