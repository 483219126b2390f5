"""The classic dialect: ``/api/oms/pvt/orders`` and the feed, as ``vtex-orders-api.json`` has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desktop.sandbox.clock import stamp
from desktop.sandbox.feed import FeedConflict
from desktop.sandbox.http import JSON_UTF8, Answer, Call, answer, take, whole_number
from desktop.sandbox.listing import Wanted, page_of, stats
from desktop.sandbox.oms import Oms
from desktop.sandbox.order import Order
from desktop.sandbox.workflow import Invoice, Refusal

Json = dict[str, Any]


def receipt(oms: Oms, order_id: str, number: str, content_type: str = "application/json") -> Answer:
    """``{date, orderId, receipt}``, the platform's yes to most calls."""
    body = {"date": stamp(oms.clock.now()), "orderId": order_id, "receipt": number}
    return answer(body, content_type=content_type)


# ---- reading


def detail(oms: Oms, call: Call, order_id: str) -> Answer:
    order = oms.find(order_id)
    with oms.lock:
        return Answer(200, order.body() if order.raw is None else order.raw)


def list_orders(oms: Oms, call: Call) -> Answer:
    wanted = Wanted.of(call.query)
    rows, paging, found = page_of(oms, wanted)
    body = {
        "list": [_row(order, status) for order, status in rows],
        "facets": [],
        "paging": paging,
        "stats": {"stats": stats(found)},
        "reportRecordsLimit": 0,
    }
    return answer(body, content_type=JSON_UTF8)


def _row(order: Order, status: str | None) -> Json:
    facts = order.facts
    due = min(facts["due"], default=None)
    return {
        "orderId": order.id,
        "creationDate": stamp(order.created),
        "clientName": facts["name"],
        "items": None,
        "totalValue": order.value,
        "paymentNames": ", ".join(p["paymentSystemName"] for p in facts["payments"]),
        "status": status or "",
        "statusDescription": status or "",
        "marketPlaceOrderId": facts["marketplace_order"] or None,
        "sequence": order.sequence,
        "salesChannel": facts["sales_channel"],
        "affiliateId": facts["affiliate"],
        "origin": order.origin,
        "workflowInErrorState": order.in_error,
        "workflowInRetry": False,
        "lastMessageUnread": None,
        "ShippingEstimatedDate": due,
        "ShippingEstimatedDateMax": max(facts["due"], default=None),
        "ShippingEstimatedDateMin": due,
        "orderIsComplete": True,
        "listId": None,
        "listType": None,
        "authorizedDate": stamp(order.authorized) if order.authorized else None,
        "callCenterOperatorName": None,
        "totalItems": order.pieces,
        "currencyCode": facts["currency"],
    }


# ---- the feed


def read_feed(oms: Oms, call: Call) -> Answer:
    most = whole_number(call.query.get("maxlot"), "maxlot", 1, 0)
    items = oms.read_feed(most)
    if items is None:
        raise Refusal(404, "Feed configuration not found")
    return answer(items)


def commit_feed(oms: Oms, call: Call) -> Answer:
    handles = take(call.json(), "handles", list)
    if not handles or not all(isinstance(handle, str) for handle in handles):
        raise Refusal(400, "The handles field must be a list of texts")
    with oms.lock:
        if not oms.feed.exists:
            raise Refusal(404, "Feed configuration not found")
        oms.feed.commit(handles)
    return Answer()


def feed_config(oms: Oms, call: Call) -> Answer:
    with oms.lock:
        config = oms.feed.config
    if config is None:
        raise Refusal(404, "Feed configuration not found")
    return answer(config)


def configure_feed(oms: Oms, call: Call) -> Answer:
    body = call.json()
    rule, queue = take(body, "filter", dict), take(body, "queue", dict)
    take(rule, "type", str)
    take(rule, "status", list, default=None)
    take(rule, "expression", str, default=None)
    take(queue, "visibilityTimeoutInSeconds", int)
    take(queue, "MessageRetentionPeriodInSeconds", int)
    try:
        with oms.lock:
            oms.feed.configure(body)
    except FeedConflict:
        raise Refusal(409, "A feed is filtered by status or by an expression") from None
    except ValueError as error:
        raise Refusal(400, f"Invalid feed configuration: {error}") from None
    return Answer()


def remove_feed(oms: Oms, call: Call) -> Answer:
    with oms.lock:
        oms.feed.remove()
    return Answer()


# ---- writing


def start_handling(oms: Oms, call: Call, order_id: str) -> Answer:
    oms.start_handling(order_id)
    return Answer(204)


def invoice(oms: Oms, call: Call, order_id: str) -> Answer:
    body = call.json()
    kind = take(body, "type", str)
    value = take(body, "invoiceValue", str)
    if kind not in ("Output", "Input") or not value.isdecimal():
        raise Refusal(400, "type is Output or Input, invoiceValue is a text of digits (cents)")
    order = oms.find(order_id)
    parsed = Invoice(
        type=kind,
        number=take(body, "invoiceNumber", str),
        issued=moment(take(body, "issuanceDate", str), "issuanceDate"),
        value=int(value),
        items=[_line(order, item) for item in take(body, "items", list)],
        key=take(body, "invoiceKey", str, None, default=None),
        url=take(body, "invoiceUrl", str, None, default=None),
        xml=take(body, "embeddedInvoice", str, None, default=None) or "",
        courier=take(body, "courier", str, default=None),
        tracking_number=take(body, "trackingNumber", str, None, default=None),
        tracking_url=take(body, "trackingUrl", str, None, default=None),
    )
    return receipt(oms, order.id, oms.invoice(order.id, parsed))


def _line(order: Order, item: object) -> Json:
    return {
        "itemIndex": order.index_of(take(item, "id", str)),
        "quantity": take(item, "quantity", int),
        "price": take(item, "price", int),
        "description": take(item, "description", str, default=None),
    }


def track(oms: Oms, call: Call, order_id: str, number: str) -> Answer:
    body = call.json()
    take(body, "dispatchedDate", str, None)
    values = {
        "trackingNumber": take(body, "trackingNumber", str),
        "trackingUrl": take(body, "trackingUrl", str, None),
        "courier": take(body, "courier", str, None),
    }
    return receipt(oms, order_id, oms.track(order_id, number, values))


def event(oms: Oms, call: Call, order_id: str, number: str) -> Answer:
    body = call.json()
    delivered = take(body, "isDelivered", bool)
    when = take(body, "deliveredDate", str, None)
    if when:
        moment(when.replace(" ", "T"), "deliveredDate")
    events = take(body, "events", list)
    for one in events:
        for name in ("city", "state", "description", "date"):
            take(one, name, str)
    done = oms.event(order_id, number, events, delivered, when)
    return receipt(oms, order_id, done, JSON_UTF8)


def cancel(oms: Oms, call: Call, order_id: str) -> Answer:
    reason = take(call.json(), "reason", str, default="") if call.body else ""
    return receipt(oms, order_id, oms.cancel(order_id, reason))


def note(oms: Oms, call: Call, order_id: str) -> Answer:
    body = call.json()
    oms.note(order_id, take(body, "source", str), take(body, "message", str))
    return Answer()


def notify_payment(oms: Oms, call: Call, order_id: str, payment_id: str) -> Answer:
    oms.notify_payment(order_id, payment_id)
    return Answer()


def moment(text: str, name: str) -> str:
    """The text, if it is a date with or without time in the form VTEX asks for (no spaces)."""
    try:
        if " " in text:
            raise ValueError(text)
        datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(400, f"The {name} field is not a date") from None
    return text
