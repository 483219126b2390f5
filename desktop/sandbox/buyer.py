"""Who bought, where they live and how they pay."""

from __future__ import annotations

from random import Random
from typing import Any

from desktop.sandbox import digits
from desktop.sandbox.catalogue import Country, Payment, Place
from desktop.sandbox.recipe import Recipe

Json = dict[str, Any]


def client(rng: Random, country: Country, recipe: Recipe) -> Json:
    """``clientProfileData``: a person, with a company where the recipe asks for one."""
    first, last = rng.choice(country.first_names), rng.choice(country.last_names)
    if recipe.long_name:
        first, last = rng.choice(country.long_names)
    company = rng.choice(country.companies) if recipe.company else None
    phone = f"{country.dialling}{rng.randrange(10**6):06d}"
    return {
        "id": "clientProfileData",
        "email": f"{rng.getrandbits(64):016x}@ct.example.com",
        "firstName": first,
        "lastName": last,
        "documentType": country.person_document,
        "document": _person_document(rng, country),
        "phone": phone,
        "corporateName": company,
        "tradeName": company.split(" ")[0] if company else None,
        "corporateDocument": _company_document(rng, country) if company else None,
        "stateInscription": None,
        "corporatePhone": phone if company else None,
        "isCorporate": company is not None,
        "userProfileId": f"{rng.getrandbits(128):032x}",
        "userProfileVersion": None,
        "customerClass": None,
        "customerCode": None,
    }


def _person_document(rng: Random, country: Country) -> str:
    if country.code == "BRA":
        return digits.cpf(rng)
    if country.code == "COL":
        return str(rng.randrange(10_000_000, 1_200_000_000))
    return digits.rfc(rng)


def _company_document(rng: Random, country: Country) -> str:
    if country.code == "BRA":
        return digits.cnpj(rng)
    return digits.nit(rng) if country.code == "COL" else digits.rfc(rng)


def home(rng: Random, country: Country, receiver: str) -> Json:
    """An address to deliver to."""
    number = str(rng.randrange(1, 4000))
    if country.code == "COL":
        number = f"{rng.randrange(1, 99)}-{rng.randrange(10, 99)}"
    place = rng.choice(country.places)
    identity = f"{rng.getrandbits(42):013d}"
    complement = rng.choice(country.complements)
    return address(country, place, "residential", identity, number, complement, receiver)


def address(
    country: Country,
    place: Place,
    kind: str,
    identity: str,
    number: str,
    complement: str,
    receiver: str,
) -> Json:
    """An address as VTEX writes it; ``kind`` is ``residential`` or ``pickup``."""
    return {
        "addressType": kind,
        "receiverName": receiver,
        "addressId": identity,
        "versionId": None,
        "entityId": None,
        "postalCode": place.postal_code,
        "city": place.city,
        "state": place.state,
        "country": country.code,
        "street": place.street,
        "number": number,
        "neighborhood": place.neighborhood,
        "complement": complement,
        "reference": None,
        "geoCoordinates": [],
    }


def payment(rng: Random, country: Country, recipe: Recipe, value: int) -> Json:
    """``paymentData`` for the whole value; ValueError where the country lacks the way to pay."""
    ways = [p for p in country.payments if p.kind == recipe.payment]
    if not ways:
        raise ValueError(f"no payment {recipe.payment!r} in {country.code}")
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
        "accountId": f"{rng.getrandbits(128):032X}",
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
