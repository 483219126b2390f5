"""Keys in the settings page: kept and forgotten together with their account, and what is said otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest

from desktop import connectors
from desktop.errors import StoreError, UserError
from desktop.secrets import InMemory
from desktop.store import setup
from desktop.store.setup import Connection, MapRow
from ui.pages.settings import SettingsPage
from ui.settings.connections import ConnectionSection

PLAIN = {"url": "https://loja.vtexcommercestable.com.br", "key": "K1", "dialect": "classic"}
LOCKED = "The system's key store is locked or refused. Unlock it and try again."


class Lockable(InMemory):
    """A key store that a test can lock."""

    locked = False

    def set(self, connection: str, field: str, value: str) -> None:
        self._check()
        super().set(connection, field, value)

    def forget(self, connection: str, field: str) -> None:
        self._check()
        super().forget(connection, field)

    def _check(self) -> None:
        if self.locked:
            raise UserError(LOCKED)


@pytest.fixture
def secrets() -> Lockable:
    return Lockable()


@pytest.fixture
def page(desk, secrets, qtbot) -> Iterator[SettingsPage]:
    """The settings with one account, shown."""
    rows = [MapRow(w.word, w.status, True, w.creates) for w in connectors.load("vtex").words]
    desk.store.do(lambda s: setup.add_connection(s, Connection("Loja", "vtex", PLAIN), rows))
    secrets.set("Loja", "token", "T1")
    page = SettingsPage(desk, secrets)
    qtbot.addWidget(page)
    page.show()
    place = next(n for n, one in enumerate(page.sections) if isinstance(one, ConnectionSection))
    page.list.mark(place)
    qtbot.waitUntil(lambda: [row.key for row in page.connections.list.rows()] == ["Loja"])
    yield page
    qtbot.waitUntil(lambda: desk.tasks.idle)


def accounts(desk) -> dict[str, str]:
    with desk.store.read() as session:
        return {one.name: one.settings["key"] for one in setup.all_connections(session)}


def typed(page: SettingsPage, **values: str) -> None:
    for name, text in values.items():
        editor = page.connections.form.field_widget(name)
        editor.selectAll()
        QTest.keyClicks(editor, text)


def remove(page: SettingsPage) -> None:
    page.connections.removal.ask.click()
    page.connections.removal.remove.click()


def test_a_removed_account_leaves_no_key(desk, page, secrets, heard, qtbot):
    secrets.set("Outra", "token", "T2")
    remove(page)
    qtbot.waitUntil(lambda: secrets.get("Loja", "token") == "")
    assert accounts(desk) == {}
    assert secrets.get("Outra", "token") == "T2"
    assert [message.text for message in heard.messages] == ["Removed."]


def test_a_key_that_cannot_be_deleted_is_told(desk, page, secrets, heard, qtbot):
    secrets.locked = True
    remove(page)
    qtbot.waitUntil(lambda: len(heard.messages) == 2)
    assert accounts(desk) == {}
    assert [message.text for message in heard.messages] == [
        "Removed.",
        "The key of “Loja” is still kept on this computer: its place is locked. Delete it there.",
    ]


def test_a_locked_key_store_keeps_a_change_out_too(desk, page, secrets, heard, qtbot):
    secrets.locked = True
    typed(page, key="K2", token="T2")
    page.next()
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert heard.messages[-1].text == LOCKED
    assert (accounts(desk), secrets.get("Loja", "token")) == ({"Loja": "K1"}, "T1")
    assert page.section.is_changed(), "what was typed stands there"
    secrets.locked = False
    page.next()
    qtbot.waitUntil(lambda: heard.messages[-1].text == "Saved.")
    assert (accounts(desk), secrets.get("Loja", "token")) == ({"Loja": "K2"}, "T2")


def test_a_key_is_not_left_where_its_account_cannot_be_stored(
    desk, page, secrets, heard, qtbot, monkeypatch
):
    def full(_session, _connection, _rows) -> None:
        raise StoreError("The disk is full. Free some space; nothing that was saved is lost.")

    monkeypatch.setattr(setup, "add_connection", full)
    monkeypatch.setattr(setup, "set_mapping", full)
    typed(page, key="K2", token="T2")
    page.next()
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert "disk is full" in heard.messages[-1].text
    assert (accounts(desk), secrets.get("Loja", "token")) == ({"Loja": "K1"}, "T1")
    page.drop.click()
    page.connections.add.click()
    page.connections.form.set_values({"connector": "vtex"})
    typed(page, name="Nova", url=PLAIN["url"], key="K", token="T3")
    page.next()
    qtbot.waitUntil(lambda: len(heard.messages) == 2)
    assert "disk is full" in heard.messages[-1].text
    assert (list(accounts(desk)), secrets.get("Nova", "token")) == (["Loja"], "")


def test_a_key_that_is_gone_is_asked_for_by_the_test(desk, page, secrets, qtbot):
    secrets.forget("Loja", "token")
    trial = page.connections.trial
    trial.button.click()
    qtbot.waitUntil(lambda: trial.verdict.property("tone") == "stop")
    assert "“App token” is missing. Fill it in." in trial.verdict.text()
