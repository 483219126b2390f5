"""What the VTEX connector sends keeps to VTEX's published descriptions, in both dialects.

The platform here is the sandbox, recorded below the connector; what is checked are the bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from desktop.connectors import Done, Push
from desktop.connectors._vtex_body import read
from desktop.connectors._vtex_dialects import classic_invoice, pii_invoice
from desktop.connectors.http import Answer, Http
from desktop.connectors.vtex import Vtex
from desktop.journey import Step
from desktop.order import Invoice, Order, Package
from desktop.sandbox import KEY, TOKEN, Sandbox
from desktop.sandbox.faults import KINDS
from desktop.sandbox.orders import Recipe
from desktop.sandbox.orders import make as make_order
from tests.contracts.contract import SHARED, VTEX, VTEX_PII, Exchange, load

XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\r\n<nfeProc><xNome>Conceição & "Cia"</xNome></nfeProc>'
)
ONLY_PII = ("/api/orders/pvt/document/", "/api/orders/extendsearch/")


class Recorded(Http):
    """Keeps each exchange beside sending it."""

    exchanges: list[Exchange]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.exchanges = []

    def _send(self, asked: Any, watch: Any) -> Answer:
        answer = super()._send(asked, watch)
        self.exchanges.append(
            Exchange(
                asked.method,
                asked.url.removeprefix(self._base),
                asked.headers,
                asked.data or b"",
                answer.status,
                dict(answer.headers),
                answer.body,
            )
        )
        return answer


@pytest.fixture(params=["classic", "pii"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Shop:
    """A connector, its platform, and all that was said between them."""

    def __init__(self, dialect: str, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.made: list[Recorded] = []
        self.connector = Vtex("loja", sandbox.url, KEY, TOKEN, dialect, transport=self._transport)

    def _transport(self, *given: Any, **named: Any) -> Recorded:
        self.made.append(Recorded(*given, **named))
        return self.made[-1]

    @property
    def exchanges(self) -> list[Exchange]:
        return self.made[0].exchanges

    def tell(self, order: Order, step: Step, xml: str = "", **data: Any) -> None:
        outcome = self.connector.push(Push(f"{order.remote_id}-{step}", step, data, order, xml))
        assert isinstance(outcome, Done), (step, outcome)

    def order(self, order_id: str) -> Order:
        order = self.connector.read(order_id)[0].facts
        at = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
        invoice = Invoice("1234", total=order.total, issued_at=at, key="3" * 44)
        return replace(
            order, invoice=invoice, packages=(Package(1, tracking="BR1", carrier="PAC"),)
        )


@pytest.fixture
def shop(dialect: str) -> Iterator[Shop]:
    with Sandbox(orders=0, dialect=dialect, feed=False) as sandbox:
        shop = Shop(dialect, sandbox)
        yield shop
        shop.connector.close()


def walk_everything(shop: Shop) -> None:
    """Every call the connector can make, at least once."""
    place = shop.sandbox.place
    place(lines=2)
    shop.connector.check()
    cursor, more = "", True
    while more:
        page = shop.connector.pull(cursor)
        cursor, more = page.cursor, page.more
    delivery, pickup = place(lines=3), place(delivery="pickup", country="MEX")
    shop.connector.acknowledge(shop.connector.pull("").receipt)
    order = shop.order(delivery)
    shop.tell(order, Step.ACCEPT)
    shop.tell(order, Step.INVOICE, xml=XML)
    shop.tell(order, Step.SHIP, carrier="PAC", tracking="BR1", tracking_url="https://t.example")
    shop.tell(order, Step.TRANSIT)
    shop.tell(order, Step.PROBLEM, comment="Não havia ninguém")
    shop.tell(order, Step.DELIVER)
    order = shop.order(pickup)
    shop.tell(order, Step.ACCEPT)
    shop.tell(order, Step.INVOICE)
    shop.tell(order, Step.READY)
    shop.tell(order, Step.HAND_OVER)
    shop.tell(order, Step.TAKE_BACK, reason="Avaria")
    shop.tell(order, Step.REFUND, reason="Avaria", amount=100)
    shop.tell(shop.order(place(payment="transfer", paid=False)), Step.RECORD_PAYMENT, reference="1")
    shop.tell(shop.order(place()), Step.CANCEL, reason="Sem estoque")
    driven = replace(shop.order(place()), packages=(Package(1),))
    shop.tell(driven, Step.ACCEPT)
    shop.tell(driven, Step.INVOICE)
    shop.tell(driven, Step.SHIP, driver="Beto")


def test_every_request_is_one_of_the_contract(shop: Shop, dialect: str) -> None:
    classic, pii = load(VTEX), load(VTEX_PII)
    walk_everything(shop)
    for exchange in shop.exchanges:
        own = exchange.target.startswith(ONLY_PII)
        assert not own or dialect == "pii"
        contract = pii if own else classic
        assert contract.request_faults(exchange) == [], (exchange.method, exchange.target)
    assert {call.kind for call in shop.sandbox.received} == set(KINDS)


def test_the_xml_of_an_invoice_keeps_to_the_contract_both_ways(shop: Shop, dialect: str) -> None:
    """Sent where the contract has a field for it; what the platform then shows is valid too."""
    contract = load(VTEX_PII if dialect == "pii" else VTEX)
    order = shop.order(shop.sandbox.place())
    shop.tell(order, Step.ACCEPT)
    shop.tell(order, Step.INVOICE, xml=XML)
    shop.connector.read(order.remote_id)
    *_, sent, shown = shop.exchanges
    assert contract.request_faults(sent) == contract.answer_faults(shown) == []
    [package] = json.loads(shown.answer_body)["packageAttachment"]["packages"]
    if dialect == "classic":
        assert json.loads(sent.body)["embeddedInvoice"] == package["embeddedInvoice"] == XML
    else:
        assert "embeddedInvoice" not in json.loads(sent.body)
        assert package["embeddedInvoice"] == ""


def test_the_contract_notices_a_slip(shop: Shop, dialect: str) -> None:
    """The check above can fail: the other dialect's body is not let through."""
    contract = load(VTEX_PII if dialect == "pii" else VTEX)
    walk_everything(shop)
    (invoice, *_) = [e for e in shop.exchanges if b'"type": "Output"' in e.body]
    assert contract.request_faults(invoice) == []
    body = json.loads(invoice.body)
    date = "issuedDate" if dialect == "pii" else "issuanceDate"
    value = str(body["invoiceValue"]) if dialect == "pii" else int(body["invoiceValue"])
    for worse in (body | {"invoiceValue": value}, {k: v for k, v in body.items() if k != date}):
        assert contract.request_faults(replace(invoice, body=json.dumps(worse).encode()))


def test_both_headers_go_with_every_call(shop: Shop) -> None:
    walk_everything(shop)
    calls = shop.sandbox.received
    assert calls
    for exchange in shop.exchanges:
        assert exchange.headers["Accept"] == exchange.headers["Content-Type"] == "application/json"


def _example(name: str, path: str) -> bytes:
    load(name)  # skips where the descriptions are not here
    spec = json.loads((SHARED / "contracts" / name).read_text("utf-8"))
    content = spec["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    return json.dumps(content["example"]).encode()


def test_the_classic_example_is_an_order() -> None:
    raw = _example(VTEX, "/api/oms/pvt/orders/{orderId}")
    (remote,) = read(raw, "loja").remote
    facts = remote.facts
    assert (facts.remote_id, facts.number, remote.word) == (
        "1172452900788-01",
        "502556",
        "handling",
    )
    assert (facts.currency, facts.total, len(facts.lines)) == ("BRL", 1160, 1)
    assert facts.address.street == "Avenida Lúcio Costa"
    assert facts.payment.remote_id == "A536832D9B95439DB73A11558B6F2C2C"
    assert facts.invoice is None  # the example's only invoice is a return


def test_the_pii_example_is_an_order() -> None:
    raw = _example(VTEX_PII, "/api/orders/pvt/document/{orderId}")
    (remote,) = read(raw, "loja").remote
    facts = remote.facts
    assert (facts.remote_id, facts.group, remote.word) == ("v70530116str-01", "", "canceled")
    assert facts.kind.value == "pickup"
    assert facts.address.receiver == "STR Shopping Nova América - Pickup in store"
    assert remote.cancel_reason == "Picked wrong store"
    assert facts.lines[0].total == facts.total == 19900


@pytest.mark.parametrize("make", [classic_invoice, pii_invoice])
def test_two_serializers(make: Callable[..., dict[str, Any]]) -> None:
    source = make_order(1, 1, datetime(2026, 3, 4, tzinfo=UTC), Recipe(lines=3))
    (group,) = read(json.dumps(source).encode(), "loja").groups
    invoice = Invoice("77", issued_at=datetime(2026, 3, 4, 12, tzinfo=UTC), key="K" * 44)
    body = make(invoice, group)
    items = source["items"]
    assert (body["type"], body["invoiceNumber"], body["invoiceKey"]) == ("Output", "77", "K" * 44)
    assert [line["quantity"] for line in body["items"]] == [item["quantity"] for item in items]
    if make is classic_invoice:
        assert body["invoiceValue"] == str(source["value"])
        assert datetime.fromisoformat(body["issuanceDate"]) == invoice.issued_at
        assert " " not in body["issuanceDate"]
        assert [line["price"] for line in body["items"]] == [i["sellingPrice"] for i in items]
        assert [line["id"] for line in body["items"]] == [i["id"] for i in items]
        assert body["trackingNumber"] == body["trackingUrl"] == ""
    else:
        assert body["invoiceValue"] == source["value"]
        assert len(body["issuedDate"]) == 10
        totals = [item["priceDefinition"]["total"] for item in items]
        assert [line["price"] for line in body["items"]] == totals
        assert [line["itemIndex"] for line in body["items"]] == [0, 1, 2]
