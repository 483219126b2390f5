"""What the window shows, in every size, language and hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
)

from desktop.errors import PlatformAway, UserError
from desktop.i18n import LANGUAGES, set_language
from desktop.journey import Journey
from desktop.order import Person, Role, Status
from desktop.store import print_jobs, setup
from desktop.store.queries import View
from tests.ui.conftest import put, some_orders
from tests.ui.window.acts import ANA, LONG, named, settle_in
from ui import overview, theme
from ui.nav import LOWEST, NavButton
from ui.overview import Overview

# What the frame leaves to a page on a screen of 1024 pixels, in DejaVu's wide letters.
PAGE_WIDTH = 712


def test_stages_show_exact_counts_and_what_is_late(window):
    assert named(window, View.CREATION) == "Awaiting creation: 1"
    assert named(window, View.PREPARE) == "To prepare: 1, 1 late"
    assert named(window, View.HELD) == f"{View.HELD.label}: 1"
    assert named(window, View.ALL) == "All orders"
    assert named(window, "pickup") == "Pickup counter: 1"
    assert named(window, "repair") == "Repair: 0"


def test_counts_follow_the_store(window, store, qtbot):
    more = [replace(one, number=f"9{one.number}", remote_id=f"9{one.remote_id}", invoice=None)
            for one in some_orders(4) if one.status is Status.ACCEPTED and one.hold is None]  # fmt: skip
    put(store, more)
    qtbot.waitUntil(lambda: named(window, View.PREPARE).startswith(f"To prepare: {1 + len(more)}"))


def test_many_changes_are_read_at_most_every_quarter_of_a_second(desk, qtbot, monkeypatch):
    reads = []
    real = overview.read
    monkeypatch.setattr(overview, "read", lambda *given: reads.append(1) or real(*given))
    seen = Overview(desk)
    seen.start()
    qtbot.waitUntil(lambda: seen.facts is not None)
    reads.clear()
    for _ in range(50):
        desk.bridge.orders_changed.emit(frozenset({1}))
        qtbot.wait(2)
    qtbot.wait(overview.AT_MOST_EVERY_MS + 100)
    assert 1 <= len(reads) <= 2


def test_a_stage_that_is_switched_off_has_no_row(store, open_window):
    store.do(lambda s: settle_in(s, journey=Journey(off=frozenset({Status.PACKED}))))
    window = open_window()
    with pytest.raises(KeyError):
        named(window, View.PACK)
    assert named(window, View.SHIP)


def test_troubles_are_counted_at_the_repair_page(window, store, qtbot):
    now = datetime.now(UTC)
    reason = UserError("No order can be read in this.")
    store.do(lambda s: setup.park(s, "VTEX loja", "77-01", reason, b"{", now))
    qtbot.waitUntil(lambda: named(window, "repair") == "Repair: 1")


def test_the_store_and_the_person_are_named(window):
    words = [label.text() for label in window.sidebar.findChildren(QLabel)]
    assert "Loja 014 · Pinheiros" in words
    assert window.desk.person == ANA
    names = [button.accessibleName() for button in window.sidebar.findChildren(QPushButton)]
    assert "Who is at the window: Ana Souza · Manager" in names


def test_without_people_the_store_itself_stands_in_the_journal(open_window):
    assert open_window().desk.person == Person("balcao", Role.MANAGER)
    set_language("en")


def test_the_sentence_stands_there_only_when_there_is_something_to_say(window, store, qtbot):
    assert window.banner.isHidden()
    place = window.scan_line.geometry()
    since = datetime.now(UTC) - timedelta(minutes=14)
    trouble = PlatformAway("The platform did not answer. It is tried again.")
    store.do(lambda s: setup.note_sync(s, "VTEX loja", since, trouble))
    qtbot.waitUntil(lambda: not window.banner.isHidden())
    assert "14 min" in window.banner.lead
    assert window.scan_line.geometry() == place
    store.do(lambda s: setup.note_sync(s, "VTEX loja", datetime.now(UTC)))
    qtbot.waitUntil(window.banner.isHidden)


def test_the_status_line_ages_by_a_timer_alone(desk, store, qtbot):
    store.do(settle_in)
    told = []
    seen = Overview(desk)
    seen.told.connect(lambda _sentence, parts: told.append(parts[0]))
    base = desk.now()
    store.do(lambda s: setup.note_sync(s, "VTEX loja", base))
    seen.read()
    qtbot.waitUntil(lambda: bool(told))
    assert (told[-1].text, told[-1].tone) == ("Updated 0 s ago", "calm")
    desk.now = lambda: base + timedelta(minutes=3)
    seen.tell()
    assert (told[-1].text, told[-1].tone) == ("Updated 3 min ago", "attention")
    desk.now = lambda: base + timedelta(minutes=20)
    seen.tell()
    assert told[-1].tone == "stop"


def test_the_window_tells_its_age_every_second(window, qtbot):
    with qtbot.waitSignal(window.findChild(Overview).told, timeout=3000):
        pass


def test_a_printer_that_does_not_answer_stands_in_the_status_line(window, store, qtbot):
    printers = [setup.Printer("Zebra", "zebra_zd220", "tcp:127.0.0.1:1")]
    store.do(lambda s: setup.set_printers(s, printers))
    qtbot.waitUntil(lambda: "Zebra ready" in window.status.text())
    now = datetime.now(UTC)

    def wait_for_printer(session):
        wanted = print_jobs.Wanted(0, "manifest", 0, "v1", b"paper")
        print_jobs.put(session, wanted, "Zebra", "Ana", now, now + timedelta(hours=8))
        job, _payload = print_jobs.claim(session, "Zebra", now)
        reason = UserError("It is switched off.")
        later = now + timedelta(hours=1)
        print_jobs.settle(session, job, print_jobs.State.QUEUED, now, reason=reason, due_at=later)
        session.changed.add(0)

    store.do(wait_for_printer)
    qtbot.waitUntil(lambda: "Zebra: It is switched off." in window.status.text())


def test_training_has_a_frame_and_a_word(store, open_window):
    store.do(settle_in)
    window = open_window(training=True)
    picture = window.grab().toImage()
    edge = theme.LIGHT.attention.lower()
    for x, y in ((1, 300), (picture.width() - 2, 300), (500, 1), (500, picture.height() - 2)):
        assert picture.pixelColor(x, y).name() == edge
    words = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert "TRAINING" in words


def test_no_training_no_frame(window):
    picture = window.grab().toImage()
    assert picture.pixelColor(1, 300).name() != theme.LIGHT.attention.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_a_small_screen_in_every_language(store, open_window, qtbot, language):
    store.do(lambda s: settle_in(s, language=language, store_name="Comércio " * 9))
    put(store, some_orders())
    window = open_window((1024, 768))
    window.desk.stand(LONG)
    assert window.width() == 1024
    assert window._stack.width() >= PAGE_WIDTH
    for name in ("orders", "pickup", "shipments", "repair", "settings"):
        window.show_page(name)
        assert window.page(name).minimumSizeHint().width() <= PAGE_WIDTH, name


@pytest.mark.parametrize("training", [False, True])
def test_all_stages_and_pages_stand_on_a_low_screen_without_scrolling(store, open_window, training):
    store.do(settle_in)
    window = open_window((1024, 768), training=training)
    area = window.sidebar.findChild(QScrollArea)
    assert area.verticalScrollBar().maximum() == 0


def test_everything_to_press_is_large_enough_and_named(window, qtbot):
    for name in ("orders", "pickup", "shipments", "repair", "settings"):
        window.show_page(name)
        qtbot.wait(50)
        for button in window.findChildren(QAbstractButton):
            if button.isVisible():
                least = LOWEST if isinstance(button, NavButton) else 44
                assert button.height() >= least and button.width() >= 44, button.accessibleName()
                assert button.accessibleName() or button.text(), button


def test_the_focus_of_a_page_that_goes_finds_a_place(window, store, keys, qtbot):
    store.do(lambda s: setup.set_printers(s, []))
    window.show_page("settings")
    qtbot.waitUntil(lambda: window.desk.tasks.idle)
    field = next(f for f in window.page("settings").findChildren(QLineEdit) if f.isVisible())
    field.setFocus()
    keys(window, Qt.Key.Key_F7)
    assert window.page_name == "repair"
    assert QApplication.focusWidget() is window.scan_line


def test_the_sides_buttons_are_reached_by_tab_and_pressed_by_space(window, keys):
    window.sidebar.views.button(View.CREATION).setFocus(Qt.FocusReason.TabFocusReason)
    keys(window, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is window.sidebar.views.button(View.PREPARE)
    keys(window, " ")
    assert window.page("orders").view == View.PREPARE
