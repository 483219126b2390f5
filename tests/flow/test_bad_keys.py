"""A key store that is locked or absent, at each moment: a sentence, and no key without its account or the
other way round."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from keyring.backends import fail

from desktop import connections
from desktop.connections import SyncService
from desktop.sandbox import TOKEN, Sandbox
from desktop.secrets import PASSPHRASE, Kept
from desktop.store import Store, engine, setup
from tests.fakes import SHOP, wait_until
from tests.flow.bad_day import Day
from tests.flow.test_bad_database import held
from tests.key_store import KeyStore, key_store

LOCKED = "The system's key store is locked or refused. Unlock it and try again."
VENDURE = {
    "name": "v",
    "url": "http://127.0.0.1:9/admin-api",
    "user": "u",
    "password": "p",
    "key": "k",
}


@pytest.fixture
def shop() -> Iterator[Sandbox]:
    with Sandbox(seed=6, orders=0) as running:
        yield running


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyStore]:
    for name in [name for name in os.environ if name.startswith("BALCAO_")]:
        monkeypatch.delenv(name)
    found = KeyStore()
    with key_store(found):
        yield found


@pytest.fixture
def day(tmp_path: Path, capsys: pytest.CaptureFixture[str], shop: Sandbox, keys: KeyStore) -> Day:
    return Day(tmp_path / "store", capsys, shop)


def accounts(day: Day) -> list[str]:
    return [one.name for one in day.read(setup.all_connections)]


def words(**values: str) -> list[str]:
    return [f"{name}={value}" for name, value in values.items()]


# --- at set-up --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [None, RuntimeError("no bus"), OSError("no such service")])
def test_a_locked_key_store_keeps_the_account_out_too(
    day: Day, keys: KeyStore, error: Exception | None
) -> None:
    """Behind keyring each system complains in its own way."""
    keys.error = error or keys.error
    keys.lock("set")
    said = day.connect(code=1, token=TOKEN)
    assert said["error"] == LOCKED
    assert (accounts(day), keys.kept) == ([], {})
    keys.unlock()
    day.connect(token=TOKEN)
    assert (accounts(day), keys.secrets()) == ([SHOP], {"loja/token": TOKEN})


def test_of_two_secrets_none_is_left_where_the_second_cannot_be_kept(
    day: Day, keys: KeyStore
) -> None:
    keys.lock("set", after=1)
    said = day.run("connect", "vendure", *words(**VENDURE), code=1)
    assert said["error"] == LOCKED
    assert keys.asked.count("set") > 1
    assert (accounts(day), keys.kept) == ([], {})


def test_a_key_is_not_left_where_the_account_cannot_be_stored(
    day: Day, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    day.connect(token=TOKEN)
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 200)
    with held(day.folder, "BEGIN IMMEDIATE"):
        said = day.connect(code=3, name="outra", token="t2")
        assert "locked" in said["error"]
        changed = day.run("reconnect", SHOP, "key=other", "token=t3", code=3)
        assert "locked" in changed["error"]
    assert (accounts(day), keys.secrets()) == ([SHOP], {"loja/token": TOKEN})
    assert day.doctor(code=0)["health"] == "good", "what was there works as before"


@pytest.mark.parametrize("passphrase", ["", "correct horse"])
def test_without_a_key_store_a_passphrase_or_a_variable_will_do(
    day: Day, monkeypatch: pytest.MonkeyPatch, passphrase: str
) -> None:
    with key_store(fail.Keyring()):
        if not passphrase:
            said = day.connect(code=1, token=TOKEN)["error"]
            assert "no key store" in said and PASSPHRASE in said and "BALCAO_LOJA_TOKEN" in said
            assert accounts(day) == []
            monkeypatch.setenv("BALCAO_LOJA_TOKEN", TOKEN)
            day.connect()
        else:
            monkeypatch.setenv(PASSPHRASE, passphrase)
            day.connect(token=TOKEN)
            assert (day.folder / "secrets.bin").exists()
        assert day.doctor(code=0)["health"] == "good"


# --- afterwards ---------------------------------------------------------------------------------------------


def test_a_key_store_that_is_locked_later(day: Day, keys: KeyStore) -> None:
    order = day.shop.place()
    day.connect(token=TOKEN)
    day.sync()
    day.run("do", order, "accept")
    keys.lock()
    assert day.doctor()["says"] == LOCKED
    done = day.sync(code=3)
    assert (done["trouble"], done["waiting"]) == (LOCKED, 1)
    assert LOCKED in day.line()
    keys.unlock()
    assert day.sync()["sent"] == 1
    assert day.line() == ""


@pytest.mark.parametrize(
    ("passphrase", "says"),
    [(None, "The file of keys is locked. Set"), ("wrong", "does not open the file of keys. Set")],
)
def test_a_file_of_keys_without_its_passphrase(
    day: Day, monkeypatch: pytest.MonkeyPatch, passphrase: str | None, says: str
) -> None:
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    with key_store(fail.Keyring()):
        day.connect(token=TOKEN)
        if passphrase is None:
            monkeypatch.delenv(PASSPHRASE)
        else:
            monkeypatch.setenv(PASSPHRASE, passphrase)
        for said in (day.doctor()["says"], day.sync(code=3)["trouble"], day.line()):
            assert says in said and PASSPHRASE in said
        monkeypatch.setenv(PASSPHRASE, "correct horse")
        assert day.sync()["trouble"] == ""


def test_a_key_that_is_gone_is_named_with_where_it_belongs(day: Day, keys: KeyStore) -> None:
    day.connect(token=TOKEN)
    keys.kept.clear()
    for said in (day.doctor()["says"], day.sync(code=3)["trouble"]):
        assert said.startswith("“App token” of “loja” is not kept on this computer. Type it in")
        assert "BALCAO_LOJA_TOKEN" in said
    day.run("reconnect", SHOP, f"token={TOKEN}")
    assert day.sync()["trouble"] == ""


@pytest.mark.parametrize("by_hand", [True, False])
def test_locked_at_the_start_and_unlocked_later(
    day: Day, keys: KeyStore, monkeypatch: pytest.MonkeyPatch, by_hand: bool
) -> None:
    """The window is open all the while; somebody presses its key, or nobody does."""
    day.shop.place()
    day.connect(token=TOKEN)
    monkeypatch.setattr(connections, "AGAIN_S", 3600.0 if by_hand else 0.02)
    keys.lock()
    with closing(Store(day.folder)) as store:
        service = SyncService(store, Kept(day.folder), poll_s=0.05)
        try:
            service.start()
            assert str(trouble(store)) == LOCKED
            keys.unlock()
            if by_hand:
                service.wake()
            wait_until(lambda: trouble(store) is None, "the connection to begin")
            wait_until(lambda: has_orders(store), "its order to come")
        finally:
            service.close()


def test_what_could_not_begin_is_told_until_it_has_begun_or_is_gone(
    day: Day, keys: KeyStore
) -> None:
    day.connect(token=TOKEN)
    day.connect(name="outra", token=TOKEN)
    keys.lock()
    with closing(Store(day.folder)) as store:
        service = SyncService(store, Kept(day.folder))
        try:
            told = {name: str(one.trouble) for name, one in service.once().items()}
            assert told == {SHOP: LOCKED, "outra": LOCKED}
            keys.unlock()
            store.do(lambda s: setup.remove_connection(s, "outra"))
            service.configure()
            assert {name: one.trouble for name, one in service.once().items()} == {SHOP: None}
        finally:
            service.close()


def trouble(store: Store) -> Any:
    with store.read() as session:
        return setup.all_connections(session)[0].trouble


def has_orders(store: Store) -> bool:
    with store.read() as session:
        return bool(session.connection.exec_driver_sql("SELECT count(*) FROM orders").scalar())


# --- removing -----------------------------------------------------------------------------------------------


def test_a_removed_account_leaves_no_key(day: Day, keys: KeyStore) -> None:
    day.connect(token=TOKEN)
    day.connect(name="outra", token=TOKEN)
    assert day.run("disconnect", SHOP) == {"disconnected": SHOP}
    assert keys.secrets() == {"outra/token": TOKEN}, "another's key stays, also the same one"
    assert day.doctor(code=0)["name"] == "outra"
    assert "There is no connection" in day.run("disconnect", SHOP, code=1)["error"]


def test_a_removed_account_leaves_no_key_in_the_file(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    with key_store(fail.Keyring()):
        day.connect(token=TOKEN)
        day.connect(code=3, name="outra", token="t2")
        day.run("disconnect", SHOP)
        kept = Kept(day.folder)
        assert (kept.get(SHOP, "token"), kept.get("outra", "token")) == ("", "t2")
        monkeypatch.setenv(PASSPHRASE, "another")
        said = day.run("disconnect", "outra")
        assert "still kept on this computer" in said["note"]
        assert accounts(day) == []


def test_a_key_that_was_never_kept_is_not_missed(
    day: Day, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands in the environment, where nothing can be deleted."""
    monkeypatch.setenv("BALCAO_LOJA_TOKEN", TOKEN)
    day.connect()
    assert day.run("disconnect", SHOP) == {"disconnected": SHOP}
    assert "delete" not in keys.asked


def test_a_key_that_cannot_be_deleted_is_told_and_the_account_is_gone(
    day: Day, keys: KeyStore
) -> None:
    day.connect(token=TOKEN)
    keys.lock()
    said = day.run("disconnect", SHOP)
    assert said["note"].startswith("The key of “loja” is still kept on this computer")
    assert accounts(day) == []
    keys.unlock()
    assert keys.secrets() == {"loja/token": TOKEN}


def test_an_account_whose_updates_wait_keeps_its_key(day: Day, keys: KeyStore) -> None:
    order = day.shop.place()
    day.connect(token=TOKEN)
    day.sync()
    day.run("do", order, "accept")
    assert "still wait" in day.run("disconnect", SHOP, code=1)["error"]
    assert keys.secrets() == {"loja/token": TOKEN}
    assert day.sync()["sent"] == 1


def test_an_account_that_came_back_meanwhile_keeps_its_key(day: Day, keys: KeyStore) -> None:
    day.connect(token=TOKEN)
    [gone] = day.read(setup.all_connections)
    with closing(Store(day.folder)) as store:
        assert connections.forget_secrets(store, Kept(day.folder), gone) is None
    assert keys.secrets() == {"loja/token": TOKEN}


# --- changing -----------------------------------------------------------------------------------------------


def test_an_account_is_changed_field_by_field(day: Day, keys: KeyStore) -> None:
    day.connect(token="wrong", code=3)
    said = day.run("reconnect", SHOP, f"token={TOKEN}")
    assert said == {"connection": SHOP, "connector": "vtex", "answer": "It answers."}
    [one] = day.read(setup.all_connections)
    assert one.settings == {"url": day.shop.url, "key": day.shop.key, "dialect": "classic"}
    assert keys.secrets() == {"loja/token": TOKEN}
    nobody = "http://127.0.0.1:9"
    assert "cannot be reached" in day.run("reconnect", SHOP, f"url={nobody}", code=3)["answer"]
    assert day.run("reconnect", SHOP, "url=ftp://x", code=1)["field"] == "url"
    assert day.run("reconnect", SHOP, "colour=red", code=1)["field"] == "colour"
    assert "There is no connection" in day.run("reconnect", "x", "token=t", code=1)["error"]
    [one] = day.read(setup.all_connections)
    assert one.settings["url"] == nobody
