"""A till's line to the sandbox, and what it says there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import requests

from desktop.sandbox import KEY, TOKEN, Sandbox
from desktop.sandbox.workflow import STATUSES

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
ORDERS, DOCUMENTS = "/api/oms/pvt/orders", "/api/orders/pvt/document"
EVENT = {"city": "São Paulo", "state": "SP", "description": "Saiu", "date": "2026-01-06"}
SENT = {"trackingNumber": "BR1", "trackingUrl": None, "courier": "PAC", "dispatchedDate": None}
CONFIG = {
    "filter": {"type": "FromWorkflow", "status": list(STATUSES)},
    "queue": {"visibilityTimeoutInSeconds": 60, "MessageRetentionPeriodInSeconds": 345_600},
}


class Client:
    """A till's line to the sandbox: one kept connection, or none kept."""

    def __init__(self, base: str, key: str = KEY, token: str = TOKEN) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.headers.update({"X-VTEX-API-AppKey": key, "X-VTEX-API-AppToken": token})

    def __call__(self, method: str, target: str, body: Any = None) -> requests.Response:
        return self.session.request(method, self.base + target, json=body, timeout=10)

    def start(self, order_id: str) -> int:
        return self("POST", f"{ORDERS}/{order_id}/start-handling").status_code

    def detail(self, order_id: str) -> Any:
        return self("GET", f"{ORDERS}/{order_id}").json()

    def invoice(self, order_id: str, **changes: Any) -> requests.Response:
        order = self.detail(order_id)
        body = {
            "type": "Output",
            "issuanceDate": "2026-01-05T11:32:11-0300",
            "invoiceNumber": "4711",
            "invoiceValue": str(order["value"]),
            "items": [
                {"id": i["id"], "price": i["sellingPrice"], "quantity": i["quantity"]}
                for i in order["items"]
            ],
        }
        return self("POST", f"{ORDERS}/{order_id}/invoice", body | changes)

    def event(self, order_id: str, number: str = "4711", **changes: Any) -> requests.Response:
        body = {"isDelivered": False, "deliveredDate": None, "events": [EVENT]}
        return self("PUT", f"{ORDERS}/{order_id}/invoice/{number}/tracking", body | changes)

    def cancel(self, order_id: str) -> requests.Response:
        return self("POST", f"{ORDERS}/{order_id}/cancel", {"reason": "Sem estoque"})


def drain(client: Client, commit: bool = True) -> list[dict[str, Any]]:
    got: list[dict[str, Any]] = []
    while lot := client("GET", "/api/orders/feed?maxlot=10").json():
        assert len(lot) <= 10
        got += lot
    if commit and got:
        handles = [item["handle"] for item in got]
        assert client("POST", "/api/orders/feed", {"handles": handles}).status_code == 200
    return got


Serve = Callable[..., tuple[Sandbox, Client]]
