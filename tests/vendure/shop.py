"""The two other sides of a running shop: buyers at its front, its owner at the back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

OWNER, OWNER_PASSWORD = "dono", "dono-da-loja"
COFFEE, SUGAR, BREAD, RARE = "1", "2", "3", "4"
CORREIOS, PICKUP = "1", "2"
GOODS = ((COFFEE, 2), (SUGAR, 1))
_ERROR = "... on ErrorResult { errorCode message }"


class Graph:
    """Calls to one of the server's APIs, with the session that it gives."""

    def __init__(self, url: str, api: str) -> None:
        self._host = urlsplit(url).netloc
        self._path = f"/{api}"
        self.token = ""

    def __call__(self, question: str, **variables: Any) -> Any:
        """The data, of a single field its value. Fails on anything that is no success."""
        data = self._answer(question, variables)
        assert "errors" not in data, data["errors"]
        (value,) = data["data"].values()
        assert not (isinstance(value, dict) and value.get("errorCode")), value
        return value

    def _answer(self, question: str, variables: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps({"query": question, "variables": variables})
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer: dict[str, Any] = json.loads(self._post(body, headers))
        return answer

    def _post(self, body: str, headers: dict[str, str]) -> bytes:
        connection = HTTPConnection(self._host, timeout=30)
        try:
            connection.request("POST", self._path, body.encode(), headers)
            response = connection.getresponse()
            body = response.read()
            assert response.status in {200, 400}, (
                body
            )  # 400 is a question that it does not understand
            self.token = response.headers.get("vendure-auth-token") or self.token
            return body
        finally:
            connection.close()


@dataclass(frozen=True)
class Placed:
    """An order as its buyer knows it."""

    id: str
    code: str
    state: str


class Cart:
    """One buyer's way through the shop."""

    def __init__(self, url: str, goods: Iterable[tuple[str, int]] = GOODS) -> None:
        self._ask = Graph(url, "shop-api")
        for variant, quantity in goods:
            self._ask(
                "mutation ($v: ID!, $q: Int!) { addItemToOrder(productVariantId: $v, quantity: $q) {"
                f" __typename {_ERROR} }} }}",
                v=variant, q=quantity,
            )  # fmt: skip

    def address(self, shipping: str = CORREIOS, document: str = "12345678909") -> None:
        self._ask(
            'mutation { setCustomerForOrder(input: {firstName: "João", lastName: "Conceição",'
            ' emailAddress: "joao@example.com", phoneNumber: "+55 11 98765-4321"})'
            f" {{ __typename {_ERROR} }} }}"
        )
        self._ask(
            'mutation { setOrderShippingAddress(input: {fullName: "João Conceição",'
            ' streetLine1: "Rua das Flores, 10", streetLine2: "Apto 3", city: "São Paulo",'
            ' province: "SP", postalCode: "01310-100", countryCode: "BR"})'
            f" {{ __typename {_ERROR} }} }}"
        )
        self._ask(
            "mutation ($id: [ID!]!) { setOrderShippingMethod(shippingMethodId: $id)"
            f" {{ __typename {_ERROR} }} }}",
            id=[shipping],
        )
        self._ask(
            "mutation ($d: String!) { setOrderCustomFields(input: {customFields: {document: $d}})"
            f" {{ __typename {_ERROR} }} }}",
            d=document,
        )

    def check_out(self) -> Placed:
        """To the last page, where the payment is chosen; the order is still a cart."""
        return Placed(**self._ask(
            'mutation { transitionOrderToState(state: "ArrangingPayment")'
            f" {{ ... on Order {{ id code state }} {_ERROR} }} }}"
        ))  # fmt: skip

    def pay(self, method: str = "pix", **metadata: Any) -> Placed:
        return Placed(**self._ask(
            "mutation ($m: String!, $d: JSON!) { addPaymentToOrder(input: {method: $m, metadata: $d})"
            f" {{ ... on Order {{ id code state }} {_ERROR} }} }}",
            m=method, d=metadata,
        ))  # fmt: skip


def place(
    url: str,
    method: str = "pix",
    shipping: str = CORREIOS,
    goods: Iterable[tuple[str, int]] = GOODS,
    **metadata: Any,
) -> Placed:
    """A buyer fills a cart, gives an address and pays."""
    cart = Cart(url, goods)
    cart.address(shipping)
    cart.check_out()
    return cart.pay(method, **metadata)


class Owner:
    """The shop's own people at its admin API, beside Balcão."""

    def __init__(self, url: str) -> None:
        self.ask = Graph(url, "admin-api")
        self.ask(
            "mutation ($u: String!, $p: String!) { login(username: $u, password: $p)"
            f" {{ __typename {_ERROR} }} }}",
            u=OWNER, p=OWNER_PASSWORD,
        )  # fmt: skip

    def order(self, order_id: str) -> dict[str, Any]:
        """What the shop itself shows of an order."""
        found: dict[str, Any] = self.ask(
            "query ($id: ID!) { order(id: $id) { id code state totalWithTax customFields {"
            " invoiceNumber invoiceKey } payments { id state refunds { total state reason } }"
            " lines { id quantity } fulfillments { id state method trackingCode lines { quantity } }"
            ' history(options: {filter: {type: {in: ["ORDER_NOTE", "ORDER_FULFILLMENT",'
            ' "ORDER_CANCELLATION", "ORDER_PAYMENT_TRANSITION"]}}}) { items { type data isPublic } } } }',
            id=order_id,
        )
        return found

    def live(self, order_id: str) -> list[dict[str, Any]]:
        """The order's fulfilments that are not cancelled."""
        return [f for f in self.order(order_id)["fulfillments"] if f["state"] != "Cancelled"]

    def events(self, order_id: str, kind: str) -> list[dict[str, Any]]:
        """Data of the timeline's entries of a kind, oldest first."""
        items = self.order(order_id)["history"]["items"]
        return [item["data"] for item in items if item["type"] == kind]

    def fulfil(
        self, order_id: str, *, method: str = "PAC", code: str = "", most: int = 1000
    ) -> str:
        """Makes a fulfilment of all lines, or of `most` pieces of each; its id."""
        lines = self.order(order_id)["lines"]
        asked = {
            "lines": [
                {"orderLineId": line["id"], "quantity": min(most, line["quantity"])} for line in lines
            ],
            "handler": {"code": "manual-fulfillment", "arguments": [
                {"name": "method", "value": method}, {"name": "trackingCode", "value": code},
            ]},
        }  # fmt: skip
        made: str = self.ask(
            "mutation ($i: FulfillOrderInput!) { addFulfillmentToOrder(input: $i)"
            f" {{ ... on Fulfillment {{ id }} {_ERROR} }} }}",
            i=asked,
        )["id"]
        return made

    def move_fulfilment(self, fulfilment: str, state: str) -> None:
        self.ask(
            "mutation ($id: ID!, $s: String!) { transitionFulfillmentToState(id: $id, state: $s)"
            f" {{ ... on Fulfillment {{ state }} {_ERROR} }} }}",
            id=fulfilment, s=state,
        )  # fmt: skip

    def move_order(self, order_id: str, state: str) -> None:
        self.ask(
            "mutation ($id: ID!, $s: String!) { transitionOrderToState(id: $id, state: $s)"
            f" {{ ... on Order {{ state }} {_ERROR} }} }}",
            id=order_id, s=state,
        )  # fmt: skip

    def cancel(self, order_id: str, reason: str = "Sem estoque") -> None:
        self.ask(
            "mutation ($i: CancelOrderInput!) { cancelOrder(input: $i)"
            f" {{ ... on Order {{ state }} {_ERROR} }} }}",
            i={"orderId": order_id, "reason": reason, "cancelShipping": True},
        )  # fmt: skip

    def settle(self, order_id: str) -> None:
        for payment in self.order(order_id)["payments"]:
            self.ask(
                f"mutation ($id: ID!) {{ settlePayment(id: $id) {{ ... on Payment {{ state }} {_ERROR} }} }}",
                id=payment["id"],
            )

    def draft(self) -> str:
        """An order that somebody in the shop has begun; its id."""
        made: str = self.ask("mutation { createDraftOrder { id } }")["id"]
        return made

    def stock(self, variant: str, on_hand: int) -> None:
        self.ask(
            "mutation ($i: [UpdateProductVariantInput!]!) { updateProductVariants(input: $i) { id } }",
            i=[{"id": variant, "stockOnHand": on_hand}],
        )
