"""``/_sandbox/…``: the outside world by HTTP, for a person or another process.

``GET summary``, ``GET requests``, ``GET effects``, ``GET order?id=…`` read. ``POST`` with a JSON object
of the arguments does what the method of the same name on ``Sandbox`` does: ``place``, ``edit``,
``set-raw``, ``buyer-cancels``, ``approve-payment``, ``advance``, ``close-window``, ``refuse``, ``allow``,
``set-status``, ``move``, ``set-faults``. Answers are JSON; what is refused is 400 with ``error``.
No key is asked for: the server listens on loopback only.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from desktop.sandbox.clock import stamp
from desktop.sandbox.http import Answer, Call, answer
from desktop.sandbox.oms import Oms
from desktop.sandbox.workflow import Invoice, Refusal

if TYPE_CHECKING:
    from desktop.sandbox.sandbox import Sandbox

VERBS = (
    "place",
    "edit",
    "set-raw",
    "buyer-cancels",
    "approve-payment",
    "advance",
    "close-window",
    "refuse",
    "allow",
    "set-status",
    "move",
    "set-faults",
)


def respond(sandbox: Sandbox, call: Call) -> Answer:
    name = call.path.removeprefix("/_sandbox/")
    try:
        if call.method == "GET":
            return answer(_read(sandbox, name, call))
        if call.method == "POST" and name in VERBS:
            done = getattr(sandbox, name.replace("-", "_"))(**call.json())
            return answer({"done": name, "order_id": done})
    except Refusal as refusal:
        return answer({"error": refusal.message}, 400)
    except (TypeError, ValueError, KeyError) as error:
        return answer({"error": str(error)}, 400)
    return answer({"error": f"no such verb: {call.method} {name}"}, 404)


def _read(sandbox: Sandbox, name: str, call: Call) -> Any:
    if name == "summary":
        return sandbox.summary()
    if name == "requests":
        return [asdict(one) | {"at": one.at.isoformat()} for one in sandbox.received]
    if name == "effects":
        return [effect.json() for effect in sandbox.effects(call.query.get("id"))]
    if name == "order":
        return sandbox.order(call.query["id"])
    raise ValueError(f"nothing to read: {name}")


def move(oms: Oms, order_id: str, to: str, by: str) -> None:
    """Bring an order to ``to`` by the platform's own rules, as another till would."""
    steps = ("handling", "invoiced", "shipped", "delivered")
    if to == "canceled":
        oms.cancel(order_id, "Cancelado na loja", by)
        if oms.find(order_id).status != "canceled":
            oms.cancel(order_id, "Cancelado na loja", by)
        return
    if to not in steps:
        raise ValueError(f"no way to move an order to {to!r}")
    for step in steps[: steps.index(to) + 1]:
        _step(oms, order_id, step, by)


def _step(oms: Oms, order_id: str, step: str, by: str) -> None:
    order = oms.find(order_id)
    number = order.packages[0]["invoiceNumber"] if order.packages else f"9{order.sequence}"
    if step == "handling" and order.status == "ready-for-handling":
        oms.start_handling(order_id, by)
    elif step == "invoiced" and not order.packages:
        oms.invoice(order_id, _invoice(oms, order_id, number), by)
    elif step == "shipped":
        values = {
            "trackingNumber": f"BR{order.sequence}",
            "trackingUrl": "https://tracking.example",
            "courier": "Motoboy",
        }
        oms.track(order_id, number, values, by)
    elif step == "delivered":
        oms.event(order_id, number, [], True, by=by)


def _invoice(oms: Oms, order_id: str, number: str) -> Invoice:
    order = oms.find(order_id)
    lines = [
        {
            "itemIndex": index,
            "quantity": item["quantity"],
            "price": item["sellingPrice"],
            "description": None,
        }
        for index, item in enumerate(order.facts["items"])
    ]
    return Invoice("Output", number, stamp(oms.clock.now()), order.value, lines)
