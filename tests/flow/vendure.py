"""A store's counter that is connected with a running Vendure."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desktop.connectors import Push, make
from desktop.connectors.vendure import Vendure
from desktop.journey import Step
from desktop.order import Order, Status
from desktop.store import orders, outbox
from desktop.store.outbox import State
from desktop.sync import Pass, Sync
from desktop.work import Work
from tests.fakes import ANA, SHOP, Clock, open_store

SETTINGS = {
    "user": "balcao@loja.example",
    "password": "senha-balcao",
    "pickup": "retirada",
    "on_delivery": "dinheiro",
    "transfer": "deposito",
    "invoice_number": "invoiceNumber",
    "invoice_key": "invoiceKey",
    "document": "document",
    "ean": "ean",
    "weight": "weight",
}
# What a clerk fills in, step by step, up to the counter or the carrier.
FORMS: dict[Step, dict[str, Any]] = {
    Step.INVOICE: {"number": "990000123", "document": "NF"},
    Step.SHIP: {"carrier": "PAC", "tracking": "BR123456789BR", "label_elsewhere": "Correios"},
    Step.HAND_OVER: {"collected_by": "João Conceição", "checked": "yes"},
    Step.RECORD_PAYMENT: {"reference": "recibo 7"},
    Step.CANCEL: {"reason": "Sem estoque"},
}
TO_PACKED = (Step.ACCEPT, Step.PREPARE, Step.INVOICE, Step.PACK)


def connector(url: str, **settings: str) -> Vendure:
    """Must be closed."""
    made = make("vendure", SHOP, {"url": url, **SETTINGS, **settings})
    assert isinstance(made, Vendure)
    return made


class Counter:
    """A store, its clock, and what keeps it in step with the shop."""

    def __init__(self, folder: Path, url: str, **settings: str) -> None:
        self.store = open_store(folder, words=Vendure.words, connector="vendure")
        self.clock = Clock(datetime.now(UTC))
        self.platform = connector(url, **settings)
        self.sync = Sync(self.store, SHOP, self.platform, self.clock, poll_s=0.05)
        self._work = Work(self.store, self.clock)

    # --- what a clerk does

    def do(self, remote_id: str, step: Step, **given: Any) -> Order:
        values = {**FORMS.get(step, {}), **given}
        return self._work.do(self.order(remote_id).id, step, values, ANA).result(10)

    def walk(self, remote_id: str, *steps: Step) -> None:
        """Steps, each told before the next."""
        for step in steps:
            self.do(remote_id, step)
            self.sync.once()

    def mend(self, push_id: int, **given: Any) -> None:
        self._work.mend(push_id, given, ANA).result(10)

    # --- what the program does

    def once(self) -> Pass:
        """Passes until all is quiet or in trouble; what waits for a time is let wait."""
        total = Pass()
        for _ in range(20):
            step = self.sync.once()
            total.add(step)
            if step.trouble or not step.moved:
                break
        return total

    def sees(self) -> Pass:
        """A pass that has no trouble."""
        done = self.once()
        assert done.trouble is None, done.trouble
        return done

    # --- what is there afterwards

    def known(self) -> set[str]:
        """Remote ids of all orders that have come in."""
        with self.store.read() as session:
            return {order.remote_id for order in _all(session)}

    def order(self, remote_id: str) -> Order:
        with self.store.read() as session:
            (found,) = [order for order in _all(session) if order.remote_id == remote_id]
            return found

    def status(self, remote_id: str) -> Status:
        return self.order(remote_id).status

    def pushes(self, remote_id: str) -> list[outbox.Entry]:
        order = self.order(remote_id)
        with self.store.read() as session:
            return outbox.of_order(session, order.id)

    def states(self, remote_id: str) -> list[State]:
        return [push.state for push in self.pushes(remote_id)]

    def reason(self, remote_id: str) -> str:
        """The sentence of the push that a person must mend."""
        (push,) = [push for push in self.pushes(remote_id) if push.state is State.REFUSED]
        return str(push.reason)

    def agrees(self, remote_id: str) -> None:
        """Both sides say the same, and every push that counts as done can be seen there."""
        order = self.order(remote_id)
        (remote,) = self.platform.read(remote_id)
        assert order.seen.word == remote.verbatim
        done = [push for push in self.pushes(remote_id) if push.state is State.DONE]
        assert done
        for one in done:
            push = Push(one.key, one.step, one.data, order)
            assert self.platform.confirms(push, remote), one.step

    def close(self) -> None:
        self.sync.close()
        self.store.close()


def _all(session: Any) -> list[Order]:
    from sqlalchemy import select

    from desktop.store.tables import orders as table

    ids = session.run(select(table.c.id)).scalars()
    return [orders.get(session, order_id) for order_id in ids]
