"""Killed at any moment: what was acknowledged is there, and the platform saw each effect once.

A program of its own syncs with the sandbox while a clerk works in it, and is killed without warning
again and again. It writes down what was acknowledged in a file outside the database. BALCAO_KILLS sets
how often (25 in CI), BALCAO_SEED the dice.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop import sender
from desktop.connections import SyncService, build
from desktop.connectors.vtex import Vtex
from desktop.errors import UserError
from desktop.journey import Journey, Step, next_step
from desktop.order import Kind, Order, Person, Role
from desktop.sandbox import KEY, TOKEN, Sandbox
from desktop.secrets import InMemory
from desktop.store import Store, journal, orders, outbox, queries, setup
from desktop.sync import Pass, Sync
from desktop.work import Work
from tests.fakes import SHOP, open_store, wait_until

KILLS = int(os.environ.get("BALCAO_KILLS", "25"))
SEED = int(os.environ.get("BALCAO_SEED", "20261124"))
NEW_ORDERS = 4  # in each life
LEASE = timedelta(seconds=2)
ANA = Person("Ana", Role.MANAGER)
# What the platform must show once a step was acknowledged and told.
EFFECTS = {Step.ACCEPT: "start-handling", Step.INVOICE: "invoice", Step.SHIP: "tracking",
           Step.READY: "ready", Step.DELIVER: "delivered", Step.HAND_OVER: "delivered"}  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "fork"), reason="lives are forked, which this system cannot")
def test_whatever_moment_it_is_killed_nothing_is_lost_and_nothing_done_twice(tmp_path):
    dice = random.Random(SEED)
    acknowledged = tmp_path / "acknowledged"
    faults = "latency=3ms;reset-after=0.03;5xx-after=0.03;seed=5"
    with Sandbox(seed=5, orders=0, faults=faults) as shop, Nursery() as nursery:
        folder = tmp_path / "data"
        _prepare(folder, shop.url)
        for life in range(KILLS):
            for n in range(NEW_ORDERS):
                shop.place(delivery="pickup" if n % 3 == 0 else "delivery")
            # Some die while they open the store, some in the first pull, most at work.
            sign = dice.choice(["open", "at work", "at work"])
            nursery.live_and_die(folder, acknowledged, SEED + life, sign, dice.uniform(0.0, 0.25))
            shop.advance(300)  # what the dead had read of the feed and not acknowledged comes again
        acts = [json.loads(line) for line in acknowledged.read_text().splitlines()]
        assert len(acts) >= KILLS, "the clerk hardly came to work; nothing was tried"
        _settle(folder)
        shop.set_faults("")
        _check(folder, shop, acts)


class Nursery:
    """A program that has imported everything and forks lives, because a start of Python takes long."""

    def __enter__(self) -> Nursery:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.flow.test_kill"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        _, complaint = self._program.communicate()
        assert (self._program.returncode, complaint) == (0, "")

    def live_and_die(
        self, folder: Path, acknowledged: Path, seed: int, sign: str, seconds: float
    ) -> None:
        """Begins a life, waits for its sign and then so many seconds more, and kills it."""
        assert self._program.stdin is not None
        print(json.dumps([str(folder), str(acknowledged), seed]), file=self._program.stdin)
        pid = int(self._line().removeprefix("born "))
        line = ""
        while line != sign:
            line = self._line()
            assert line in {"open", "at work"}, line
        threading.Event().wait(seconds)
        os.kill(pid, signal.SIGKILL)
        while (line := self._line()) != f"died {signal.SIGKILL.value}":
            assert line in {"open", "at work"}, line

    def _line(self) -> str:
        assert self._program.stdout is not None
        return self._program.stdout.readline().strip()


def _prepare(folder: Path, url: str) -> None:
    store = open_store(folder, words=())
    rows = [setup.MapRow(w.word, w.status, True, w.creates) for w in Vtex.words]
    store.do(lambda s: setup.set_mapping(s, SHOP, rows))
    store.do(lambda s: setup.change_connection(s, SHOP, {"url": url, "key": KEY}))
    store.close()


def _settle(folder: Path) -> None:
    store, secrets = Store(folder), InMemory()
    secrets.set(SHOP, "token", TOKEN)
    with store.read() as session:
        [connection] = setup.all_connections(session)
    # Ten minutes later, so that the leases of the dead are over.
    sync = Sync(
        store, SHOP, build(connection, secrets), lambda: datetime.now(UTC) + timedelta(minutes=10)
    )

    def settled() -> bool:
        sync.push(Pass())
        with store.read() as session:
            return not outbox.counts(session)

    try:
        sender.BACKOFF_CAP_S, before = 0.01, sender.BACKOFF_CAP_S
        try:
            wait_until(settled, "every push settled")
        finally:
            sender.BACKOFF_CAP_S = before
        sync.pull(Pass())
    finally:
        sync.close()
        store.close()


def _check(folder: Path, shop: Sandbox, acts: list[dict[str, Any]]) -> None:
    store = Store(folder)
    with store.read() as session:
        assert journal.first_broken(session) is None
        written = {
            (order_id, line.what)
            for order_id in queries.ids(session, queries.View.ALL, Journey())
            for line in journal.of_order(session, order_id)
        }
        lost = [act for act in acts if (act["id"], act["step"]) not in written]
        found = {
            n: orders.get(session, n) for n in queries.ids(session, queries.View.ALL, Journey())
        }
    store.close()
    assert lost == [], "acknowledged, and gone"
    assert shop.duplicates() == []
    assert len({order.remote_id for order in found.values()}) == len(found), (
        "an order stands here twice"
    )
    for order_id, what in written:
        kind = EFFECTS.get(Step(what)) if what in set(Step) else None
        if kind is not None:
            done = [e for e in shop.effects(found[order_id].remote_id, kind) if e.by == "api"]
            assert done, f"{what} of order {order_id} never reached the platform"


# --- the program that is killed ---------------------------------------------------------------------------


def live(folder: Path, acknowledged: Path, seed: int) -> None:
    """Syncs and works until it is killed."""
    sender.LEASE = LEASE
    sender.BACKOFF_CAP_S = 0.05
    store, secrets, dice = Store(folder), InMemory(), random.Random(seed)
    secrets.set(SHOP, "token", TOKEN)
    service = SyncService(store, secrets, poll_s=0.05)
    service.start()
    work = Work(store)
    print("open", flush=True)
    first = True
    with acknowledged.open("a") as file:
        for order, step in _steps(store, dice):
            try:
                work.do(order.id, step, _given(order, step), ANA).result()
            except UserError:
                continue  # the platform moved it on, or cancelled it, since it was read
            print(json.dumps({"id": order.id, "step": step.value}), file=file, flush=True)
            if first:
                print("at work", flush=True)
            first = False


def _steps(store: Store, dice: random.Random) -> Iterator[tuple[Order, Step]]:
    changed = threading.Event()
    store.listen(lambda _ids: changed.set())
    while True:
        changed.wait(0.005)
        changed.clear()
        with store.read() as session:
            ids = list(queries.ids(session, queries.View.ALL, Journey()))
            order = orders.get(session, dice.choice(ids)) if ids else None
        step = next_step(order, Journey()) if order else None
        if order is not None and step is not None and step is not Step.FINALIZE:
            yield order, step


def _given(order: Order, step: Step) -> dict[str, Any]:
    tracking = {"tracking": f"JD{order.id:09d}BR", "label_elsewhere": "x", "carrier": "Jadlog"}
    return {
        Step.INVOICE: {"number": str(1000 + order.id), "document": "NF"},
        Step.SHIP: tracking,
        Step.READY: {"shelf": "B3"} if order.kind is Kind.PICKUP else {},
        Step.HAND_OVER: {"collected_by": "Z", "checked": "yes"},
    }.get(step, {})


def nursery() -> None:
    for line in sys.stdin:
        folder, acknowledged, seed = json.loads(line)
        pid = os.fork()
        if pid == 0:
            live(Path(folder), Path(acknowledged), seed)
        print(f"born {pid}", flush=True)
        _, status = os.waitpid(pid, 0)
        print(f"died {os.waitstatus_to_exitcode(status) * -1}", flush=True)


if __name__ == "__main__":
    nursery()
