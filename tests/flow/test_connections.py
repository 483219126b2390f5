"""All connections of a store, served as they are configured now."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from desktop.connections import SyncService
from desktop.errors import UserError
from desktop.journey import Step
from desktop.sandbox import KEY, TOKEN, Sandbox
from desktop.store import Store, orders, outbox, setup
from desktop.work import Work
from tests.fakes import ANA, SHOP, wait_until
from tests.flow.shop import connected


@contextmanager
def serving(folder: Path, shop: Sandbox) -> Iterator[tuple[Store, SyncService]]:
    store, service = connected(folder, shop)
    try:
        service.start()
        yield store, service
    finally:
        service.close()
        store.close()


def running() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("sync-")}


def asked(shop: Sandbox) -> bool:
    return bool(shop.received)


def point(store: Store, shop: Sandbox, **more: str) -> None:
    """What the settings page does when the address changes."""
    values = {"url": shop.url, "key": KEY, "dialect": "classic"} | more
    store.do(lambda s: setup.change_connection(s, SHOP, values))


def test_a_changed_address_is_served_from_then_on_and_the_old_one_left_alone(tmp_path):
    with ExitStack() as stack:
        old, new = (stack.enter_context(Sandbox(orders=0)) for _ in range(2))
        store, service = stack.enter_context(serving(tmp_path, old))
        wait_until(lambda: asked(old), "the first address to be asked")
        point(store, new)
        service.configure()
        calls = len(old.received)
        wait_until(lambda: asked(new), "the second address to be asked")
        assert len(old.received) == calls
        assert running() == {f"sync-{SHOP}"}


def test_what_did_not_change_goes_on_as_it_is(tmp_path):
    with Sandbox(orders=0) as shop, serving(tmp_path, shop) as (_store, service):
        before = {thread.ident for thread in threading.enumerate() if thread.name in running()}
        service.configure()
        assert before == {t.ident for t in threading.enumerate() if t.name in running()}


def test_a_renewed_connection_takes_its_secret_anew(tmp_path):
    with Sandbox(orders=0, token="another") as shop:
        shop.place()
        with serving(tmp_path, shop) as (store, service):

            def has_trouble() -> bool:
                with store.read() as session:
                    return setup.all_connections(session)[0].trouble is not None

            wait_until(has_trouble, "the old token to be refused")
            service.secrets.set(SHOP, "token", "another")
            service.renew(SHOP)
            wait_until(lambda: not has_trouble(), "the new token to be taken")
            assert service.secrets.get(SHOP, "token") != TOKEN


def test_a_removed_connection_ends_its_thread_and_says_so(tmp_path):
    with Sandbox(orders=0) as shop, serving(tmp_path, shop) as (store, service):
        wait_until(lambda: asked(shop), "the platform to be asked")
        store.do(lambda s: setup.remove_connection(s, SHOP))
        service.configure()
        assert running() == set()
        with pytest.raises(UserError, match="does not run"):
            service.read_again(SHOP, "1")


def test_what_counts_as_told_and_cannot_be_seen_is_counted(tmp_path):
    """A platform that forgot; of a cancelled order nothing else is to be seen."""
    with Sandbox(orders=0) as shop:
        placed = shop.place(payment="pix", country="BRA")
        store, service = connected(tmp_path, shop)
        try:
            service.once()
            Work(store).do(1, Step.ACCEPT, {}, ANA).result(10)
            service.once()

            def unseen() -> int:
                with store.read() as session:
                    order, pushes = orders.get(session, 1), outbox.of_order(session, 1)
                [remote] = service.look(SHOP, placed)
                return service.unseen(SHOP, order, pushes, remote)

            assert unseen() == 0
            shop.set_status(placed, "ready-for-handling")
            assert unseen() == 1
            shop.set_status(placed, "canceled")
            assert unseen() == 0
        finally:
            service.close()
            store.close()
