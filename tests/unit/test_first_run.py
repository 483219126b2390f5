"""Where the first-run assistant begins, and that nothing of a new account is kept half."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop import accounts, first_run
from desktop.accounts import Account
from desktop.errors import StoreError, UserError
from desktop.first_run import Stage
from desktop.secrets import InMemory
from desktop.store import setup
from tests.fakes import new_store

URL = "https://loja.vtexcommercestable.com.br"
GIVEN = {"connector": "vtex", "name": " loja ", "url": URL, "key": "K", "token": "T"}


@pytest.fixture
def store(tmp_path):
    opened = new_store(tmp_path)
    yield opened
    opened.close()


def stage_of(store):
    with store.read() as session:
        return first_run.stage(session, setup.store_settings(session))


def settle(store, **changes):
    store.do(
        lambda s: setup.save_settings(s, replace(setup.store_settings(s), **changes)),
    )


def connect(store, name="loja"):
    store.do(lambda s: setup.add_connection(s, setup.Connection(name, "vtex", {}), []))


def test_a_new_store_begins_with_the_language(store):
    assert stage_of(store) is Stage.LANGUAGE


def test_what_was_connected_without_the_assistant_needs_none(store):
    connect(store)
    assert stage_of(store) is Stage.DONE


def test_a_training_store_needs_none(store):
    settle(store, training=True)
    assert stage_of(store) is Stage.DONE


def test_it_goes_on_where_it_was_left_also_with_a_connection(store):
    store.do(lambda s: first_run.reach(s, Stage.PRINTERS))
    connect(store)
    assert stage_of(store) is Stage.PRINTERS
    store.do(lambda s: first_run.reach(s, Stage.DONE))
    assert stage_of(store) is Stage.DONE


def test_going_back_keeps_how_far_it_was(store):
    store.do(lambda s: first_run.reach(s, Stage.PRINTERS))
    store.do(lambda s: first_run.reach(s, Stage.STORE))
    assert stage_of(store) is Stage.PRINTERS


def test_a_stage_of_another_version_is_none(store):
    settle(store, set_up="greeting")
    assert stage_of(store) is Stage.LANGUAGE


def test_reaching_a_stage_keeps_the_other_settings(store):
    settle(store, store_name="Loja 014", sounds=False)
    store.do(lambda s: first_run.reach(s, Stage.STORE))
    with store.read() as session:
        known = setup.store_settings(session)
    assert (known.store_name, known.sounds, known.set_up) == ("Loja 014", False, "store")


# --- accounts -------------------------------------------------------------------------------------------


def test_what_is_typed_is_told_apart_by_where_it_is_kept():
    assert accounts.read(GIVEN) == Account(
        "loja", "vtex", {"url": URL, "key": "K", "dialect": "classic"}, {"token": "T"}
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"token": ""}, "token"),
        ({"url": "http://loja.example"}, "url"),
        ({"dialect": "other"}, "dialect"),
    ],
)
def test_what_cannot_be_names_its_field(changes, field):
    with pytest.raises(UserError) as refused:
        accounts.read(GIVEN | changes)
    assert refused.value.field == field


def test_account_and_secret_are_kept_together(store):
    secrets = InMemory()
    accounts.keep(store, secrets, accounts.read(GIVEN))
    with store.read() as session:
        (kept,) = setup.all_connections(session)
        words = setup.mapping_of(session, "loja")
    assert (kept.name, dict(kept.settings)["key"]) == ("loja", "K") and words
    assert secrets.get("loja", "token") == "T"


def test_a_name_that_is_taken_leaves_its_secret_alone(store):
    secrets = InMemory()
    accounts.keep(store, secrets, accounts.read(GIVEN))
    with pytest.raises(UserError) as refused:
        accounts.keep(store, secrets, accounts.read(GIVEN | {"token": "other"}))
    assert refused.value.field == "name"
    assert secrets.get("loja", "token") == "T"


def test_without_the_account_no_secret_stays(store, monkeypatch):
    def full(*_given):
        raise StoreError("The disk is full.")

    secrets = InMemory()
    monkeypatch.setattr(setup, "add_connection", full)
    with pytest.raises(StoreError):
        accounts.keep(store, secrets, accounts.read(GIVEN))
    assert secrets.get("loja", "token") == ""


def test_without_the_secret_no_account_stays(store):
    class Locked(InMemory):
        def set(self, connection, field, value):
            raise UserError("The key store is locked. Unlock it.")

    with pytest.raises(UserError):
        accounts.keep(store, Locked(), accounts.read(GIVEN))
    with store.read() as session:
        assert setup.all_connections(session) == []
