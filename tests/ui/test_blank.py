"""Where nothing can be shown each page says what is the matter and what comes next: empty, being read,
unreadable; and it is right again by itself."""

from __future__ import annotations

import pytest

from desktop.errors import StoreError
from desktop.order import Kind, Status
from tests.ui.conftest import put
from tests.unit.orders import order
from ui.blank import Blank
from ui.pages.pickup import PickupPage
from ui.pages.repair import RepairPage
from ui.pages.settings import SettingsPage
from ui.widgets import Sign

PAGES = {
    "pickup": (PickupPage, "_waiting", "What waits for pickup could not be read."),
    "repair": (RepairPage, "_read", "What waits for you could not be read."),
    "settings": (SettingsPage, "_read", "The settings could not be read."),
}


def shown(page) -> str:
    blanks = [blank for blank in page.findChildren(Blank) if blank.isVisible()]
    return blanks[0].text() if blanks else ""


@pytest.fixture
def make(desk, qtbot):
    def opened(kind):
        page = kind(desk)
        qtbot.addWidget(page)
        page.resize(1000, 640)
        page.show()
        return page

    return opened


def fails():
    raise StoreError("The database does not answer.")


@pytest.mark.parametrize("name", PAGES)
def test_while_it_is_read_the_page_does_not_say_that_nothing_is_there(make, name):
    page = make(PAGES[name][0])
    assert shown(page).startswith("Reading")


@pytest.mark.parametrize("name", PAGES)
def test_what_cannot_be_read_is_said_with_what_comes_next_and_mends_itself(
    make, name, qtbot, heard, monkeypatch
):
    kind, reading, title = PAGES[name]
    with monkeypatch.context() as broken:
        broken.setattr(kind, reading, lambda _page: fails())
        page = make(kind)
        qtbot.waitUntil(lambda: title in shown(page))
        qtbot.waitUntil(lambda: bool(heard.messages))
    assert "is read again" in shown(page) or "are read again" in shown(page)
    assert len(heard.messages) == 1 and heard.messages[0].text == "The database does not answer."
    page.hide()
    page.show()
    qtbot.waitUntil(lambda: title not in shown(page))


def test_an_empty_counter_says_where_its_orders_come_from(make, qtbot, desk):
    page = make(PickupPage)
    qtbot.waitUntil(lambda: shown(page).startswith("Nothing waits for pickup.\n"))
    put(desk.store, [order(Status.READY_FOR_PICKUP, Kind.PICKUP)])
    qtbot.waitUntil(lambda: shown(page) == "")


def test_it_is_read_out_whole_and_shows_a_sign_where_it_has_one(qtbot):
    blank = Blank()
    qtbot.addWidget(blank)
    blank.say("Nothing here.", "Orders come by themselves.", "check")
    blank.show()
    sign = blank.findChild(Sign)
    assert sign.isVisible()
    assert blank.accessibleName() == "Nothing here.\nOrders come by themselves."
    blank.say("Reading…")
    assert not sign.isVisible() and blank.text() == "Reading…"
