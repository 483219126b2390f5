"""VTEX's two dialects: where each call goes and how an invoice is written.

An account speaks one of them: classic (`vtex-orders-api`) or, on the PII data architecture, the other
(`vtex-orders-api-pii`). Same idea, different bodies, hence two serializers. The feed, tracking and notes
are the same calls for both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from desktop.connectors._vtex_body import Group, line_total
from desktop.order import Invoice

_OMS = "/api/oms/pvt/orders/{id}"
_DOCUMENT = "/api/orders/pvt/document/{id}"
LIST = "/api/oms/pvt/orders"
FEED = "/api/orders/feed"
FEED_CONFIG = "/api/orders/feed/config"


@dataclass(frozen=True, slots=True)
class Dialect:
    """Paths with `{id}` (and `{payment}`), and what an invoice's body looks like. `search` is where
    orders are listed by POST; without it the list is asked for by GET."""

    detail: str
    start_handling: str
    invoice: str
    cancel: str
    pay: str
    invoice_body: Callable[[Invoice, Group, str], dict[str, Any]]
    search: str = ""
    detail_query: Mapping[str, str] = field(default_factory=dict)


def classic_invoice(invoice: Invoice, group: Group, xml: str = "") -> dict[str, Any]:
    """Value as a text of hundredths, price of one unit, time with offset (without one the last hours
    of the day move to another date). Tracking stays empty when invoicing. The XML of the invoice is what
    external marketplaces behind VTEX ask for."""
    assert invoice.issued_at is not None
    return {
        "type": "Output",
        "issuanceDate": invoice.issued_at.astimezone().isoformat(timespec="seconds"),
        "invoiceNumber": invoice.number,
        "invoiceValue": str(group.value),
        "invoiceKey": invoice.key or None,
        "invoiceUrl": "",
        "embeddedInvoice": xml or None,
        "trackingNumber": "",
        "trackingUrl": "",
        "items": [
            {"id": item["id"], "price": item["sellingPrice"], "quantity": item["quantity"]}
            for _, item in group.items
        ],
    }


def pii_invoice(invoice: Invoice, group: Group, _xml: str = "") -> dict[str, Any]:
    """Value as a number of hundredths, total price of each line by its index, date only; no XML."""
    assert invoice.issued_at is not None
    return {
        "type": "Output",
        "issuedDate": invoice.issued_at.astimezone().date().isoformat(),
        "invoiceNumber": invoice.number,
        "invoiceValue": group.value,
        "invoiceKey": invoice.key or None,
        "items": [
            {"itemIndex": index, "price": line_total(item), "quantity": item["quantity"]}
            for index, item in group.items
        ],
    }


CLASSIC = Dialect(
    detail=_OMS,
    start_handling=_OMS + "/start-handling",
    invoice=_OMS + "/invoice",
    cancel=_OMS + "/cancel",
    pay=_OMS + "/payments/{payment}/payment-notification",
    invoice_body=classic_invoice,
)
PII = Dialect(
    detail=_DOCUMENT,
    start_handling=_DOCUMENT + "/actions/start-handling",
    invoice=_DOCUMENT + "/invoices",
    cancel=_DOCUMENT + "/cancel",
    pay=_DOCUMENT + "/payment/{payment}/notify-payment",
    invoice_body=pii_invoice,
    search="/api/orders/extendsearch/orders",
    # Without a reason names and addresses come masked, and no label can be made of them.
    detail_query={"reason": "order-fulfillment"},
)
DIALECTS = {"classic": CLASSIC, "pii": PII}


def path(template: str, order_id: str, payment: str = "") -> str:
    """`template` filled in, each part escaped."""
    return template.format(id=quote(order_id, safe=""), payment=quote(payment, safe=""))


def tracking_path(order_id: str, invoice_number: str) -> str:
    return f"{path(_OMS, order_id)}/invoice/{quote(invoice_number, safe='')}"


def note_path(order_id: str) -> str:
    return path(_OMS, order_id) + "/interactions"
