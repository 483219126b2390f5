"""One intention told to Vendure: the calls of each step, and what shows that they arrived.

Vendure has no idempotency key: the order is read first, only what is missing is sent, and what is refused
is read back. A push that broke off in the middle so goes on where it stopped. What Vendure cannot show in
its own fields (a return, a problem) becomes a note; notes and refunds carry a mark, by which they are known
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from desktop.connectors import Done, Outcome, Push, Refused, Retry
from desktop.connectors import _vendure_queries as queries
from desktop.connectors import _vendure_words as words
from desktop.connectors._pushing import (
    ALREADY,
    NOT_READY_S,
    PUSH_S,
    cancelled,
    check_total,
    given,
    not_ready,
    other_invoice,
    outcome,
)
from desktop.connectors._vendure_body import Document
from desktop.connectors._vendure_session import Session
from desktop.connectors._vendure_stage import GONE, Shipment, shipment_of
from desktop.connectors._vendure_words import Shop
from desktop.connectors.http import as_sentence
from desktop.errors import PlatformAway, PlatformRefused, UserError
from desktop.i18n import N_, decimals, tr
from desktop.journey import Step
from desktop.order import CancelState, PaymentKind

# In the order that goods pass them; a shipment never goes back.
_ORDER_STATES = (words.SHIPPED, words.DELIVERED)


@dataclass(slots=True)
class Sending:
    """A push on its way. `document` reads an order; `wrote` says that a call may have taken effect."""

    session: Session
    shop: Shop
    document: Callable[[str], Document]
    push: Push
    wrote: bool = False

    def outcome(self) -> Outcome:
        """Tells the platform; raises nothing of the network."""
        with self.session.http.within(PUSH_S):
            return outcome(self._tell, self._after_refusal, lambda: self.wrote)

    def _tell(self) -> Outcome:
        call = _CALLS.get(self.push.step)
        if call is None:
            return Done(N_("Vendure has no place for this step."))
        found = self.look()
        if confirms(self.push, found, self.shop):
            return Done(ALREADY)
        if found.remote.cancel is not None and self.push.step not in _AFTER_THE_END:
            raise cancelled(found.remote)
        if found.progress.state in words.CHANGING:
            return Retry(not_ready(found.remote), NOT_READY_S)
        call(self, found)
        return Done()

    def look(self) -> Document:
        return self.document(self.push.order.remote_id)

    def write(self, mutation: str, **variables: Any) -> dict[str, Any]:
        try:
            result = self.session.write(mutation, **variables)
        except PlatformAway as error:
            self.wrote = self.wrote or error.sent
            raise
        self.wrote = True
        return result

    def _after_refusal(self, error: PlatformRefused) -> Outcome:
        found = self.look()
        if confirms(self.push, found, self.shop):
            return Done(ALREADY)
        if found.remote.cancel is not None and self.push.step not in _AFTER_THE_END:
            return Refused(cancelled(found.remote))
        return Refused(as_sentence(error), _FIELDS.get(error.code, ""))


def confirms(push: Push, found: Document, shop: Shop) -> bool:
    """Whether the platform shows the effect of `push` already."""
    test = _CONFIRMS.get(push.step)
    return test is not None and test(push, found, shop)


# ---- money


def _record_payment(sending: Sending, found: Document) -> None:
    """The money is in. A shop that collects at the door has its order behind its goods by then, and it
    follows them only when it is told to."""
    _settle(sending, found, frozenset(PaymentKind))
    found = sending.look()
    if not _is_paid(sending.push, found, sending.shop):
        raise UserError(N_("The platform names no payment of this order that could be settled."))


def _settle(sending: Sending, found: Document, kinds: frozenset[PaymentKind]) -> None:
    """Settles what is only authorised."""
    waiting = [p for p in found.payments if p.state == "Authorized" and p.kind in kinds]
    for payment in waiting:
        sending.write(queries.SETTLE_PAYMENT, id=payment.id)
    state = words.SETTLED if waiting else found.progress.state
    if state == words.SETTLED and (behind := _behind(found)):
        sending.write(queries.MOVE_ORDER, id=sending.push.order.remote_id, state=behind)


def _behind(found: Document) -> str:
    """The state of a settled order's goods where it has not followed them."""
    return next((s for s in reversed(_ORDER_STATES) if found.progress.is_all({s})), "")


def _refund(sending: Sending, found: Document) -> None:
    """What was only authorised is let go; of what was collected the payments give back in turn."""
    push = sending.push
    left = _asked(push, found) - _refunded(push, found)
    reason = f"{given(push.data, 'reason')} {_mark(push)}".strip()
    for payment in found.payments:
        part = min(left, payment.amount - payment.refunded)
        if part <= 0:
            continue
        if payment.state == "Authorized":
            if part < payment.amount:
                continue
            sending.write(queries.CANCEL_PAYMENT, id=payment.id)
        else:
            # The amount decides; without the older fields beside it the server breaks (3.7).
            amounts = {"amount": part, "lines": [], "shipping": 0, "adjustment": 0}
            asked = {"paymentId": payment.id, "reason": reason, **amounts}
            if sending.write(queries.REFUND, input=asked).get("state") == "Failed":
                raise UserError(N_("The payment provider did not give the money back. Look there."))
        left -= part
    if left > 0:
        raise UserError(
            N_("The payments on the platform do not hold so much any more."), field="amount"
        )


def _asked(push: Push, found: Document) -> int:
    """The refund in the platform's units."""
    amount = int(push.data.get("amount") or push.order.total)
    asked: int = amount * 10**found.precision // 10 ** decimals(push.order.currency)
    return asked


def _refunded(push: Push, found: Document) -> int:
    return sum(amount for reason, amount in found.refunds if _mark(push) in reason)


# ---- the invoice


def _invoice(sending: Sending, found: Document) -> None:
    push, shop, invoice = sending.push, sending.shop, sending.push.order.invoice
    if invoice is None:
        raise UserError(N_("The platform asks for an invoice first; this order has none."))
    check_total(push, found.remote)
    known = found.remote.facts.invoice
    if known is not None and known.number != invoice.number:
        raise other_invoice(known.number)
    if not shop.invoice_number:
        text = tr(N_("Invoice {number} {key}"), number=invoice.number, key=invoice.key).strip()
        _note(sending, text, words.invoice_mark(invoice.number))
        return
    values = {shop.invoice_number: invoice.number}
    if shop.invoice_key:
        values[shop.invoice_key] = invoice.key
    fields = {"id": push.order.remote_id, "customFields": values}
    sending.write(queries.SET_FIELDS, input=fields)


def _same_invoice(push: Push, found: Document, shop: Shop) -> bool:
    ours, theirs = push.order.invoice, found.remote.facts.invoice
    if ours is None:
        return False
    key = ours.key if shop.invoice_number and shop.invoice_key else ""
    return theirs is not None and (theirs.number, theirs.key) == (ours.number, key)


# ---- goods


def _ship(sending: Sending, found: Document) -> None:
    _settle(sending, found, frozenset({PaymentKind.ONLINE}))
    _move(sending, found, words.SHIPPED)


def _deliver(sending: Sending, found: Document) -> None:
    _settle(sending, found, frozenset({PaymentKind.ONLINE}))
    _move(sending, found, words.DELIVERED)


def _ready(sending: Sending, found: Document) -> None:
    """Where the shop has no state for it, a shipment that waits is all there is to tell."""
    for shipment in _shipments(sending, found):
        if sending.shop.ready in shipment.next_states:
            sending.write(queries.MOVE_FULFILMENT, id=shipment.id, state=sending.shop.ready)


def _move(sending: Sending, found: Document, to: str) -> None:
    passed = _ORDER_STATES[_ORDER_STATES.index(to) :]
    for shipment in _shipments(sending, found):
        if shipment.state not in passed:
            sending.write(queries.MOVE_FULFILMENT, id=shipment.id, state=to)


def _shipments(sending: Sending, found: Document) -> list[Shipment]:
    """All shipments of the order, after those are made that were missing.

    A code can be given to a new shipment only, so one that waits without its code is made again.
    """
    there = found.progress.shipments
    code = _code(sending.push, there)
    stale = [one for one in there if code and not one.tracking and one.state == words.PENDING]
    for one in stale:
        sending.write(queries.MOVE_FULFILMENT, id=one.id, state=words.CANCELLED)
    if stale:
        found = sending.look()
    there, left = found.progress.shipments, found.progress.left()
    return [*there, _fulfil(sending, found, left, code)] if left else list(there)


def _fulfil(sending: Sending, found: Document, left: Mapping[str, int], code: str) -> Shipment:
    data = sending.push.data
    method = given(data, "carrier") or given(data, "driver") or found.method
    arguments = {"method": method, "trackingCode": code}
    asked = {
        "lines": [{"orderLineId": line, "quantity": count} for line, count in left.items()],
        "handler": {
            "code": found.handler or "manual-fulfillment",
            "arguments": [{"name": name, "value": value} for name, value in arguments.items()],
        },
    }
    return shipment_of(sending.write(queries.FULFIL, input=asked))


def _code(push: Push, there: Iterable[Shipment]) -> str:
    """The tracking codes of the order's packages, all in one, but for those of shipments that are there."""
    known = {code for one in there for code in one.tracking.split(", ")}
    codes = [package.tracking for package in push.order.packages]
    wanted = dict.fromkeys((*codes, given(push.data, "tracking")))
    return ", ".join(code for code in wanted if code and code not in known)


def _cancel(sending: Sending, found: Document) -> None:
    order_id, reason = sending.push.order.remote_id, given(sending.push.data, "reason")
    for waiting in [one for one in found.progress.shipments if one.state not in GONE]:
        sending.write(queries.MOVE_FULFILMENT, id=waiting.id, state=words.CANCELLED)
    asked = {"orderId": order_id, "reason": reason, "cancelShipping": True}
    sending.write(queries.CANCEL_ORDER, input=asked)


# ---- notes


def _problem(sending: Sending, _found: Document) -> None:
    comment = given(sending.push.data, "comment")
    _note(sending, ": ".join(text for text in (tr(N_("Delivery problem")), comment) if text))


def _take_back(sending: Sending, _found: Document) -> None:
    reason = given(sending.push.data, "reason")
    _note(sending, tr(N_("Returned to stock: {reason}"), reason=reason))


def _note(sending: Sending, text: str, mark: str = "") -> None:
    note = {
        "id": sending.push.order.remote_id,
        "note": f"{text} {mark or _mark(sending.push)}",
        "isPublic": bool(sending.push.data.get("visible")),
    }
    sending.write(queries.ADD_NOTE, input=note)


def _mark(push: Push) -> str:
    return f"[{push.key[:12]}]"


def _is_noted(push: Push, found: Document, _shop: Shop) -> bool:
    return any(_mark(push) in note for note in found.notes)


# ---- the table

_Call = Callable[[Sending, Document], None]
_CALLS: Mapping[Step, _Call] = {
    Step.RECORD_PAYMENT: _record_payment,
    Step.INVOICE: _invoice,
    Step.SHIP: _ship,
    Step.READY: _ready,
    Step.PROBLEM: _problem,
    Step.DELIVER: _deliver,
    Step.HAND_OVER: _deliver,
    Step.CANCEL: _cancel,
    Step.TAKE_BACK: _take_back,
    Step.REFUND: _refund,
}
_AFTER_THE_END = frozenset({Step.CANCEL, Step.TAKE_BACK, Step.REFUND})
_FIELDS = {"REFUND_AMOUNT_ERROR": "amount", "NOTHING_TO_REFUND_ERROR": "amount"}


def _is_paid(_push: Push, found: Document, _shop: Shop) -> bool:
    settled = bool(found.payments) and all(p.state == "Settled" for p in found.payments)
    return settled and not (found.progress.state == words.SETTLED and _behind(found))


def _is_ready(_push: Push, found: Document, shop: Shop) -> bool:
    shipments = found.progress.shipments
    return not found.progress.left() and all(shop.ready not in one.next_states for one in shipments)


def _is_shipped(_push: Push, found: Document, _shop: Shop) -> bool:
    return found.progress.is_all(GONE)


def _is_delivered(_push: Push, found: Document, _shop: Shop) -> bool:
    return found.progress.is_all({words.DELIVERED})


def _is_refunded(push: Push, found: Document, _shop: Shop) -> bool:
    """By its mark, or because the payments hold nothing any more: what was let go bears no mark."""
    held = sum(payment.amount - payment.refunded for payment in found.payments)
    return held <= 0 or _refunded(push, found) >= _asked(push, found)


_CONFIRMS: Mapping[Step, Callable[[Push, Document, Shop], bool]] = {
    Step.RECORD_PAYMENT: _is_paid,
    Step.INVOICE: _same_invoice,
    Step.SHIP: _is_shipped,
    Step.READY: _is_ready,
    Step.PROBLEM: _is_noted,
    Step.DELIVER: _is_delivered,
    Step.HAND_OVER: _is_delivered,
    Step.CANCEL: lambda _push, found, _shop: found.remote.cancel is CancelState.CANCELLED,
    Step.TAKE_BACK: _is_noted,
    Step.REFUND: _is_refunded,
}
