"""What was bought: the lines of an order and their sums, in cents, grams and centimetres."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from desktop.sandbox import digits
from desktop.sandbox.catalogue import Country, Product
from desktop.sandbox.recipe import Recipe

Json = dict[str, Any]


def lines(rng: Random, country: Country, recipe: Recipe, order_id: str) -> list[Json]:
    """Different products, as many as the recipe says or as buyers usually take."""
    count = recipe.lines or rng.choice((1, 1, 1, 2, 2, 3, 5))
    count = max(count, 2) if recipe.delivery == "mixed" else count
    by_weight = [p for p in country.products if p.unit == "kg"]
    by_piece = [p for p in country.products if p.unit == "un"]
    chosen = rng.sample(by_piece, min(count, len(by_piece)))
    if recipe.weighed or recipe.multiplier != 1:
        chosen[0] = rng.choice(by_weight)
    return [_line(rng, country, recipe, product, order_id) for product in chosen]


def totals(items: list[Json], logistics: list[Json]) -> list[Json]:
    """The four sums of an order; together they are its value."""
    listed = sum(_cents(i["price"], i["quantity"], i["unitMultiplier"]) for i in items)
    sold = sum(line["priceDefinition"]["total"] for line in items)
    shipping = sum(entry["sellingPrice"] for entry in logistics)
    return [
        {"id": "Items", "name": "Total dos Itens", "value": listed},
        {"id": "Discounts", "name": "Total dos Descontos", "value": sold - listed},
        {"id": "Shipping", "name": "Total do Frete", "value": shipping},
        {"id": "Tax", "name": "Total da Taxa", "value": 0},
    ]


def metadata(line: Json) -> Json:
    """A line as ``itemMetadata`` repeats it."""
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


def _line(rng: Random, country: Country, recipe: Recipe, product: Product, order_id: str) -> Json:
    multiplier = recipe.multiplier if product.unit == "kg" else 1
    quantity = rng.choice((1, 1, 1, 2, 3)) if product.unit == "un" else rng.randrange(1, 5)
    discount = product.price // 10 if rng.random() < 0.3 else 0
    selling = product.price - discount
    return {
        "uniqueId": f"{rng.getrandbits(128):032X}",
        "id": product.sku,
        "productId": product.sku[1:],
        "ean": digits.ean13(f"{country.ean_prefix}90000{product.sku}"),
        "lockId": f"00-{order_id}",
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
        "detailUrl": f"/produto-{product.sku}/p",
        "components": [],
        "bundleItems": [],
        "params": [],
        "offerings": [],
        "attachmentOfferings": [],
        "sellerSku": product.sku,
        "priceValidUntil": "2030-01-01T00:00:00Z",
        "commission": 0,
        "tax": 0,
        "preSaleDate": None,
        "additionalInfo": _additional_info(product),
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


def _additional_info(product: Product) -> Json:
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


def _cents(price: int, quantity: int, multiplier: float) -> int:
    if multiplier == 1:
        return price * quantity
    return round(price * quantity * Fraction(str(multiplier)))
