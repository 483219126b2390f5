"""The window: what it shows of the store, where scans and keys go, and how the program starts and ends."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QLockFile, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPushButton,
    QScrollArea,
)

from desktop.errors import PlatformAway, UserError
from desktop.i18n import LANGUAGES, set_language
from desktop.journey import Journey
from desktop.order import Person, Role, Status
from desktop.secrets import Kept
from desktop.store import Store, orders, print_jobs, setup
from desktop.store.queries import View
from desktop.work import Work
from tests.ui.conftest import put, some_orders
from ui import actions, app, last, overview, theme
from ui.collector import Collector
from ui.help import HelpDialog
from ui.nav import LOWEST, NavButton
from ui.overview import Overview
from ui.sounds import Sounds
from ui.window import Window

ANA, BETO = Person("Ana Souza", Role.MANAGER), Person("Beto Lima", Role.CLERK)
LONG = Person("Maria Aparecida da Conceição Albuquerque de Vasconcelos Guimarães", Role.COUNTER)
# What the frame leaves to a page on a screen of 1024 pixels, in DejaVu's wide letters.
PAGE_WIDTH = 712
ESC, ENTER = Qt.Key.Key_Escape, Qt.Key.Key_Return


def settle_in(session, **changes):
    known = setup.store_settings(session)
    wanted = {"language": "en", "theme": "light", "store_name": "Loja 014 · Pinheiros"} | changes
    setup.save_settings(session, replace(known, **wanted))
    setup.set_people(session, [ANA, BETO, LONG])
    setup.add_connection(session, setup.Connection("VTEX loja", "vtex", {}), [])
    setup.note_sync(session, "VTEX loja", datetime.now(UTC))


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


def named(window, entry):
    """What a reader says of a row at the left."""
    place = window.sidebar.views if entry in list(View) else window.sidebar.pages
    return place.button(entry).accessibleName()


def burst(window, code):
    for character in code:
        QTest.keyClick(window.windowHandle(), character)
    QTest.keyClick(window.windowHandle(), ENTER)


# --- what it shows ------------------------------------------------------------------------------------


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


# --- moving about -------------------------------------------------------------------------------------


def test_it_opens_at_the_new_orders_with_the_scan_line_ready(window):
    assert window.page_name == "orders"
    assert window.page("orders").view == View.CREATION
    assert window.sidebar.views.button(View.CREATION).isChecked()
    assert QApplication.focusWidget() is window.scan_line


@pytest.mark.parametrize("name", ["orders", "pickup", "repair", "settings"])
def test_every_page_has_its_key(window, keys, name):
    window.show_page("repair" if name == "orders" else "orders")
    keys(window, getattr(Qt.Key, f"Key_{actions.key(name)}"))
    assert window.page_name == name
    assert window.page(name).title


def test_shipments_have_a_key_and_a_row_for_managers_only(window, qtbot):
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert window.page_name == "shipments" and window.sidebar.pages.button("shipments").isChecked()
    page = window.page("shipments")
    qtbot.waitUntil(lambda: page.sight is not None)
    window.desk.stand(BETO)
    qtbot.waitUntil(lambda: "shipments" not in window.sidebar.pages._buttons)
    assert not page.list.isVisible()


def test_an_order_of_the_shipments_page_opens_on_its_own(window, qtbot):
    window.show_page("shipments")
    page = window.page("shipments")
    qtbot.waitUntil(lambda: bool(page.list.keys()))
    page.list.chosen.emit(page.list.keys()[0])
    assert window.page_name == "orders"
    assert window.page("orders").table.current_id == page.list.keys()[0][0]


def test_a_stage_is_one_press_away(window, qtbot):
    button = window.sidebar.views.button(View.READY)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.page_name == "orders" and window.page("orders").view == View.READY
    assert button.isChecked()
    assert not window.sidebar.views.button(View.CREATION).isChecked()


def test_from_a_page_back_to_the_stage_that_was_open(window, keys, qtbot):
    window.show_view(View.PACK)
    keys(window, Qt.Key.Key_F3)
    assert window.sidebar.pages.button("pickup").isChecked()
    assert not window.sidebar.views.button(View.PACK).isChecked()
    keys(window, Qt.Key.Key_F2)
    assert window.sidebar.views.button(View.PACK).isChecked()


def test_help_lists_every_key_and_closes_with_escape(window, keys, qtbot):
    keys(window, Qt.Key.Key_F1)
    dialog = window.findChild(HelpDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    words = [label.text() for label in dialog.findChildren(QLabel)]
    for action in actions.ACTIONS.values():
        assert action.key in words and action.text in words
    keys(dialog, ESC)
    qtbot.waitUntil(lambda: window.findChild(HelpDialog) is None)


def test_no_two_shortcuts_of_a_page_are_the_same(window):
    for name in ("orders", "pickup", "shipments", "repair", "settings"):
        window.show_page(name)
        shown = [
            window,
            *(w for w in window.findChildren(object) if getattr(w, "isVisible", bool)()),
        ]
        bound = [
            key.toString()
            for widget in shown if hasattr(widget, "actions")
            for action in widget.actions() if action.isEnabled()
            for key in action.shortcuts()
        ]  # fmt: skip
        assert len(bound) == len(set(bound)), (name, sorted(bound))


def test_update_now_wakes_the_sync(store, open_window, keys):
    class Sync:
        woken = 0

        def wake(self):
            self.woken += 1

    store.do(settle_in)
    sync = Sync()
    window = open_window(sync=sync)
    keys(window, Qt.Key.Key_F5)
    assert sync.woken == 1


def test_a_letter_anywhere_is_a_search(window, keys, qtbot):
    window.sidebar.views.button(View.CREATION).setFocus()
    keys(window, "m")
    qtbot.waitUntil(lambda: window.scan_line.text() == "m")
    keys(window, "aria")
    qtbot.waitUntil(lambda: window.scan_line.text() == "maria")
    assert window.page("orders").table.question.typed == "maria"


def test_control_f_goes_to_the_scan_line_and_selects(window, keys):
    window.scan_line.setText("maria")
    window.sidebar.views.button(View.CREATION).setFocus()
    QTest.keyClick(window.windowHandle(), "f", Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is window.scan_line
    assert window.scan_line.selectedText() == "maria"


def test_escape_goes_one_level_back_at_a_time(window, keys):
    keys(window, Qt.Key.Key_F7)
    window.scan_line.setFocus()
    window.scan_line.setText("maria")
    keys(window, ESC)
    assert window.scan_line.text() == "" and window.page_name == "repair"
    keys(window, ESC)
    assert window.page_name == "orders"
    assert QApplication.focusWidget() is window.scan_line


# --- scans --------------------------------------------------------------------------------------------


def test_a_scanned_order_opens(window, qtbot):
    burst(window, "1050")
    qtbot.waitUntil(lambda: window.page("orders").table.current_id != 0)
    with window.desk.store.read() as session:
        assert orders.get(session, window.page("orders").table.current_id).number == "1050"


def test_an_unknown_code_says_what_was_read(window, heard):
    burst(window, "ZZ-99887766")
    assert window.flash.isVisible()
    assert "ZZ-99887766" in window.flash.text()
    assert heard.sounds == ["attention"]


def test_a_scan_on_another_page_finds_its_order_too(window, qtbot):
    window.show_page("settings")
    burst(window, "1049")
    assert window.page_name == "orders"


def test_the_same_code_twice_sounds_soft_and_does_nothing(window, heard):
    burst(window, "ZZ-99887766")
    window.flash.hide()
    burst(window, "ZZ-99887766")
    assert heard.sounds == ["attention", "soft"]
    assert window.flash.isHidden()


def test_a_dialog_that_takes_no_scan_keeps_the_window_still(window, heard, qtbot):
    dialog = QDialog(window)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitExposed(dialog)
    burst(dialog, "1050")
    assert window.page("orders").view == View.CREATION
    assert heard.sounds == ["attention"]


def test_a_badge_changes_who_is_at_the_window(window, qtbot):
    with qtbot.waitSignal(window.desk.bridge.state_changed):
        burst(window, "BADGE-beto lima")
    assert window.desk.person == BETO


def test_a_typed_code_and_enter_open_the_order(window, keys, qtbot):
    window.scan_line.setFocus()
    window.scan_line.setText("1050")
    keys(window, ENTER)
    assert window.scan_line.text() == ""
    assert window.page("orders").table.current_id


# --- people -------------------------------------------------------------------------------------------


def test_the_person_is_chosen_from_a_list_with_the_keyboard(window, keys, qtbot):
    keys(window, Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [a.text() for a in menu.actions()][:2] == ["Ana Souza · Manager", "Beto Lima · Clerk"]
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, ENTER)
    qtbot.waitUntil(lambda: window.desk.person == BETO)


def test_somebody_who_left_the_list_leaves_the_window(window, store, qtbot):
    store.do(lambda s: setup.set_people(s, [BETO]))
    qtbot.waitUntil(lambda: window.desk.person == BETO)


# --- settings that concern the window -----------------------------------------------------------------


def test_settings_take_effect_at_once(window, store, qtbot):
    store.do(lambda s: setup.save_settings(s, replace(
        setup.store_settings(s), theme="dark", scan_gap_ms=80, sounds=False)))  # fmt: skip
    qtbot.waitUntil(lambda: theme.tokens() is theme.DARK)
    assert window.listener.gap_ms == 80
    assert not window.desk.messages.sounds.on


def test_another_language_comes_with_the_next_start(window, store, qtbot):
    store.do(lambda s: setup.save_settings(s, replace(setup.store_settings(s), language="es")))
    qtbot.waitUntil(window.flash.isVisible)
    assert "language" in window.flash.text()


# --- size, names, hands -------------------------------------------------------------------------------


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


# --- start and end ------------------------------------------------------------------------------------


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
    wanted = setup.StoreSettings("Loja 014", "en", "light")
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
