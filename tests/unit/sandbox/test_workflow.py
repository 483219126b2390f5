"""The sandbox's rules: what an order may become, and what each call asks for."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from desktop.sandbox import Refusal
from desktop.sandbox.workflow import TRANSIENT
from tests.unit.sandbox.client import DOCUMENTS, ORDERS, SENT, Serve


def test_start_handling_once_and_then_409_with_the_platforms_words(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    first = client("POST", f"{ORDERS}/{order_id}/start-handling")
    assert (first.status_code, first.content) == (204, b"")
    again = client("POST", f"{ORDERS}/{order_id}/start-handling")
    assert again.status_code == 409
    error = again.json()["error"]
    assert error["code"] == "OMS003"
    assert error["message"] == "Order status should be ready-for-handling to perform this action"
    assert client.detail(order_id)["status"] == "handling"
    assert len(sandbox.effects(order_id, "start-handling")) == 1


def test_an_order_is_found_by_its_sequence_and_a_stranger_is_404(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    assert client.detail("seq500000")["orderId"] == order_id
    for method, path in (("GET", ""), ("POST", "/start-handling"), ("POST", "/cancel")):
        assert client(method, f"{ORDERS}/none-01{path}", {}).status_code == 404
    assert client("GET", "/api/nowhere").status_code == 404


def test_an_invoice_for_the_whole_value_makes_the_order_invoiced(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    assert client.invoice(order_id).status_code == 409
    client.start(order_id)
    assert set(client.invoice(order_id, invoiceKey="3" * 44).json()) == {
        "date",
        "orderId",
        "receipt",
    }
    order = client.detail(order_id)
    package = order["packageAttachment"]["packages"][0]
    assert order["status"] == "invoiced" and order["invoicedDate"]
    assert package["invoiceNumber"] == "4711" and package["invoiceKey"] == "3" * 44
    assert package["invoiceValue"] == order["value"]
    assert client.invoice(order_id, invoiceNumber="4712").status_code == 409


def test_the_same_invoice_number_again_only_renews_the_receipt(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    client.start(order_id)
    first = client.invoice(order_id).json()["receipt"]
    second = client.invoice(order_id, invoiceValue="1")
    assert second.status_code == 200 and second.json()["receipt"] != first
    assert [
        p["invoiceValue"] for p in client.detail(order_id)["packageAttachment"]["packages"]
    ] == [client.detail(order_id)["value"]]
    assert sandbox.duplicates() == []


def test_a_smaller_invoice_is_partial_and_the_rest_completes_it(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    client.start(order_id)
    value = client.detail(order_id)["value"]
    client.invoice(order_id, invoiceNumber="1", invoiceValue="100")
    assert client.detail(order_id)["status"] == "handling"
    assert client.cancel(order_id).status_code == 400
    client.invoice(order_id, invoiceNumber="2", invoiceValue=str(value - 100))
    assert client.detail(order_id)["status"] == "invoiced"


@pytest.mark.parametrize(
    "changes",
    [
        {"invoiceValue": 4990},
        {"invoiceValue": "49.90"},
        {"type": "Sale"},
        {"issuanceDate": "2026-01-05 11:32"},
        {"issuanceDate": "yesterday"},
        {"invoiceNumber": None},
        {"items": [{"id": "1", "price": "1", "quantity": 1}]},
        {"items": [{"id": "1", "price": 1}]},
        {"items": ["1"]},
        {"courier": None},
    ],
)
def test_a_wrong_invoice_body_is_refused_and_changes_nothing(
    serve: Serve, changes: dict[str, Any]
) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    client.start(order_id)
    assert client.invoice(order_id, **changes).status_code == 400
    assert client.detail(order_id)["packageAttachment"]["packages"] == []


def test_a_return_invoice_needs_an_invoiced_order_and_then_pays_back(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    client.start(order_id)
    assert client.invoice(order_id, type="Input").status_code == 400
    client.invoice(order_id)
    assert client.cancel(order_id).status_code == 400
    assert client.invoice(order_id, type="Input", invoiceNumber="9").status_code == 200
    order = client.detail(order_id)
    refund = order["packageAttachment"]["packages"][1]["restitutions"]["Refund"]
    assert order["status"] == "invoiced" and refund["value"] == order["value"]
    assert client.cancel(order_id).status_code == 200


@pytest.mark.parametrize("number", ["123/1", "12#3", "123 "])
def test_odd_invoice_numbers_are_taken_and_never_found_again(serve: Serve, number: str) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    client.start(order_id)
    assert client.invoice(order_id, invoiceNumber=number).status_code == 200
    quoted = requests.utils.quote(number, safe="")
    assert client.event(order_id, quoted).status_code == 404
    assert client("PATCH", f"{ORDERS}/{order_id}/invoice/{quoted}", SENT).status_code == 404


def test_tracking_and_events_land_on_the_package(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    client.start(order_id)
    assert client.event(order_id).status_code == 404
    client.invoice(order_id)
    assert client("PATCH", f"{ORDERS}/{order_id}/invoice/4711", SENT).status_code == 200
    client.event(order_id)
    package = client.detail(order_id)["packageAttachment"]["packages"][0]
    assert (package["trackingNumber"], package["courier"]) == ("BR1", "PAC")
    assert package["courierStatus"]["data"][0]["description"] == "Saiu"
    assert package["courierStatus"]["finished"] is False
    client.event(order_id, isDelivered=True, deliveredDate="2026-01-07 10:15", events=[])
    package = client.detail(order_id)["packageAttachment"]["packages"][0]
    assert package["courierStatus"]["finished"] is True
    assert package["courierStatus"]["deliveredDate"] == "2026-01-07 10:15"
    assert sandbox.summary()["finished"] == [order_id]


@pytest.mark.parametrize(
    "changes",
    [
        {"isDelivered": "true"},
        {"deliveredDate": "07/01/2026"},
        {"events": [{"city": "X"}]},
        {"events": None},
        {"events": ["x"]},
    ],
)
def test_a_wrong_tracking_body_is_refused(serve: Serve, changes: dict[str, Any]) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    sandbox.move(order_id, "invoiced")
    number = client.detail(order_id)["packageAttachment"]["packages"][0]["invoiceNumber"]
    assert client.event(order_id, number, **changes).status_code == 400
    assert sandbox.effects(order_id, "event") == []


def test_cancel_takes_two_calls_from_ready_for_handling(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    assert client.cancel(order_id).status_code == 200
    assert client.detail(order_id)["status"] == "waiting-for-seller-decision"
    assert client.start(order_id) == 409
    client.cancel(order_id)
    order = client.detail(order_id)
    assert order["status"] == "canceled" and order["cancelReason"] == "Sem estoque"
    assert order["allowCancellation"] is False
    assert client.cancel(order_id).status_code == 400


def test_the_buyer_cancels_freely_only_while_the_window_is_open(serve: Serve) -> None:
    sandbox, client = serve(window_s=1800)
    early, late = sandbox.place(), sandbox.place(marketplace=True)
    assert client.detail(early)["status"] == "window-to-cancel"
    sandbox.buyer_cancels(early)
    order = client.detail(early)
    assert order["status"] == "canceled" and order["cancellationData"]["RequestedByUser"] is True
    assert client.start(late) == 409
    sandbox.advance(1800)
    assert client.detail(late)["status"] == "ready-for-handling"
    sandbox.buyer_cancels(late)
    assert client.detail(late)["status"] == "cancellation-requested"


def test_an_invoice_says_no_to_a_buyers_wish_to_cancel(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place()
    client.start(order_id)
    sandbox.buyer_cancels(order_id)
    client.invoice(order_id)
    assert client.detail(order_id)["status"] == "invoiced"
    with pytest.raises(Refusal):
        sandbox.buyer_cancels(order_id)


def test_nothing_is_legal_in_a_transient_status(serve: Serve) -> None:
    sandbox, client = serve(transient_s=5)
    order_id = sandbox.place()
    sandbox.advance(5)
    assert client.start(order_id) == 204
    assert client.detail(order_id)["status"] in TRANSIENT
    assert client.start(order_id) == 409
    assert client.invoice(order_id).status_code == 409
    assert client.cancel(order_id).status_code == 409
    sandbox.advance(5)
    assert client.detail(order_id)["status"] == "handling"
    client.invoice(order_id)
    sandbox.close_window(order_id)
    assert client.detail(order_id)["status"] == "invoiced"


def test_an_unpaid_order_moves_on_when_the_payment_is_notified(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place(payment="transfer", paid=False)
    order = client.detail(order_id)
    assert order["status"] == "payment-pending" and order["authorizedDate"] is None
    assert "shippingEstimateDate" not in order["shippingData"]["logisticsInfo"][0]
    payment = order["paymentData"]["transactions"][0]["payments"][0]["id"]
    path = f"{ORDERS}/{order_id}/payments/"
    assert client("POST", f"{path}OTHER/payment-notification").status_code == 404
    assert client("POST", f"{path}{payment}/payment-notification").status_code == 200
    assert client("POST", f"{path}{payment}/payment-notification").status_code == 400
    order = client.detail(order_id)
    assert order["status"] == "ready-for-handling" and order["authorizedDate"]
    assert order["shippingData"]["logisticsInfo"][0]["shippingEstimateDate"] > "2026-01-05"
    other = sandbox.place(payment="slip", paid=False)
    sandbox.approve_payment(other)
    assert client.detail(other)["status"] == "ready-for-handling"


def test_the_pii_dialect_takes_a_number_once_and_line_totals(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place(weighed=True)
    path = f"{DOCUMENTS}/{order_id}"
    assert client("POST", f"{path}/actions/start-handling").status_code == 204
    order = client("GET", f"{path}?reason=x").json()
    items = [
        {"itemIndex": n, "price": i["priceDefinition"]["total"], "quantity": i["quantity"]}
        for n, i in enumerate(order["items"])
    ]
    body = {"type": "Output", "issuedDate": "2026-01-05", "invoiceNumber": "5", "items": items}
    assert client("POST", f"{path}/invoices", body | {"invoiceValue": "1"}).status_code == 400
    body["invoiceValue"] = order["value"]
    assert client("POST", f"{path}/invoices", body).status_code == 200
    assert client("POST", f"{path}/invoices", body).status_code == 400
    package = client.detail(order_id)["packageAttachment"]["packages"][0]
    assert [line["price"] for line in package["items"]] == [
        item["sellingPrice"] for item in order["items"]
    ]


def test_the_list_pages_filters_and_stops_at_thirty(serve: Serve) -> None:
    sandbox, client = serve(orders=12)
    handled = sandbox.order_ids("ready-for-handling")[3]
    client.start(handled)
    pages = [client("GET", f"{ORDERS}?per_page=5&page={n}").json() for n in (1, 2, 3)]
    listed = [row["orderId"] for page in pages for row in page["list"]]
    assert sorted(listed) == sorted(sandbox.order_ids())
    assert pages[0]["paging"] == {"total": 12, "pages": 3, "currentPage": 1, "perPage": 5}
    found = client("GET", f"{ORDERS}?f_status=handling,invoiced").json()["list"]
    assert [row["orderId"] for row in found] == [handled]
    name = sandbox.order(handled)["clientProfileData"]["document"]
    assert client("GET", f"{ORDERS}?q={name}").json()["list"][0]["orderId"] == handled
    none = "creationDate:[2020-01-01T00:00:00.000Z TO 2020-01-02T00:00:00.000Z]"
    assert client("GET", f"{ORDERS}?f_creationDate={none}").json()["list"] == []
    assert client("GET", f"{ORDERS}?per_page=500").json()["paging"]["perPage"] == 100
    for wrong in ("page=31", "page=0", "per_page=x", "f_creationDate=today"):
        assert client("GET", f"{ORDERS}?{wrong}").status_code == 400


def test_the_list_may_lag_behind_the_truth(serve: Serve) -> None:
    sandbox, client = serve(index_lag_s=240)
    order_id = sandbox.place()
    sandbox.advance(300)
    client.start(order_id)
    assert client("GET", ORDERS).json()["list"][0]["status"] == "ready-for-handling"
    sandbox.advance(240)
    assert client("GET", ORDERS).json()["list"][0]["status"] == "handling"
