"""The sandbox against VTEX's published descriptions: every call, every answer, both dialects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.sandbox import KEY, TOKEN, Recipe, Sandbox
from desktop.sandbox.recipe import DAY
from tests.contracts.contract import VTEX, VTEX_PII, Contract, Exchange, load

HEADERS = {
    "X-VTEX-API-AppKey": KEY,
    "X-VTEX-API-AppToken": TOKEN,
    "Accept": "application/json",
    "Content-Type": "application/json",
}
ISSUED = "2026-01-05T11:32:11-0300"
EVENT = {"city": "São Paulo", "state": "SP", "description": "Saiu", "date": "2026-01-06"}
ORDERS, DOCUMENTS = "/api/oms/pvt/orders", "/api/orders/pvt/document"
RECIPES = [*DAY, Recipe(delivery="mixed"), Recipe(country="MEX", company=True, payment="transfer")]


class Client:
    """Calls the sandbox and holds every exchange against the contract."""

    def __init__(self, base: str, contract: Contract) -> None:
        self.base, self.contract = base, contract
        self.session = requests.Session()
        self.session.headers.update(HEADERS)

    def __call__(self, method: str, target: str, body: Any = None, status: int = 200) -> Any:
        response = self.session.request(method, self.base + target, json=body, timeout=10)
        exchange = Exchange.of(response)
        assert self.contract.request_faults(exchange) == []
        assert response.status_code == status, response.text
        assert self.contract.answer_faults(exchange) == []
        return response.json() if response.content else None


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(orders=len(DAY)) as running:
        yield running


@pytest.fixture
def classic(sandbox: Sandbox) -> Iterator[Client]:
    client = Client(sandbox.url, load(VTEX))
    with client.session:
        yield client


@pytest.fixture
def pii(sandbox: Sandbox) -> Iterator[Client]:
    client = Client(sandbox.url, load(VTEX_PII))
    with client.session:
        yield client


def invoice_of(order: dict[str, Any], number: str = "4711") -> dict[str, Any]:
    return {
        "type": "Output",
        "issuanceDate": ISSUED,
        "invoiceNumber": number,
        "invoiceValue": str(order["value"]),
        "invoiceKey": "3" * 44,
        "trackingNumber": "",
        "trackingUrl": "",
        "courier": "",
        "items": [
            {"id": i["id"], "price": i["sellingPrice"], "quantity": i["quantity"]}
            for i in order["items"]
        ],
    }


def pii_invoice_of(order: dict[str, Any], number: str = "4711") -> dict[str, Any]:
    return {
        "type": "Output",
        "issuedDate": "2026-01-05",
        "invoiceNumber": number,
        "invoiceValue": order["value"],
        "items": [
            {
                "itemIndex": index,
                "price": item["priceDefinition"]["total"],
                "quantity": item["quantity"],
            }
            for index, item in enumerate(order["items"])
        ],
    }


def test_the_classic_dialect_from_feed_to_delivered(sandbox: Sandbox, classic: Client) -> None:
    lot = classic("GET", "/api/orders/feed?maxlot=10")
    classic("POST", "/api/orders/feed", {"handles": [item["handle"] for item in lot]})
    order_id = sandbox.order_ids("ready-for-handling")[0]
    order = classic("GET", f"{ORDERS}/{order_id}")
    classic("POST", f"{ORDERS}/{order_id}/start-handling", status=204)
    classic("POST", f"{ORDERS}/{order_id}/start-handling", status=409)
    xml = "<NFe>Conceição</NFe>"
    classic("POST", f"{ORDERS}/{order_id}/invoice", invoice_of(order) | {"embeddedInvoice": xml})
    sent = {
        "trackingNumber": "BR1",
        "trackingUrl": "https://tracking.example/BR1",
        "courier": "Correios",
        "dispatchedDate": ISSUED,
    }
    classic("PATCH", f"{ORDERS}/{order_id}/invoice/4711", sent)
    moving = {"isDelivered": False, "deliveredDate": None, "events": [EVENT]}
    classic("PUT", f"{ORDERS}/{order_id}/invoice/4711/tracking", moving)
    arrived = {"isDelivered": True, "deliveredDate": "2026-01-07 10:15", "events": []}
    classic("PUT", f"{ORDERS}/{order_id}/invoice/4711/tracking", arrived)
    back = invoice_of(order, "4712") | {"type": "Input"}
    classic("POST", f"{ORDERS}/{order_id}/invoice", back)
    classic("POST", f"{ORDERS}/{order_id}/interactions", {"source": "till", "message": "Olá"})
    package, refund = classic("GET", f"{ORDERS}/{order_id}")["packageAttachment"]["packages"]
    assert package["courierStatus"]["finished"] is True
    assert package["embeddedInvoice"] == xml
    assert refund["restitutions"]["Refund"]["value"] == order["value"]


def test_the_classic_dialect_of_payment_cancel_list_and_configuration(
    sandbox: Sandbox, classic: Client
) -> None:
    pending, other = sandbox.order_ids("payment-pending")
    payment = classic("GET", f"{ORDERS}/{pending}")["paymentData"]["transactions"][0]["payments"][0]
    classic("POST", f"{ORDERS}/{pending}/payments/{payment['id']}/payment-notification")
    assert classic("GET", f"{ORDERS}/{pending}")["status"] == "ready-for-handling"
    classic("POST", f"{ORDERS}/{other}/cancel", {"reason": "Sem estoque"})
    assert classic("GET", f"{ORDERS}/{other}")["status"] == "canceled"
    assert classic("GET", f"{ORDERS}?per_page=5&page=2")["paging"]["pages"] == 3
    queue = {"visibilityTimeoutInSeconds": 30, "MessageRetentionPeriodInSeconds": 345600}
    wanted = {"filter": {"type": "FromWorkflow", "status": ["invoiced"]}, "queue": queue}
    classic("POST", "/api/orders/feed/config", wanted)
    assert classic("GET", "/api/orders/feed/config")["queue"] == queue
    classic("DELETE", "/api/orders/feed/config")


def test_the_pii_dialect_from_start_to_invoice(sandbox: Sandbox, pii: Client) -> None:
    order_id = sandbox.order_ids("ready-for-handling")[1]
    masked = pii("GET", f"{DOCUMENTS}/{order_id}")
    order = pii("GET", f"{DOCUMENTS}/{order_id}?reason=fulfilment")
    assert masked["clientProfileData"]["document"][1:].strip("*") == ""
    assert order["clientProfileData"]["document"].isdecimal()
    pii("POST", f"{DOCUMENTS}/{order_id}/actions/start-handling", status=204)
    pii("POST", f"{DOCUMENTS}/{order_id}/invoices", pii_invoice_of(order))
    pii("POST", f"{DOCUMENTS}/{order_id}/invoices", pii_invoice_of(order, "9") | {"type": "Input"})
    assert pii("GET", f"{DOCUMENTS}/{order_id}")["status"] == "invoiced"
    pending, other = sandbox.order_ids("payment-pending")
    payment = sandbox.order(pending)["paymentData"]["transactions"][0]["payments"][0]["id"]
    pii("POST", f"{DOCUMENTS}/{pending}/payment/{payment}/notify-payment")
    pii("POST", f"{DOCUMENTS}/{other}/cancel", {"reason": "Sem estoque"})
    assert pii("GET", f"{DOCUMENTS}/{other}")["status"] == "canceled"
    found = pii("POST", "/api/orders/extendsearch/orders", {"f_status": "invoiced"})
    assert [row["orderId"] for row in found["list"]] == [order_id]
    assert pii("POST", "/api/orders/extendsearch/orders", {"per_page": 5})["paging"]["pages"] == 3


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda r: f"{r.country}-{r.delivery}-{r.payment}")
def test_every_kind_of_order_is_valid_in_both_dialects(
    sandbox: Sandbox, classic: Client, pii: Client, recipe: Recipe
) -> None:
    order_id = sandbox.oms.place(recipe).id
    for goal in (None, "handling", "invoiced", "shipped", "delivered"):
        if goal and recipe.paid:
            sandbox.move(order_id, goal)
        classic("GET", f"{ORDERS}/{order_id}")
        pii("GET", f"{DOCUMENTS}/{order_id}?reason=fulfilment")
        pii("GET", f"{DOCUMENTS}/{order_id}")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6), index=st.integers(0, 11))
def test_orders_of_any_seed_are_valid(seed: int, index: int) -> None:
    contract = load(VTEX)
    sandbox = Sandbox(seed=seed, orders=index + 1, start=datetime(2026, 1, 5, tzinfo=UTC))
    order_id = sandbox.order_ids()[index]
    body = sandbox.oms.find(order_id).body()
    answer = {"Content-Type": "application/json"}
    target = f"{ORDERS}/{order_id}"
    assert contract.answer_faults(Exchange("GET", target, HEADERS, b"", 200, answer, body)) == []


def test_the_contract_check_can_fail() -> None:
    contract = load(VTEX)
    target = f"{ORDERS}/1-01/invoice"
    bad = Exchange("POST", target, HEADERS, b'{"type": "Output"}', 200, {}, b"")
    assert any("issuanceDate" in fault for fault in contract.request_faults(bad))
    answer = {"Content-Type": "application/json"}
    wrong = Exchange("GET", f"{ORDERS}/1-01", HEADERS, b"", 200, answer, b'{"value": "12"}')
    assert any("value" in fault for fault in contract.answer_faults(wrong))
    keyless = {"Accept": "application/json", "Content-Type": "application/json"}
    assert contract.request_faults(Exchange("GET", f"{ORDERS}/1-01", keyless, b"", 200))
