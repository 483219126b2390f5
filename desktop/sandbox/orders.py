"""Orders as VTEX's ``GET /api/oms/pvt/orders/{orderId}`` shows them, made from a seed.

The same seed, index and clock always make the same order. Totals add up: items (price × quantity
× unit multiplier) + discounts + shipping + tax = value, all in cents.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from desktop.sandbox import buyer, goods
from desktop.sandbox.catalogue import COUNTRIES, Country
from desktop.sandbox.clock import stamp
from desktop.sandbox.recipe import DAY, Recipe
from desktop.sandbox.shipping import shipping_data

Json = dict[str, Any]


def make(seed: int, index: int, now: datetime, recipe: Recipe | None = None) -> Json:
    """Order number ``index`` of ``seed``, created in the ten hours before ``now`` (aware UTC).

    One in ten is older by some days, so that a shop has late orders too.
    """
    rng = Random(f"{seed}/{index}")
    recipe = recipe or DAY[index % len(DAY)]
    country = COUNTRIES[recipe.country]
    channel = rng.choice(country.channels) if recipe.marketplace else None
    number = 1_500_000_000_000 + seed % 9_973 * 10_000_000 + index * 7
    order_id = f"{channel[0]}-{number}-01" if channel else f"{number}-01"
    created = now - timedelta(seconds=rng.randrange(60, 36_000))
    if rng.random() < 0.1:
        created -= timedelta(days=rng.randrange(2, 6))
    client = buyer.client(rng, country, recipe)
    receiver = f"{client['firstName']} {client['lastName']}"
    items = goods.lines(rng, country, recipe, order_id)
    shipping = shipping_data(rng, country, recipe, created, receiver, items)
    totals = goods.totals(items, shipping["logisticsInfo"])
    value = sum(total["value"] for total in totals)
    approved = stamp(created + timedelta(minutes=2)) if recipe.paid else None
    return {
        "orderId": order_id,
        "sequence": str(500_000 + index),
        "marketplaceOrderId": f"{number}" if channel else "",
        "marketplaceServicesEndpoint": "http://oms.example/api/oms?an=balcao",
        "sellerOrderId": f"00-{order_id}",
        "origin": "Fulfillment" if channel else "Marketplace",
        "affiliateId": channel[0] if channel else "",
        "salesChannel": "2" if channel else "1",
        "merchantName": None,
        "status": "payment-approved" if recipe.paid else "payment-pending",
        "workflowIsInError": False,
        "statusDescription": "Preparando Entrega",
        "value": value,
        "creationDate": stamp(created),
        "lastChange": stamp(created),
        "orderGroup": f"{number}",
        "followUpEmail": f"{rng.getrandbits(128):032x}@ct.example.com",
        "lastMessage": None,
        "hostname": "balcao",
        "isCompleted": True,
        "roundingError": 0,
        "orderFormId": f"{rng.getrandbits(128):032x}",
        "allowCancellation": True,
        "allowEdition": False,
        "isCheckedIn": False,
        "authorizedDate": approved,
        "invoicedDate": None,
        "cancelReason": None,
        "checkedInPickupPointId": None,
        "totals": totals,
        "sellers": [
            {
                "id": "1",
                "name": "Balcão",
                "logo": None,
                "fulfillmentEndpoint": "http://fulfillment.example",
            }
        ],
        "clientPreferencesData": {"locale": country.locale, "optinNewsLetter": False},
        "cancellationData": None,
        "taxData": None,
        "subscriptionData": None,
        "itemMetadata": {"Items": [goods.metadata(line) for line in items]},
        "marketplace": _marketplace(channel),
        "storePreferencesData": _store_preferences(country),
        "customData": None,
        "commercialConditionData": None,
        "openTextField": {"value": rng.choice(country.notes)} if rng.random() < 0.2 else None,
        "invoiceData": {"address": None, "userPaymentInfo": None, "invoiceSubject": None},
        "changesAttachment": None,
        "callCenterOperatorData": None,
        "packageAttachment": {"packages": []},
        "paymentData": buyer.payment(rng, country, recipe, value),
        "shippingData": shipping,
        "ratesAndBenefitsData": {
            "id": "ratesAndBenefitsData",
            "rateAndBenefitsIdentifiers": [],
        },
        "marketingData": None,
        "giftRegistryData": None,
        "clientProfileData": client,
        "items": items,
        "marketplaceItems": [],
    }


def _marketplace(channel: tuple[str, str] | None) -> Json:
    name = channel[1] if channel else "balcao"
    return {"baseURL": "http://oms.example/api/oms", "isCertified": True, "name": name}


def _store_preferences(country: Country) -> Json:
    return {
        "countryCode": country.code,
        "currencyCode": country.currency,
        "currencyFormatInfo": {
            "CurrencyDecimalDigits": 2,
            "CurrencyDecimalSeparator": country.decimal,
            "CurrencyGroupSeparator": country.grouping,
            "CurrencyGroupSize": 3,
            "StartsWithCurrencySymbol": True,
        },
        "currencyLocale": country.lcid,
        "currencySymbol": country.symbol,
        "timeZone": country.time_zone,
    }
