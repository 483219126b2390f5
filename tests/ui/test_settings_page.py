"""The settings page: each section shown, changed, refused, saved; keys never read back."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit

from desktop import connectors
from desktop.i18n import set_language
from desktop.journey import Journey, Step
from desktop.order import Person, Role, Status
from desktop.sandbox.sandbox import Sandbox
from desktop.secrets import InMemory
from desktop.store import orders, outbox, setup
from desktop.store.queries import View
from desktop.store.setup import Connection, MapRow, Printer, Sender, StoreSettings
from tests import paper
from tests.fakes import an_order
from tests.ui.conftest import ANA, NOW
from ui import theme
from ui.pages.orders import OrdersPage
from ui.pages.settings import SettingsPage
from ui.window import Window

# The offscreen screen says this of every window.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

S = Status
STORE, JOURNEY, CONNECTIONS, PRINTERS, PEOPLE = range(5)
PLAIN = {"url": "https://loja.vtexcommercestable.com.br", "key": "K1", "dialect": "classic"}


@pytest.fixture
def secrets():
    return InMemory()


@pytest.fixture
def page(desk, secrets, qtbot):
    page = SettingsPage(desk, secrets)
    qtbot.addWidget(page)
    page.resize(1102, 650)
    page.show()
    qtbot.waitUntil(lambda: desk.tasks.idle)
    return page


@pytest.fixture
def saved(page, qtbot, heard):
    """`saved()` presses Save and waits until it is done."""

    def save() -> None:
        before = len(heard.messages)
        page.next()
        qtbot.waitUntil(lambda: len(heard.messages) > before)
        assert heard.messages[-1].text == "Saved."

    return save


def read(desk, what):
    with desk.store.read() as session:
        return what(session)


def typed(editor, text: str) -> None:
    editor.selectAll()
    QTest.keyClicks(editor, text)


def choose(box: QComboBox, value: str) -> None:
    box.setCurrentIndex(box.findData(value))


# --- store and journey ----------------------------------------------------------------------------------


def test_the_stores_own_settings_are_shown_and_saved(desk, page, saved):
    form = page.section.form
    assert form.values()["scan_gap_ms"] == "50" and not page.save.isEnabled()
    typed(form.field_widget("name"), "Loja 014")
    choose(form.field_widget("theme"), "dark")
    form.field_widget("issuers").setPlainText("12.345.678/0001-95\n\n 987 ")
    for name, text in {"street": "Rua das Flores, 100", "city": "Recife", "state": "PE"}.items():
        typed(form.field_widget(name), text)
    form.field_widget("sounds").setChecked(False)
    assert page.save.isEnabled()
    saved()
    assert read(desk, setup.store_settings) == StoreSettings(
        "Loja 014", theme="dark", sounds=False, issuers=("12.345.678/0001-95", "987"),
        sender=Sender("Rua das Flores, 100", city="Recife", state="PE"),
    )  # fmt: skip
    assert not page.save.isEnabled()


@pytest.mark.parametrize("gap", ["5", "500", "fast"])
def test_a_scan_pause_that_cannot_be_is_refused_at_its_field(desk, page, gap):
    editor = page.section.form.field_widget("scan_gap_ms")
    typed(editor, gap)
    page.next()
    assert editor.property("wrong") == "true" and editor.hasFocus()
    assert read(desk, setup.store_settings) == StoreSettings()


def test_the_journey_is_saved_beside_the_rest(desk, page, saved):
    desk.store.do(lambda s: setup.save_settings(s, StoreSettings("Loja 014", training=True)))
    page.list.mark(JOURNEY)
    form = page.section.form
    assert form.values()["packed"] == "yes"
    form.field_widget("packed").setChecked(False)
    form.field_widget("picking").setChecked(True)
    form.field_widget("untracked").setPlainText("Moto Rápida\n")
    typed(form.field_widget("tolerance"), "1,50")
    saved()
    stored = read(desk, setup.store_settings)
    assert stored.journey == Journey(frozenset({S.PACKED}), True, frozenset({"moto rápida"}), 150)
    assert stored.store_name == "Loja 014" and stored.training


# --- connections ----------------------------------------------------------------------------------------


@pytest.fixture
def connected(desk, page, secrets, qtbot):
    """A stored account, shown in its section."""
    rows = [MapRow(w.word, w.status, True, w.creates) for w in connectors.load("vtex").words]
    secrets.set("Loja", "token", "T1")
    desk.store.do(lambda s: setup.add_connection(s, Connection("Loja", "vtex", PLAIN), rows))
    qtbot.waitUntil(lambda: [row.key for row in page.connections.list.rows()] == ["Loja"])
    page.list.mark(CONNECTIONS)
    return page.connections


def test_a_connection_is_removed_after_a_question(desk, page, connected, heard, qtbot):
    removal = connected.removal
    assert not removal.remove.isVisibleTo(connected)
    removal.ask.click()
    assert removal.keep.hasFocus(), "Enter must not remove"
    removal.keep.click()
    assert not removal.remove.isVisibleTo(connected)
    assert read(desk, setup.all_connections)
    removal.ask.click()
    removal.remove.click()
    qtbot.waitUntil(lambda: not read(desk, setup.all_connections))
    qtbot.waitUntil(lambda: bool(heard.messages) and heard.messages[-1].text == "Removed.")
    assert connected.connection == "" and not removal.isVisibleTo(connected)


def test_a_connection_whose_updates_wait_is_not_removed(desk, page, connected, heard, qtbot):
    [order] = desk.store.do(lambda s: orders.add(s, [(an_order(connection="Loja"), "")], NOW))

    def wait_one_more(session):
        outbox.enqueue(session, order.id, "Loja", Step.ACCEPT, {}, "Ana", NOW)
        session.changed.add(0)

    desk.store.do(wait_one_more)
    qtbot.waitUntil(lambda: "1 update still waits" in connected.removal.question)
    connected.removal.ask.click()
    desk.store.do(wait_one_more)
    qtbot.waitUntil(lambda: "2 updates still wait" in connected.removal.question)
    assert connected.removal.remove.isVisibleTo(connected), "news do not take the question away"
    connected.removal.remove.click()
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert "Updates of “Loja” still wait (2)." in heard.messages[-1].text
    assert read(desk, setup.all_connections)


def test_a_connection_is_added_with_its_mapping_and_its_key_kept_apart(
    desk, page, secrets, saved, heard
):
    page.list.mark(CONNECTIONS)
    choose(page.connections.form.field_widget("connector"), "vtex")
    form = page.connections.form
    for name, text in {"name": "Loja", "url": PLAIN["url"], "key": "K1", "token": "T1"}.items():
        typed(form.field_widget(name), text)
    assert form.field_widget("token").echoMode() is QLineEdit.EchoMode.Password
    saved()
    [one] = read(desk, setup.all_connections)
    assert (one.name, one.connector, one.settings) == ("Loja", "vtex", PLAIN)
    assert secrets.get("Loja", "token") == "T1"
    words = read(desk, lambda s: setup.mapping_of(s, "Loja"))
    assert words["ready-for-handling"].status is S.AWAITING_CREATION
    assert page.connections.form.field_widget("token").text() == ""


def test_a_missing_field_is_named(desk, page):
    page.list.mark(CONNECTIONS)
    typed(page.connections.form.field_widget("name"), "Loja")
    page.next()
    assert page.connections.form.field_widget("url").property("wrong") == "true"
    assert read(desk, setup.all_connections) == []


def test_a_taken_name_overwrites_nobodys_key(desk, page, connected, secrets):
    connected.add.click()
    choose(connected.form.field_widget("connector"), "vtex")
    for name, text in {"name": "Loja", "url": PLAIN["url"], "key": "K", "token": "T2"}.items():
        typed(connected.form.field_widget(name), text)
    page.next()
    assert connected.form.field_widget("name").property("wrong") == "true"
    assert secrets.get("Loja", "token") == "T1"


def test_an_empty_key_stays_as_it_was(desk, page, connected, secrets, saved):
    assert connected.form.field_widget("token").text() == ""
    typed(connected.form.field_widget("key"), "K2")
    saved()
    assert secrets.get("Loja", "token") == "T1"
    [one] = read(desk, setup.all_connections)
    assert one.settings["key"] == "K2"
    typed(connected.form.field_widget("token"), "T2")
    saved()
    assert secrets.get("Loja", "token") == "T2"


def test_a_word_gets_another_meaning_and_a_new_word_a_row(desk, page, connected, saved):
    [line] = [one for one in connected.mapping.lines if one.word == "handling"]
    choose(line.status, S.IN_PREPARATION)
    line.creates.setChecked(False)
    QTest.keyClicks(connected.mapping.word, "in-limbo")
    QTest.keyClick(connected.mapping.word, Qt.Key.Key_Return)
    saved()
    words = read(desk, lambda s: setup.mapping_of(s, "Loja"))
    assert words["handling"] == MapRow("handling", S.IN_PREPARATION, True, False)
    assert words["in-limbo"] == MapRow("in-limbo", None)


def test_the_connection_is_tested_against_a_real_server(page, connected, qtbot):
    with Sandbox(seed=1, orders=1) as sandbox:
        typed(connected.form.field_widget("url"), sandbox.url)
        typed(connected.form.field_widget("key"), sandbox.key)
        typed(connected.form.field_widget("token"), sandbox.token)
        connected.trial.button.click()
        assert not connected.trial.button.isEnabled() and connected.trial.verdict.text()
        qtbot.waitUntil(connected.trial.button.isEnabled, timeout=20_000)
        assert connected.trial.verdict.text() == "It works."
        typed(connected.form.field_widget("token"), "wrong")
        assert connected.trial.verdict.text() == ""
        connected.trial.button.click()
        qtbot.waitUntil(connected.trial.button.isEnabled, timeout=20_000)
        assert "key" in connected.trial.verdict.text()
        assert connected.trial.verdict.property("tone") == "stop"


def test_another_connection_asks_about_unsaved_edits(desk, page, connected, qtbot):
    desk.store.do(lambda s: setup.add_connection(s, Connection("Outra", "vtex", PLAIN), []))
    qtbot.waitUntil(lambda: len(connected.list.rows()) == 2)
    typed(connected.form.field_widget("key"), "K2")
    connected.choose("Outra")
    assert page.drop.isVisible() and connected.form.values()["key"] == "K2"
    page.drop.click()
    assert connected.list.current_key() == "Outra" and not page.drop.isVisible()


# --- printers and people --------------------------------------------------------------------------------


def test_a_printer_is_added_checked_and_saved(desk, page, saved, qtbot):
    page.list.mark(PRINTERS)
    section = page.section
    section.add.click()
    typed(section.form.field_widget("name"), "Zebra")
    choose(section.form.field_widget("profile"), "zebra_zd220")
    typed(section.form.field_widget("address"), "nowhere")
    page.next()
    assert section.form.field_widget("address").property("wrong") == "true"
    typed(section.form.field_widget("address"), "tcp:192.168.0.40:9100")
    section.form.field_widget("takes_receipt").setChecked(True)
    page.next()
    assert section.form.field_widget("takes_receipt").property("wrong") == "true"
    section.form.field_widget("takes_receipt").setChecked(False)
    section.form.field_widget("takes_label").setChecked(True)
    section.form.field_widget("takes_packing_slip").setChecked(True)
    configured = []
    desk.printing = type("Printing", (), {"configure": lambda _self, p: configured.append(p)})()
    saved()
    zebra = Printer("Zebra", "zebra_zd220", "tcp:192.168.0.40:9100", ("label", "packing_slip"))
    assert read(desk, setup.all_printers) == [zebra]
    qtbot.waitUntil(lambda: configured == [(zebra,)])


@pytest.fixture
def zebra(desk, page, qtbot, tmp_path):
    """The section of printers, with one of them marked that writes files."""
    folder = tmp_path / "printed"
    printer = Printer("Zebra", "zebra_zd220", f"file:{folder}/", ("label",))
    desk.store.do(lambda s: setup.set_printers(s, [printer]))
    qtbot.waitUntil(lambda: page.sections[PRINTERS].form.values().get("name") == "Zebra")
    page.list.mark(PRINTERS)
    return page.section


def test_a_test_page_shows_that_a_printer_prints(page, zebra, qtbot, tmp_path):
    zebra.trial.button.click()
    assert not zebra.trial.button.isEnabled() and zebra.trial.verdict.text() == "Printing…"
    qtbot.waitUntil(zebra.trial.button.isEnabled)
    assert "Look at the paper" in zebra.trial.verdict.text()
    [file] = (tmp_path / "printed").iterdir()
    [label] = paper.read_zpl(file.read_bytes())
    assert "Zebra" in label.words
    typed(zebra.form.field_widget("name"), "Outra")
    assert zebra.trial.verdict.text() == ""


def test_a_test_page_tries_what_is_typed_before_it_is_saved(page, zebra, qtbot, tmp_path, desk):
    (tmp_path / "taken").write_text("in the way")
    typed(zebra.form.field_widget("address"), f"file:{tmp_path}/taken/")
    zebra.trial.button.click()
    qtbot.waitUntil(zebra.trial.button.isEnabled)
    assert "cannot be written" in zebra.trial.verdict.text()
    assert zebra.trial.verdict.property("tone") == "stop"
    typed(zebra.form.field_widget("address"), "pigeon:home")
    zebra.trial.button.click()
    assert zebra.trial.button.isEnabled()
    assert zebra.form.field_widget("address").property("wrong") == "true"


def test_without_a_printer_there_is_nothing_to_try(page):
    page.list.mark(PRINTERS)
    assert not page.section.trial.isVisible()


@pytest.mark.parametrize("on", [True, False])
def test_a_test_sound_is_heard_whatever_the_setting(desk, page, heard, on):
    desk.messages.sounds.on = on
    page.section.sound.click()
    assert heard.sounds == ["new_order"]


def test_people_are_added_and_removed(desk, page, saved, qtbot):
    desk.store.do(lambda s: setup.set_people(s, [ANA, Person("Rui", Role.CLERK)]))
    page.list.mark(PEOPLE)
    section = page.section
    qtbot.waitUntil(lambda: len(section.list.rows()) == 2)
    section.add.click()
    typed(section.form.field_widget("name"), "Ana Souza")
    page.next()
    assert section.form.field_widget("name").property("wrong") == "true"
    typed(section.form.field_widget("name"), "Ines")
    choose(section.form.field_widget("role"), Role.COUNTER)
    section.list.mark(1)
    section.remove.click()
    saved()
    assert read(desk, setup.all_people) == [ANA, Person("Ines", Role.COUNTER)]


def test_somebody_must_be_a_manager(desk, page):
    page.list.mark(PEOPLE)
    section = page.section
    section.add.click()
    typed(section.form.field_widget("name"), "Ines")
    page.next()
    assert section.form.field_widget("role").property("wrong") == "true"
    assert read(desk, setup.all_people) == []


# --- unsaved edits --------------------------------------------------------------------------------------


def test_another_section_asks_first(desk, page, saved):
    typed(page.section.form.field_widget("name"), "Loja 014")
    page.list.mark(PEOPLE)
    assert page.section is page.sections[STORE] and page.list.current_key() == STORE
    assert page.stay.hasFocus()
    page.stay.click()
    assert not page.stay.isVisible()
    page.list.mark(PEOPLE)
    saved()
    assert page.section is page.sections[PEOPLE]
    assert read(desk, setup.store_settings).store_name == "Loja 014"


def test_esc_asks_and_dropping_drops(desk, page):
    assert page.back() is False
    typed(page.section.form.field_widget("name"), "Loja 014")
    assert page.back() is True and page.drop.isVisible()
    assert page.back() is True and not page.drop.isVisible()
    page.back()
    page.drop.click()
    assert page.back() is False
    assert "name" not in page.section.form.values()


@pytest.fixture
def window(desk, secrets, heard, qtbot):
    """A window that shows the settings page."""
    made = Window()
    pages = {"orders": OrdersPage, "settings": partial(SettingsPage, secrets=secrets)}
    made.start(desk, pages, View.CREATION)
    desk.messages.shown_by(heard.messages.append)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    made.show_page("settings")
    qtbot.waitUntil(lambda: made.isActiveWindow() and desk.tasks.idle)
    yield made
    made.page("settings").drop.click()
    made.close()


@pytest.fixture
def editing(window):
    """The settings page in its window, with a name that is not saved yet."""
    page = window.page("settings")
    typed(page.section.form.field_widget("name"), "Loja 014")
    return page


WAYS = {
    "a page by its key": lambda window, keys: keys(window, Qt.Key.Key_F2),
    "a stage": lambda window, _keys: window.sidebar.view_chosen.emit(View.CREATION),
    "an order": lambda window, _keys: window.open_order(1),
}


@pytest.mark.parametrize("way", WAYS)
def test_leaving_with_unsaved_edits_asks_once(window, editing, keys, desk, way):
    desk.store.do(lambda s: orders.add(s, [(an_order(), "")], NOW))
    WAYS[way](window, keys)
    assert window.page_name == "settings" and editing.stay.hasFocus()
    buttons = window.sidebar.findChildren(QAbstractButton)
    assert [b.accessibleName() for b in buttons if b.isChecked()] == ["Settings"]
    keys(window, Qt.Key.Key_Space)
    assert window.page_name == "settings" and not editing.stay.isVisible()
    assert editing.section.form.values()["name"] == "Loja 014"
    WAYS[way](window, keys)
    keys(window, Qt.Key.Key_Tab, Qt.Key.Key_Space)
    assert window.page_name == "orders"
    assert read(desk, setup.store_settings).store_name == ""
    window.show_page("settings")
    assert not editing.section.is_changed()
    WAYS[way](window, keys)
    assert window.page_name == "orders"


def test_what_is_saved_when_leaving_is_saved_first(window, editing, keys, desk, qtbot):
    keys(window, Qt.Key.Key_F2)
    keys(window, Qt.Key.Key_Backtab, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.page_name == "orders")
    assert read(desk, setup.store_settings).store_name == "Loja 014"


def test_what_cannot_be_saved_keeps_the_page(window, editing, keys, desk, qtbot):
    typed(editing.section.form.field_widget("scan_gap_ms"), "5")
    keys(window, Qt.Key.Key_F2)
    editing.keep.click()
    assert window.page_name == "settings"
    assert editing.section.form.field_widget("scan_gap_ms").hasFocus()
    assert not editing.stay.isVisible(), "the question is over: the field is in the way"


def test_closing_the_window_asks_too(window, editing, desk, qtbot, keys):
    assert not window.close() and window.isVisible() and editing.stay.hasFocus()
    keys(window, Qt.Key.Key_Escape)
    assert window.isVisible() and not editing.stay.isVisible()
    assert not window.close()
    with qtbot.waitSignal(window.closed):
        editing.keep.click()
    assert not window.isVisible()
    assert read(desk, setup.store_settings).store_name == "Loja 014"


def test_closing_after_dropping_closes(window, editing, desk, qtbot):
    assert not window.close()
    with qtbot.waitSignal(window.closed):
        editing.drop.click()
    assert read(desk, setup.store_settings).store_name == ""


def test_news_elsewhere_keep_what_is_typed(desk, page, qtbot):
    typed(page.section.form.field_widget("name"), "Loja 014")
    with qtbot.waitSignal(desk.bridge.state_changed):
        desk.store.do(lambda s: setup.set_people(s, [ANA]))
    qtbot.waitUntil(lambda: desk.tasks.idle)
    assert page.section.form.values()["name"] == "Loja 014"


@pytest.mark.parametrize("size", [(1102, 650), (760, 600)])
@pytest.mark.parametrize("section", range(5))
def test_nothing_is_cut(page, connected, section, size, qtbot):
    page.resize(*size)
    page.list.mark(section)
    qtbot.wait(20)
    assert page.size().toTuple() == size
    for editor in (*page.section.findChildren(QLineEdit), *page.section.findChildren(QComboBox)):
        if editor.isVisible():
            assert editor.accessibleName()
            right = editor.mapTo(page, editor.rect().topRight()).x()
            assert right <= page.width(), editor.accessibleName()
    for button in page.findChildren(QAbstractButton):
        if button.isVisible():
            assert button.accessibleName() or button.text()
    assert page.save.height() == theme.NEXT_BUTTON


@pytest.mark.parametrize("language", ["en", "pt_BR", "es"])
def test_the_question_stands_whole_on_a_small_screen(desk, secrets, qtbot, language):
    set_language(language)
    try:
        page = SettingsPage(desk, secrets)
    finally:
        set_language("en")
    qtbot.addWidget(page)
    page.resize(704, 600)  # What a screen 1024 wide leaves it.
    page.show()
    qtbot.waitUntil(lambda: desk.tasks.idle)
    typed(page.section.form.field_widget("name"), "Loja 014")
    page.back()
    qtbot.wait(20)
    assert page.width() == 704
    for button in (page.keep, page.stay, page.drop):
        assert button.width() >= button.sizeHint().width(), button.text()


def filled(section):
    return [f for f in section.findChildren(QLineEdit) if f.isVisible() and f.text()]


@pytest.mark.parametrize("section", [CONNECTIONS, PRINTERS, PEOPLE])
def test_who_stands_in_a_field_stays_there_when_everything_is_read_again(
    desk, page, connected, section, qtbot
):
    """Every pass of a connection is news, and comes every few seconds."""
    desk.store.do(lambda s: setup.set_people(s, [Person("Ana", Role.MANAGER)]))
    printer = Printer("Labels", "zebra_zd220", "tcp:127.0.0.1:9100")
    desk.store.do(lambda s: setup.set_printers(s, [printer]))
    page.list.mark(section)
    page.activateWindow()
    qtbot.waitUntil(lambda: bool(filled(page.section)))
    field = filled(page.section)[0]
    field.setFocus()
    field.setCursorPosition(1)
    with qtbot.waitSignal(desk.bridge.state_changed):
        desk.store.do(lambda s: setup.note_sync(s, "Loja", desk.now()))
    qtbot.waitUntil(lambda: desk.tasks.idle)
    assert page.focusWidget() is field and field.cursorPosition() == 1
