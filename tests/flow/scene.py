"""A store kept in step with a platform that does what the test says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desktop.errors import PlatformAway, UserError
from desktop.journey import Step
from desktop.order import Order
from desktop.store import orders, outbox, setup
from desktop.store.outbox import State
from desktop.sync import Pass, Sync
from desktop.work import Work
from tests.fakes import ANA, SHOP, Clock, FakeConnector, open_store

NO = UserError("The platform says no.")
AWAY = PlatformAway("{host} is away", host="example.com", sent=True)


class Scene:
    """A store, its clock, the platform, and the thing that keeps them in step."""

    def __init__(self, folder: Path, *new: Order) -> None:
        self.store = open_store(folder, *new)
        self.clock = Clock()
        self.platform = FakeConnector()
        self.sync = Sync(self.store, SHOP, self.platform, self.clock, poll_s=0.05)

    def do(self, order_id: int, step: Step, **given: Any) -> None:
        Work(self.store, self.clock).do(order_id, step, given, ANA).result(10)

    def once(self) -> Pass:
        return self.sync.once()

    def order(self, order_id: int = 1) -> Order:
        with self.store.read() as session:
            return orders.get(session, order_id)

    def pushes(self, order_id: int = 1) -> list[outbox.Entry]:
        with self.store.read() as session:
            return outbox.of_order(session, order_id)

    def states(self, order_id: int = 1) -> list[State]:
        return [push.state for push in self.pushes(order_id)]

    def trouble(self) -> str:
        with self.store.read() as session:
            [known] = setup.all_connections(session)
        return str(known.trouble or "")

    def close(self) -> None:
        self.platform.gate.set()
        self.sync.close()
        self.store.close()
