"""The platform's words and the small rules of its workflow: statuses, paths, packages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desktop.sandbox.clock import stamp
from desktop.sandbox.order import Order

Json = dict[str, Any]

STATUSES = (
    "order-created",
    "on-order-completed",
    "on-order-completed-ffm",
    "order-accepted",
    "payment-pending",
    "waiting-for-order-authorization",
    "approve-payment",
    "payment-approved",
    "request-cancel",
    "waiting-for-seller-decision",
    "waiting-for-authorization",
    "waiting-ffmt-authorization",
    "waiting-for-manual-authorization",
    "waiting-for-fulfillment",
    "authorize-fulfillment",
    "window-to-change-payment",
    "window-to-change-seller",
    "window-to-cancel",
    "waiting-for-mkt-authorization",
    "waiting-seller-handling",
    "ready-for-handling",
    "start-handling",
    "handling",
    "ready-for-invoicing",
    "invoice",
    "invoiced",
    "invoice-after-cancellation-deny",
    "replaced",
    "order-create-error",
    "order-creation-error",
    "cancellation-requested",
    "cancel",
    "canceled",
)
TRANSIENT = frozenset({"order-created", "cancel", "start-handling", "invoice"})
CANCELLING = frozenset({"request-cancel", "waiting-for-seller-decision", "cancellation-requested"})
# A number with one of these is taken, and then no tracking call ever finds it (known issue).
_LOST_NUMBER = re.compile(r"[/#\s]")


class Refusal(Exception):
    """The platform says no: HTTP status, error code and message of the answer."""

    def __init__(self, status: int, message: str, code: str = "1") -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


@dataclass(frozen=True)
class Invoice:
    """An invoice as either dialect sends it. ``value`` and line prices are cents; lines are
    ``itemIndex``, ``quantity``, ``price`` (of one unit), ``description``."""

    type: str
    number: str
    issued: str
    value: int
    items: list[Json]
    key: str | None = None
    url: str | None = None
    xml: str = ""
    courier: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    cfop: str | None = None
    volumes: int = 1


def approved_path() -> tuple[str, ...]:
    """Where an order goes by itself once its payment is in."""
    return ("payment-approved", "authorize-fulfillment", "window-to-cancel", "ready-for-handling")


def asking_path(order: Order) -> tuple[str, ...]:
    """Where a wish to cancel leads while the seller may still say no."""
    if order.origin == "Fulfillment":
        return ("cancellation-requested",)
    return ("request-cancel", "waiting-for-seller-decision")


def require(order: Order, status: str) -> None:
    """Refusal 409 OMS003 unless the order stands in ``status``."""
    if order.status != status:
        message = f"Order status should be {status} to perform this action"
        raise Refusal(409, message, "OMS003")


def tracked(order: Order, number: str) -> Json:
    """The package of an invoice number; 404 for an unknown one and for one with odd characters."""
    package = order.package(number)
    if package is None or _LOST_NUMBER.search(number):
        raise Refusal(404, "Invoice not found")
    return package


def package_of(order: Order, invoice: Invoice) -> Json:
    """The package an invoice adds to the order."""
    return {
        "items": [{"unitMultiplier": 1.0} | item for item in invoice.items],
        "courier": invoice.courier,
        "invoiceNumber": invoice.number,
        "invoiceValue": invoice.value,
        "invoiceUrl": invoice.url,
        "issuanceDate": invoice.issued,
        "trackingNumber": invoice.tracking_number,
        "invoiceKey": invoice.key,
        "trackingUrl": invoice.tracking_url,
        "embeddedInvoice": invoice.xml,
        "type": invoice.type,
        "courierStatus": None,
        "cfop": invoice.cfop,
        "restitutions": _restitutions(order, invoice),
        "volumes": invoice.volumes,
        "EnableInferItems": False,
    }


def _restitutions(order: Order, invoice: Invoice) -> Json:
    """A return invoice pays back by itself."""
    if invoice.type == "Output":
        return {}
    ids = [item["id"] for item in order.facts["items"]]
    items = [
        {
            "useFreight": False,
            "isCompensation": False,
            "compensationValue": 0,
            "id": ids[item["itemIndex"]] if item["itemIndex"] in range(len(ids)) else "",
            "quantity": item["quantity"],
            "price": item["price"],
            "description": item["description"] or "",
        }
        for item in invoice.items
    ]
    return {"Refund": {"value": invoice.value, "giftCardData": None, "items": items}}


def cancellation(reason: str, by: str, now: datetime) -> Json:
    """``cancellationData`` of an order detail."""
    return {
        "RequestedByUser": by == "buyer",
        "RequestedBySystem": by == "platform",
        "RequestedBySellerNotification": by in ("api", "other till"),
        "RequestedByPaymentNotification": False,
        "Reason": reason,
        "CancellationDate": stamp(now),
    }
