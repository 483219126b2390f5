"""An order and what belongs to it: plain frozen values.

No clock, no I/O, no translation. Money is an int in minor units of `Order.currency`, times are aware UTC,
quantities are Decimal (some goods are sold by weight), weights are grams, lengths millimetres. What moves
an order stands in `journey.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from desktop.i18n import N_


class Status(StrEnum):
    """The furthest point an order has reached on its journey."""

    AWAITING_PAYMENT = "awaiting_payment"
    AWAITING_CREATION = "awaiting_creation"
    ACCEPTED = "accepted"
    IN_PREPARATION = "in_preparation"
    INVOICED = "invoiced"
    PACKED = "packed"
    SHIPPED = "shipped"
    IN_TRANSIT = "in_transit"
    DELIVERY_PROBLEM = "delivery_problem"
    DELIVERED = "delivered"
    READY_FOR_PICKUP = "ready_for_pickup"
    PICKED_UP = "picked_up"
    FINALIZED = "finalized"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The source string of the word on the screen."""
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    Status.AWAITING_PAYMENT: N_("Awaiting payment"),
    Status.AWAITING_CREATION: N_("Awaiting creation"),
    Status.ACCEPTED: N_("Accepted"),
    Status.IN_PREPARATION: N_("In preparation"),
    Status.INVOICED: N_("Invoiced"),
    Status.PACKED: N_("Packed"),
    Status.SHIPPED: N_("Shipped"),
    Status.IN_TRANSIT: N_("In transit"),
    Status.DELIVERY_PROBLEM: N_("Delivery problem"),
    Status.DELIVERED: N_("Delivered"),
    Status.READY_FOR_PICKUP: N_("Ready for pickup"),
    Status.PICKED_UP: N_("Picked up"),
    Status.FINALIZED: N_("Finalized"),
    Status.CANCELLED: N_("Cancelled"),
    Status.RETURNED: N_("Returned"),
    Status.CLOSED: N_("Closed"),
}


class Kind(StrEnum):
    """How the goods reach the buyer; it decides the path."""

    DELIVERY = "delivery"
    PICKUP = "pickup"

    @property
    def label(self) -> str:
        return N_("Pickup") if self is Kind.PICKUP else N_("Delivery")


class PaymentKind(StrEnum):
    """ONLINE is settled only by the platform's word; TRANSFER is prepaid and recorded by the store;
    ON_DELIVERY is collected when the goods are handed over."""

    ONLINE = "online"
    TRANSFER = "transfer"
    ON_DELIVERY = "on_delivery"

    @property
    def label(self) -> str:
        return {
            PaymentKind.ONLINE: N_("Online"),
            PaymentKind.TRANSFER: N_("Bank transfer"),
            PaymentKind.ON_DELIVERY: N_("On delivery"),
        }[self]


class Role(StrEnum):
    """What a person may do; the steps list theirs."""

    CLERK = "clerk"
    COUNTER = "counter"
    MANAGER = "manager"

    @property
    def label(self) -> str:
        return {
            Role.CLERK: N_("Clerk"),
            Role.COUNTER: N_("Pickup counter"),
            Role.MANAGER: N_("Manager"),
        }[self]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the window: the journal names `name`."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Buyer:
    """Personal data: shown masked, kept in an erasable table."""

    name: str = ""
    document: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the goods go; for a pickup order the pickup point. `country` is ISO 3166 alpha-3."""

    receiver: str = ""
    street: str = ""
    number: str = ""
    complement: str = ""
    district: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One product of an order.

    `total` is the line's price after discounts. `picked` is None until picking began; `short_reason` says
    why less was picked than ordered. `unit_weight_g` is 0 when unknown. `remote_id` is the platform's own
    number of the line.
    """

    number: int
    sku: str
    name: str
    quantity: Decimal
    unit_price: int
    total: int
    ean: str = ""
    unit: str = "un"
    unit_weight_g: int = 0
    remote_id: str = ""
    picked: Decimal | None = None
    short_reason: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether picking has an answer for the line: all of it, or less with a reason."""
        return self.picked is not None and (self.picked >= self.quantity or bool(self.short_reason))

    @property
    def leaves(self) -> Decimal:
        """How much of it the buyer gets: all, or less with a reason. A count alone says only how far
        picking is."""
        if self.picked is None or not self.short_reason:
            return self.quantity
        return min(self.picked, self.quantity)


class Label(StrEnum):
    """Where a package's label stands."""

    NONE = ""
    PRINTED = "printed"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Package:
    """A box with its own label and tracking; 0 means not measured."""

    number: int
    weight_g: int = 0
    size_mm: tuple[int, int, int] = (0, 0, 0)
    label: Label = Label.NONE
    label_reason: str = ""
    carrier: str = ""
    service: str = ""
    tracking: str = ""
    tracking_url: str = ""
    driver: str = ""
    driver_phone: str = ""
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """How the order is paid; `remote_id` is what the platform calls this payment."""

    kind: PaymentKind
    method: str = ""
    amount: int = 0
    settled_at: datetime | None = None
    reference: str = ""
    remote_id: str = ""

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None


@dataclass(frozen=True, slots=True)
class Invoice:
    """The fiscal document of the sale.

    `key` is the 44-character access key, empty where the country has none. `source` is "key", "xml",
    "number" or "platform". `total` is in minor units, `xml_hash` the SHA-256 of the original bytes.
    """

    number: str
    series: str = ""
    key: str = ""
    total: int = 0
    issued_at: datetime | None = None
    protocol: str = ""
    source: str = "key"
    document: str = ""
    xml_hash: str = ""

    def is_numbered(self, number: str) -> bool:
        """Whether `number` is this invoice's: platforms leave series, prefixes and leading zeros out."""
        return _bare(self.number) == _bare(number)


def _bare(number: str) -> str:
    digits = re.findall(r"[0-9]+", number)
    return digits[-1].lstrip("0") if digits else number.strip().casefold()


class CancelState(StrEnum):
    REQUESTED = "requested"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Somebody cancelled, or asks to. `by` is a person's name or "platform"."""

    state: CancelState
    at: datetime
    by: str = "platform"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """The order is frozen until somebody releases it."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Collected:
    """Who took a pickup order away. `signature` is a PNG's SHA-256 or empty."""

    at: datetime
    name: str
    document: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """Goods that came back to stock (or not)."""

    at: datetime
    reason: str
    lines: tuple[int, ...] = ()
    to_stock: bool = True
    invoice: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    at: datetime
    amount: int
    reason: str = ""
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What the platform last confirmed: our word for it (None when unmapped), its own word verbatim,
    when that was read, and the number of the invoice it has, "" where it shows none."""

    status: Status | None = None
    word: str = ""
    at: datetime | None = None
    invoice: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One order group of a platform's order: the key is (connection, remote_id, group).

    `id` is 0 before it is stored. `number` is what people call it. `due_at` is when it should have left
    or be ready. `archived` orders were final when first seen and stay out of the lists. `version` grows
    with each write.
    """

    connection: str
    remote_id: str
    number: str
    kind: Kind
    status: Status
    currency: str
    total: int
    lines: tuple[Line, ...]
    payment: Payment
    placed_at: datetime
    buyer: Buyer = field(default_factory=Buyer)
    address: Address = field(default_factory=Address)
    id: int = 0
    group: str = ""
    channel: str = ""
    due_at: datetime | None = None
    packages: tuple[Package, ...] = ()
    invoice: Invoice | None = None
    hold: Hold | None = None
    cancellation: Cancellation | None = None
    collected: Collected | None = None
    returned: Return | None = None
    refunds: tuple[Refund, ...] = ()
    shelf: str = ""
    pickup_code: str = ""
    seen: Seen = field(default_factory=Seen)
    archived: bool = False
    version: int = 0

    @property
    def is_invoice_shown(self) -> bool:
        """Whether the platform shows our invoice."""
        shown, ours = self.seen.invoice, self.invoice
        return bool(shown) and ours is not None and ours.is_numbered(shown)

    @property
    def other_invoice(self) -> str:
        """The number that the platform shows where it is not our invoice's."""
        ours = self.invoice is not None and not self.is_invoice_shown
        return self.seen.invoice if ours else ""

    @property
    def refunded(self) -> int:
        """Minor units already given back."""
        return sum(refund.amount for refund in self.refunds)

    @property
    def weight_g(self) -> int:
        """What the packages weigh, or the lines when nothing was weighed yet."""
        weighed = sum(package.weight_g for package in self.packages)
        return weighed or int(sum(line.unit_weight_g * line.quantity for line in self.lines))
