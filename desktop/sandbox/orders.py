"""Orders as VTEX's ``GET /api/oms/pvt/orders/{orderId}`` shows them, made from a seed.

The same seed, index and clock always make the same order. Totals add up: items (price × quantity
× unit multiplier) + discounts + shipping + tax = value, all in cents.

``pickupStoreInfo.address`` of an order line stays ``null`` in this body: the published contract
calls it a string where the real platform sends an object. The shop's address stands, as on the
real platform, in ``slas[].pickupStoreInfo.address``, ``shippingData.selectedAddresses`` and, when
everything is picked up, in ``shippingData.address``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from desktop.sandbox import digits
from desktop.sandbox.catalogue import COUNTRIES, Country, Payment, Place, Product, Shop

Json = dict[str, Any]


@dataclass(frozen=True)
class Recipe:
    """What kind of order to make.

    ``delivery`` is ``delivery``, ``pickup`` or ``mixed`` (one line picked up, the others sent).
    ``payment`` is ``card``, ``pix``, ``slip``, ``transfer`` or ``on-delivery``; a country that lacks
    it raises ValueError. ``paid`` false leaves the order in ``payment-pending``. ``multiplier``
    other than 1 makes the first line one sold by weight in such parts of a kilogram; the contract
    calls the field an integer, the real platform sends a fraction, so it must be asked for.
    """

    country: str = "BRA"
    delivery: str = "delivery"
    payment: str = "card"
    paid: bool = True
    company: bool = False
    long_name: bool = False
    marketplace: bool = False
    weighed: bool = False
    multiplier: float = 1
    lines: int | None = None


# Twelve in a row hold every kind a day in a shop brings; a demo with 12 orders shows them all.
DAY = (
    Recipe(lines=2),
    Recipe(delivery="pickup", payment="pix"),
    Recipe(marketplace=True, payment="pix", long_name=True),
    Recipe(payment="transfer", paid=False),
    Recipe(country="COL", payment="on-delivery"),
    Recipe(country="MEX", delivery="pickup", payment="on-delivery"),
    Recipe(company=True, payment="slip", paid=False, lines=4),
    Recipe(country="COL", long_name=True, marketplace=True),
    Recipe(weighed=True, lines=3),
    Recipe(country="MEX", lines=3),
    Recipe(delivery="pickup", company=True, payment="on-delivery"),
    Recipe(country="COL", delivery="pickup", payment="transfer"),
)

_STATUS_LABELS = {
    "BRA": "Preparando Entrega",
    "COL": "Preparando entrega",
    "MEX": "Preparando entrega",
}


def make(seed: int, index: int, now: datetime, recipe: Recipe | None = None) -> Json:
    """Order number ``index`` of ``seed``, created in the ten hours before ``now`` (aware UTC)."""
    return _Maker(seed, index, now, recipe or DAY[index % len(DAY)]).order()


def stamp(moment: datetime) -> str:
    """A time as VTEX writes it: seven decimals and the offset."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f0+00:00")


class _Maker:
    def __init__(self, seed: int, index: int, now: datetime, recipe: Recipe) -> None:
        self.rng = Random(f"{seed}/{index}")
        self.recipe, self.index = recipe, index
        self.country: Country = COUNTRIES[recipe.country]
        self.created = now - timedelta(seconds=self.rng.randrange(60, 36_000))
        self.number = 1_500_000_000_000 + seed % 9_973 * 10_000_000 + index * 7
        self.channel = self.rng.choice(self.country.channels) if recipe.marketplace else None
        self.order_id = f"{self.channel[0] if self.channel else ''}{self.number}-01"
        if self.channel:
            self.order_id = f"{self.channel[0]}-{self.number}-01"
        self.shop: Shop = self.rng.choice(self.country.shops)
        self.place: Place = self.rng.choice(self.country.places)
        self.client = self._client()
        self.address = self._address()
        self.shop_address = self._shop_address()
        self.lines = self._lines()

    def order(self) -> Json:
        rng, country, channel = self.rng, self.country, self.channel
        logistics = [self._logistics(i, line) for i, line in enumerate(self.lines)]
        totals = self._totals(logistics)
        value = sum(total["value"] for total in totals)
        created = stamp(self.created)
        paid = self.recipe.paid
        sequence = str(500_000 + self.index)
        return {
            "orderId": self.order_id,
            "sequence": sequence,
            "marketplaceOrderId": f"{self.number}" if channel else "",
            "marketplaceServicesEndpoint": "http://oms.example/api/oms?an=balcao",
            "sellerOrderId": f"00-{self.order_id}",
            "origin": "Fulfillment" if channel else "Marketplace",
            "affiliateId": channel[0] if channel else "",
            "salesChannel": "2" if channel else "1",
            "merchantName": None,
            "status": "payment-approved" if paid else "payment-pending",
            "workflowIsInError": False,
            "statusDescription": _STATUS_LABELS[country.code],
            "value": value,
            "creationDate": created,
            "lastChange": created,
            "orderGroup": f"{self.number}",
            "followUpEmail": f"{rng.getrandbits(128):032x}@ct.example.com",
            "lastMessage": None,
            "hostname": "balcao",
            "isCompleted": True,
            "roundingError": 0,
            "orderFormId": f"{rng.getrandbits(128):032x}",
            "allowCancellation": True,
            "allowEdition": False,
            "isCheckedIn": False,
            "authorizedDate": stamp(self.created + timedelta(minutes=2)) if paid else None,
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
            "itemMetadata": {"Items": [self._metadata(line) for line in self.lines]},
            "marketplace": self._marketplace(),
            "storePreferencesData": self._store_preferences(),
            "customData": None,
            "commercialConditionData": None,
            "openTextField": {"value": rng.choice(country.notes)} if rng.random() < 0.2 else None,
            "invoiceData": {"address": None, "userPaymentInfo": None, "invoiceSubject": None},
            "changesAttachment": None,
            "callCenterOperatorData": None,
            "packageAttachment": {"packages": []},
            "paymentData": self._payment(value),
            "shippingData": self._shipping(logistics),
            "ratesAndBenefitsData": {
                "id": "ratesAndBenefitsData",
                "rateAndBenefitsIdentifiers": [],
            },
            "marketingData": None,
            "giftRegistryData": None,
            "clientProfileData": self.client,
            "items": self.lines,
            "marketplaceItems": [],
        }

    # ---- who

    def _client(self) -> Json:
        rng, country = self.rng, self.country
        first, last = rng.choice(country.first_names), rng.choice(country.last_names)
        if self.recipe.long_name:
            first, last = rng.choice(country.long_names)
        company = rng.choice(country.companies) if self.recipe.company else None
        phone = f"{country.dialling}{rng.randrange(10**6):06d}"
        return {
            "id": "clientProfileData",
            "email": f"{rng.getrandbits(64):016x}@ct.example.com",
            "firstName": first,
            "lastName": last,
            "documentType": country.person_document,
            "document": self._person_document(),
            "phone": phone,
            "corporateName": company,
            "tradeName": company.split(" ")[0] if company else None,
            "corporateDocument": self._company_document() if company else None,
            "stateInscription": None,
            "corporatePhone": phone if company else None,
            "isCorporate": company is not None,
            "userProfileId": f"{rng.getrandbits(128):032x}",
            "userProfileVersion": None,
            "customerClass": None,
            "customerCode": None,
        }

    def _person_document(self) -> str:
        if self.country.code == "BRA":
            return digits.cpf(self.rng)
        if self.country.code == "COL":
            return str(self.rng.randrange(10_000_000, 1_200_000_000))
        return digits.rfc(self.rng)

    def _company_document(self) -> str:
        if self.country.code == "BRA":
            return digits.cnpj(self.rng)
        return digits.nit(self.rng) if self.country.code == "COL" else digits.rfc(self.rng)

    @property
    def receiver(self) -> str:
        return f"{self.client['firstName']} {self.client['lastName']}"

    def _address(self) -> Json:
        number = str(self.rng.randrange(1, 4000))
        if self.country.code == "COL":
            number = f"{self.rng.randrange(1, 99)}-{self.rng.randrange(10, 99)}"
        complement = self.rng.choice(self.country.complements)
        identity = f"{self.rng.getrandbits(48):013d}"
        return self._place(self.place, "residential", identity, number, complement)

    def _shop_address(self) -> Json:
        return self._place(self.shop.place, "pickup", self.shop.id, self.shop.number, "")

    def _place(self, place: Place, kind: str, identity: str, number: str, extra: str) -> Json:
        return {
            "addressType": kind,
            "receiverName": self.receiver,
            "addressId": identity,
            "versionId": None,
            "entityId": None,
            "postalCode": place.postal_code,
            "city": place.city,
            "state": place.state,
            "country": self.country.code,
            "street": place.street,
            "number": number,
            "neighborhood": place.neighborhood,
            "complement": extra,
            "reference": None,
            "geoCoordinates": [],
        }

    # ---- what

    def _lines(self) -> list[Json]:
        recipe, rng = self.recipe, self.rng
        count = recipe.lines or rng.choice((1, 1, 1, 2, 2, 3, 5))
        count = max(count, 2) if recipe.delivery == "mixed" else count
        by_weight = [p for p in self.country.products if p.unit == "kg"]
        by_piece = [p for p in self.country.products if p.unit == "un"]
        chosen = rng.sample(by_piece, min(count, len(by_piece)))
        if recipe.weighed or recipe.multiplier != 1:
            chosen[0] = rng.choice(by_weight)
        return [self._line(product, i) for i, product in enumerate(chosen)]

    def _line(self, product: Product, position: int) -> Json:
        rng = self.rng
        multiplier = self.recipe.multiplier if product.unit == "kg" else 1
        quantity = rng.choice((1, 1, 1, 2, 3)) if product.unit == "un" else rng.randrange(1, 5)
        discount = product.price // 10 if rng.random() < 0.3 else 0
        selling = product.price - discount
        name_slug = f"/produto-{product.sku}/p"
        return {
            "uniqueId": f"{rng.getrandbits(128):032X}",
            "id": product.sku,
            "productId": product.sku[1:],
            "ean": digits.ean13(f"{self.country.ean_prefix}90000{product.sku}"),
            "lockId": f"00-{self.order_id}",
            "itemAttachment": {"content": {}, "name": None},
            "attachments": [],
            "quantity": quantity,
            "seller": "1",
            "name": product.name,
            "refId": f"REF-{product.sku}",
            "price": product.price,
            "listPrice": product.price,
            "manualPrice": None,
            "priceTags": [],
            "imageUrl": f"https://images.example/{product.sku}.jpg",
            "detailUrl": name_slug,
            "components": [],
            "bundleItems": [],
            "params": [],
            "offerings": [],
            "attachmentOfferings": [],
            "sellerSku": product.sku,
            "priceValidUntil": None,
            "commission": 0,
            "tax": 0,
            "preSaleDate": None,
            "additionalInfo": self._additional_info(product),
            "measurementUnit": product.unit,
            "unitMultiplier": multiplier,
            "sellingPrice": selling,
            "isGift": False,
            "shippingPrice": None,
            "rewardValue": 0,
            "freightCommission": 0,
            "priceDefinition": {
                "sellingPrices": [{"value": selling, "quantity": quantity}],
                "calculatedSellingPrice": selling,
                "total": _cents(selling, quantity, multiplier),
                "reason": None,
            },
            "taxCode": None,
            "parentItemIndex": None,
            "parentAssemblyBinding": None,
            "callCenterOperator": None,
            "serialNumbers": None,
            "assemblies": [],
            "costPrice": product.price * 6 // 10,
        }

    def _additional_info(self, product: Product) -> Json:
        volume = product.height * product.width * product.length
        return {
            "brandName": product.brand,
            "brandId": "2000001",
            "categoriesIds": "/1/",
            "categories": [{"id": 1, "name": "Casa"}],
            "productClusterId": "",
            "commercialConditionId": "1",
            "dimension": {
                "cubicweight": round(volume / 6000, 4),
                "height": product.height,
                "length": product.length,
                "weight": product.weight,
                "width": product.width,
            },
            "offeringInfo": None,
            "offeringType": None,
            "offeringTypeId": None,
        }

    def _metadata(self, line: Json) -> Json:
        return {
            "Id": line["id"],
            "Seller": "1",
            "Name": line["name"],
            "SkuName": line["name"],
            "ProductId": line["productId"],
            "RefId": line["refId"],
            "Ean": line["ean"],
            "ImageUrl": line["imageUrl"],
            "DetailUrl": line["detailUrl"],
            "AssemblyOptions": [],
        }

    def _totals(self, logistics: list[Json]) -> list[Json]:
        listed = sum(_cents(i["price"], i["quantity"], i["unitMultiplier"]) for i in self.lines)
        sold = sum(line["priceDefinition"]["total"] for line in self.lines)
        shipping = sum(entry["sellingPrice"] for entry in logistics)
        return [
            {"id": "Items", "name": "Total dos Itens", "value": listed},
            {"id": "Discounts", "name": "Total dos Descontos", "value": sold - listed},
            {"id": "Shipping", "name": "Total do Frete", "value": shipping},
            {"id": "Tax", "name": "Total da Taxa", "value": 0},
        ]

    # ---- how it gets there

    def _is_pickup(self, position: int) -> bool:
        if self.recipe.delivery == "mixed":
            return position == 0
        return self.recipe.delivery == "pickup"

    def _logistics(self, position: int, line: Json) -> Json:
        rng, pickup = self.rng, self._is_pickup(position)
        channel = "pickup-in-point" if pickup else "delivery"
        price = 0 if pickup else self.country.shipping_step * rng.randrange(2, 12)
        days = rng.choice((1, 2, 2, 3, 4, 7))
        sla = f"Retirada ({self.shop.id})" if pickup else rng.choice(("Normal", "Expressa"))
        carrier = self.shop.name if pickup else rng.choice(self.country.carriers)
        due = {"shippingEstimateDate": stamp(self.created + timedelta(days=days))}
        store = self._pickup_info(pickup)
        point = f"1_{self.shop.id}" if pickup else None
        entry = {
            "itemIndex": position,
            "selectedSla": sla,
            "lockTTL": "10d",
            "price": price,
            "listPrice": price,
            "sellingPrice": price,
            "deliveryWindow": None,
            "deliveryCompany": carrier,
            "shippingEstimate": f"{days}bd",
            "slas": [self._sla(sla, days, price, channel, store, point)],
            "shipsTo": [self.country.code],
            "deliveryIds": [
                {
                    "courierId": "c1",
                    "courierName": carrier,
                    "dockId": "dock_1",
                    "quantity": line["quantity"],
                    "warehouseId": "warehouse_1",
                    "accountCarrierName": "balcao",
                    "kitItemDetails": [],
                }
            ],
            "deliveryChannels": [{"id": channel, "stockBalance": 0}],
            "deliveryChannel": channel,
            "selectedDeliveryChannel": channel,
            "pickupStoreInfo": store,
            "addressId": self.shop.id if pickup else self.address["addressId"],
            "versionId": None,
            "entityId": None,
            "polygonName": "",
            "pickupPointId": point,
            "transitTime": f"{days}d",
        }
        # The platform knows the date only once the payment is in.
        return entry | due if self.recipe.paid else entry

    def _sla(
        self, name: str, days: int, price: int, channel: str, store: Json, point: str | None
    ) -> Json:
        address = self.shop_address | {"receiverName": None} if point else None
        return {
            "id": name,
            "name": name,
            "shippingEstimate": f"{days}bd",
            "deliveryWindow": None,
            "price": price,
            "deliveryChannel": channel,
            "pickupStoreInfo": store | {"address": address},
            "polygonName": "",
            "lockTTL": "10d",
            "pickupPointId": point or "",
            "transitTime": f"{days}d",
            "pickupDistance": 0.0,
        }

    def _pickup_info(self, pickup: bool) -> Json:
        return {
            "additionalInfo": "Documento com foto" if pickup else None,
            "address": None,
            "dockId": None,
            "friendlyName": self.shop.name if pickup else None,
            "isPickupStore": pickup,
        }

    def _shipping(self, logistics: list[Json]) -> Json:
        picked = any(entry["pickupPointId"] for entry in logistics)
        sent = any(not entry["pickupPointId"] for entry in logistics)
        addresses = [self.address] * sent + [self.shop_address] * picked
        return {
            "id": "shippingData",
            "address": addresses[0],
            "logisticsInfo": logistics,
            "trackingHints": None,
            "selectedAddresses": addresses,
            "contactInformation": [],
        }

    # ---- how it is paid, and where it was bought

    def _payment(self, value: int) -> Json:
        rng = self.rng
        ways = [p for p in self.country.payments if p.kind == self.recipe.payment]
        if not ways:
            raise ValueError(f"no payment {self.recipe.payment!r} in {self.country.code}")
        way: Payment = rng.choice(ways)
        card = way.kind == "card"
        payment = {
            "id": f"{rng.getrandbits(128):032X}",
            "paymentSystem": way.system,
            "paymentSystemName": way.name,
            "value": value,
            "installments": rng.choice((1, 1, 3, 6)) if card else 1,
            "referenceValue": value,
            "cardHolder": None,
            "cardNumber": None,
            "firstDigits": "444433" if card else None,
            "lastDigits": f"{rng.randrange(10_000):04d}" if card else None,
            "cvv2": None,
            "expireMonth": None,
            "expireYear": None,
            "url": None,
            "giftCardId": None,
            "giftCardName": None,
            "giftCardCaption": None,
            "redemptionCode": None,
            "group": way.group,
            "tid": f"{rng.randrange(10**8):08d}",
            "dueDate": None,
            "connectorResponses": {},
            "giftCardProvider": None,
            "giftCardAsDiscount": None,
            "koinUrl": None,
            "accountId": None,
            "parentAccountId": None,
            "bankIssuedInvoiceIdentificationNumber": None,
            "bankIssuedInvoiceBarCodeNumber": None,
            "billingAddress": None,
            "paymentOrigin": None,
        }
        transaction = {
            "isActive": True,
            "transactionId": f"{rng.getrandbits(128):032X}",
            "merchantName": "BALCAO",
            "payments": [payment],
        }
        return {"giftCards": [], "transactions": [transaction]}

    def _marketplace(self) -> Json:
        name = self.channel[1] if self.channel else "balcao"
        return {"baseURL": "http://oms.example/api/oms", "isCertified": True, "name": name}

    def _store_preferences(self) -> Json:
        country = self.country
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


def _cents(price: int, quantity: int, multiplier: float) -> int:
    return round(price * quantity * Fraction(str(multiplier)))
