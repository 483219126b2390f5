"""Another invoice on the platform than here: told as a difference and asked of a person, never dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop import repair
from desktop.connections import SyncService
from desktop.connectors.vtex import Vtex
from desktop.journey import Step
from desktop.order import Order, Status
from desktop.sandbox import Sandbox
from desktop.store import Store, orders, outbox
from desktop.store.outbox import State
from desktop.truth import differences, say
from desktop.work import Work
from tests.fakes import ANA, NOW, SHOP
from tests.flow.shop import connected


@dataclass
class Till:
    shop: Sandbox
    store: Store
    service: SyncService
    remote_id: str

    def order(self) -> Order:
        with self.store.read() as session:
            [(found, _)] = orders.by_remote(session, SHOP, [self.remote_id]).values()
        return found

    def do(self, step: Step, **given: Any) -> None:
        Work(self.store).do(self.order().id, step, given, ANA).result(10)

    def pushes(self) -> list[outbox.Entry]:
        with self.store.read() as session:
            return outbox.of_order(session, self.order().id)

    def invoice(self) -> outbox.Entry:
        return next(push for push in self.pushes() if push.step is Step.INVOICE)

    def says(self) -> list[str]:
        """The sentences of the order page."""
        found = differences(self.order(), self.pushes(), Vtex.tells, NOW)
        return [say(sentence, NOW) for sentence in found]

    def troubles(self) -> list[repair.Trouble]:
        with self.store.read() as session:
            return repair.troubles(session)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    """An order that is invoiced here, offline, as number 77."""
    with Sandbox(seed=8, orders=0) as shop:
        order = shop.place(payment="pix", delivery="delivery", country="BRA")
        store, service = connected(tmp_path, shop)
        service.once()
        made = Till(shop, store, service, order)
        made.do(Step.ACCEPT)
        service.once()
        made.do(Step.PREPARE)
        made.do(Step.INVOICE, number="77", document="NF")
        try:
            yield made
        finally:
            service.close()
            store.close()


def invoiced_there(till: Till) -> str:
    """Another till was faster; the number of its invoice."""
    till.shop.move(till.remote_id, "invoiced")
    packages = till.shop.order(till.remote_id)["packageAttachment"]["packages"]
    return str(packages[0]["invoiceNumber"])


def test_a_refused_invoice_stays_with_a_person_while_the_platform_shows_another(till: Till) -> None:
    theirs = invoiced_there(till)
    assert theirs != "77"
    done = till.service.once()[SHOP]
    assert (done.sent, done.refused) == (0, 1)
    for _ in range(2):  # also when the order is read again
        push = till.invoice()
        assert (push.state, push.field) == (State.REFUSED, "number")
        assert theirs in str(push.reason)
        [trouble] = till.troubles()
        assert trouble.kind is repair.Kind.REFUSED
        order = till.order()
        assert order.status is Status.INVOICED and order.seen.status is Status.INVOICED
        assert order.invoice is not None and order.invoice.number == "77"
        assert order.other_invoice == theirs
        told = f"The platform shows invoice {theirs}; here it is 77. Look which one is right."
        assert told in till.says()
        till.shop.edit(till.remote_id, sequence="news of something else")
        till.service.once()


def test_a_person_takes_the_platforms_number(till: Till) -> None:
    theirs = invoiced_there(till)
    till.service.once()
    Work(till.store).mend(till.invoice().id, {"number": theirs, "document": "NF"}, ANA).result(10)
    till.service.once()
    assert till.invoice().state is State.DONE
    assert till.order().other_invoice == ""
    assert till.says() == [] and till.troubles() == []
    assert len(till.shop.effects(till.remote_id, "invoice")) == 1


def test_a_person_says_that_it_is_settled_there(till: Till) -> None:
    """The push is over, the difference is still to be seen."""
    theirs = invoiced_there(till)
    till.service.once()
    Work(till.store).answer(till.invoice().id, True, ANA).result(10)
    assert till.troubles() == []
    assert till.says() == [
        f"The platform shows invoice {theirs}; here it is 77. Look which one is right."
    ]


def test_what_follows_waits_behind_the_question(till: Till) -> None:
    invoiced_there(till)
    till.service.once()
    till.do(Step.PACK)
    till.do(Step.SHIP, carrier="PAC", tracking="BR1", label_elsewhere="x")
    till.service.once()
    assert till.pushes()[-1].state is State.WAITING
    assert till.shop.effects(till.remote_id, "tracking") == []


def test_the_same_number_seen_there_settles_a_refused_invoice(till: Till) -> None:
    """Somebody typed it on the platform, because the key lacked the right."""
    till.shop.refuse(till.remote_id, "invoice", 403, "No")
    till.service.once()
    assert till.invoice().state is State.REFUSED
    till.shop.oms.allow(till.remote_id, "invoice")
    invoiced_there(till)
    document = till.shop.order(till.remote_id)
    document["packageAttachment"]["packages"][0]["invoiceNumber"] = "000077"
    till.shop.edit(till.remote_id, packageAttachment=document["packageAttachment"])
    till.service.once()
    assert till.invoice().state is State.WITHDRAWN
    assert till.says() == [] and till.troubles() == []
