"""The notice in the tray: new orders while nobody looks, told once and without names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from desktop.journey import Step
from desktop.store import setup
from desktop.store.queries import View
from tests.ui.conftest import put, some_orders
from tests.ui.window.acts import ANA
from ui import notice


class Tray(QObject):
    """A tray icon that keeps what it was told."""

    messageClicked = Signal()
    activated = Signal(object)

    def __init__(self, parent):
        super().__init__(parent)
        self.told, self.stands, self.tip = [], False, ""

    def show(self):
        self.stands = True

    def hide(self):
        self.stands = False

    def setToolTip(self, text):
        self.tip = text

    def showMessage(self, title, words, _icon, _ms):
        self.told.append((title, words))


@pytest.fixture
def trays(window, qtbot):
    """The icons that were made, one at most; the gathering is short."""
    made = []

    def make(parent):
        made.append(Tray(parent))
        return made[-1]

    running = window.findChild(notice.Notice)
    running.tray = make
    running._gathering.setInterval(150)
    qtbot.waitUntil(lambda: window.desk.tasks.idle)
    return made


@pytest.fixture
def come(window):
    """`come("7001", …)`: new orders that await creation, each announced by itself."""

    def act(*numbers, which=1):
        added = []
        for number in numbers:
            one = replace(some_orders()[which], number=number, remote_id=f"N{number}")
            added += put(window.desk.store, [one])
        return added

    return act


def minimise(window, qtbot):
    window.showMinimized()
    qtbot.waitUntil(window.isMinimized)


def settled(window, qtbot):
    """Everything that has come was looked at, and the time to gather is over."""
    timer = window.findChild(notice.Notice)._gathering
    qtbot.waitUntil(lambda: window.desk.tasks.idle and not timer.isActive())
    qtbot.wait(20)
    qtbot.waitUntil(lambda: window.desk.tasks.idle and not timer.isActive())


def test_a_burst_of_new_orders_is_one_notice(window, trays, come, qtbot):
    minimise(window, qtbot)
    come("7001", "7002", "7003")
    qtbot.waitUntil(lambda: bool(trays and trays[0].told))
    settled(window, qtbot)
    assert trays[0].told == [("3 new orders", "The first is 7001.")]
    assert trays[0].stands and trays[0].tip == "Balcão: 3 new orders"


def test_a_later_one_is_told_with_those_that_nobody_has_looked_at(window, trays, come, qtbot):
    minimise(window, qtbot)
    come("7001")
    qtbot.waitUntil(lambda: bool(trays and trays[0].told))
    come("7002")
    qtbot.waitUntil(lambda: len(trays[0].told) == 2)
    assert trays[0].told == [
        ("1 new order", "Order 7001."),
        ("2 new orders", "The first is 7001."),
    ]
    assert len(trays) == 1


def test_a_window_behind_another_program_is_not_looked_at(window, trays, come, qtbot):
    other = QWindow()
    other.show()
    other.requestActivate()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is None)
    come("7001")
    qtbot.waitUntil(lambda: bool(trays and trays[0].told))
    trays[0].messageClicked.emit()
    qtbot.waitUntil(window.isActiveWindow)
    other.destroy()


def test_no_name_stands_on_it(window, trays, come, qtbot):
    minimise(window, qtbot)
    (new,) = come("7001")
    qtbot.waitUntil(lambda: bool(trays and trays[0].told))
    words = " ".join((*trays[0].told[0], trays[0].tip))
    for secret in (*new.buyer.name.split(), new.buyer.document, new.address.city):
        assert secret not in words


@pytest.mark.parametrize(("which", "view"), [(1, View.CREATION), (0, View.PAYMENT)])
@pytest.mark.parametrize("clicked", ["messageClicked", "activated"])
def test_a_click_brings_the_window_and_the_stage(window, trays, come, qtbot, which, view, clicked):
    window.show_page("repair")
    minimise(window, qtbot)
    come("7001", which=which)
    qtbot.waitUntil(lambda: bool(trays and trays[0].told))
    signal = getattr(trays[0], clicked)
    signal.emit() if clicked == "messageClicked" else signal.emit(
        QSystemTrayIcon.ActivationReason.Trigger
    )
    qtbot.waitUntil(window.isActiveWindow)
    assert not window.isMinimized() and window.page_name == "orders"
    assert window.sidebar.views.button(view).isChecked()
    assert not trays[0].stands


def test_whoever_looks_at_the_window_is_told_by_the_window(window, trays, come, qtbot):
    come("7001")
    settled(window, qtbot)
    assert trays == []


def test_an_order_that_was_taken_meanwhile_is_not_told(window, trays, come, qtbot):
    minimise(window, qtbot)
    (new,) = come("7001")
    window.desk.work.do(new.id, Step.ACCEPT, {}, ANA).result()
    settled(window, qtbot)
    assert [tray.told for tray in trays] in ([], [[]])


def test_the_icon_goes_when_somebody_has_looked(window, trays, come, qtbot):
    minimise(window, qtbot)
    come("7001")
    qtbot.waitUntil(lambda: bool(trays and trays[0].stands))
    window.showNormal()
    window.show_view(View.CREATION)
    assert not trays[0].stands


def test_a_store_may_switch_it_off(window, trays, come, qtbot):
    def off(session):
        setup.save_settings(session, replace(setup.store_settings(session), notices=False))

    window.desk.store.do(off)
    minimise(window, qtbot)
    qtbot.waitUntil(lambda: not window.findChild(notice.Notice).on)
    come("7001")
    settled(window, qtbot)
    assert trays == []


def test_what_waits_when_the_program_starts_is_no_news(window, trays, qtbot):
    minimise(window, qtbot)
    settled(window, qtbot)
    assert trays == []


@pytest.mark.qt_log_ignore("systemTrayWindowChanged", "This plugin does not support", extend=True)
def test_the_systems_own_icon_takes_what_it_is_told(window, come, qtbot, monkeypatch):
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    window.findChild(notice.Notice)._gathering.setInterval(50)
    qtbot.waitUntil(lambda: window.desk.tasks.idle)
    minimise(window, qtbot)
    come("7001")
    qtbot.waitUntil(lambda: bool(window.findChildren(QSystemTrayIcon)))
    (icon,) = window.findChildren(QSystemTrayIcon)
    qtbot.waitUntil(icon.isVisible)
    assert icon.toolTip() == "Balcão: 1 new order" and not icon.icon().isNull()
    icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    qtbot.waitUntil(lambda: not window.isMinimized() and not icon.isVisible())


def test_without_a_tray_nothing_happens(window, trays, come, qtbot):
    """The offscreen desktop has none, as some have not."""
    assert not QSystemTrayIcon.isSystemTrayAvailable()
    window.findChild(notice.Notice).tray = notice.system_tray
    minimise(window, qtbot)
    come("7001")
    settled(window, qtbot)
    assert window.findChildren(QSystemTrayIcon) == []
