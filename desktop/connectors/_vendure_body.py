"""An order of Vendure's admin API, read into our terms.

Whatever the answer holds, `read` gives an order or raises UserError; nothing is half-read. Prices are
those the buyer pays, taxes and all discounts in. Lines are not tied to a shipping method there, so an order
is one group, for pickup when all its methods are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from desktop.connectors import RemoteOrder
from desktop.connectors import _values as get
from desktop.connectors import _vendure_words as words
from desktop.connectors._answers import write_json
from desktop.connectors._values import Json
from desktop.connectors._vendure_stage import GONE, Progress, shipment_of
from desktop.connectors._vendure_words import Shop, alpha_3, invoice_in
from desktop.errors import UserError
from desktop.i18n import N_
from desktop.order import (
    Address,
    Buyer,
    CancelState,
    Invoice,
    Kind,
    Line,
    Order,
    Package,
    Payment,
    PaymentKind,
    Refund,
    Status,
)

MAX_LINES = 1_000
_DEFAULT_CHANNEL = "__default_channel__"
_LIVE_PAYMENTS = frozenset({"Authorized", "Settled"})


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment that counts; amounts as the platform has them."""

    id: str
    state: str
    kind: PaymentKind
    amount: int
    refunded: int


@dataclass(frozen=True, slots=True)
class Document:
    """An order as read: ours, and what a push must know of theirs.

    `precision` is how many decimals its amounts have, `handler` is the code of what makes its fulfilments,
    `method` the name of how it travels, `notes` are texts of the timeline, `refunds` (reason, amount)
    those that did not fail.
    """

    remote: RemoteOrder
    precision: int
    progress: Progress
    payments: tuple[Paid, ...]
    handler: str
    method: str
    notes: tuple[str, ...]
    refunds: tuple[tuple[str, int], ...]


def read(body: Any, connection: str, shop: Shop, precision: int) -> Document:
    """The order of a parsed answer. Raises UserError when it is no order that we can trust."""
    if not isinstance(body, dict):
        raise UserError(N_("The answer is no order."))
    reader = _Reader(body, connection, shop, precision)
    return reader.document()


class _Reader:
    def __init__(self, body: Json, connection: str, shop: Shop, precision: int) -> None:
        self.body, self.connection, self.shop = body, connection, shop
        self.precision = precision
        self.state = get.text(body, "state", required=True)
        self.currency = get.currency(body, "currencyCode")
        self.money = get.minor_units(self.currency, precision)
        self.is_cancelled = self.state == words.CANCELLED
        self.methods = [
            get.box(line, "shippingMethod") for line in get.boxes(body, "shippingLines")
        ]
        codes = [get.text(method, "code") for method in self.methods]
        self._is_pickup = bool(codes) and all(code in shop.pickup for code in codes)
        self.lines = self._lines()
        self.progress = self._progress()
        self.payments = tuple(self._payments())
        self.refunds = tuple(self._refunds())
        self.notes = tuple(_history(body, "ORDER_NOTE", "note"))
        # A shop without a field for it has the number in a note.
        self.invoice = self._custom("invoice_number")
        self.invoice = self.invoice or ("" if shop.invoice_number else invoice_in(self.notes))

    def document(self) -> Document:
        first = self.methods[0] if self.methods else {}
        return Document(
            self._remote(),
            self.precision,
            self.progress,
            self.payments,
            get.text(first, "fulfillmentHandlerCode"),
            get.text(first, "name"),
            self.notes,
            tuple((reason, amount) for reason, amount, _ in self.refunds),
        )

    def _remote(self) -> RemoteOrder:
        raw = write_json(self.body)
        reasons = list(_history(self.body, "ORDER_CANCELLATION", "reason"))
        return RemoteOrder(
            facts=self._order(),
            word=self._word(),
            verbatim=self.progress.verbatim(),
            digest=hashlib.sha256(raw).hexdigest(),
            cancel=CancelState.CANCELLED if self.is_cancelled else None,
            cancel_reason=reasons[-1] if self.is_cancelled and reasons else "",
            raw=raw,
        )

    # ---- what was bought

    def _lines(self) -> list[tuple[Json, int]]:
        """Lines and how much of them; when all are cancelled the platform keeps only what was placed."""
        found = get.boxes(self.body, "lines")
        if len(found) > MAX_LINES:
            raise UserError(
                N_("The order has {n} lines; more than {most} are not taken."),
                n=len(found),
                most=MAX_LINES,
            )
        for name in ("quantity", "orderPlacedQuantity"):
            counted = [(line, get.whole(line, name, 0, 10**6)) for line in found]
            lines = [(line, quantity) for line, quantity in counted if quantity]
            self.is_empty = name != "quantity"
            if lines:
                return lines
        raise get.missing("lines")

    def _order(self) -> Order:
        placed = get.date(self.body, "orderPlacedAt", required=True)
        assert placed is not None
        total = self.money(self._total())
        invoice = self.invoice
        return Order(
            connection=self.connection,
            remote_id=get.text(self.body, "id", required=True),
            number=get.text(self.body, "code", required=True),
            kind=Kind.PICKUP if self._is_pickup else Kind.DELIVERY,
            status=Status.AWAITING_CREATION,
            currency=self.currency,
            total=total,
            lines=tuple(
                self._line(number, line, quantity)
                for number, (line, quantity) in enumerate(self.lines, 1)
            ),
            payment=self._payment(total),
            placed_at=placed,
            buyer=self._buyer(),
            address=self._address(),
            channel=self._channel(),
            packages=tuple(self._packages()),
            invoice=Invoice(
                invoice, key=self._custom("invoice_key"), total=total, source="platform"
            )
            if invoice
            else None,
            refunds=tuple(
                Refund(placed, self.money(amount), reason) for reason, amount, _ in self.refunds
            ),
        )

    def _total(self) -> int:
        """What is cancelled is worth nothing there; what was to be paid stands in the payments."""
        if not self.is_empty:
            return get.positive(self.body, "totalWithTax")
        payments = get.boxes(self.body, "payments")
        paid = [get.positive(one, "amount") for one in payments if one.get("state") != "Declined"]
        return sum(paid) or sum(self._line_total(line, count) for line, count in self.lines)

    def _line_total(self, line: Json, quantity: int) -> int:
        if self.is_empty:
            placed = get.positive(line, "discountedUnitPriceWithTax") * quantity
            return get.positive(
                {"discountedUnitPriceWithTax": placed}, "discountedUnitPriceWithTax"
            )
        return get.positive(line, "proratedLinePriceWithTax")

    def _line(self, number: int, line: Json, quantity: int) -> Line:
        variant = get.box(line, "productVariant")
        custom, shop = get.box(variant, "customFields"), self.shop
        return Line(
            number=number,
            sku=get.text(variant, "sku", required=True),
            name=get.text(variant, "name", required=True),
            quantity=Decimal(quantity),
            unit_price=self.money(get.positive(line, "discountedUnitPriceWithTax")),
            total=self.money(self._line_total(line, quantity)),
            ean=get.text(custom, shop.ean) if shop.ean else "",
            unit_weight_g=int(get.number(custom, shop.weight, 0)) if shop.weight else 0,
            remote_id=get.text(line, "id", required=True),
        )

    def _custom(self, field: str) -> str:
        """The shop's custom field for `field` of Shop; "" where it has none."""
        name = getattr(self.shop, field)
        return get.text(get.box(self.body, "customFields"), name) if name else ""

    # ---- who and where

    def _buyer(self) -> Buyer:
        customer, address = get.box(self.body, "customer"), get.box(self.body, "shippingAddress")
        name = f"{get.text(customer, 'firstName')} {get.text(customer, 'lastName')}".strip()
        return Buyer(
            name or get.text(address, "fullName"),
            self._custom("document"),
            get.text(customer, "phoneNumber") or get.text(address, "phoneNumber"),
            get.text(customer, "emailAddress"),
        )

    def _address(self) -> Address:
        """Of a pickup order only the place's name: the address that it holds is the buyer's."""
        if self._is_pickup:
            return Address(receiver=get.text(self.methods[0], "name"))
        found = get.box(self.body, "shippingAddress")
        names = (get.text(found, "fullName"), get.text(found, "company"))
        return Address(
            receiver=", ".join(name for name in names if name),
            street=get.text(found, "streetLine1"),
            complement=get.text(found, "streetLine2"),
            city=get.text(found, "city"),
            state=get.text(found, "province"),
            postal_code=get.text(found, "postalCode"),
            country=alpha_3(get.text(found, "countryCode")),
        )

    def _channel(self) -> str:
        codes = [get.text(one, "code") for one in get.boxes(self.body, "channels")]
        return next((code for code in codes if code and code != _DEFAULT_CHANNEL), "")

    # ---- money

    def _payments(self) -> Iterator[Paid]:
        for one in get.boxes(self.body, "payments"):
            if (state := get.text(one, "state")) in _LIVE_PAYMENTS:
                yield Paid(
                    get.text(one, "id", required=True),
                    state,
                    self.shop.payment_kind(get.text(one, "method")),
                    get.positive(one, "amount"),
                    sum(amount for _, amount, _ in _refunds_of(one)),
                )

    def _refunds(self) -> Iterator[tuple[str, int, str]]:
        for payment in get.boxes(self.body, "payments"):
            yield from _refunds_of(payment)

    def _payment(self, total: int) -> Payment:
        """Money that is only authorised counts as settled where the platform sees to it: it is
        collected when the goods leave. What the store collects itself counts when it is settled."""
        ranks = list(PaymentKind)
        # The strictest decides: money that somebody here must still see.
        kind = max((p.kind for p in self.payments), key=ranks.index, default=PaymentKind.ONLINE)
        counts = [p for p in self.payments if p.state == "Settled" or p.kind is PaymentKind.ONLINE]
        in_full = bool(counts) and sum(self.money(p.amount) for p in counts) >= total
        found = [
            one for one in get.boxes(self.body, "payments") if one.get("state") in _LIVE_PAYMENTS
        ]
        dates = [at for one in found if (at := get.date(one, "createdAt")) is not None]
        placed = get.date(self.body, "orderPlacedAt")
        return Payment(
            kind,
            method=" + ".join(dict.fromkeys(get.text(one, "method") for one in found)),
            amount=total,
            settled_at=max(dates, default=placed) if in_full else None,
            remote_id=self.payments[0].id if self.payments else "",
        )

    # ---- how far it is

    def _progress(self) -> Progress:
        shipments = [shipment_of(one) for one in get.boxes(self.body, "fulfillments")]
        lines = {get.text(line, "id", required=True): quantity for line, quantity in self.lines}
        live = tuple(one for one in shipments if one.state != words.CANCELLED)
        return Progress(self.state, lines, live)

    def _packages(self) -> Iterator[Package]:
        told = [one for one in self.progress.shipments if one.tracking or one.state in GONE]
        for number, one in enumerate(told, 1):
            yield Package(
                number,
                carrier=one.method,
                tracking=one.tracking,
                shipped_at=one.at if one.state in GONE else None,
                delivered_at=one.at if one.state == words.DELIVERED else None,
            )

    def _word(self) -> str:
        if self._is_refunded():
            return words.REFUNDED
        word = self.progress.word(self.shop.ready, self._unshipped())
        return self._pickup_word(word) if self._is_pickup else word

    def _pickup_word(self, word: str) -> str:
        """Where the shop has no state for it, goods that are put together wait for their buyer."""
        following = [state for one in self.progress.shipments for state in one.next_states]
        if word == words.PENDING and self.shop.ready not in following:
            return words.READY
        return words.COLLECTED if word == words.DELIVERED else word

    def _unshipped(self) -> str:
        if self.invoice:
            return words.INVOICED
        waits = any(
            one.kind is PaymentKind.TRANSFER and one.state == "Authorized" for one in self.payments
        )
        return words.UNPAID if waits else self.state

    def _is_refunded(self) -> bool:
        settled = sum(amount for _, amount, state in self.refunds if state == "Settled")
        paid = sum(one.amount for one in self.payments)
        return 0 < paid <= settled


def _refunds_of(payment: Json) -> Iterator[tuple[str, int, str]]:
    """(reason, amount, state) of refunds that did not fail."""
    for one in get.boxes(payment, "refunds"):
        if (state := get.text(one, "state")) != "Failed":
            yield get.text(one, "reason"), get.positive(one, "total"), state


def _history(body: Json, kind: str, name: str) -> Iterator[str]:
    """Texts of the timeline, oldest first; whatever else stands there is left out."""
    for entry in get.boxes(get.box(body, "history"), "items"):
        data = entry.get("data")
        text = data.get(name) if isinstance(data, dict) else None
        if entry.get("type") == kind and isinstance(text, str):
            yield " ".join("".join(c if c.isprintable() else " " for c in text).split())[:2_000]
