"""The orders that the sandbox makes up."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.sandbox import Recipe, Sandbox, digits
from desktop.sandbox.catalogue import COUNTRIES
from desktop.sandbox.orders import make
from desktop.sandbox.recipe import DAY
from tests.unit.sandbox.client import DOCUMENTS, START, Serve


def test_the_same_seed_makes_the_same_shop(serve: Serve) -> None:
    bodies = []
    for seed in (5, 5, 6):
        sandbox = Sandbox(seed=seed, orders=24, start=START)
        bodies.append([sandbox.oms.find(order_id).body() for order_id in sandbox.order_ids()])
    assert bodies[0] == bodies[1]
    assert not set(bodies[0]) & set(bodies[2])


RECIPES = st.builds(
    Recipe,
    country=st.sampled_from(sorted(COUNTRIES)),
    delivery=st.sampled_from(["delivery", "pickup", "mixed"]),
    payment=st.sampled_from(["card", "transfer", "on-delivery"]),
    paid=st.booleans(),
    company=st.booleans(),
    long_name=st.booleans(),
    marketplace=st.booleans(),
    weighed=st.booleans(),
    multiplier=st.sampled_from([1, 0.25, 0.5, 0.333]),
    lines=st.none() | st.integers(1, 5),
)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 10**9), index=st.integers(0, 10**5), recipe=st.none() | RECIPES)
def test_totals_add_up(seed: int, index: int, recipe: Recipe | None) -> None:
    order = make(seed, index, START, recipe)
    totals = {total["id"]: total["value"] for total in order["totals"]}
    assert sum(totals.values()) == order["value"] > 0
    lines = [
        (i["price"], i["sellingPrice"], i["quantity"] * Fraction(str(i["unitMultiplier"])), i)
        for i in order["items"]
    ]
    assert totals["Items"] == sum(round(price * pieces) for price, _, pieces, _ in lines)
    sold = sum(round(selling * pieces) for _, selling, pieces, _ in lines)
    assert totals["Items"] + totals["Discounts"] == sold
    assert sold == sum(item["priceDefinition"]["total"] for *_, item in lines)
    logistics = order["shippingData"]["logisticsInfo"]
    assert totals["Shipping"] == sum(entry["sellingPrice"] for entry in logistics)
    payments = order["paymentData"]["transactions"][0]["payments"]
    assert sum(payment["value"] for payment in payments) == order["value"]
    assert [entry["itemIndex"] for entry in logistics] == list(range(len(lines)))


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_check_digits_are_right(rng: Random) -> None:
    """By other formulas than the generator's: weighted sums that must vanish."""
    cpf = [int(d) for d in digits.cpf(rng)]
    for end in (9, 10):
        assert sum(d * (end + 1 - i) for i, d in enumerate(cpf[:end])) * 10 % 11 % 10 == cpf[end]
    cnpj = [int(d) for d in digits.cnpj(rng)]
    for end in (12, 13):
        weights = [(end - 1 - i) % 8 + 2 for i in range(end)]
        rest = sum(d * w for d, w in zip(cnpj, weights, strict=False)) * 10 % 11 % 10
        assert rest == cnpj[end]
    ean = digits.ean13(f"{rng.randrange(10**12):012d}")
    assert sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(ean)) % 10 == 0
    base, check = digits.nit(rng).split("-")
    weights = [41, 37, 29, 23, 19, 17, 13, 7, 3]
    rest = sum(int(d) * w for d, w in zip(base, weights, strict=True)) % 11
    assert int(check) == {0: 0, 1: 1}.get(rest, 11 - rest)


def test_known_numbers_have_their_published_check_digits() -> None:
    assert digits.ean13("789100031550") == "7891000315507"
    assert digits.ean13("400638133393") == "4006381333931"


def test_a_day_brings_every_kind_of_order() -> None:
    orders = [make(1, index, START) for index in range(len(DAY))]
    channels = [
        {e["selectedDeliveryChannel"] for e in o["shippingData"]["logisticsInfo"]} for o in orders
    ]
    groups = {o["paymentData"]["transactions"][0]["payments"][0]["group"] for o in orders}
    assert {"BRL", "COP", "MXN"} == {o["storePreferencesData"]["currencyCode"] for o in orders}
    assert {"creditCard", "instantPayment", "promissory", "bankInvoice"} <= groups
    assert {"delivery"} in channels and {"pickup-in-point"} in channels
    assert {o["origin"] for o in orders} == {"Marketplace", "Fulfillment"}
    assert any(o["clientProfileData"]["isCorporate"] for o in orders)
    assert any(i["measurementUnit"] == "kg" for o in orders for i in o["items"])
    assert any(len(o["items"]) > 2 for o in orders)
    names = [
        o["clientProfileData"]["firstName"] + o["clientProfileData"]["lastName"] for o in orders
    ]
    assert max(map(len, names)) >= 60
    assert any(not name.isascii() for name in names)
    assert {o["status"] for o in orders} == {"payment-pending", "payment-approved"}


def test_some_orders_are_late_and_most_are_not() -> None:
    due = [
        make(1, index, START)["shippingData"]["logisticsInfo"][0].get("shippingEstimateDate", "9")
        for index in range(200)
    ]
    assert 0 < sum(date < "2026-01-05T12" for date in due) < 40


def test_a_pickup_order_shows_the_shops_address(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place(delivery="pickup")
    shipping = client.detail(order_id)["shippingData"]
    entry = shipping["logisticsInfo"][0]
    assert entry["pickupPointId"] and entry["pickupStoreInfo"]["isPickupStore"] is True
    assert entry["pickupStoreInfo"]["friendlyName"]
    assert shipping["address"]["addressType"] == "pickup"
    assert entry["slas"][0]["pickupStoreInfo"]["address"]["street"] == shipping["address"]["street"]
    pii = client("GET", f"{DOCUMENTS}/{order_id}?reason=x").json()["shippingData"]["logisticsInfo"]
    assert pii[0]["pickupStoreInfo"]["address"]["street"] == shipping["address"]["street"]


def test_a_mixed_order_has_one_line_picked_up_and_the_others_sent(serve: Serve) -> None:
    sandbox, client = serve()
    order_id = sandbox.place(delivery="mixed", lines=3)
    shipping = client.detail(order_id)["shippingData"]
    assert [e["selectedDeliveryChannel"] for e in shipping["logisticsInfo"]] == [
        "pickup-in-point",
        "delivery",
        "delivery",
    ]
    kinds = {a["addressId"]: a["addressType"] for a in shipping["selectedAddresses"]}
    assert [kinds[e["addressId"]] for e in shipping["logisticsInfo"]] == [
        "pickup",
        "residential",
        "residential",
    ]
