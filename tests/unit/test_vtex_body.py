"""An order body becomes orders, or one sentence that says why not; never anything between."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desktop.connectors import RemoteOrder
from desktop.connectors._values import moment
from desktop.connectors._vtex_body import Document, read
from desktop.errors import UserError
from desktop.order import CancelState, Kind, PaymentKind
from desktop.sandbox.orders import DAY, Recipe, make

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
Json = dict[str, Any]


def body(**recipe: Any) -> Json:
    return make(7, 3, NOW, Recipe(**({"lines": 2} | recipe)))


def parsed(document: Json) -> Document:
    return read(json.dumps(document).encode(), "loja")


def one(document: Json) -> RemoteOrder:
    (remote,) = parsed(document).remote
    return remote


def package(number: str = "77", **more: Any) -> Json:
    plain = {
        "items": [], "courier": None, "invoiceNumber": number, "invoiceValue": 0,
        "issuanceDate": "2026-03-04T09:00:00-03:00", "trackingNumber": None, "invoiceKey": None,
        "trackingUrl": None, "type": "Output", "courierStatus": None,
    }  # fmt: skip
    return plain | more


def invoiced(document: Json, *packages: Json) -> Json:
    return document | {"status": "invoiced", "packageAttachment": {"packages": list(packages)}}


def courier(*events: str, finished: bool = False) -> Json:
    data = [{"description": text, "city": "", "state": ""} for text in events]
    return {
        "status": "ok", "finished": finished, "data": data,
        "deliveredDate": "2026-03-05 10:00" if finished else None,
    }  # fmt: skip


# ---- what is read


def test_a_plain_order() -> None:
    source = body()
    remote = one(source)
    facts, client = remote.facts, source["clientProfileData"]
    assert (facts.connection, facts.remote_id, facts.group) == ("loja", source["orderId"], "")
    assert facts.number == source["sequence"]
    assert facts.kind is Kind.DELIVERY
    assert (facts.currency, facts.total) == ("BRL", source["value"])
    assert facts.buyer.name == f"{client['firstName']} {client['lastName']}"
    assert facts.buyer.document == client["document"]
    assert facts.address.street == source["shippingData"]["address"]["street"]
    assert facts.address.country == "BRA"
    assert facts.placed_at == moment(source["creationDate"])
    due = [entry["shippingEstimateDate"] for entry in source["shippingData"]["logisticsInfo"]]
    assert facts.due_at == min(moment(text) for text in due)  # type: ignore[type-var]
    assert facts.invoice is None and facts.packages == ()


@pytest.mark.parametrize("recipe", DAY, ids=range(len(DAY)))
def test_lines_and_shipping_add_up_to_the_value(recipe: Recipe) -> None:
    source = make(3, 5, NOW, recipe)
    facts = one(source).facts
    others = sum(t["value"] for t in source["totals"] if t["id"] in ("Shipping", "Tax"))
    assert sum(line.total for line in facts.lines) + others == facts.total == source["value"]
    assert [line.number for line in facts.lines] == list(range(1, len(source["items"]) + 1))
    assert facts.weight_g == sum(
        item["additionalInfo"]["dimension"]["weight"] * item["quantity"] for item in source["items"]
    )


def test_goods_by_weight() -> None:
    source = body(weighed=True, multiplier=0.35)
    line = one(source).facts.lines[0]
    item = source["items"][0]
    assert line.quantity == item["quantity"] * Decimal("0.35")
    assert line.unit == "kg"
    assert line.total == item["priceDefinition"]["total"]
    del item["priceDefinition"]
    assert one(source).facts.lines[0].total == line.total


def test_a_company_buys() -> None:
    source = body(company=True)
    facts = one(source).facts
    assert facts.buyer.name == source["clientProfileData"]["corporateName"]
    assert facts.buyer.document == source["clientProfileData"]["corporateDocument"]


def test_masked_values_stay_as_they_are() -> None:
    source = body()
    source["clientProfileData"] |= {
        "firstName": "J**",
        "lastName": "S****",
        "document": "1**********",
    }
    assert one(source).facts.buyer.name == "J** S****"
    assert one(source).facts.buyer.document == "1**********"


def test_pickup_goes_to_the_shop() -> None:
    source = body(delivery="pickup")
    facts = one(source).facts
    shop = source["shippingData"]["logisticsInfo"][0]["pickupStoreInfo"]["friendlyName"]
    assert facts.kind is Kind.PICKUP
    assert facts.address.receiver == shop
    assert facts.address.street == source["shippingData"]["address"]["street"]


def test_the_shop_address_may_stand_in_the_shipping_option_only() -> None:
    source = body(delivery="pickup")
    wanted = source["shippingData"]["address"]["street"]
    source["shippingData"] |= {"address": None, "selectedAddresses": []}
    assert one(source).facts.address.street == wanted


def test_a_mixed_order_becomes_one_for_each_way() -> None:
    source = body(delivery="mixed", lines=3)
    document = parsed(source)
    sent, picked = document.remote
    assert (sent.facts.group, picked.facts.group) == ("delivery", "pickup")
    assert (sent.facts.kind, picked.facts.kind) == (Kind.DELIVERY, Kind.PICKUP)
    assert [line.number for line in picked.facts.lines] == [1]
    assert [line.number for line in sent.facts.lines] == [2, 3]
    assert sent.facts.total + picked.facts.total == source["value"]
    assert sent.facts.address.street != picked.facts.address.street
    assert sent.facts.payment.amount == sent.facts.total


@pytest.mark.parametrize(
    ("recipe", "kind", "is_settled"),
    [
        ({"payment": "card"}, PaymentKind.ONLINE, True),
        ({"payment": "pix", "paid": False}, PaymentKind.ONLINE, False),
        ({"payment": "slip", "paid": False}, PaymentKind.ONLINE, False),
        ({"payment": "transfer", "paid": False}, PaymentKind.TRANSFER, False),
        ({"payment": "transfer"}, PaymentKind.TRANSFER, True),
        ({"payment": "on-delivery"}, PaymentKind.ON_DELIVERY, False),
        ({"payment": "on-delivery", "country": "COL"}, PaymentKind.ON_DELIVERY, False),
        ({"payment": "on-delivery", "country": "MEX"}, PaymentKind.ON_DELIVERY, False),
        ({"payment": "transfer", "country": "MEX"}, PaymentKind.TRANSFER, True),
    ],
)
def test_ways_to_pay(recipe: Json, kind: PaymentKind, is_settled: bool) -> None:
    source = body(**recipe)
    payment = one(source).facts.payment
    ours = source["paymentData"]["transactions"][0]["payments"][0]
    assert payment.kind is kind
    assert payment.is_settled is is_settled
    assert (payment.method, payment.remote_id) == (ours["paymentSystemName"], ours["id"])


def test_of_two_payments_the_one_still_to_be_seen_counts() -> None:
    source = body(payment="card")
    payments = source["paymentData"]["transactions"][0]["payments"]
    payments.append(
        payments[0] | {"group": "promissory", "paymentSystemName": "Dinheiro na entrega", "id": "X"}
    )
    payment = one(source).facts.payment
    assert payment.kind is PaymentKind.ON_DELIVERY
    assert payment.remote_id == "X"
    assert payment.method.endswith(" + Dinheiro na entrega")


def test_an_order_that_costs_nothing_has_no_payment() -> None:
    source = body() | {"paymentData": {"transactions": []}, "status": "ready-for-handling"}
    source |= {"authorizedDate": None}
    payment = one(source).facts.payment
    assert payment.kind is PaymentKind.ONLINE
    assert payment.settled_at == moment(source["creationDate"])


def test_hundredths_of_a_currency_without_them() -> None:
    source = body()
    source["storePreferencesData"]["currencyCode"] = "CLP"
    assert one(source).facts.total == (source["value"] + 50) // 100


def test_channels() -> None:
    source = body(marketplace=True)
    assert one(source).facts.channel == source["marketplace"]["name"]
    source["marketplace"] = None
    assert one(source).facts.channel == source["affiliateId"]
    source["affiliateId"] = ""
    assert one(source).facts.channel == source["hostname"]


# ---- stages hidden in other data


@pytest.mark.parametrize(
    ("delivery", "given", "word"),
    [
        ("delivery", {}, "invoiced"),
        ("delivery", {"trackingNumber": "BR1"}, "invoiced+tracking"),
        (
            "delivery",
            {"trackingNumber": "BR1", "courierStatus": courier("Saiu")},
            "invoiced+transit",
        ),
        (
            "delivery",
            {"trackingNumber": "BR1", "courierStatus": courier("Saiu", "Problema na entrega: x")},
            "invoiced+problem",
        ),
        (
            "delivery",
            {
                "trackingNumber": "BR1",
                "courierStatus": courier("Delivery problem", "Em transporte"),
            },
            "invoiced+transit",
        ),
        ("delivery", {"courierStatus": courier("Entregue", finished=True)}, "invoiced+delivered"),
        ("pickup", {"trackingNumber": "BR1"}, "invoiced"),
        ("pickup", {"courierStatus": courier("Separado")}, "invoiced"),
        ("pickup", {"courierStatus": courier("LISTO PARA RECOGER", "x")}, "invoiced+ready"),
        ("pickup", {"courierStatus": courier(finished=True)}, "invoiced+picked_up"),
    ],
)
def test_tracking_is_a_stage(delivery: str, given: Json, word: str) -> None:
    remote = one(invoiced(body(delivery=delivery), package(**given)))
    assert remote.word == word
    assert remote.verbatim == "invoiced"


def test_the_last_package_counts() -> None:
    there = package("1", trackingNumber="A", courierStatus=courier(finished=True))
    waiting = package("2")
    assert one(invoiced(body(), there, waiting)).word == "invoiced"
    assert (
        one(invoiced(body(), there, package("2", trackingNumber="B"))).word == "invoiced+tracking"
    )
    assert one(invoiced(body(), there, there)).word == "invoiced+delivered"


def test_invoices_become_facts_and_returns_do_not() -> None:
    sale = package("55", invoiceKey="K" * 44, invoiceValue=1234, trackingNumber="BR1", courier="PAC",
                   trackingUrl="https://t.example")  # fmt: skip
    facts = one(invoiced(body(), package("54", type="Input"), sale)).facts
    assert facts.invoice is not None
    assert (facts.invoice.number, facts.invoice.key, facts.invoice.total) == ("55", "K" * 44, 1234)
    assert facts.invoice.issued_at == datetime(2026, 3, 4, 12, tzinfo=UTC)
    (parcel,) = facts.packages
    assert (parcel.tracking, parcel.carrier) == ("BR1", "PAC")
    assert parcel.delivered_at is None


def test_one_half_of_a_mixed_order_may_be_invoiced_alone() -> None:
    source = body(delivery="mixed", lines=2) | {"status": "handling"}
    sent, picked = parsed(source).groups
    own = package(invoiceValue=picked.value, items=[{"itemIndex": picked.items[0][0]}])
    source["packageAttachment"] = {"packages": [own]}
    delivery, pickup = parsed(source).remote
    assert (delivery.word, pickup.word) == ("handling", "invoiced")
    assert delivery.facts.invoice is None and pickup.facts.invoice is not None
    assert sent.value + picked.value == source["value"]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("request-cancel", CancelState.REQUESTED),
        ("waiting-for-seller-decision", CancelState.REQUESTED),
        ("cancellation-requested", CancelState.REQUESTED),
        ("cancel", CancelState.CANCELLED),
        ("canceled", CancelState.CANCELLED),
        ("handling", None),
    ],
)
def test_cancellations(status: str, state: CancelState | None) -> None:
    remote = one(body() | {"status": status, "cancellationData": {"Reason": "Desisti"}})
    assert remote.cancel is state
    assert remote.cancel_reason == ("Desisti" if state else "")


def test_no_status_is_the_word_null() -> None:
    assert one(body() | {"status": None}).word == "null"


def test_a_stuck_workflow_shows() -> None:
    remote = one(body() | {"status": "handling", "workflowIsInError": True})
    assert (remote.word, remote.verbatim) == ("handling", "handling (workflowIsInError)")


def test_the_digest_follows_the_answer() -> None:
    assert one(body()).digest == one(body()).digest
    assert one(body()).digest != one(body() | {"lastMessage": "x"}).digest
    assert one(body()).raw == json.dumps(body()).encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-09T10:10:20.5322681+00:00", datetime(2024, 2, 9, 10, 10, 20, 532268, UTC)),
        ("2024-02-09T10:10:20-03:00", datetime(2024, 2, 9, 13, 10, 20, tzinfo=UTC)),
        ("2024-02-09 10:10", datetime(2024, 2, 9, 10, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("9999-12-31T23:59:59-11:00", None),
        ("yesterday", None),
    ],
)
def test_times(text: str, expected: datetime | None) -> None:
    assert moment(text) == expected


# ---- what is refused


def _set(*path: str | int) -> Any:
    """A change of the value at `path` of a body."""

    def change(document: Json, value: Any) -> None:
        for step in path[:-1]:
            document = document[step]  # type: ignore[index]
        if value is KeyError:
            del document[path[-1]]  # type: ignore[arg-type]
        else:
            document[path[-1]] = value  # type: ignore[index]

    return change


BAD = [
    (_set("orderId"), KeyError, "“orderId” is missing"),
    (_set("orderId"), 5, "“orderId” has the wrong form"),
    (_set("items"), KeyError, "“items” is missing"),
    (_set("items"), [], "“items” is missing"),
    (_set("items"), [None], "“items” has the wrong form"),
    (_set("items", 0, "id"), KeyError, "“id” is missing"),
    (_set("items", 0, "name"), "", "“name” is missing"),
    (_set("items", 0, "name"), "Caf\x1b@", "control characters"),
    (_set("items", 0, "name"), "Caf\x00", "control characters"),
    (_set("items", 0, "name"), "Caf\x9b", "control characters"),
    (_set("items", 0, "name"), "Caf\ud800", "is no JSON"),
    (_set("items", 0, "name"), "x" * 5000, "wrong form"),
    (_set("items", 0, "quantity"), -1, "out of range: -1"),
    (_set("items", 0, "quantity"), 0, "out of range: 0"),
    (_set("items", 0, "quantity"), 1.5, "“quantity” is no whole number"),
    (_set("items", 0, "quantity"), True, "“quantity” is no whole number"),
    (_set("items", 0, "quantity"), 10**9, "out of range"),
    (_set("items", 0, "unitMultiplier"), 0, "out of range"),
    (_set("items", 0, "unitMultiplier"), -2.5, "out of range"),
    (_set("items", 0, "unitMultiplier"), 1e-9, "out of range"),
    (_set("items", 0, "unitMultiplier"), "1", "wrong form"),
    (_set("items", 0, "sellingPrice"), "990", "“sellingPrice” is no whole number"),
    (_set("items", 0, "sellingPrice"), -990, "out of range"),
    (_set("items", 0, "priceDefinition", "total"), 9.5, "“total” is no whole number"),
    (_set("value"), "12.50", "“value” is no whole number"),
    (_set("value"), 12.5, "“value” is no whole number"),
    (_set("value"), 10**30, "out of range"),
    (_set("value"), KeyError, "“value” is missing"),
    (_set("storePreferencesData", "currencyCode"), "XYZ", "currency “XYZ” is not known"),
    (_set("storePreferencesData"), None, "“currencyCode” is missing"),
    (_set("creationDate"), "soon", "“creationDate” is no date: soon"),
    (_set("creationDate"), KeyError, "“creationDate” is missing"),
    (_set("authorizedDate"), "31/12/2026", "“authorizedDate” is no date"),
    (_set("status"), "dancing", "status “dancing” is not known"),
    (_set("shippingData", "logisticsInfo"), [], "“logisticsInfo” is missing"),
    (_set("shippingData", "logisticsInfo", 0, "shippingEstimateDate"), "x", "is no date"),
    (_set("clientProfileData", "firstName"), "^XA\x1bE", "control characters"),
    (_set("clientProfileData"), "x", "“clientProfileData” has the wrong form"),
]


@pytest.mark.parametrize(("change", "value", "sentence"), BAD, ids=range(len(BAD)))
def test_a_bad_order_says_what_is_wrong(change: Any, value: Any, sentence: str) -> None:
    source = body()
    change(source, value)
    with pytest.raises(UserError) as caught:
        parsed(source)
    assert sentence in str(caught.value)


def test_printer_commands_without_control_characters_are_only_a_name() -> None:
    source = body()
    source["items"][0]["name"] = "^XA^FO50,50^FDx^FS^XZ"
    assert one(source).facts.lines[0].name == "^XA^FO50,50^FDx^FS^XZ"


def test_line_breaks_in_a_name_become_spaces() -> None:
    source = body()
    source["items"][0]["name"] = " two\r\n\twords "
    assert one(source).facts.lines[0].name == "two words"


def test_too_many_lines() -> None:
    source = body()
    source["items"] = source["items"][:1] * 10_000
    with pytest.raises(UserError, match="10000 lines"):
        parsed(source)


def test_bytes_that_are_no_order() -> None:
    whole = json.dumps(body()).encode()
    hostile = (b"", b"null", b"[]", b"\xff\xfe\x00", b"[" * 200_000, b'{"a": 1e999999999999999999999}',
               b'{"value": ' + b"9" * 10_000 + b"}", whole[:-1], whole[: len(whole) // 2])  # fmt: skip
    for raw in hostile:
        with pytest.raises(UserError):
            read(raw, "loja")


def test_huge_exponents_are_out_of_range() -> None:
    raw = json.dumps(body()).replace('"unitMultiplier": 1', '"unitMultiplier": 1e9999999')
    with pytest.raises(UserError):
        read(raw.encode(), "loja")


WEIRD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just([]),
    st.just({}),
    st.lists(st.integers(), max_size=3),
    st.just([{}]),
    st.just([[1]]),
    st.just({"id": [], "itemIndex": [], "address": 3, "total": {}}),
    st.sampled_from(
        ["invoiced", "canceled", "BRL", "CLP", "pickup-in-point", "0001-01-01T00:00:00"]
    ),
)


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    children: Any = value.items() if isinstance(value, dict) else ()
    children = enumerate(value) if isinstance(value, list) else children
    for name, inner in children:
        found += _paths(inner, (*path, name))
    return found


RICH = invoiced(
    body(delivery="mixed", lines=2),
    package(
        trackingNumber="A", courierStatus=courier("x", finished=True), items=[{"itemIndex": 0}]
    ),
)
PATHS = _paths(RICH)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PATHS), WEIRD, st.booleans()), min_size=1, max_size=4))
@example([(("packageAttachment", "packages", 0, "items", 0, "itemIndex"), [1], False)])
@example([(("shippingData", "logisticsInfo", 0, "addressId"), {}, False)])
def test_whatever_comes_is_an_order_or_a_sentence(
    changes: list[tuple[tuple[str | int, ...], Any, bool]],
) -> None:
    source = copy.deepcopy(RICH)
    for path, value, is_gone in changes:
        try:
            _set(*path)(source, KeyError if is_gone else copy.deepcopy(value))
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken the place away
    _is_whole(json.dumps(source).encode())


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_bytes_are_an_order_or_a_sentence(data: st.DataObject) -> None:
    raw = bytearray(json.dumps(RICH, ensure_ascii=False).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] = data.draw(st.integers(0, 255))
    _is_whole(bytes(raw))


def _is_whole(raw: bytes) -> None:
    try:
        document = read(raw, "loja")
    except UserError as error:
        assert str(error)
        return
    for remote in document.remote:
        assert remote.facts.lines and remote.facts.remote_id and remote.word
        assert all(line.quantity > 0 for line in remote.facts.lines)
        assert -(2**63) < remote.facts.total < 2**63
        json.dumps(remote.facts.buyer.name).encode()
        remote.facts.lines[0].name.encode()
