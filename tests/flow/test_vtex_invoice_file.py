"""An invoice that came as XML reaches the platform with its XML, where the account's dialect takes one."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from desktop import sender
from desktop.journey import Journey, Step
from desktop.order import Order
from desktop.sandbox import Sandbox
from desktop.store import notes, orders, outbox, setup
from desktop.store.outbox import State
from desktop.store.tables import files
from desktop.work import Work
from tests.fakes import ANA, SHOP, wait_until
from tests.flow.shop import connected

SAMPLES = importlib.resources.files("nfelib") / "nfe" / "samples" / "v4_0" / "leiauteNFe"
KEY = "35180834128745000152550010000476121675985748"
XML = (SAMPLES / f"{KEY}-nfe.xml").read_bytes()
LATIN = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + XML.decode().partition("?>")[2].encode(
    "iso-8859-1"
)


class Shop:
    """A store whose order is ready to be invoiced, and its platform."""

    def __init__(self, folder: Path, sandbox: Sandbox, dialect: str) -> None:
        self.sandbox, self.remote_id = sandbox, sandbox.place()
        self.store, self.service = connected(folder, sandbox, dialect)
        # The sample's total is its own.
        settings = setup.StoreSettings(journey=Journey(tolerance=10**9))
        self.store.do(lambda s: setup.save_settings(s, settings))
        self.service.once()
        self.do(Step.ACCEPT)
        self.do(Step.PREPARE)

    def order(self) -> Order:
        with self.store.read() as session:
            [(order, _)] = orders.by_remote(session, SHOP, [self.remote_id]).values()
        return order

    def do(self, step: Step, **given: Any) -> None:
        Work(self.store).do(self.order().id, step, given, ANA).result(10)

    def push(self) -> outbox.Entry:
        with self.store.read() as session:
            return outbox.of_order(session, self.order().id)[-1]

    def sent(self) -> dict[str, Any]:
        """The one invoice call, as it was sent."""
        [call] = [call for call in self.sandbox.received if call.kind == "invoice"]
        found: dict[str, Any] = json.loads(call.body)
        return found

    def shown(self) -> str:
        """What the platform shows of the XML."""
        [package] = self.sandbox.order(self.remote_id)["packageAttachment"]["packages"]
        return str(package["embeddedInvoice"])

    def close(self) -> None:
        self.service.close()
        self.store.close()


@pytest.fixture
def shop(tmp_path: Path, dialect: str) -> Iterator[Shop]:
    with Sandbox(orders=0, dialect=dialect) as sandbox:
        made = Shop(tmp_path, sandbox, dialect)
        yield made
        made.close()


def test_the_xml_goes_word_for_word_where_the_dialect_takes_it(shop: Shop, dialect: str) -> None:
    shop.do(Step.INVOICE, xml=XML)
    assert shop.service.once()[SHOP].refused == 0
    assert shop.push().state is State.DONE
    assert shop.sent()["invoiceKey"] == KEY
    if dialect == "classic":
        assert shop.sent()["embeddedInvoice"] == shop.shown() == XML.decode()
    else:
        assert "embeddedInvoice" not in shop.sent(), (
            "the contract of these accounts has no such field"
        )
    assert shop.sandbox.order(shop.remote_id)["status"] == "invoiced"


@pytest.fixture
def classic_shop(tmp_path: Path) -> Iterator[Shop]:
    with Sandbox(orders=0) as sandbox:
        made = Shop(tmp_path, sandbox, "classic")
        yield made
        made.close()


def test_the_outbox_holds_the_files_hash_and_not_the_file(classic_shop: Shop) -> None:
    classic_shop.do(Step.INVOICE, xml=XML)
    data = json.dumps(dict(classic_shop.push().data))
    invoice = classic_shop.order().invoice
    assert invoice is not None and invoice.xml_hash in data
    assert len(data) < 1_000
    assert "infNFe" not in data


def test_another_encoding_is_sent_as_text_without_its_declaration(classic_shop: Shop) -> None:
    classic_shop.do(Step.INVOICE, xml=LATIN)
    classic_shop.service.once()
    assert classic_shop.shown() == XML.decode().partition("?>")[2].lstrip()


def test_a_key_goes_without_xml(classic_shop: Shop) -> None:
    classic_shop.do(Step.INVOICE, key=KEY)
    classic_shop.service.once()
    assert classic_shop.sent()["embeddedInvoice"] is None
    assert classic_shop.shown() == ""


def test_a_mended_invoice_goes_with_the_xml_of_the_mending(classic_shop: Shop) -> None:
    """Of several files of an order the one that its invoice names is sent."""
    shop = classic_shop
    shop.do(Step.INVOICE, xml=LATIN)
    shop.sandbox.refuse(shop.remote_id, "invoice", message="Not today", times=1)
    shop.service.once()
    Work(shop.store).mend(shop.push().id, {"xml": XML}, ANA).result(10)
    shop.service.once()
    assert shop.push().state is State.DONE
    assert shop.shown() == XML.decode()


def test_an_erased_file_keeps_no_invoice_back(classic_shop: Shop) -> None:
    shop = classic_shop
    shop.do(Step.INVOICE, xml=XML)
    shop.store.do(lambda s: s.run(delete(files)))
    shop.service.once()
    assert shop.push().state is State.DONE
    assert shop.shown() == ""


def test_an_unanswered_invoice_is_known_again_by_its_number(
    classic_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "BACKOFF_CAP_S", 0.01)
    shop = classic_shop
    shop.do(Step.INVOICE, xml=XML)
    shop.sandbox.set_faults("invoice:reset-after*1")

    def settled() -> bool:
        shop.service.once()
        with shop.store.read() as session:
            return not outbox.counts(session)

    wait_until(settled, "the push settled")
    assert len(shop.sandbox.effects(shop.remote_id, "invoice")) == 1
    assert shop.shown() == XML.decode()


def test_a_file_is_found_by_its_hash_and_order(classic_shop: Shop) -> None:
    shop = classic_shop
    shop.do(Step.INVOICE, xml=XML)
    order = shop.order()
    assert order.invoice is not None
    with shop.store.read() as session:
        assert notes.file(session, order.id, order.invoice.xml_hash) == XML
        assert notes.file(session, order.id + 1, order.invoice.xml_hash) is None
        assert notes.file(session, order.id, "") is None
