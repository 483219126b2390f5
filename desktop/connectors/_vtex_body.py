"""A VTEX order body, classic or PII, read into our terms.

Whatever the bytes are, `read` gives orders or raises UserError; nothing is half-read. Money comes in
hundredths whatever the currency (contract: `value`), so currencies with fewer decimals are converted.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from desktop.connectors import RemoteOrder
from desktop.connectors._vtex_words import BY_WORD, CANCELS, STATUSES, payment_kind, suffix
from desktop.connectors.http import parse_json
from desktop.errors import UserError
from desktop.i18n import N_, decimals, known_currency
from desktop.order import (
    Address,
    Buyer,
    Invoice,
    Kind,
    Line,
    Order,
    Package,
    Payment,
    PaymentKind,
    Status,
)

Json = dict[str, Any]
MAX_LINES = 1_000
MAX_TEXT = 2_000
_MAX_CENTS = 10**13
_PICKUP = "pickup-in-point"


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of an order that travel together. `items` are (index in the order, item)."""

    kind: Kind
    items: tuple[tuple[int, Json], ...]
    logistics: tuple[Json, ...]
    value: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed body: its groups (hundredths, as the platform says) beside our orders of them."""

    remote: tuple[RemoteOrder, ...]
    groups: tuple[Group, ...]


def read(raw: bytes, connection: str) -> Document:
    """The orders of a body, one for each delivery group. Raises UserError with the reason when it is
    no order that we can trust."""
    try:
        body = parse_json(raw)
    except ValueError:
        raise UserError(N_("The answer is cut off or is no JSON.")) from None
    if not isinstance(body, dict):
        raise UserError(N_("The answer is no order."))
    groups = _groups(body)
    digest = hashlib.sha256(raw).hexdigest()
    return Document(tuple(_remote(body, group, connection, digest) for group in groups), groups)


# ---- values


def _text(box: Json, name: str, required: bool = False) -> str:
    value = box.get(name)
    if value is None or value == "":
        if required:
            raise _missing(name)
        return ""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise _wrong(name)
    for char in value:
        if char < " " and char in "\t\r\n":
            continue
        if unicodedata.category(char) in {"Cc", "Cs"}:
            raise UserError(N_("“{name}” holds control characters."), name=name)
    return " ".join(value.split())


def _whole(box: Json, name: str, least: int, most: int) -> int:
    value = box.get(name)
    if value is None:
        raise _missing(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise UserError(N_("“{name}” is no whole number."), name=name)
    if not least <= value <= most:
        raise UserError(N_("“{name}” is out of range: {value}."), name=name, value=str(value)[:40])
    return value


def _cents(box: Json, name: str) -> int:
    return _whole(box, name, -_MAX_CENTS, _MAX_CENTS)


def _positive(box: Json, name: str) -> int:
    return _whole(box, name, 0, _MAX_CENTS)


def _number(box: Json, name: str, default: int) -> Decimal:
    value = box.get(name)
    if value is None:
        return Decimal(default)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _wrong(name)
    number = Decimal(value)
    if not 0 <= number <= 10**7:
        raise UserError(N_("“{name}” is out of range: {value}."), name=name, value=str(value)[:40])
    return number


def moment(text: str) -> datetime | None:
    """The UTC time of an ISO text; without an offset it is UTC already. None when it is no date.

    The year 1 is how the platform writes "never".
    """
    try:
        at = datetime.fromisoformat(text)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if 2000 <= at.year < 2200 else None


def _date(box: Json, name: str, required: bool = False) -> datetime | None:
    text = _text(box, name, required)
    at = moment(text) if text else None
    if at is None and (required or (text and not text.startswith("0001-01-01"))):
        raise UserError(N_("“{name}” is no date: {value}."), name=name, value=text[:40])
    return at


def _box(box: Json, name: str) -> Json:
    value = box.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(name)
    return value


def _list(box: Json, name: str) -> list[Json]:
    value = box.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _wrong(name)
    return value


def _missing(name: str) -> UserError:
    return UserError(N_("“{name}” is missing."), name=name)


def _wrong(name: str) -> UserError:
    return UserError(N_("“{name}” has the wrong form."), name=name)


def _money(currency: str) -> Callable[[int], int]:
    """From hundredths to minor units, halves away from zero."""
    step: int = 10 ** (2 - decimals(currency))

    def convert(cents: int) -> int:
        whole = (abs(cents) + step // 2) // step
        return whole if cents >= 0 else -whole

    return convert


# ---- the parts of a body


def _groups(body: Json) -> tuple[Group, ...]:
    items = _list(body, "items")
    if not items:
        raise _missing("items")
    if len(items) > MAX_LINES:
        raise UserError(
            N_("The order has {n} lines; more than {most} are not taken."),
            n=len(items),
            most=MAX_LINES,
        )
    value = _positive(body, "value")
    logistics = _logistics(body, len(items))
    picked = [logistics[i].get("selectedDeliveryChannel") == _PICKUP for i in range(len(items))]
    kinds = [kind for kind in Kind if (kind is Kind.PICKUP) in picked]
    parts = [
        [i for i, is_picked in enumerate(picked) if is_picked == (kind is Kind.PICKUP)]
        for kind in kinds
    ]
    shares = [sum(_share(items[i], logistics[i]) for i in part) for part in parts]
    # What cannot be told apart (gift wrap, rounding) goes to the last, so that the parts add up.
    shares[-1] = value - sum(shares[:-1])
    if min(shares) < 0:
        raise UserError(N_("The amounts of the order do not add up."))
    return tuple(
        Group(
            kind,
            tuple((i, items[i]) for i in part),
            tuple(logistics[i] for i in part),
            share,
            kind.value if len(parts) > 1 else "",
        )
        for kind, part, share in zip(kinds, parts, shares, strict=True)
    )


def _logistics(body: Json, lines: int) -> dict[int, Json]:
    entries = _list(_box(body, "shippingData"), "logisticsInfo")
    found = {_whole(entry, "itemIndex", 0, 10**6): entry for entry in entries}
    if any(i not in found for i in range(lines)):
        raise _missing("logisticsInfo")
    return found


def _share(item: Json, logistics: Json) -> int:
    shipping = _positive(logistics, "sellingPrice") if "sellingPrice" in logistics else 0
    tax = _cents(item, "tax") if item.get("tax") is not None else 0
    return line_total(item) + shipping + tax


def line_total(item: Json) -> int:
    """A line's price after discounts in hundredths: the platform's own sum where it gives one."""
    definition = _box(item, "priceDefinition") or _box(item, "priceDefinitions")
    if definition.get("total") is not None:
        return _positive(definition, "total")
    quantity = _whole(item, "quantity", 1, 10**6)
    total = round(_positive(item, "sellingPrice") * quantity * _number(item, "unitMultiplier", 1))
    return _positive({"sellingPrice": total}, "sellingPrice")


def _line(index: int, item: Json, money: Callable[[int], int]) -> Line:
    quantity = _quantity(item)
    sku = _text(item, "id", required=True)
    dimension = _box(_box(item, "additionalInfo"), "dimension")
    return Line(
        number=index + 1,
        sku=_text(item, "refId") or sku,
        name=_text(item, "name", required=True),
        quantity=quantity,
        unit_price=money(_positive(item, "sellingPrice")),
        total=money(line_total(item)),
        ean=_text(item, "ean"),
        unit=_text(item, "measurementUnit") or "un",
        unit_weight_g=int(_number(dimension, "weight", 0)),
        remote_id=sku,
    )


def _quantity(item: Json) -> Decimal:
    """How much was bought, in the unit of measurement: pieces × what one piece holds."""
    multiplier = _number(item, "unitMultiplier", 1)
    quantity = _whole(item, "quantity", 1, 10**6) * multiplier
    quantity = quantity.quantize(Decimal("0.000001")).normalize()
    if not quantity:
        raise UserError(
            N_("“{name}” is out of range: {value}."), name="unitMultiplier", value=str(multiplier)
        )
    return Decimal(f"{quantity:f}")


def _buyer(body: Json) -> Buyer:
    client = _box(body, "clientProfileData")
    name = f"{_text(client, 'firstName')} {_text(client, 'lastName')}".strip()
    document, phone = _text(client, "document"), _text(client, "phone")
    if client.get("isCorporate") is True:
        name = _text(client, "corporateName") or _text(client, "tradeName") or name
        document = _text(client, "corporateDocument") or document
        phone = _text(client, "corporatePhone") or phone
    return Buyer(name, document, phone, _text(client, "email"))


def _address(body: Json, group: Group) -> Address:
    shipping = _box(body, "shippingData")
    logistics = group.logistics[0]
    known = [*_list(shipping, "selectedAddresses"), _box(shipping, "address")]
    wanted = _text(logistics, "addressId")
    chosen = next((a for a in known if wanted and a.get("addressId") == wanted), {})
    receiver = ""
    if group.kind is Kind.PICKUP:
        store = _box(logistics, "pickupStoreInfo")
        chosen = chosen or next(_pickup_places(logistics, store), {})
        receiver = _text(store, "friendlyName")
    chosen = chosen or _box(shipping, "address")
    return Address(
        receiver=receiver or _text(chosen, "receiverName"),
        street=_text(chosen, "street"),
        number=_text(chosen, "number"),
        complement=_text(chosen, "complement"),
        district=_text(chosen, "neighborhood"),
        city=_text(chosen, "city"),
        state=_text(chosen, "state"),
        postal_code=_text(chosen, "postalCode"),
        country=_text(chosen, "country"),
        reference=_text(chosen, "reference"),
    )


def _pickup_places(logistics: Json, store: Json) -> Iterator[Json]:
    """The contract calls this address a text in one place and an object in another."""
    slas = [
        sla for sla in _list(logistics, "slas") if sla.get("id") == logistics.get("selectedSla")
    ]
    for info in (store, *(_box(sla, "pickupStoreInfo") for sla in slas)):
        if isinstance(info.get("address"), dict):
            yield info["address"]


def _payment(body: Json, status: str, placed: datetime, amount: int) -> Payment:
    transactions = _list(_box(body, "paymentData"), "transactions")
    payments = [
        payment
        for transaction in transactions
        if transaction.get("isActive") is not False
        for payment in _list(transaction, "payments")
    ]
    kinds = [(payment_kind(_text(p, "group"), _text(p, "paymentSystemName")), p) for p in payments]
    # The strictest decides: money that somebody here must still see.
    ranks = list(PaymentKind)
    kind, main = max(
        kinds, key=lambda pair: ranks.index(pair[0]), default=(PaymentKind.ONLINE, Json())
    )
    names = dict.fromkeys(_text(p, "paymentSystemName") for p in payments)
    settled = _date(body, "authorizedDate")
    if settled is None and BY_WORD.get(status) not in (
        None,
        Status.AWAITING_PAYMENT,
        Status.CANCELLED,
    ):
        settled = placed
    # Authorised means only that the goods may leave; the money comes at the door.
    settled = None if kind is PaymentKind.ON_DELIVERY else settled
    return Payment(
        kind,
        method=" + ".join(name for name in names if name),
        amount=amount,
        settled_at=settled,
        remote_id=_text(main, "id"),
    )


def _packages(body: Json, group: Group) -> list[Json]:
    """The sale invoices of a group: those that name its lines; all where the order is not mixed."""
    own = [index for index, _ in group.items]
    found = []
    for package in _list(_box(body, "packageAttachment"), "packages"):
        ours = any(item.get("itemIndex") in own for item in _list(package, "items"))
        if package.get("type") == "Output" and (ours or not group.name):
            found.append(package)
    return found


def _invoice(package: Json, money: Callable[[int], int]) -> Invoice:
    return Invoice(
        number=_text(package, "invoiceNumber"),
        key=_text(package, "invoiceKey"),
        total=money(_positive(package, "invoiceValue")),
        issued_at=moment(_text(package, "issuanceDate")),
        source="platform",
    )


def _tracked(packages: list[Json]) -> tuple[Package, ...]:
    seen = [p for p in packages if p.get("trackingNumber") or _box(p, "courierStatus")]
    return tuple(
        Package(
            number,
            carrier=_text(package, "courier"),
            tracking=_text(package, "trackingNumber"),
            tracking_url=_text(package, "trackingUrl"),
            delivered_at=moment(_text(_box(package, "courierStatus"), "deliveredDate"))
            if is_finished(package)
            else None,
        )
        for number, package in enumerate(seen, 1)
    )


def is_finished(package: Json) -> bool:
    """Whether the buyer has it (contract: `courierStatus.finished`)."""
    return _box(package, "courierStatus").get("finished") is True


def _events(packages: list[Json]) -> list[str]:
    """Tracking events of all packages, oldest first as the platform keeps them."""
    return [
        _text(event, "description")
        for package in packages
        for event in _list(_box(package, "courierStatus"), "data")
    ]


def _word(status: str, group: Group, packages: list[Json]) -> str:
    covered = sum(_positive(p, "invoiceValue") for p in packages) >= group.value
    # A mixed order stays in handling until both groups have an invoice.
    if status == "handling" and group.name and packages and covered:
        status = "invoiced"
    if status != "invoiced" or not packages:
        return status
    return status + suffix(
        group.kind,
        finished=all(is_finished(p) for p in packages),
        tracked=all(p.get("trackingNumber") for p in packages),
        events=_events(packages),
    )


def _channel(body: Json) -> str:
    names = (_text(_box(body, "marketplace"), "name"), _text(body, "affiliateId"))
    return next((name for name in names if name), "") or _text(body, "hostname")


def _cancel_reason(body: Json) -> str:
    data = _box(body, "cancellationData")
    return _text(data, "Reason") or _text(data, "reason") or _text(body, "cancelReason")


def _remote(body: Json, group: Group, connection: str, digest: str) -> RemoteOrder:
    status = _text(body, "status") or "null"
    if status not in STATUSES:
        raise UserError(N_("The status “{status}” is not known."), status=status)
    cancel = CANCELS.get(status)
    stuck = body.get("workflowIsInError") is True
    return RemoteOrder(
        facts=_order(body, group, connection, status),
        word=_word(status, group, _packages(body, group)),
        verbatim=f"{status} (workflowIsInError)" if stuck else status,
        digest=digest,
        cancel=cancel,
        cancel_reason=_cancel_reason(body) if cancel is not None else "",
    )


def _order(body: Json, group: Group, connection: str, status: str) -> Order:
    currency = _text(_box(body, "storePreferencesData"), "currencyCode", required=True)
    if not known_currency(currency):
        raise UserError(N_("The currency “{currency}” is not known."), currency=currency)
    money = _money(currency)
    placed = _date(body, "creationDate", required=True)
    assert placed is not None
    remote_id = _text(body, "orderId", required=True)
    packages = _packages(body, group)
    due = [at for entry in group.logistics if (at := _date(entry, "shippingEstimateDate"))]
    return Order(
        connection=connection,
        remote_id=remote_id,
        number=_text(body, "sequence") or remote_id,
        kind=group.kind,
        status=Status.AWAITING_CREATION,
        currency=currency,
        total=money(group.value),
        lines=tuple(_line(index, item, money) for index, item in group.items),
        payment=_payment(body, status, placed, money(group.value)),
        placed_at=placed,
        buyer=_buyer(body),
        address=_address(body, group),
        group=group.name,
        channel=_channel(body),
        due_at=min(due, default=None),
        packages=_tracked(packages),
        invoice=_invoice(packages[0], money) if packages else None,
    )
