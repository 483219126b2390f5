"""A store that is connected with a running sandbox."""

from __future__ import annotations

from pathlib import Path

from desktop.connections import SyncService
from desktop.connectors.vtex import Vtex
from desktop.sandbox import KEY, TOKEN, Sandbox
from desktop.secrets import InMemory
from desktop.store import Store, setup
from tests.fakes import SHOP, open_store


def connected(folder: Path, shop: Sandbox, dialect: str = "classic") -> tuple[Store, SyncService]:
    """Both must be closed."""
    store, secrets = open_store(folder, words=Vtex.words), InMemory()
    values = {"url": shop.url, "key": KEY, "dialect": dialect}
    store.do(lambda s: setup.change_connection(s, SHOP, values))
    secrets.set(SHOP, "token", TOKEN)
    return store, SyncService(store, secrets)
