"""One intention told to VTEX: the call for each step, and what its answer means.

VTEX has no idempotency key. Whatever it refuses is read back: if the order shows the effect already,
the push is done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from desktop.connectors import Done, Outcome, Push, Refused, RemoteOrder, Retry
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
from desktop.connectors._vtex_body import Document, Group
from desktop.connectors._vtex_dialects import Dialect, note_path, path, tracking_path
from desktop.connectors._vtex_words import BY_WORD, ON_ITS_WAY, event_text
from desktop.connectors.http import Answer, Http, as_sentence
from desktop.errors import PlatformAway, PlatformRefused, UserError
from desktop.i18n import N_, money, tr
from desktop.journey import Step, rank
from desktop.order import CancelState, Invoice, PaymentKind, Status

S = Status
# As VTEX's licence manager calls them.
HANDLING_RIGHT = "Change order workflow status"
INVOICE_RIGHT = "Notify invoice"
CANCEL_RIGHT = "Cancel order"


@dataclass(slots=True)
class Sending:
    """A push on its way. `wrote` says that a call may have taken effect."""

    http: Http
    dialect: Dialect
    document: Callable[[str], Document]
    push: Push
    wrote: bool = False

    def outcome(self) -> Outcome:
        """Tells the platform; raises nothing of the network."""
        with self.http.within(PUSH_S):
            return outcome(
                lambda: _CALLS[self.push.step](self), self._after_refusal, lambda: self.wrote
            )

    def write(self, method: str, where: str, body: Any = None, right: str = "") -> None:
        try:
            answer = self.http.call(method, where, body=body, right=right)
        except PlatformAway as error:
            self.wrote = self.wrote or error.sent
            raise
        self.wrote = True
        self._check_receipt(answer)

    def _check_receipt(self, answer: Answer) -> None:
        """VTEX says yes by 204, or with a receipt that names an order. Whatever else comes with a 200 may be
        anybody's: the order is looked up."""
        if answer.status == 204 or self.push.step in _UNDESCRIBED:
            return
        receipt = answer.json()
        if not isinstance(receipt, dict) or not isinstance(receipt.get("orderId"), str):
            raise answer.broken()

    def look(self) -> tuple[RemoteOrder, Group]:
        """The order's group as the platform has it now, and its own amounts and items."""
        found = self.document(self.push.order.remote_id)
        for remote, group in zip(found.remote, found.groups, strict=True):
            if remote.facts.group == self.push.order.group:
                return remote, group
        raise UserError(
            N_("The platform delivers this order in another way now. Look at it there.")
        )

    def _after_refusal(self, error: PlatformRefused) -> Outcome:
        remote, _ = self.look()
        if confirms(self.push, remote):
            return Done(ALREADY)
        if self.push.step is Step.ACCEPT and remote.word in ON_ITS_WAY:
            return Retry(not_ready(remote), NOT_READY_S)
        if remote.cancel is not None and self.push.step is not Step.CANCEL:
            return Refused(cancelled(remote))
        return Refused(as_sentence(error))

    @property
    def invoice_number(self) -> str:
        """Tracking calls go through the invoice. Raises UserError when there is none."""
        return _number(self.push.order.invoice)


def confirms(push: Push, remote: RemoteOrder) -> bool:
    """Whether `remote` shows the effect of `push` already."""
    test = _CONFIRMS.get(push.step)
    return test is not None and test(push, remote)


# ---- the calls


def _accept(sending: Sending) -> Outcome:
    where = path(sending.dialect.start_handling, sending.push.order.remote_id)
    sending.write("POST", where, right=HANDLING_RIGHT)
    return Done()


def _invoice(sending: Sending) -> Outcome:
    """Reads the order first: a cancellation may have come in between, and the lines must be those
    the platform has now, or the order never becomes invoiced there."""
    push, number = sending.push, sending.invoice_number
    remote, group = sending.look()
    if confirms(push, remote):
        return Done(ALREADY)
    _check_invoice(push, remote)
    assert push.order.invoice is not None
    dated = replace(push.order.invoice, issued_at=push.order.invoice.issued_at or _now())
    body = sending.dialect.invoice_body(replace(dated, number=number), group, push.xml)
    where = path(sending.dialect.invoice, push.order.remote_id)
    sending.write("POST", where, body, INVOICE_RIGHT)
    return Done()


def _check_invoice(push: Push, remote: RemoteOrder) -> None:
    if remote.cancel is not None:
        raise cancelled(remote)
    known = remote.facts.invoice
    if known is not None and _reached(remote, S.INVOICED):
        raise other_invoice(known.number)
    check_total(push, remote)


def _ship(sending: Sending) -> Outcome:
    data = sending.push.data
    body = {
        "trackingNumber": _code(sending.push),
        "trackingUrl": given(data, "tracking_url"),
        "courier": given(data, "carrier") or given(data, "driver"),
        "dispatchedDate": _now().isoformat(timespec="seconds"),
    }
    where = tracking_path(sending.push.order.remote_id, sending.invoice_number)
    sending.write("PATCH", where, body, INVOICE_RIGHT)
    return Done()


def _event(sending: Sending) -> Outcome:
    push = sending.push
    comment = "" if push.step is Step.READY else given(push.data, "comment")
    _put_event(sending, comment, delivered=None)
    return Done()


def _deliver(sending: Sending) -> Outcome:
    order = sending.push.order
    known = [package.delivered_at for package in order.packages if package.delivered_at]
    known += [order.collected.at] if order.collected else []
    _put_event(sending, "", delivered=max(known, default=_now()))
    return Done()


def _put_event(sending: Sending, comment: str, delivered: datetime | None) -> None:
    address = sending.push.order.address
    event = {
        "city": address.city,
        "state": address.state,
        "description": event_text(sending.push.step, address.country, comment),
        "date": (delivered or _now()).strftime("%Y-%m-%d"),
    }
    body = {
        "isDelivered": delivered is not None,
        "deliveredDate": delivered.strftime("%Y-%m-%d %H:%M") if delivered else None,
        "events": [event],
    }
    where = tracking_path(sending.push.order.remote_id, sending.invoice_number) + "/tracking"
    sending.write("PUT", where, body, INVOICE_RIGHT)


def _cancel(sending: Sending) -> Outcome:
    """From ready-for-handling on it takes a request and a confirmation, and a seller further down
    the chain may still say no: then it is asked again later."""
    where = path(sending.dialect.cancel, sending.push.order.remote_id)
    body = {"reason": given(sending.push.data, "reason")}
    remote, _ = sending.look()
    for _ in range(2):
        if confirms(sending.push, remote):
            return Done("" if sending.wrote else ALREADY)
        sending.write("POST", where, body, CANCEL_RIGHT)
        remote, _group = sending.look()
    if confirms(sending.push, remote):
        return Done()
    text = N_("The platform has the request to cancel and has not decided yet (“{status}”).")
    return Retry(UserError(text, status=remote.verbatim), NOT_READY_S)


def _record_payment(sending: Sending) -> Outcome:
    order = sending.push.order
    if order.payment.kind is PaymentKind.ON_DELIVERY:
        remote, _ = sending.look()
        if confirms(sending.push, remote):
            return Done(N_("The platform let the order go before the money came; it asks no more."))
    if not order.payment.remote_id:
        raise UserError(N_("The platform names no payment of this order that could be settled."))
    where = path(sending.dialect.pay, order.remote_id, order.payment.remote_id)
    sending.write("POST", where, right="Notify payment")
    return Done()


def _note(sending: Sending) -> Outcome:
    push = sending.push
    reason = given(push.data, "reason")
    message = tr(N_("Returned to stock: {reason}"), reason=reason)
    if push.step is Step.REFUND:
        amount = push.data.get("amount", push.order.total)
        text = N_("Refunded {amount}. {reason}")
        message = tr(text, amount=money(int(amount), push.order.currency), reason=reason).strip()
    body = {"source": "Balcão", "message": message}
    sending.write("POST", note_path(push.order.remote_id), body, "Orders Full Access")
    return Done()


def _nothing(_sending: Sending) -> Outcome:
    return Done(N_("VTEX has no place for this step."))


_CALLS: Mapping[Step, Callable[[Sending], Outcome]] = {
    Step.RECORD_PAYMENT: _record_payment,
    Step.ACCEPT: _accept,
    Step.PREPARE: _nothing,
    Step.INVOICE: _invoice,
    Step.PACK: _nothing,
    Step.SHIP: _ship,
    Step.READY: _event,
    Step.TRANSIT: _event,
    Step.PROBLEM: _event,
    Step.DELIVER: _deliver,
    Step.HAND_OVER: _deliver,
    Step.FINALIZE: _nothing,
    Step.HOLD: _nothing,
    Step.RELEASE: _nothing,
    Step.CANCEL: _cancel,
    Step.TAKE_BACK: _note,
    Step.REFUND: _note,
}


# Of these the contract does not say what the answer holds.
_UNDESCRIBED = frozenset({Step.RECORD_PAYMENT, Step.TAKE_BACK, Step.REFUND})


# ---- what shows that a push arrived


def _reached(remote: RemoteOrder, status: Status) -> bool:
    """Whether the platform's stage is `status` or further along."""
    stage = BY_WORD.get(remote.word)
    kind = remote.facts.kind
    return stage is not None and rank(stage, kind) >= rank(status, kind)


def _same_invoice(push: Push, remote: RemoteOrder) -> bool:
    ours, theirs = push.order.invoice, remote.facts.invoice
    if ours is None or theirs is None:
        return False
    return _without_prefix(ours.number) == _without_prefix(theirs.number) != ""


def _is_paid(_push: Push, remote: RemoteOrder) -> bool:
    beyond = remote.word in ON_ITS_WAY or _reached(remote, S.AWAITING_CREATION)
    return remote.facts.payment.is_settled or beyond


_CONFIRMS: Mapping[Step, Callable[[Push, RemoteOrder], bool]] = {
    Step.RECORD_PAYMENT: _is_paid,
    Step.ACCEPT: lambda _, remote: _reached(remote, S.ACCEPTED),
    Step.INVOICE: _same_invoice,
    Step.SHIP: lambda push, remote: any(
        package.tracking == _code(push) for package in remote.facts.packages
    ),
    Step.READY: lambda _, remote: _reached(remote, S.READY_FOR_PICKUP),
    Step.TRANSIT: lambda _, remote: (
        remote.word == "invoiced+transit" or _reached(remote, S.DELIVERED)
    ),
    Step.PROBLEM: lambda _, remote: (
        remote.word == "invoiced+problem" or _reached(remote, S.DELIVERED)
    ),
    Step.DELIVER: lambda _, remote: _reached(remote, S.DELIVERED),
    Step.HAND_OVER: lambda _, remote: _reached(remote, S.PICKED_UP),
    Step.CANCEL: lambda _, remote: remote.cancel is CancelState.CANCELLED,
}


# ---- small words


def _code(push: Push) -> str:
    """The tracking codes of the order's packages; the order's own id where there is none, because
    VTEX takes events only for an invoice with a code."""
    codes = [package.tracking for package in push.order.packages]
    known = dict.fromkeys(code for code in (*codes, given(push.data, "tracking")) if code)
    return ", ".join(known) or push.order.remote_id


def _number(invoice: Invoice | None) -> str:
    """The number without its prefix (Colombia's SETP990…): VTEX has no field for a series, and with any
    sign but digits it takes the invoice and then never finds it again."""
    if invoice is None:
        raise UserError(N_("The platform asks for an invoice first; this order has none."))
    number = _without_prefix(invoice.number)
    if not number:
        text = N_("VTEX takes an invoice number of digits only; leave series and signs out.")
        raise UserError(text, field="number")
    return number


def _without_prefix(number: str) -> str:
    """The digits behind a prefix of letters; nothing where other signs stand."""
    match = re.fullmatch(r"(?:[A-Za-z]+-?)?([0-9]+)", number.strip())
    return match[1] if match else ""


def _now() -> datetime:
    return datetime.now(UTC)
