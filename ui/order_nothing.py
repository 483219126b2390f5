"""What an empty list says: that nothing is there, and where its orders come from."""

from __future__ import annotations

from desktop.i18n import N_
from desktop.i18n import tr as _
from desktop.store.queries import View
from ui import actions
from ui.order_listing import Question

_FROM_ABOVE = N_("Orders come here from the stages above, in the list at the left.")
_EMPTY = {
    View.PAYMENT: (
        N_("No payment is awaited."), N_("An order whose payment is not in yet waits here."),
    ),
    View.CREATION: (
        N_("No new orders."), N_("They arrive here by themselves. To ask at once, press {key}."),
    ),
    View.PREPARE: (N_("Nothing to prepare right now."), _FROM_ABOVE),
    View.INVOICE: (N_("Nothing to invoice right now."), _FROM_ABOVE),
    View.PACK: (N_("Nothing to pack right now."), _FROM_ABOVE),
    View.SHIP: (N_("Nothing waits to be shipped or shelved."), _FROM_ABOVE),
    View.READY: (N_("Nothing waits on the shelves for its buyer."), _FROM_ABOVE),
    View.ROAD: (N_("Nothing is on the road."), _FROM_ABOVE),
    View.FINALIZE: (N_("Nothing to finalize right now."), _FROM_ABOVE),
    View.STOPPED: (
        N_("No cancelled order has its goods here."),
        N_("One that is cancelled comes here by itself until its goods are back in stock."),
    ),
    View.HELD: (
        N_("No order is on hold."), N_("An order that you hold with {key} waits here."),
    ),
    View.ALL: (
        N_("No orders here."), N_("They arrive here by themselves. To ask at once, press {key}."),
    ),
}  # fmt: skip
# The key that a sentence names.
_KEYS = {View.CREATION: "update", View.HELD: "hold", View.ALL: "update"}


def nothing(question: Question) -> tuple[str, str, str]:
    """Title, sentence and sign for a list without orders."""
    if question.is_search:
        title = _("Nothing matches “{typed}”.", typed=question.typed)
        words = _(
            "Looked in number, buyer, document, SKU, product, tracking and access key. Type less, or "
            "press {key}.", key=actions.key("home"),
        )  # fmt: skip
        return title, words, "scan"
    title, words = _EMPTY[question.view]
    key = actions.key(_KEYS[question.view]) if question.view in _KEYS else ""
    return _(title), _(words, key=key), "check"
