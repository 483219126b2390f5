"""The shipments page over that day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desktop.order import Order
from desktop.store import orders
from tests.ui.conftest import NOW
from tests.ui.shipments_page.day import a_day
from ui.pages.shipments import ShipmentsPage


@pytest.fixture
def make(desk, qtbot):
    def open_page(*new: Order, size: tuple[int, int] = (1102, 600)) -> ShipmentsPage:
        # They came long ago, or what had left would have no day.
        when = NOW - timedelta(days=2)
        desk.store.do(lambda s: orders.add(s, [(one, one.remote_id) for one in new], when))
        page = ShipmentsPage(desk)
        qtbot.addWidget(page)
        page.resize(*size)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        qtbot.waitUntil(lambda: page.sight is not None or page._is_closed())
        return page

    return open_page


@pytest.fixture
def page(make) -> ShipmentsPage:
    return make(*a_day())
