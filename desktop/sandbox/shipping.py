"""How an order gets to its buyer: ``shippingData``.

``pickupStoreInfo.address`` of an order line stays ``null``: the published contract calls it a text where
the real platform sends an object. The shop's address stands, as on the real platform, in
``slas[].pickupStoreInfo.address``, in ``selectedAddresses`` and, when everything is picked up, in
``shippingData.address``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from desktop.sandbox.buyer import address, home
from desktop.sandbox.catalogue import Country, Shop
from desktop.sandbox.clock import stamp
from desktop.sandbox.recipe import Recipe

Json = dict[str, Any]


@dataclass(frozen=True)
class _Way:
    """One way to the buyer, shared by the lines that take it."""

    sla: str
    carrier: str
    days: int
    price: int
    address: Json
    shop: Shop | None = None

    @property
    def channel(self) -> str:
        return "pickup-in-point" if self.shop else "delivery"

    @property
    def point(self) -> str | None:
        return f"1_{self.shop.id}" if self.shop else None


def shipping_data(
    rng: Random,
    country: Country,
    recipe: Recipe,
    created: datetime,
    receiver: str,
    items: list[Json],
) -> Json:
    """The lines' ways and addresses; due dates only where the order is paid."""
    sent, picked = _delivery(rng, country, receiver), _pickup(rng, country, receiver)
    ways = {
        "delivery": [sent] * len(items),
        "pickup": [picked] * len(items),
        "mixed": [picked] + [sent] * (len(items) - 1),
    }[recipe.delivery]
    addresses = [way.address for way in (sent, picked) if way in ways]
    due = created if recipe.paid else None
    return {
        "id": "shippingData",
        "address": addresses[0],
        "logisticsInfo": [
            _logistics(country, index, item, way, due)
            for index, (item, way) in enumerate(zip(items, ways, strict=True))
        ],
        "trackingHints": None,
        "selectedAddresses": addresses,
        "contactInformation": [],
    }


def _delivery(rng: Random, country: Country, receiver: str) -> _Way:
    return _Way(
        sla=rng.choice(("Normal", "Expressa")),
        carrier=rng.choice(country.carriers),
        days=rng.choice((1, 2, 2, 3, 4, 7)),
        price=country.shipping_step * rng.randrange(2, 12),
        address=home(rng, country, receiver),
    )


def _pickup(rng: Random, country: Country, receiver: str) -> _Way:
    shop = rng.choice(country.shops)
    place = address(country, shop.place, "pickup", shop.id, shop.number, "", receiver)
    return _Way(f"Retirada ({shop.id})", shop.name, rng.choice((1, 1, 2)), 0, place, shop)


def _logistics(
    country: Country, index: int, item: Json, way: _Way, created: datetime | None
) -> Json:
    store = _store(way)
    entry = {
        "itemIndex": index,
        "selectedSla": way.sla,
        "lockTTL": "10d",
        "price": way.price,
        "listPrice": way.price,
        "sellingPrice": way.price,
        "deliveryWindow": None,
        "deliveryCompany": way.carrier,
        "shippingEstimate": f"{way.days}bd",
        "slas": [_sla(way, store)],
        "shipsTo": [country.code],
        "deliveryIds": [
            {
                "courierId": "c1",
                "courierName": way.carrier,
                "dockId": "dock_1",
                "quantity": item["quantity"],
                "warehouseId": "warehouse_1",
                "accountCarrierName": "balcao",
                "kitItemDetails": [],
            }
        ],
        "deliveryChannels": [{"id": way.channel, "stockBalance": 0}],
        "deliveryChannel": way.channel,
        "selectedDeliveryChannel": way.channel,
        "pickupStoreInfo": store,
        "addressId": way.address["addressId"],
        "versionId": None,
        "entityId": None,
        "polygonName": "",
        "pickupPointId": way.point,
        "transitTime": f"{way.days}d",
    }
    if created is not None:
        entry["shippingEstimateDate"] = stamp(created + timedelta(days=way.days))
    return entry


def _store(way: _Way) -> Json:
    return {
        "additionalInfo": "Documento com foto" if way.shop else None,
        "address": None,
        "dockId": None,
        "friendlyName": way.shop.name if way.shop else None,
        "isPickupStore": way.shop is not None,
    }


def _sla(way: _Way, store: Json) -> Json:
    place = way.address | {"receiverName": None} if way.shop else None
    return {
        "id": way.sla,
        "name": way.sla,
        "shippingEstimate": f"{way.days}bd",
        "deliveryWindow": None,
        "price": way.price,
        "deliveryChannel": way.channel,
        "pickupStoreInfo": store | {"address": place},
        "polygonName": "",
        "lockTTL": "10d",
        "pickupPointId": way.point or "",
        "transitTime": f"{way.days}d",
        "pickupDistance": 0.0,
    }
