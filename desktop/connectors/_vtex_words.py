"""VTEX's vocabulary: statuses, stages it hides in other data, event texts, ways to pay.

Statuses as in VTEX's order flow guide (`docs/guides/Orders`), verbatim. There is no status for shipped,
ready for pickup or delivered: these are read from the tracking of the order's invoices.
"""

from __future__ import annotations

from collections.abc import Mapping

from desktop.connectors import Word
from desktop.journey import Step
from desktop.order import CancelState, Kind, PaymentKind, Status

S = Status

# What the mapping knows. Statuses without one of ours pass by themselves: an order becomes visible when
# it is ready for handling, because accepting it earlier is refused (409 OMS003).
WORDS = (
    Word("order-created", None, creates=False),
    Word("on-order-completed", None, creates=False),
    Word("on-order-completed-ffm", None, creates=False),
    Word("order-accepted", None, creates=False),
    Word("payment-pending", S.AWAITING_PAYMENT),
    Word("waiting-for-order-authorization", S.AWAITING_PAYMENT),
    Word("approve-payment", S.AWAITING_PAYMENT),
    Word("payment-approved", None, creates=False),
    Word("waiting-for-authorization", S.AWAITING_PAYMENT),
    Word("waiting-ffmt-authorization", S.AWAITING_PAYMENT),
    Word("waiting-for-manual-authorization", S.AWAITING_PAYMENT),
    Word("waiting-for-fulfillment", None, creates=False),
    Word("authorize-fulfillment", None, creates=False),
    Word("window-to-change-payment", S.AWAITING_PAYMENT),
    Word("window-to-change-seller", None, creates=False),
    Word("window-to-cancel", None, creates=False),
    Word("waiting-for-mkt-authorization", None, creates=False),
    Word("waiting-seller-handling", None, creates=False),
    Word("ready-for-handling", S.AWAITING_CREATION),
    Word("start-handling", S.ACCEPTED),
    Word("handling", S.ACCEPTED),
    Word("ready-for-invoicing", S.ACCEPTED),
    Word("invoice-after-cancellation-deny", S.INVOICED),
    Word("invoice", S.INVOICED),
    Word("invoiced", S.INVOICED),
    Word("invoiced+ready", S.READY_FOR_PICKUP),
    Word("invoiced+tracking", S.SHIPPED),
    Word("invoiced+transit", S.IN_TRANSIT),
    Word("invoiced+problem", S.DELIVERY_PROBLEM),
    Word("invoiced+delivered", S.DELIVERED),
    Word("invoiced+picked_up", S.PICKED_UP),
    Word("request-cancel", None, creates=False),
    Word("cancellation-requested", None, creates=False),
    Word("waiting-for-seller-decision", None, creates=False),
    Word("cancel", S.CANCELLED, creates=False),
    Word("canceled", S.CANCELLED, creates=False),
    Word("replaced", S.CANCELLED, creates=False),
    Word("order-create-error", None, creates=False),
    Word("order-creation-error", None, creates=False),
    Word("null", None, creates=False),
)
STATUSES = frozenset(word.word for word in WORDS if "+" not in word.word)
BY_WORD: Mapping[str, Status | None] = {word.word: word.status for word in WORDS}

CANCELS = {
    "request-cancel": CancelState.REQUESTED,
    "cancellation-requested": CancelState.REQUESTED,
    "waiting-for-seller-decision": CancelState.REQUESTED,
    "cancel": CancelState.CANCELLED,
    "canceled": CancelState.CANCELLED,
    "replaced": CancelState.CANCELLED,
}
# Where the order will become ready for handling without anybody's help.
ON_ITS_WAY = frozenset(
    {
        "order-created", "on-order-completed", "on-order-completed-ffm", "order-accepted",
        "payment-approved", "authorize-fulfillment", "window-to-change-seller", "window-to-cancel",
        "waiting-for-fulfillment", "waiting-seller-handling",
    }
)  # fmt: skip
# The feed tells of these. Values are not checked by the platform: a slip here would be an empty feed.
FEED_STATUSES = tuple(sorted(w for w in STATUSES if w in CANCELS or BY_WORD[w] is not None))
OPEN_STATUSES = ("payment-pending", "ready-for-handling", "handling")

# Event texts are what the buyer reads in the shop's order page, and what we recognise a stage by.
EVENTS: Mapping[Step, Mapping[str, str]] = {
    Step.READY: {
        "pt": "Pronto para retirada", "es": "Listo para recoger", "en": "Ready for pickup",
    },
    Step.TRANSIT: {"pt": "Em transporte", "es": "En camino", "en": "In transit"},
    Step.PROBLEM: {
        "pt": "Problema na entrega", "es": "Problema en la entrega", "en": "Delivery problem",
    },
    Step.DELIVER: {"pt": "Entregue", "es": "Entregado", "en": "Delivered"},
    Step.HAND_OVER: {
        "pt": "Retirado na loja", "es": "Recogido en la tienda", "en": "Collected at the shop",
    },
}  # fmt: skip
_LANGUAGES = {"BRA": "pt", "PRT": "pt", "USA": "en", "": "pt"}


def event_text(step: Step, country: str, comment: str = "") -> str:
    """The fixed text of a tracking event in the country's language, then the clerk's comment."""
    text = EVENTS[step][_LANGUAGES.get(country, "es")]
    return f"{text}: {comment}" if comment else text


def stage_of(description: str) -> Step | None:
    """The step whose fixed text begins this description; another carrier's events give None."""
    text = description.casefold()
    for step, texts in EVENTS.items():
        if any(text.startswith(fixed.casefold()) for fixed in texts.values()):
            return step
    return None


def suffix(kind: Kind, finished: bool, tracked: bool, events: list[str]) -> str:
    """What the tracking of an invoiced order adds to its status: "+delivered", "+ready", …"""
    if finished:
        return "+picked_up" if kind is Kind.PICKUP else "+delivered"
    stages = [stage for text in events if (stage := stage_of(text)) is not None]
    if kind is Kind.PICKUP:
        return "+ready" if Step.READY in stages else ""
    if stages and stages[-1] is Step.PROBLEM:
        return "+problem"
    # An event of any other wording is still one: the parcel is on its way.
    if tracked and events:
        return "+transit"
    return "+tracking" if tracked else ""


# Groups whose money the platform or its provider collects (contract: paymentData…payments[].group).
_ONLINE_GROUPS = frozenset(
    {"creditCard", "debitCard", "bankInvoice", "instantPayment", "giftCard", "cobrandedCard"}
)
_AT_THE_DOOR = (
    "entrega", "entregar", "retirada", "retirar", "recoger", "contra reembolso", "on delivery",
    "dinheiro", "efectivo", "cash",
)  # fmt: skip


def payment_kind(group: str, name: str) -> PaymentKind:
    """Cards, Pix, boleto and gift cards are online. What remains are the store's own ways to pay
    (promissory, custom groups): on delivery if the name says so, otherwise a transfer."""
    if group in _ONLINE_GROUPS:
        return PaymentKind.ONLINE
    words = name.casefold()
    if group == "cash" or any(mark in words for mark in _AT_THE_DOOR):
        return PaymentKind.ON_DELIVERY
    return PaymentKind.TRANSFER
