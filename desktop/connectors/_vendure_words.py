"""Vendure's vocabulary, and what a shop has named for itself: methods, states, custom fields.

Order and fulfilment states as in `@vendure/core` 3 (`defaultOrderProcess`, `defaultFulfillmentProcess`),
verbatim; a shop may add its own, which then want a row in the mapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from desktop.connectors import Word
from desktop.errors import UserError
from desktop.i18n import N_
from desktop.order import PaymentKind, Status

S = Status

CANCELLED, MODIFYING, MORE_TO_PAY = "Cancelled", "Modifying", "ArrangingAdditionalPayment"
AUTHORIZED, SETTLED = "PaymentAuthorized", "PaymentSettled"
PENDING, READY, SHIPPED, DELIVERED = "Pending", "ReadyForPickup", "Shipped", "Delivered"
PARTLY_SHIPPED, PARTLY_DELIVERED = "PartiallyShipped", "PartiallyDelivered"
UNPAID, INVOICED, COLLECTED = "PaymentAuthorized+unpaid", "Invoiced", "Delivered+pickup"
REFUNDED = "Refunded"

# What the mapping knows. An order's own state does not follow its fulfilments before they are shipped, nor
# while its payment is only authorised: then the word is that of the fulfilments. “Invoiced” stands for a
# filled custom field, “Refunded” for refunds of the whole sum. An order that somebody is changing has no
# stage of ours until it is itself again.
WORDS = (
    Word("Created", None, creates=False),
    Word("Draft", None, creates=False),
    Word("AddingItems", None, creates=False),
    Word("ArrangingPayment", S.AWAITING_PAYMENT),
    Word(UNPAID, S.AWAITING_PAYMENT),
    Word(AUTHORIZED, S.AWAITING_CREATION),
    Word(SETTLED, S.AWAITING_CREATION),
    Word(INVOICED, S.INVOICED),
    Word(PENDING, S.PACKED),
    Word(READY, S.READY_FOR_PICKUP),
    Word(PARTLY_SHIPPED, S.PACKED),
    Word(SHIPPED, S.SHIPPED),
    Word(PARTLY_DELIVERED, S.SHIPPED),
    Word(DELIVERED, S.DELIVERED),
    Word(COLLECTED, S.PICKED_UP),
    Word(MODIFYING, None, creates=False),
    Word(MORE_TO_PAY, None, creates=False),
    Word(CANCELLED, S.CANCELLED, creates=False),
    Word(REFUNDED, S.CLOSED, creates=False),
)
# An order in one of these waits for the store, however long ago it was placed.
OPEN_STATES = (
    "ArrangingPayment", AUTHORIZED, SETTLED, PARTLY_SHIPPED, MODIFYING, MORE_TO_PAY,
)  # fmt: skip
# Somebody is at it: what is sent meanwhile may be refused and take effect all the same.
CHANGING = frozenset({MODIFYING, MORE_TO_PAY})
ON_THE_ROAD = (SHIPPED, PARTLY_DELIVERED)

# What needs no answer of a person: ISO 3166 alpha-2, as Vendure has it, to the alpha-3 of an order.
_ALPHA_3 = {
    "AR": "ARG", "BO": "BOL", "BR": "BRA", "CA": "CAN", "CL": "CHL", "CO": "COL", "CR": "CRI",
    "CU": "CUB", "DE": "DEU", "DO": "DOM", "EC": "ECU", "ES": "ESP", "FR": "FRA", "GB": "GBR",
    "GT": "GTM", "HN": "HND", "IT": "ITA", "MX": "MEX", "NI": "NIC", "PA": "PAN", "PE": "PER",
    "PT": "PRT", "PY": "PRY", "SV": "SLV", "US": "USA", "UY": "URY", "VE": "VEN",
}  # fmt: skip
# By this a note is known that stands for an invoice, in a shop that has no field for its number.
_INVOICE_NOTE = re.compile(r"\[invoice ([^\[\]]{1,60})\]")
# A name of GraphQL: it becomes part of a query's text.
_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,99}", re.ASCII)
_CUSTOM = {
    "invoice_number": N_("Order field of the invoice number"),
    "invoice_key": N_("Order field of the access key"),
    "document": N_("Order field of the buyer's document"),
    "ean": N_("Product field of the barcode"),
    "weight": N_("Product field of the weight"),
}


def alpha_3(code: str) -> str:
    """The three letters of a country; a code that is not in the table stays as it is."""
    return _ALPHA_3.get(code.upper(), code)


def invoice_mark(number: str) -> str:
    """What a note ends with that tells of an invoice."""
    return f"[invoice {number}]"


def invoice_in(notes: Iterable[str]) -> str:
    """The number of the invoice that the last such note tells of; "" where there is none."""
    found = [match[1] for note in notes if (match := _INVOICE_NOTE.search(note))]
    return found[-1] if found else ""


@dataclass(frozen=True, slots=True)
class Shop:
    """How one shop has set Vendure up: codes of its methods, its state for a pickup that is ready,
    and names of custom fields, "" where there is none."""

    pickup: frozenset[str] = frozenset()
    kinds: Mapping[str, PaymentKind] = field(default_factory=dict)
    ready: str = READY
    invoice_number: str = ""
    invoice_key: str = ""
    document: str = ""
    ean: str = ""
    weight: str = ""

    def payment_kind(self, method: str) -> PaymentKind:
        return self.kinds.get(method, PaymentKind.ONLINE)

    @property
    def order_fields(self) -> tuple[str, ...]:
        names = (self.invoice_number, self.invoice_key, self.document)
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def product_fields(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name in (self.ean, self.weight) if name))


def shop(
    pickup: str, on_delivery: str, transfer: str, ready: str, custom: Mapping[str, str]
) -> Shop:
    """A shop from what was typed: codes with commas between, `custom` by the names of Shop's fields.

    Raises UserError for a name that can be none.
    """
    for name, value in custom.items():
        if value and not _NAME.fullmatch(value):
            label = _CUSTOM[name]
            raise UserError(
                N_("“{value}” does not fit “{label}”."), field=name, value=value, label=label
            )
    kinds = dict.fromkeys(_codes(on_delivery), PaymentKind.ON_DELIVERY)
    kinds |= dict.fromkeys(_codes(transfer), PaymentKind.TRANSFER)
    return Shop(frozenset(_codes(pickup)), kinds, ready or READY, **custom)


def _codes(text: str) -> list[str]:
    return [code for part in text.split(",") if (code := part.strip())]
