"""Under any fault of the line each push settles once."""

from __future__ import annotations

from typing import Any

import pytest

from desktop import sender
from desktop.connections import SyncService
from desktop.errors import UserError
from desktop.journey import Step
from desktop.order import Status
from desktop.sandbox import Sandbox
from desktop.store import Store, orders, outbox
from desktop.store.outbox import State
from desktop.work import Work
from tests.fakes import ANA, SHOP, wait_until
from tests.flow.shop import connected

FAULTS = [
    "reset-before=0.2;seed=1",
    "reset-after=0.25;seed=2",
    "5xx=0.2;seed=3",
    "5xx-after=0.25;seed=4",
    "429(1s)=0.1*2;5xx-after=0.1;seed=5",
    "malformed=0.2;seed=6",
    "html=0.15;cut=0.15;seed=7",
    "slow(400000)=0.3;reset-after=0.2;seed=8",
]


@pytest.mark.parametrize("spec", FAULTS)
def test_under_any_fault_every_push_settles_once(tmp_path, monkeypatch, spec):
    """Nothing is lost and nothing is done twice, as the platform's own ledger of effects tells."""
    monkeypatch.setattr(sender, "BACKOFF_CAP_S", 0.01)
    with Sandbox(seed=9, orders=6) as shop:
        store, service = connected(tmp_path, shop)
        try:
            _until_all_are_here(store, service, shop)
            shop.set_faults(spec)
            acts = _clerk(store)
            _until_settled(store, service)
        finally:
            service.close()
            store.close()
        shop.set_faults("")
        assert shop.duplicates() == []
        _check_effects(shop, acts)


def _until_all_are_here(store: Store, service: SyncService, shop: Sandbox) -> None:
    ready = shop.order_ids("ready-for-handling")
    for _ in range(50):
        service.once()
        with store.read() as session:
            if len({k[0] for k in orders.by_remote(session, SHOP, ready)}) == len(ready):
                return
    raise AssertionError("not all orders came")


def _clerk(store: Store) -> dict[str, set[str]]:
    """Accepts, invoices, ships or cancels; gives the effects that the platform must show by order."""
    work, wanted = Work(store), {}
    with store.read() as session:
        found = [o for o in (orders.get(session, n) for n in range(1, 7) if _is_there(session, n))
                 if o.status is Status.AWAITING_CREATION]  # fmt: skip
    for n, order in enumerate(found):
        if n % 3 == 2:
            work.do(order.id, Step.CANCEL, {"reason": "x"}, ANA).result(10)
            wanted[order.remote_id] = {"cancel"}
            continue
        for step, given in ((Step.ACCEPT, {}), (Step.PREPARE, {}),
                            (Step.INVOICE, {"number": str(100 + n), "document": "NF"})):  # fmt: skip
            work.do(order.id, step, given, ANA).result(10)
        wanted[order.remote_id] = {"start-handling", "invoice"}
    assert len(wanted) >= 3
    return wanted


def _is_there(session: Any, order_id: int) -> bool:
    try:
        orders.get(session, order_id)
    except UserError:
        return False
    return True


def _until_settled(store: Store, service: SyncService) -> None:
    def settled() -> bool:
        service.once()
        with store.read() as session:
            counts = outbox.counts(session)
        assert State.REFUSED not in counts, "the platform refused nothing"
        return not counts

    wait_until(settled, "every push settled")


def _check_effects(shop: Sandbox, wanted: dict[str, set[str]]) -> None:
    for order_id, kinds in wanted.items():
        done = {effect.kind for effect in shop.effects(order_id) if effect.by == "api"}
        assert kinds <= done, (order_id, kinds, done)
    if any("cancel" in kinds for kinds in wanted.values()):
        cancelled = [one for one, kinds in wanted.items() if kinds == {"cancel"}]
        assert {shop.order(one)["status"] for one in cancelled} == {"canceled"}
