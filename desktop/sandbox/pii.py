"""The dialect of accounts on the PII data architecture: ``vtex-orders-api-pii.json``.

Same state, other bodies: an invoice has ``issuedDate``, a whole-number value and lines by index with
their *total* price, and its number may be used once only. Personal data is masked unless the
reader gives a ``reason``.
"""

from __future__ import annotations

from typing import Any

from desktop.sandbox.classic import moment, receipt
from desktop.sandbox.clock import stamp
from desktop.sandbox.http import Answer, Call, answer, take
from desktop.sandbox.listing import Wanted, page_of
from desktop.sandbox.oms import Oms
from desktop.sandbox.order import Order
from desktop.sandbox.workflow import Invoice, Refusal

Json = dict[str, Any]
_PERSONAL = frozenset(
    {
        "firstName",
        "lastName",
        "document",
        "phone",
        "corporateName",
        "corporateDocument",
        "corporatePhone",
        "tradeName",
        "receiverName",
        "street",
        "number",
        "complement",
        "reference",
        "email",
        "clientName",
        "clientEmail",
        "clientDocument",
        "clientCorporateName",
        "clientCorporateDocument",
    }
)


def detail(oms: Oms, call: Call, order_id: str) -> Answer:
    order = oms.find(order_id)
    if order.raw is not None:
        return Answer(200, order.raw)
    hidden = not call.query.get("reason")
    with oms.lock:
        body = _document(order, hidden)
    return answer(body)


def _document(order: Order, hidden: bool) -> Json:
    body = {name: value for name, value in order.document().items() if value is not None}
    body["items"] = [_item(item) for item in body["items"]]
    body["shippingData"] = _shipping(body["shippingData"], body["items"])
    body["packageAttachment"] = {"packages": [_package(p) for p in order.packages]}
    if hidden:
        for part in ("clientProfileData", "shippingData"):
            body[part] = _masked(body[part])
    return body | {
        "id": order.id,
        "emailTracked": body["followUpEmail"],
        "state": order.status or "",
        "status": order.status or "",
        "piiHidden": hidden,
        "salesChannelData": {"id": body["salesChannel"], "name": "Loja", "isActive": True},
        "workflowData": _workflow(order),
        "timeZoneCreationDate": body["creationDate"],
        "timeZoneLastChange": body["lastChange"],
        "cancellationRequests": None,
    }


def _item(item: Json) -> Json:
    names = {str(one["id"]): one["name"] for one in item["additionalInfo"]["categories"]}
    return item | {"productCategories": names}


def _shipping(shipping: Json, items: list[Json]) -> Json:
    logistics = []
    for entry, item in zip(shipping["logisticsInfo"], items, strict=True):
        store = entry["slas"][0]["pickupStoreInfo"]
        logistics.append(entry | {"itemId": item["id"], "pickupStoreInfo": store})
    return shipping | {
        "logisticsInfo": logistics,
        "availableAddresses": shipping["selectedAddresses"],
    }


def _package(package: Json) -> Json:
    texts = ("courier", "invoiceUrl", "trackingNumber", "invoiceKey", "trackingUrl")
    refund = package["restitutions"].get("Refund")
    return (
        package
        | {name: package[name] or "" for name in texts}
        | {
            "items": [
                item | {"description": item["description"] or ""} for item in package["items"]
            ],
            "restitutions": {"refund": refund} if refund else None,
        }
    )


def _masked(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, name) for inner in value]
    if name in _PERSONAL and isinstance(value, str) and value:
        return value[0] + "*" * (len(value) - 1)
    return value


def _workflow(order: Order) -> Json:
    steps = [{"stepName": status or "", "date": stamp(at)} for at, status in order.history]
    instance = {
        "id": order.sequence,
        "name": order.origin,
        "currentStepName": order.status or "",
        "currentStepDescription": None,
        "lastChange": stamp(order.changed),
        "isInError": order.in_error,
        "isInAutomaticRetry": False,
        "creationDate": stamp(order.created),
        "owner": None,
        "version": None,
        "timeLine": [step | {"parentStepName": step["stepName"]} for step in steps],
        "logicTimeLine": steps,
        "steps": [],
        "currentLogicalStep": order.status or "",
    }
    return {"instances": [instance], "mainFlowIndex": 0}


def search(oms: Oms, call: Call) -> Answer:
    body = call.json() if call.body else {}
    wanted = Wanted.of({name: str(value) for name, value in body.items()})
    rows, paging, _ = page_of(oms, wanted)
    return answer(
        {
            "list": [_masked(_row(order, status)) for order, status in rows],
            "facets": [],
            "paging": paging,
            "stats": None,
            "reportRecordsLimit": 0,
        }
    )


def _row(order: Order, status: str | None) -> Json:
    facts = order.facts
    client, due = facts["client"], sorted(facts["due"])
    row = {
        "paymentNames": ", ".join(p["paymentSystemName"] for p in facts["payments"]),
        "orderId": order.id,
        "orderGroup": order.id.rpartition("-")[0],
        "sequence": order.sequence,
        "clientEmail": client["email"],
        "clientDocument": client["document"],
        "clientCorporateDocument": client["corporateDocument"],
        "clientCorporateName": client["corporateName"],
        "clientName": facts["name"],
        "totalValue": order.value,
        "origin": order.origin,
        "status": status or "",
        "currencyCode": facts["currency"],
        "sellerNames": [seller["name"] for seller in facts["sellers"]],
        "sellerIds": [seller["id"] for seller in facts["sellers"]],
        "sellerOrderId": facts["seller_order"],
        "totalItems": order.pieces,
        "transactionIds": facts["transactions"],
        "paymentIds": [p["id"] for p in facts["payments"]],
        "isInstore": False,
        "deliveryChannel": facts["channels"],
        "productIds": [item["productId"] for item in facts["items"]],
        "hostname": "balcao",
        "creationDate": stamp(order.created),
        "invoicedDate": stamp(order.invoiced) if order.invoiced else None,
        "orderIsComplete": True,
        "invoicesOutput": [package["invoiceNumber"] for package in order.outputs] or None,
        "invoicesInput": None,
        "workflowInErrorState": order.in_error,
        "workflowInRetry": False,
        "lastChange": stamp(order.changed),
        "isAllDelivered": order.finished,
        "orderFormId": facts["order_form"],
        "productNames": [item["name"] for item in facts["items"]],
    }
    if order.authorized:
        row["authorizedDate"] = stamp(order.authorized)
    if due:
        row |= {"shippingEstimatedDateMax": due[-1], "shippingEstimatedDateMin": due[0]}
    return row


def invoice(oms: Oms, call: Call, order_id: str) -> Answer:
    body = call.json()
    kind = take(body, "type", str)
    if kind not in ("Output", "Input"):
        raise Refusal(400, "type is Output or Input")
    parsed = Invoice(
        type=kind,
        number=take(body, "invoiceNumber", str),
        issued=moment(take(body, "issuedDate", str), "issuedDate"),
        value=take(body, "invoiceValue", int),
        items=[_line(item) for item in take(body, "items", list)],
        key=take(body, "invoiceKey", str, None, default=None),
        url=take(body, "invoiceUrl", str, None, default=None),
        courier=take(body, "courier", str, None, default=None),
        tracking_number=take(body, "trackingNumber", str, None, default=None),
        tracking_url=take(body, "trackingUrl", str, None, default=None),
        cfop=take(body, "cfop", str, default=None),
        volumes=take(body, "volumes", int, default=1),
    )
    return receipt(oms, order_id, oms.invoice(order_id, parsed, again=False))


def _line(item: object) -> Json:
    quantity = take(item, "quantity", int)
    return {
        "itemIndex": take(item, "itemIndex", int),
        "quantity": quantity,
        # This dialect sends a line's total, the platform keeps the price of one.
        "price": take(item, "price", int) // max(quantity, 1),
        "description": None,
    }
