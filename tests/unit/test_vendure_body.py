"""An order of Vendure becomes ours, or one sentence that says why not; never anything between."""

from __future__ import annotations

import copy
import json
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desktop.connectors._vendure_body import MAX_LINES, Document, read
from desktop.connectors._vendure_words import OPEN_STATES, WORDS, Shop, alpha_3, shop
from desktop.connectors.http import parse_json
from desktop.errors import UserError
from desktop.order import CancelState, Kind, PaymentKind

Json = dict[str, Any]
SHOP = shop(
    "retirada, loja-2", "dinheiro", "deposito", "ReadyForPickup",
    {"invoice_number": "nf", "invoice_key": "chave", "document": "cpf", "ean": "ean", "weight": "peso"},
)  # fmt: skip


def line(number: int, quantity: int = 1, price: int = 1000, **more: Any) -> Json:
    plain = {
        "id": str(number), "quantity": quantity, "orderPlacedQuantity": quantity,
        "unitPriceWithTax": price, "discountedUnitPriceWithTax": price,
        "proratedLinePriceWithTax": price * quantity,
        "productVariant": {"sku": f"S{number}", "name": f"Café {number}",
                           "customFields": {"ean": "789", "peso": 500}},
    }  # fmt: skip
    return plain | more


def payment(state: str = "Settled", method: str = "pix", amount: int = 3590, **more: Any) -> Json:
    plain = {"id": "9", "method": method, "amount": amount, "state": state,
             "createdAt": "2026-11-24T10:28:31.000Z", "refunds": []}  # fmt: skip
    return plain | more


def shipment(state: str, *lines: tuple[int, int], **more: Any) -> Json:
    held = [{"orderLineId": str(number), "quantity": quantity} for number, quantity in lines]
    plain = {"id": "5", "state": state, "method": "PAC", "trackingCode": "",
             "updatedAt": "2026-11-24T12:00:00.000Z", "nextStates": ["Shipped"], "lines": held}  # fmt: skip
    return plain | more


def body(**more: Any) -> Json:
    plain: Json = {
        "id": "12", "code": "V166PND1KM42KP1E", "state": "PaymentSettled", "currencyCode": "BRL",
        "orderPlacedAt": "2026-11-24T10:28:31.214Z", "totalWithTax": 3590,
        "channels": [{"code": "__default_channel__"}, {"code": "magalu"}],
        "customer": {"firstName": "João", "lastName": "Conceição", "emailAddress": "j@example.com",
                     "phoneNumber": ""},
        "shippingAddress": {
            "fullName": "Maria  Sá", "company": "ACME", "streetLine1": "Rua A, 1", "streetLine2": None,
            "city": "São Paulo", "province": "SP", "postalCode": "01310-100", "countryCode": "BR",
            "phoneNumber": "11 3333"},
        "lines": [line(1, 2), line(2)],
        "shippingLines": [{"shippingMethod": {"code": "correios", "name": "Correios",
                                              "fulfillmentHandlerCode": "manual-fulfillment"}}],
        "payments": [payment()],
        "fulfillments": [],
        "history": {"items": []},
        "customFields": {"nf": None, "chave": None, "cpf": "12345678909"},
    }  # fmt: skip
    return plain | more


def parsed(source: Any, shop: Shop = SHOP, precision: int = 2) -> Document:
    return read(parse_json(json.dumps(source).encode()), "loja", shop, precision)


def word(**more: Any) -> str:
    return parsed(body(**more)).remote.word


BOTH = ((1, 2), (2, 1))
PICKUP: Json = {"shippingLines": [{"shippingMethod": {"code": "retirada", "name": "Retirada"}}]}


# ---- what is read


def test_a_plain_order() -> None:
    facts = parsed(body()).remote.facts
    assert (facts.connection, facts.remote_id, facts.number) == ("loja", "12", "V166PND1KM42KP1E")
    assert (facts.kind, facts.currency, facts.total) == (Kind.DELIVERY, "BRL", 3590)
    assert facts.placed_at == datetime(2026, 11, 24, 10, 28, 31, 214000, UTC)
    assert [(one.sku, one.quantity, one.unit_price, one.total) for one in facts.lines] == [
        ("S1", Decimal(2), 1000, 2000), ("S2", Decimal(1), 1000, 1000),
    ]  # fmt: skip
    assert facts.weight_g == 1500 and facts.lines[0].ean == "789"
    assert (facts.buyer.name, facts.buyer.document, facts.buyer.phone) == (
        "João Conceição", "12345678909", "11 3333",
    )  # fmt: skip
    assert (facts.address.receiver, facts.address.street) == ("Maria Sá, ACME", "Rua A, 1")
    assert (facts.address.country, facts.channel) == ("BRA", "magalu")
    assert facts.invoice is None and facts.packages == ()


def test_a_buyer_without_an_account() -> None:
    facts = parsed(body(customer=None)).remote.facts
    assert (facts.buyer.name, facts.buyer.phone) == ("Maria Sá", "11 3333")


def test_names_that_the_shop_does_not_have_are_not_asked_for() -> None:
    facts = parsed(body(), Shop()).remote.facts
    assert (facts.buyer.document, facts.lines[0].ean, facts.weight_g) == ("", "", 0)


def test_a_pickup_bears_the_place_and_not_the_buyers_address() -> None:
    facts = parsed(body(**PICKUP)).remote.facts
    assert (facts.kind, facts.address.receiver, facts.address.street) == (
        Kind.PICKUP, "Retirada", "",
    )  # fmt: skip
    mixed = PICKUP["shippingLines"] + body()["shippingLines"]
    assert parsed(body(shippingLines=mixed)).remote.facts.kind is Kind.DELIVERY
    assert parsed(body(shippingLines=[])).remote.facts.kind is Kind.DELIVERY


@pytest.mark.parametrize(
    ("currency", "precision", "total"),
    [("BRL", 2, 3590), ("BRL", 3, 359), ("CLP", 2, 36), ("CLP", 0, 3590), ("BRL", 0, 359000)],
)
def test_amounts_have_the_decimals_of_the_server_and_not_of_the_currency(
    currency: str, precision: int, total: int
) -> None:
    source = body(currencyCode=currency)
    facts = parsed(source, precision=precision).remote.facts
    assert (facts.total, facts.payment.amount) == (total, total)


@pytest.mark.parametrize(
    ("payments", "kind", "settled"),
    [
        ([payment()], PaymentKind.ONLINE, True),
        ([payment("Authorized")], PaymentKind.ONLINE, True),
        ([payment("Authorized", "deposito")], PaymentKind.TRANSFER, False),
        ([payment("Settled", "deposito")], PaymentKind.TRANSFER, True),
        ([payment("Authorized", "dinheiro")], PaymentKind.ON_DELIVERY, False),
        ([payment("Declined")], PaymentKind.ONLINE, False),
        ([payment("Declined"), payment()], PaymentKind.ONLINE, True),
        ([payment(amount=3589)], PaymentKind.ONLINE, False),
        ([payment(amount=3000), payment("Authorized", "dinheiro", 590)], PaymentKind.ON_DELIVERY, False),
        ([], PaymentKind.ONLINE, False),
        (None, PaymentKind.ONLINE, False),
    ],
)  # fmt: skip
def test_ways_to_pay(payments: Any, kind: PaymentKind, settled: bool) -> None:
    found = parsed(body(payments=payments)).remote.facts.payment
    assert (found.kind, found.is_settled) == (kind, settled)


def test_a_cancelled_order_keeps_what_was_bought() -> None:
    gone = [one | {"quantity": 0, "proratedLinePriceWithTax": 0} for one in body()["lines"]]
    entry = {"type": "ORDER_CANCELLATION", "data": {"reason": "Sem  estoque"}}
    remote = parsed(
        body(state="Cancelled", lines=gone, totalWithTax=0, history={"items": [entry]})
    ).remote
    assert (remote.cancel, remote.cancel_reason) == (CancelState.CANCELLED, "Sem estoque")
    facts = remote.facts
    assert facts.total == 3590
    assert [(one.quantity, one.total) for one in facts.lines] == [(2, 2000), (1, 1000)]


def test_a_line_that_was_cancelled_alone_is_left_out() -> None:
    lines = [line(1, 2), line(2) | {"quantity": 0}]
    assert [one.remote_id for one in parsed(body(lines=lines)).remote.facts.lines] == ["1"]


# ---- how far it is


@pytest.mark.parametrize("state", ["PaymentSettled", "PaymentAuthorized"])
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ""),
        ({"fulfillments": [shipment("Pending", *BOTH)]}, "Pending"),
        ({"fulfillments": [shipment("Pending", (1, 2))]}, ""),
        ({"fulfillments": [shipment("Cancelled", *BOTH)]}, ""),
        ({"fulfillments": [shipment("ReadyForPickup", *BOTH)]}, "ReadyForPickup"),
        ({"fulfillments": [shipment("Shipped", *BOTH)]}, "Shipped"),
        ({"fulfillments": [shipment("Shipped", (1, 2))]}, "PartiallyShipped"),
        ({"fulfillments": [shipment("Shipped", (1, 2)), shipment("Shipped", (2, 1))]}, "Shipped"),
        ({"fulfillments": [shipment("Shipped", (1, 2)), shipment("Pending", (2, 1))]}, "PartiallyShipped"),
        ({"fulfillments": [shipment("Delivered", (1, 2)), shipment("Shipped", (2, 1))]},
         "PartiallyDelivered"),
        ({"fulfillments": [shipment("Delivered", (1, 2)), shipment("Pending", (2, 1))]}, "PartiallyShipped"),
        ({"fulfillments": [shipment("Delivered", *BOTH)]}, "Delivered"),
        ({"fulfillments": [shipment("Delivered", *BOTH)], **PICKUP}, "Delivered+pickup"),
        ({"fulfillments": [shipment("Pending", (1, 2)), shipment("ReadyForPickup", (2, 1))]}, "Pending"),
        ({"fulfillments": [shipment("AtTheDock", *BOTH)]}, "AtTheDock"),
        ({"customFields": {"nf": "77"}}, "Invoiced"),
        ({"customFields": {"nf": "77"}, "fulfillments": [shipment("Pending", *BOTH)]}, "Pending"),
    ],
)  # fmt: skip
def test_while_it_says_only_how_it_is_paid_the_fulfilments_say_the_rest(
    state: str, more: Json, expected: str
) -> None:
    assert word(state=state, **more) == (expected or state)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"state": "PaymentAuthorized", "payments": [payment("Authorized", "deposito")]},
         "PaymentAuthorized+unpaid"),
        ({"state": "PaymentAuthorized", "payments": [payment("Authorized", "dinheiro")]},
         "PaymentAuthorized"),
        ({"state": "Shipped", "customFields": {"nf": "7"}}, "Shipped"),
        ({"state": "Delivered", **PICKUP}, "Delivered+pickup"),
        ({"state": "PartiallyDelivered", "fulfillments": [shipment("Delivered", (1, 2))]},
         "PartiallyShipped"),
        ({"fulfillments": [shipment("Pending", *BOTH)], **PICKUP}, "ReadyForPickup"),
        ({"fulfillments": [shipment("Pending", *BOTH, nextStates=["ReadyForPickup"])], **PICKUP}, "Pending"),
        ({"state": "Modifying"}, "Modifying"),
        ({"state": "Picking"}, "Picking"),
        ({"payments": [payment(refunds=[{"id": "1", "total": 3590, "state": "Settled", "reason": ""}])]},
         "Refunded"),
        ({"payments": [payment(refunds=[{"id": "1", "total": 3590, "state": "Pending", "reason": ""}])]},
         "PaymentSettled"),
        ({"payments": [payment(refunds=[{"id": "1", "total": 3589, "state": "Settled", "reason": ""}])]},
         "PaymentSettled"),
    ],
)  # fmt: skip
def test_words(more: Json, expected: str) -> None:
    assert word(**more) == expected


def test_a_note_stands_for_an_invoice_where_there_is_no_field_for_it() -> None:
    notes = [{"type": "ORDER_NOTE", "data": {"note": f"Nota {n} [invoice {n}]"}} for n in (7, 55)]
    source = body(history={"items": notes})
    remote = parsed(source, Shop()).remote
    assert remote.word == "Invoiced" and remote.facts.invoice is not None
    assert remote.facts.invoice.number == "55"
    assert parsed(source).remote.facts.invoice is None  # this shop has a field, and it is empty


def test_the_words_are_those_of_the_mapping() -> None:
    known = {one.word for one in WORDS}
    assert len(known) == len(WORDS)
    assert set(OPEN_STATES) <= known


def test_the_platforms_own_words_are_kept() -> None:
    held = [shipment("ReadyForPickup", *BOTH)]
    assert parsed(body(fulfillments=held)).remote.verbatim == "PaymentSettled (ReadyForPickup)"
    assert parsed(body(state="Picking")).remote.verbatim == "Picking"


def test_a_shop_that_calls_ready_otherwise() -> None:
    named = Shop(ready="Pronto")
    source = body(fulfillments=[shipment("Pronto", *BOTH)])
    assert parsed(source, named).remote.word == "ReadyForPickup"


def test_packages_are_what_was_sent_or_has_a_code() -> None:
    held = [
        shipment("Delivered", (1, 1), trackingCode="A1"), shipment("Shipped", (1, 1), method="Loggi"),
        shipment("Pending", (2, 1)),
    ]  # fmt: skip
    first, second = parsed(body(fulfillments=held)).remote.facts.packages
    assert (first.tracking, first.carrier) == ("A1", "PAC") and first.delivered_at is not None
    assert (second.carrier, second.delivered_at) == ("Loggi", None)
    assert second.shipped_at == datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_what_no_shipment_holds() -> None:
    held = [shipment("Pending", (1, 1)), shipment("Cancelled", (2, 1))]
    assert parsed(body(fulfillments=held)).progress.left() == {"1": 1, "2": 1}
    assert parsed(body(fulfillments=[shipment("Pending", (1, 5), (2, 1))])).progress.left() == {}


def test_the_digest_follows_the_answer_and_not_its_order() -> None:
    source = body()
    turned = dict(reversed(source.items()))
    assert parsed(source).remote.digest == parsed(turned).remote.digest
    assert parsed(body(state="Shipped")).remote.digest != parsed(source).remote.digest


def test_countries() -> None:
    assert [alpha_3(code) for code in ("BR", "mx", "ZZ", "")] == ["BRA", "MEX", "ZZ", ""]


# ---- what is no order


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": None}, "id"),
        ({"code": ""}, "code"),
        ({"state": None}, "state"),
        ({"state": "a\x00b"}, "control"),
        ({"orderPlacedAt": None}, "orderPlacedAt"),
        ({"orderPlacedAt": "yesterday"}, "orderPlacedAt"),
        ({"currencyCode": "XXX"}, "currency"),
        ({"totalWithTax": None}, "totalWithTax"),
        ({"totalWithTax": -1}, "totalWithTax"),
        ({"totalWithTax": 10**18}, "totalWithTax"),
        ({"totalWithTax": 35.9}, "totalWithTax"),
        ({"totalWithTax": "3590"}, "totalWithTax"),
        ({"lines": []}, "lines"),
        ({"lines": None}, "lines"),
        ({"lines": [line(1, 0)]}, "lines"),
        ({"lines": [line(n) for n in range(MAX_LINES + 1)]}, "lines"),
        ({"lines": [line(1, quantity=-1)]}, "quantity"),
        ({"lines": [line(1) | {"id": None}]}, "id"),
        ({"lines": [line(1, productVariant=None)]}, "sku"),
        ({"lines": ["x"]}, "lines"),
        ({"customer": "João"}, "customer"),
        ({"payments": [payment(amount=-5)]}, "amount"),
        ({"fulfillments": [shipment("")]}, "state"),
        ({"fulfillments": [shipment("Shipped", (1, -2))]}, "quantity"),
        ({"customFields": {"nf": 7}}, "nf"),
    ],
)  # fmt: skip
def test_what_cannot_be_trusted_is_named(change: Json, said: str) -> None:
    with pytest.raises(UserError) as caught:
        parsed(body(**change))
    assert said in str(caught.value)


@pytest.mark.parametrize("source", [None, [], "x", 7, {}])
def test_no_order_at_all(source: Any) -> None:
    with pytest.raises(UserError):
        parsed(source)


def test_a_strange_timeline_hurts_nobody() -> None:
    entries = [
        {"type": "ORDER_NOTE", "data": None}, {"type": "ORDER_NOTE", "data": {"note": 5}},
        {"type": "ORDER_NOTE", "data": {"note": "a\x1bb " + "x" * 9000}}, {"type": None},
    ]  # fmt: skip
    (note,) = parsed(body(history={"items": entries})).notes
    assert note.startswith("a b") and len(note) <= 2000 and note.isprintable()


RICH = body(
    fulfillments=[shipment("Shipped", (1, 2), trackingCode="A1"), shipment("Pending", (2, 1))],
    payments=[payment(refunds=[{"id": "1", "total": 100, "state": "Settled", "reason": "x [k]"}])],
    history={"items": [{"type": "ORDER_NOTE", "data": {"note": "oi"}}]},
    customFields={"nf": "1", "chave": "2", "cpf": "3"},
)
WEIRD = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False),
    st.text(max_size=20), st.sampled_from([[], {}, [None], ["x"], [[]], {"a": 1}, "\ud800", "\x00"]),
)  # fmt: skip


def _paths(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner: Any = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    return [at, *(path for key, one in inner for path in _paths(one, (*at, key)))]


PATHS = [path for path in _paths(RICH) if path]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PATHS), WEIRD, st.booleans()), min_size=1, max_size=4))
@example([(("lines", 1, "productVariant", "customFields", "peso"), 0.0, False)])
def test_whatever_comes_is_an_order_or_a_sentence(
    changes: list[tuple[tuple[str | int, ...], Any, bool]],
) -> None:
    source = copy.deepcopy(RICH)
    for (*way, last), value, is_gone in changes:
        place: Any = source
        try:
            for key in way:
                place = place[key]
            if is_gone:
                del place[last]
            else:
                place[last] = copy.deepcopy(value)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken the place away
    _is_whole(source)


def _is_whole(source: Any) -> None:
    try:
        document = read(parse_json(json.dumps(source).encode()), "loja", SHOP, 2)
    except UserError as error:
        assert str(error)
        return
    except ValueError:
        return  # halves of surrogate pairs are no JSON to begin with
    remote = document.remote
    facts = remote.facts
    assert facts.lines and facts.remote_id and remote.word
    assert all(one.quantity > 0 and 0 <= one.total < 2**63 for one in facts.lines)
    assert 0 <= facts.total < 2**63
    for text in (facts.buyer.name, remote.word, remote.verbatim, *document.notes):
        text.encode()
        assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in text)
    # What was read can be read again, as `confirms` does.
    assert read(parse_json(remote.raw), "loja", SHOP, 2).remote.digest
