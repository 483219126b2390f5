"""The pickup counter: may this order be handed over now, and if not, what is to be done.

The judgement is pure; finding an order and handing it over take a session.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desktop import work
from desktop.errors import UserError
from desktop.i18n import N_
from desktop.journey import Journey, Step, may, next_step
from desktop.order import CancelState, Kind, Order, Person, Role, Status
from desktop.store import Session, journal, notes, orders, queries, search
from desktop.truth import Sentence, Tone

S = Status
WAITING_SHOWN = 100
_OVER = frozenset({S.PICKED_UP, S.DELIVERED, S.FINALIZED})
_BACK = frozenset({S.RETURNED, S.CLOSED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the card says.

    OK means hand over, ATTENTION not yet, STOP do not. `step` is what the big button does and `closed`
    why it cannot (for this person). `advice` is what to do instead, in order.
    """

    tone: Tone
    headline: Sentence
    step: Step
    closed: UserError | None = None
    advice: tuple[Sentence, ...] = ()


def judge(order: Order, journey: Journey, role: Role) -> Verdict:
    """The verdict on one order for a person of `role`."""
    if order.kind is not Kind.PICKUP:
        return _verdict(order, journey, role, Tone.ATTENTION, N_("Not for this counter: delivery"))
    if order.cancellation is not None or order.status is S.CANCELLED:
        return _cancelled(order, journey, role)
    if order.status in _OVER:
        return _verdict(order, journey, role, Tone.STOP, N_("Do not hand over: collected already"))
    if order.status in _BACK:
        return _verdict(order, journey, role, Tone.STOP, N_("Do not hand over: returned to stock"))
    if order.hold is not None:
        return _verdict(order, journey, role, Tone.ATTENTION, N_("On hold"))
    return _open(order, journey, role)


def _open(order: Order, journey: Journey, role: Role) -> Verdict:
    step = next_step(order, journey)
    if step is Step.RECORD_PAYMENT:
        text = N_("Not paid: record the payment first")
        return _verdict(order, journey, role, Tone.ATTENTION, text, step)
    if order.status is not S.READY_FOR_PICKUP:
        text = N_("Not ready yet: {status}")
        step = Step.READY if step is Step.READY else Step.HAND_OVER
        return _verdict(order, journey, role, Tone.ATTENTION, text, step)
    if may(order, Step.HAND_OVER, journey, role) is not None:
        return _verdict(order, journey, role, Tone.ATTENTION, N_("Not yet: something is missing"))
    return _verdict(order, journey, role, Tone.OK, N_("You may hand over"))


def _verdict(
    order: Order, journey: Journey, role: Role, tone: Tone, text: str, step: Step = Step.HAND_OVER
) -> Verdict:
    headline = Sentence(text, {"status": order.status}, tone)
    return Verdict(tone, headline, step, may(order, step, journey, role))


def _cancelled(order: Order, journey: Journey, role: Role) -> Verdict:
    closed = may(order, Step.TAKE_BACK, journey, role)
    headline = Sentence(_why_stopped(order), _who(order), Tone.STOP)
    return Verdict(Tone.STOP, headline, Step.TAKE_BACK, closed, _what_to_do(order))


def _why_stopped(order: Order) -> str:
    cancellation = order.cancellation
    if cancellation is not None and cancellation.state is CancelState.REQUESTED:
        return N_("Do not hand over: the buyer asks to cancel")
    if order.status in _OVER:
        return N_("Cancelled after it was handed over")
    if order.status in _BACK:
        return N_("Do not hand over: cancelled and returned to stock")
    if cancellation is None or cancellation.by == "platform":
        return N_("Do not hand over: cancelled by the buyer")
    return N_("Do not hand over: cancelled by {who}")


def _who(order: Order) -> dict[str, str]:
    return {"who": order.cancellation.by if order.cancellation else ""}


def _what_to_do(order: Order) -> tuple[Sentence, ...]:
    if order.status in _BACK:
        return (
            Sentence(N_("The goods are in stock. Tell the buyer, there is nothing else to do.")),
        )
    return tuple(_steps_back(order))


def _steps_back(order: Order) -> list[Sentence]:
    asked = order.cancellation is not None and order.cancellation.state is CancelState.REQUESTED
    steps = []
    if order.status in _OVER:
        steps.append(Sentence(N_("Ask for the goods: they have left the store.")))
    else:
        steps.append(Sentence(N_("Do not hand the package over.")))
    if asked:
        steps.append(Sentence(N_("Settle the request with the buyer or on the platform.")))
    if order.invoice is not None:
        steps.append(
            Sentence(
                N_("Cancel invoice {number}; where that is too late, make a return invoice."),
                {"number": order.invoice.number},
            )
        )
    steps.append(_to_stock(order))
    return steps


def _to_stock(order: Order) -> Sentence:
    if order.shelf and order.status not in _OVER:
        text = N_("Take the package from shelf {shelf} back to stock.")
        return Sentence(text, {"shelf": order.shelf})
    return Sentence(N_("Take the goods back to stock."))


# --- handing over ---------------------------------------------------------------------------------------


def hand_over(
    session: Session, order_id: int, given: Mapping[str, Any], png: bytes, who: Person, at: datetime
) -> Order:
    """The step and the signature in one transaction: neither is kept without the other. `png` may be
    empty; its SHA-256 becomes the step's `signature`."""
    if png:
        given = {**given, "signature": notes.keep_file(session, order_id, "signature", png, at)}
    return work.do(session, order_id, Step.HAND_OVER, given, who, at)


# --- looking up -----------------------------------------------------------------------------------------


def find(session: Session, text: str) -> list[int]:
    """Ids that a scan or typed words may mean, best first.

    An exact code (number, platform's id, pickup code, access key) wins; then a shelf with what stands on
    it; then the search, pickup orders that are still here before the others.
    """
    exact = list(dict.fromkeys(order_id for _kind, order_id in orders.by_code(session, text)))
    if exact:
        return exact
    found = list(search.find(session, text, limit=50))
    on_shelf = [one for one in found if _stands_on(session, one, text)]
    return on_shelf or _pickups_first(session, found)


def waiting(session: Session, journey: Journey) -> list[Order]:
    """Orders ready for pickup, the one that has waited longest first; at most WAITING_SHOWN."""
    ids = list(queries.ids(session, queries.View.READY, journey))[:WAITING_SHOWN]
    return sorted((orders.get(session, one) for one in ids), key=lambda order: order.placed_at)


def reached_at(session: Session, order: Order) -> datetime | None:
    """When the order came to its present status, by the journal."""
    entries = reversed(journal.of_order(session, order.id))
    return next((e.at for e in entries if e.data.get("to") == order.status.value), None)


def _stands_on(session: Session, order_id: int, shelf: str) -> bool:
    order = orders.get(session, order_id)
    return order.status is S.READY_FOR_PICKUP and _bare(order.shelf) == _bare(shelf) != ""


def _bare(shelf: str) -> str:
    return "".join(search.tokens(shelf))


def _pickups_first(session: Session, ids: Sequence[int]) -> list[int]:
    rows = queries.rows(session, list(ids))
    here = [i for i in ids if i in rows and rows[i].kind is Kind.PICKUP]
    ready = [i for i in here if rows[i].status is S.READY_FOR_PICKUP]
    return ready or here or [i for i in ids if i in rows]
