"""A VTEX order body, classic or PII, read into our terms.

Whatever the bytes are, `read` gives orders or raises UserError; nothing is half-read. Money comes in
hundredths whatever the currency (contract: `value`), so currencies with fewer decimals are converted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from desktop.connectors import RemoteOrder
from desktop.connectors import _values as get
from desktop.connectors._values import Json
from desktop.connectors._vtex_words import BY_WORD, CANCELS, STATUSES, payment_kind, suffix
from desktop.connectors.http import parse_json
from desktop.errors import UserError
from desktop.i18n import N_
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

MAX_LINES = 1_000
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
    return Document(tuple(_remote(body, group, connection, raw) for group in groups), groups)


def _groups(body: Json) -> tuple[Group, ...]:
    items = get.boxes(body, "items")
    if not items:
        raise get.missing("items")
    if len(items) > MAX_LINES:
        raise UserError(
            N_("The order has {n} lines; more than {most} are not taken."),
            n=len(items),
            most=MAX_LINES,
        )
    value = get.positive(body, "value")
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
    entries = get.boxes(get.box(body, "shippingData"), "logisticsInfo")
    found = {get.whole(entry, "itemIndex", 0, 10**6): entry for entry in entries}
    if any(i not in found for i in range(lines)):
        raise get.missing("logisticsInfo")
    return found


def _share(item: Json, logistics: Json) -> int:
    shipping = get.positive(logistics, "sellingPrice") if "sellingPrice" in logistics else 0
    tax = get.cents(item, "tax") if item.get("tax") is not None else 0
    return line_total(item) + shipping + tax


def line_total(item: Json) -> int:
    """A line's price after discounts in hundredths: the platform's own sum where it gives one."""
    definition = get.box(item, "priceDefinition") or get.box(item, "priceDefinitions")
    if definition.get("total") is not None:
        return get.positive(definition, "total")
    quantity = get.whole(item, "quantity", 1, 10**6)
    total = round(
        get.positive(item, "sellingPrice") * quantity * get.number(item, "unitMultiplier", 1)
    )
    return get.positive({"sellingPrice": total}, "sellingPrice")


def _line(index: int, item: Json, money: Callable[[int], int]) -> Line:
    quantity = _quantity(item)
    sku = get.text(item, "id", required=True)
    dimension = get.box(get.box(item, "additionalInfo"), "dimension")
    return Line(
        number=index + 1,
        sku=get.text(item, "refId") or sku,
        name=get.text(item, "name", required=True),
        quantity=quantity,
        unit_price=money(get.positive(item, "sellingPrice")),
        total=money(line_total(item)),
        ean=get.text(item, "ean"),
        unit=get.text(item, "measurementUnit") or "un",
        unit_weight_g=int(get.number(dimension, "weight", 0)),
        remote_id=sku,
    )


def _quantity(item: Json) -> Decimal:
    """How much was bought, in the unit of measurement: pieces × what one piece holds."""
    multiplier = get.number(item, "unitMultiplier", 1)
    pieces = get.whole(item, "quantity", 1, 10**6)
    if multiplier == 1:
        return Decimal(pieces)
    quantity = (pieces * multiplier).quantize(Decimal("0.000001")).normalize()
    if not quantity:
        raise UserError(
            N_("“{name}” is out of range: {value}."), name="unitMultiplier", value=str(multiplier)
        )
    return Decimal(f"{quantity:f}")


def _buyer(body: Json) -> Buyer:
    client = get.box(body, "clientProfileData")
    name = f"{get.text(client, 'firstName')} {get.text(client, 'lastName')}".strip()
    document, phone = get.text(client, "document"), get.text(client, "phone")
    if client.get("isCorporate") is True:
        name = get.text(client, "corporateName") or get.text(client, "tradeName") or name
        document = get.text(client, "corporateDocument") or document
        phone = get.text(client, "corporatePhone") or phone
    return Buyer(name, document, phone, get.text(client, "email"))


def _address(body: Json, group: Group) -> Address:
    shipping = get.box(body, "shippingData")
    logistics = group.logistics[0]
    known = [*get.boxes(shipping, "selectedAddresses"), get.box(shipping, "address")]
    wanted = get.text(logistics, "addressId")
    chosen = next((a for a in known if wanted and a.get("addressId") == wanted), {})
    receiver = ""
    if group.kind is Kind.PICKUP:
        store = get.box(logistics, "pickupStoreInfo")
        chosen = chosen or next(_pickup_places(logistics, store), {})
        receiver = get.text(store, "friendlyName")
    chosen = chosen or get.box(shipping, "address")
    return Address(
        receiver=receiver or get.text(chosen, "receiverName"),
        street=get.text(chosen, "street"),
        number=get.text(chosen, "number"),
        complement=get.text(chosen, "complement"),
        district=get.text(chosen, "neighborhood"),
        city=get.text(chosen, "city"),
        state=get.text(chosen, "state"),
        postal_code=get.text(chosen, "postalCode"),
        country=get.text(chosen, "country"),
        reference=get.text(chosen, "reference"),
    )


def _pickup_places(logistics: Json, store: Json) -> Iterator[Json]:
    """The contract calls this address a text in one place and an object in another."""
    slas = [
        sla for sla in get.boxes(logistics, "slas") if sla.get("id") == logistics.get("selectedSla")
    ]
    for info in (store, *(get.box(sla, "pickupStoreInfo") for sla in slas)):
        if isinstance(info.get("address"), dict):
            yield info["address"]


def _payment(body: Json, status: str, placed: datetime, amount: int) -> Payment:
    transactions = get.boxes(get.box(body, "paymentData"), "transactions")
    payments = [
        payment
        for transaction in transactions
        if transaction.get("isActive") is not False
        for payment in get.boxes(transaction, "payments")
    ]
    kinds = [
        (payment_kind(get.text(p, "group"), get.text(p, "paymentSystemName")), p) for p in payments
    ]
    # The strictest decides: money that somebody here must still see.
    ranks = list(PaymentKind)
    kind, main = max(
        kinds, key=lambda pair: ranks.index(pair[0]), default=(PaymentKind.ONLINE, Json())
    )
    names = dict.fromkeys(get.text(p, "paymentSystemName") for p in payments)
    settled = get.date(body, "authorizedDate")
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
        remote_id=get.text(main, "id"),
    )


def _packages(body: Json, group: Group) -> list[Json]:
    """The sale invoices of a group: those that name its lines; all where the order is not mixed."""
    own = [index for index, _ in group.items]
    found = []
    for package in get.boxes(get.box(body, "packageAttachment"), "packages"):
        ours = any(item.get("itemIndex") in own for item in get.boxes(package, "items"))
        if package.get("type") == "Output" and (ours or not group.name):
            found.append(package)
    return found


def _invoice(package: Json, money: Callable[[int], int]) -> Invoice:
    return Invoice(
        number=get.text(package, "invoiceNumber"),
        key=get.text(package, "invoiceKey"),
        total=money(get.positive(package, "invoiceValue")),
        issued_at=get.moment(get.text(package, "issuanceDate")),
        source="platform",
    )


def _tracked(packages: list[Json]) -> tuple[Package, ...]:
    seen = [p for p in packages if p.get("trackingNumber") or get.box(p, "courierStatus")]
    return tuple(
        Package(
            number,
            carrier=get.text(package, "courier"),
            tracking=get.text(package, "trackingNumber"),
            tracking_url=get.text(package, "trackingUrl"),
            delivered_at=get.moment(get.text(get.box(package, "courierStatus"), "deliveredDate"))
            if is_finished(package)
            else None,
        )
        for number, package in enumerate(seen, 1)
    )


def is_finished(package: Json) -> bool:
    """Whether the buyer has it (contract: `courierStatus.finished`)."""
    return get.box(package, "courierStatus").get("finished") is True


def _events(packages: list[Json]) -> list[str]:
    """Tracking events of all packages, oldest first as the platform keeps them."""
    return [
        get.text(event, "description")
        for package in packages
        for event in get.boxes(get.box(package, "courierStatus"), "data")
    ]


def _word(status: str, group: Group, packages: list[Json]) -> str:
    covered = sum(get.positive(p, "invoiceValue") for p in packages) >= group.value
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
    names = (get.text(get.box(body, "marketplace"), "name"), get.text(body, "affiliateId"))
    return next((name for name in names if name), "") or get.text(body, "hostname")


def _cancel_reason(body: Json) -> str:
    data = get.box(body, "cancellationData")
    return get.text(data, "Reason") or get.text(data, "reason") or get.text(body, "cancelReason")


def _remote(body: Json, group: Group, connection: str, raw: bytes) -> RemoteOrder:
    status = get.text(body, "status") or "null"
    if status not in STATUSES:
        raise UserError(N_("The status “{status}” is not known."), status=status)
    cancel = CANCELS.get(status)
    stuck = body.get("workflowIsInError") is True
    return RemoteOrder(
        facts=_order(body, group, connection, status),
        word=_word(status, group, _packages(body, group)),
        verbatim=f"{status} (workflowIsInError)" if stuck else status,
        digest=hashlib.sha256(raw).hexdigest(),
        cancel=cancel,
        cancel_reason=_cancel_reason(body) if cancel is not None else "",
        raw=raw,
    )


def _order(body: Json, group: Group, connection: str, status: str) -> Order:
    currency = get.currency(get.box(body, "storePreferencesData"), "currencyCode")
    money = get.minor_units(currency)
    placed = get.date(body, "creationDate", required=True)
    assert placed is not None
    remote_id = get.text(body, "orderId", required=True)
    packages = _packages(body, group)
    due = [at for entry in group.logistics if (at := get.date(entry, "shippingEstimateDate"))]
    return Order(
        connection=connection,
        remote_id=remote_id,
        number=get.text(body, "sequence") or remote_id,
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
