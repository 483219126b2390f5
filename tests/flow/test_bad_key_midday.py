"""A key that is revoked in the middle of a day: the program stops knocking, says so, keeps what was done
meanwhile, and goes on without a restart once the key is mended, whoever mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop import connections
from desktop.connections import SyncService
from desktop.journey import Step
from desktop.sandbox import TOKEN, Sandbox
from desktop.standing import standing
from desktop.store import Store, orders, outbox, setup
from desktop.store.outbox import State
from desktop.sync import SENDERS
from desktop.work import Work
from tests.fakes import ANA, SHOP, wait_until
from tests.flow.shop import connected

MANY = 40


@dataclass
class Counter:
    """A store that runs all day."""

    shop: Sandbox
    store: Store
    service: SyncService
    placed: list[str]

    def take_all(self) -> None:
        """A clerk accepts every order."""
        work = Work(self.store)
        with self.store.read() as session:
            ids = [one.id for one, _ in orders.by_remote(session, SHOP, self.placed).values()]
        for order_id in ids:
            work.do(order_id, Step.ACCEPT, {}, ANA).result(10)

    def is_denied(self) -> bool:
        with self.store.read() as session:
            [known] = setup.all_connections(session)
        return known.trouble is not None

    def counts(self) -> dict[State, int]:
        with self.store.read() as session:
            return outbox.counts(session, SHOP)

    def says(self) -> str:
        soon = datetime.now(UTC) + timedelta(minutes=1)
        with self.store.read() as session:
            said = standing(setup.all_connections(session), outbox.counts(session), soon)
        return str(said or "")

    def calls(self, status: int) -> int:
        return sum(one.status == status for one in self.shop.received)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with Sandbox(seed=8, orders=0) as shop:
        placed = [shop.place(payment="pix", country="BRA") for _ in range(MANY)]
        store, service = connected(tmp_path, shop)
        service.once()
        service._poll_s = 0.05
        service.renew(SHOP)
        try:
            yield Counter(shop, store, service, placed)
        finally:
            service.close()
            store.close()


def by_the_settings(counter: Counter) -> None:
    """A new token, typed in the settings page."""
    counter.service.secrets.set(SHOP, "token", "new")
    counter.service.renew(SHOP)


def by_the_key_for_news(counter: Counter) -> None:
    counter.shop.token = TOKEN
    counter.service.wake()


def by_itself(counter: Counter) -> None:
    """Somebody gives the key back on the platform; nobody here does anything."""
    counter.shop.token = TOKEN


@pytest.mark.parametrize("mended", [by_the_settings, by_the_key_for_news, by_itself])
def test_a_revoked_key(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, mended: Callable[[Counter], None]
) -> None:
    if mended is by_itself:
        monkeypatch.setattr(connections, "AGAIN_S", 0.5)
    counter.service.start()
    counter.shop.token = "new"
    wait_until(counter.is_denied, "the key to be refused")
    counter.take_all()
    said = counter.says()
    assert said.startswith("“loja” has refused the key for")
    assert "does not accept the key. Check key and token" in said
    assert f"{MANY} updates wait" in said
    assert counter.counts() == {State.WAITING: MANY}, "nothing is refused for it"
    mended(counter)
    wait_until(lambda: not counter.is_denied(), "the key to be taken")
    wait_until(lambda: not counter.counts(), "all that waited to be told")
    told = [one.order_id for one in counter.shop.effects(kind="start-handling")]
    assert sorted(told) == sorted(counter.placed)
    assert counter.shop.duplicates() == []
    assert counter.says() == ""


def test_it_is_not_asked_with_a_key_that_was_refused(counter: Counter) -> None:
    """Platforms lock who knocks too often."""
    counter.shop.token = "new"
    counter.service.start()
    wait_until(counter.is_denied, "the key to be refused")
    knocks = counter.calls(401)
    assert knocks <= 2
    counter.take_all()  # each of them wakes the thread
    assert counter.calls(401) == knocks


def test_pushes_stop_at_the_first_that_finds_the_key_refused(counter: Counter) -> None:
    """Before a pull has told: no more knock than are on their way."""
    counter.take_all()
    counter.shop.token = "new"
    done = counter.service.once()[SHOP]
    assert "does not accept the key" in str(done.trouble)
    assert 1 <= done.later <= SENDERS
    assert counter.calls(401) <= SENDERS + 2
    assert counter.counts() == {State.WAITING: MANY}
    counter.shop.token = TOKEN
    counter.service.renew(SHOP)
    done = counter.service.once()[SHOP]
    assert (done.sent, done.trouble) == (MANY, None)


def test_a_401_to_one_call_only_holds_up_neither_the_others_nor_the_pull(counter: Counter) -> None:
    """The pull tells that the key is good, so that push alone waits."""
    counter.take_all()
    counter.shop.refuse(counter.placed[0], "start-handling", 401, "Not you")
    done = counter.service.once()[SHOP]
    assert (done.sent, done.trouble) == (MANY - 1, None)
    assert counter.counts() == {State.WAITING: 1}
    assert counter.says() == ""
