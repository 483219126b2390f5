"""One order as the platform holds it: the body it was made with, and what happened since."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from desktop.sandbox.clock import stamp

Json = dict[str, Any]

# The fields of a body that come from an order's state; the rest is its ``base``.
MOVING = frozenset(
    {
        "status",
        "workflowIsInError",
        "lastChange",
        "authorizedDate",
        "invoicedDate",
        "allowCancellation",
        "cancellationData",
        "cancelReason",
        "packageAttachment",
    }
)


@dataclass
class Order:
    """State of an order; ``base`` is what never moves of its body, as JSON bytes.

    Kept as bytes because ten thousand nested dictionaries would not fit well, and so that a body
    is put together without reading its larger part.
    """

    base: bytes
    id: str
    sequence: str
    origin: str
    value: int
    created: datetime
    status: str | None
    changed: datetime
    raw: bytes | None = None
    extra: Json = field(default_factory=dict)
    history: list[tuple[datetime, str | None]] = field(default_factory=list)
    packages: list[Json] = field(default_factory=list)
    authorized: datetime | None = None
    invoiced: datetime | None = None
    cancellation: Json | None = None
    in_error: bool = False
    ahead: list[str] = field(default_factory=list)
    wake: datetime | None = None
    _body: bytes | None = None

    @classmethod
    def from_body(cls, body: Json, now: datetime) -> Order:
        """The order a generated body describes; its status and dates are then moved by rules."""
        authorized = body["authorizedDate"]
        created = datetime.fromisoformat(body["creationDate"][:26] + "+00:00")
        still = {name: value for name, value in body.items() if name not in MOVING}
        return cls(
            base=json.dumps(still, ensure_ascii=False).encode(),
            id=body["orderId"],
            sequence=body["sequence"],
            origin=body["origin"],
            value=body["value"],
            created=created,
            status=body["status"],
            changed=min(created + timedelta(minutes=2), now),
            authorized=created + timedelta(minutes=2) if authorized else None,
        )

    def touch(self) -> None:
        """Forget the cached body after a change."""
        self._body = None

    def body(self) -> bytes:
        """The classic order detail as it stands now."""
        if self._body is None:
            moving = json.dumps(self._moving(), ensure_ascii=False).encode()
            self._body = moving[:-1] + b", " + self.base[1:]
            if self.extra:
                changed = json.loads(self._body) | self.extra
                self._body = json.dumps(changed, ensure_ascii=False).encode()
        return self._body

    def document(self) -> Json:
        """The same as an object of its own."""
        body: Json = json.loads(self.body())
        return body

    def authorize(self, now: datetime) -> None:
        """The payment is in: from now on the platform promises dates."""
        body: Json = json.loads(self.base)
        for entry in body["shippingData"]["logisticsInfo"]:
            days = int(re.sub(r"\D", "", entry["shippingEstimate"]))
            entry["shippingEstimateDate"] = stamp(now + timedelta(days=days))
        self.base = json.dumps(body, ensure_ascii=False).encode()
        self.authorized = now
        self.__dict__.pop("facts", None)

    def _moving(self) -> Json:
        return {
            "status": self.status,
            "workflowIsInError": self.in_error,
            "lastChange": stamp(self.changed),
            "authorizedDate": stamp(self.authorized) if self.authorized else None,
            "invoicedDate": stamp(self.invoiced) if self.invoiced else None,
            "allowCancellation": not self.outputs and self.status not in ("canceled", "cancel"),
            "cancellationData": self.cancellation,
            "cancelReason": self.cancellation["Reason"] if self.cancellation else None,
            "packageAttachment": {"packages": self.packages},
        }

    @property
    def finished(self) -> bool:
        """Whether every sale invoice was delivered (or picked up)."""
        delivered = [(p["courierStatus"] or {}).get("finished", False) for p in self.outputs]
        return bool(delivered) and all(delivered)

    @property
    def outputs(self) -> list[Json]:
        """The sale invoices."""
        return [package for package in self.packages if package["type"] == "Output"]

    def invoiced_total(self, kind: str = "Output") -> int:
        return sum(p["invoiceValue"] for p in self.packages if p["type"] == kind)

    def package(self, number: str) -> Json | None:
        return next((p for p in self.packages if p["invoiceNumber"] == number), None)

    @cached_property
    def facts(self) -> Json:
        """What lists and rules need of the body, read once."""
        body: Json = json.loads(self.base)
        client = body["clientProfileData"]
        payments = [p for t in body["paymentData"]["transactions"] for p in t["payments"]]
        logistics = body["shippingData"]["logisticsInfo"]
        return {
            "client": client,
            "name": f"{client['firstName']} {client['lastName']}",
            "payments": payments,
            "currency": body["storePreferencesData"]["currencyCode"],
            "items": body["items"],
            "channels": sorted({entry["selectedDeliveryChannel"] for entry in logistics}),
            "due": [e["shippingEstimateDate"] for e in logistics if "shippingEstimateDate" in e],
            "sellers": body["sellers"],
            "affiliate": body["affiliateId"],
            "sales_channel": body["salesChannel"],
            "order_form": body["orderFormId"],
            "transactions": [t["transactionId"] for t in body["paymentData"]["transactions"]],
            "marketplace_order": body["marketplaceOrderId"],
            "seller_order": body["sellerOrderId"],
        }

    @property
    def pieces(self) -> int:
        return sum(item["quantity"] for item in self.facts["items"])

    def index_of(self, sku: str) -> int:
        """The line of a SKU; -1 for one the order does not have, which the platform accepts."""
        items = self.facts["items"]
        return next((i for i, item in enumerate(items) if item["id"] == sku), -1)
