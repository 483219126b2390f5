"""The platform's order management: which call is legal in which status, and what it does.

Everything here is VTEX's behaviour as its documentation and known issues tell it; where they are
silent the stricter reading was taken. All methods are safe for threads. Refusals are raised as
``Refusal`` and become the HTTP answer.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desktop.sandbox.clock import Clock, stamp
from desktop.sandbox.feed import Change, Feed
from desktop.sandbox.ledger import Effect, Ledger
from desktop.sandbox.order import Order
from desktop.sandbox.orders import make
from desktop.sandbox.recipe import Recipe
from desktop.sandbox.workflow import (
    CANCELLING,
    TRANSIENT,
    Invoice,
    Refusal,
    approved_path,
    asking_path,
    cancellation,
    package_of,
    require,
    tracked,
)

Json = dict[str, Any]


@dataclass
class _Veto:
    order_id: str | None
    kind: str
    status: int
    message: str
    times: int | None


class Oms:
    """Orders, their workflow, the feed and the ledger behind one lock."""

    def __init__(
        self,
        clock: Clock,
        seed: int,
        window_s: float = 0,
        transient_s: float = 0,
        index_lag_s: float = 0,
    ) -> None:
        self.clock, self.seed = clock, seed
        self.window_s, self.transient_s, self.index_lag_s = window_s, transient_s, index_lag_s
        self.lock = threading.RLock()
        self.feed = Feed(clock, seed)
        self.ledger = Ledger()
        self._orders: dict[str, Order] = {}
        self._sequences: dict[str, str] = {}
        self._alarms: list[tuple[datetime, str]] = []
        self._vetoes: list[_Veto] = []
        self._receipts = 0

    # ---- orders come in

    def place(self, recipe: Recipe | None = None) -> Order:
        """A new order, walked as far as it gets by itself."""
        with self.lock:
            now = self.clock.now()
            order = Order.from_body(make(self.seed, len(self._orders), now, recipe), now)
            self._orders[order.id] = order
            self._sequences[order.sequence] = order.id
            pending = order.status == "payment-pending"
            onward = ("payment-pending",) if pending else approved_path()
            self._go(order, "order-created", "on-order-completed", *onward)
            return order

    def announce(self) -> None:
        """Put into the feed where every order stands now, as it never does by itself."""
        with self.lock:
            for order in self._orders.values():
                self._tell(order, order.history[-2][1])

    def orders(self) -> list[Order]:
        with self.lock:
            self._tick()
            return list(self._orders.values())

    def find(self, order_id: str) -> Order:
        """By id or by ``seq`` and the sequence; Refusal 404 for a stranger."""
        with self.lock:
            self._tick()
            if order_id.startswith("seq"):
                order_id = self._sequences.get(order_id[3:], order_id)
            try:
                return self._orders[order_id]
            except KeyError:
                raise Refusal(404, "Order Not Found", "OMS007") from None

    def read_feed(self, most: int) -> list[Json] | None:
        """Up to ten changes, hidden from now on; None where no feed is configured."""
        with self.lock:
            self._tick()
            return self.feed.read(most)

    # ---- what the seller's software calls

    def start_handling(self, order_id: str, by: str = "api") -> None:
        with self._on(order_id) as order:
            require(order, "ready-for-handling")
            self._note(order, "start-handling", "", by)
            self._go(order, "start-handling", "handling")

    def invoice(self, order_id: str, invoice: Invoice, by: str = "api", again: bool = True) -> str:
        """Apply an invoice; returns the receipt.

        The same number again only renews the receipt, or is refused where not ``again`` (the PII
        dialect). A total that differs from the order's leaves it in handling.
        """
        with self._on(order_id) as order:
            known = order.package(invoice.number)
            if known is not None:
                if not again:
                    raise Refusal(400, f"Invoice {invoice.number} was already sent")
                self._note(order, "receipt", invoice.number, by, idle=True)
                return self._receipt()
            if invoice.type == "Input":
                self._take_return(order, invoice, by)
                return self._receipt()
            if order.status not in CANCELLING:
                require(order, "handling")
            order.packages.append(package_of(order, invoice))
            self._note(order, "invoice", invoice.number, by)
            denied = ("invoice-after-cancellation-deny",) if order.status in CANCELLING else ()
            whole = order.invoiced_total() == order.value
            if whole:
                order.invoiced = self.clock.now()
            self._go(order, *denied, "invoice", "invoiced" if whole else "handling")
            return self._receipt()

    def track(self, order_id: str, number: str, values: Json, by: str = "api") -> str:
        """Carrier, code and link of an invoice (``courier, trackingNumber, trackingUrl``)."""
        with self._on(order_id) as order:
            package = tracked(order, number)
            idle = all(package[name] == value for name, value in values.items())
            mark = f"{number} {package['trackingNumber']} → {values['trackingNumber']}"
            package.update(values)
            self._note(order, "tracking", mark, by, idle)
            order.touch()
            return self._receipt()

    def event(
        self,
        order_id: str,
        number: str,
        events: Sequence[Json],
        delivered: bool,
        delivered_at: str | None = None,
        by: str = "api",
    ) -> str:
        """Add tracking events to an invoice; ``delivered`` finishes its journey."""
        with self._on(order_id) as order:
            package = tracked(order, number)
            kind = "ready" if order.facts["channels"] == ["pickup-in-point"] else "event"
            status = package["courierStatus"] or {"status": "ok", "finished": False, "data": []}
            now = stamp(self.clock.now())
            added = [_courier_line(one, now) for one in events]
            status = status | {"data": [*status["data"], *added]}
            for one in [] if delivered else events:
                mark = f"{number} {one['description']} {one['date']} {one['city']}"
                self._note(order, kind, mark, by)
            if delivered:
                status = status | {"finished": True, "deliveredDate": delivered_at or now}
                self._note(order, "delivered", number, by)
            package["courierStatus"] = status
            order.changed = self.clock.now()
            order.touch()
            return self._receipt()

    def cancel(self, order_id: str, reason: str, by: str = "api") -> str:
        """Cancel, or ask to: from ready-for-handling and handling a second call confirms."""
        with self._on(order_id) as order:
            if order.status is None or order.status in TRANSIENT:
                raise Refusal(409, f"Order cannot be canceled in status {order.status}", "OMS003")
            if order.status == "canceled":
                raise Refusal(400, "Order is already canceled")
            returned = order.invoiced_total("Input") >= order.value
            if order.outputs and not returned:
                raise Refusal(400, "Order invoiced, in whole or in part, cannot be canceled")
            asked = order.status in CANCELLING
            if order.status in ("ready-for-handling", "handling"):
                self._note(order, "request-cancel", "", by)
                order.cancellation = cancellation(reason, by, self.clock.now())
                self._go(order, *asking_path(order))
            else:
                self._note(order, "cancel", "", by)
                if not asked:
                    order.cancellation = cancellation(reason, by, self.clock.now())
                self._go(order, "cancel", "canceled")
            return self._receipt()

    def note(self, order_id: str, source: str, message: str, by: str = "api") -> None:
        with self._on(order_id) as order:
            self._note(order, "note", f"{source}: {message}", by)

    def notify_payment(self, order_id: str, payment_id: str, by: str = "api") -> None:
        with self._on(order_id) as order:
            if payment_id not in {p["id"] for p in order.facts["payments"]}:
                raise Refusal(404, "Payment not found")
            if order.status != "payment-pending":
                raise Refusal(400, f"Payment cannot be notified in status {order.status}")
            self._note(order, "payment", payment_id, by)
            self._approve(order)

    # ---- what others do

    def approve(self, order_id: str) -> None:
        """The payment provider says yes."""
        order = self.find(order_id)
        with self.lock:
            self._approve(order)

    def close_window(self, order_id: str) -> None:
        """Go on now instead of when the window to cancel (or a transient status) is over."""
        order = self.find(order_id)
        with self.lock:
            order.wake = None
            self._walk(order)

    def set_status(self, order_id: str, status: str | None, in_error: bool = False) -> None:
        """Put the order into any status, known or not, as no rule would."""
        order = self.find(order_id)
        with self.lock:
            order.ahead, order.wake, order.in_error = [], None, in_error
            self._enter(order, status)

    def veto(
        self, order_id: str | None, kind: str, status: int, message: str, times: int | None = None
    ) -> None:
        """Refuse calls of ``kind`` for one order (None: for all), ``times`` times or until allowed."""
        with self.lock:
            self._vetoes.append(_Veto(order_id, kind, status, message, times))

    def allow(self, order_id: str | None, kind: str) -> None:
        with self.lock:
            self._vetoes = [v for v in self._vetoes if (v.order_id, v.kind) != (order_id, kind)]

    def check_veto(self, order_id: str | None, kind: str) -> None:
        """Raise the Refusal that was ordered for this call, if any."""
        with self.lock:
            for veto in self._vetoes:
                if veto.kind == kind and veto.order_id in (None, order_id):
                    if veto.times is not None:
                        veto.times -= 1
                        if veto.times <= 0:
                            self._vetoes.remove(veto)
                    raise Refusal(veto.status, veto.message)

    def edit(self, order_id: str, **values: Any) -> None:
        """Overwrite top-level fields of the order's body."""
        order = self.find(order_id)
        with self.lock:
            order.extra |= values
            order.changed = self.clock.now()
            order.touch()
            self._tell(order, order.status)

    def set_raw(self, order_id: str, body: bytes | None) -> None:
        """Answer the order's detail with these bytes (None: the truth again); the feed tells."""
        order = self.find(order_id)
        with self.lock:
            order.raw = body
            self._tell(order, order.status)

    # ---- the workflow

    @contextmanager
    def _on(self, order_id: str) -> Iterator[Order]:
        with self.lock:
            yield self.find(order_id)

    def _approve(self, order: Order) -> None:
        if order.status not in ("payment-pending", "waiting-for-authorization"):
            raise Refusal(400, f"Payment cannot be approved in status {order.status}")
        order.authorize(self.clock.now())
        self._go(order, "approve-payment", *approved_path())

    def _take_return(self, order: Order, invoice: Invoice, by: str) -> None:
        if order.status != "invoiced":
            raise Refusal(400, "A return invoice needs an order that is invoiced")
        order.packages.append(package_of(order, invoice))
        self._note(order, "invoice", invoice.number, by)
        order.changed = self.clock.now()
        order.touch()

    def _go(self, order: Order, *path: str) -> None:
        order.ahead, order.wake = list(path), None
        self._walk(order)

    def _walk(self, order: Order) -> None:
        while order.ahead:
            status = order.ahead.pop(0)
            self._enter(order, status)
            stay = self.window_s if status == "window-to-cancel" else 0.0
            stay = self.transient_s if status in TRANSIENT else stay
            if stay and order.ahead:
                order.wake = self.clock.now() + timedelta(seconds=stay)
                heapq.heappush(self._alarms, (order.wake, order.id))
                return

    def _enter(self, order: Order, status: str | None) -> None:
        before, order.status = order.status, status
        now = self.clock.now()
        order.history.append((now, status))
        last, order.changed = order.changed, now
        order.touch()
        self._tell(order, before, last)

    def _tell(self, order: Order, before: str | None, last: datetime | None = None) -> None:
        domain = "Fulfillment" if order.origin == "Fulfillment" else "Marketplace"
        last = last or order.changed
        state, before = order.status or "", before or ""
        self.feed.push(Change(order.id, domain, state, before, last, order.changed))

    def _tick(self) -> None:
        now = self.clock.now()
        while self._alarms and self._alarms[0][0] <= now:
            wake, order_id = heapq.heappop(self._alarms)
            order = self._orders[order_id]
            if order.wake == wake:
                order.wake = None
                self._walk(order)

    def _note(self, order: Order, kind: str, mark: str, by: str, idle: bool = False) -> None:
        self.ledger.add(Effect(order.id, kind, mark, self.clock.now(), by, idle))

    def _receipt(self) -> str:
        self._receipts += 1
        return f"{self.seed:016x}{self._receipts:016x}"


def _courier_line(event: Json, now: str) -> Json:
    told = {name: event[name] for name in ("city", "state", "description")}
    return {"lastChange": now, "createDate": event["date"]} | told
