"""The sandbox platform: a server, the shop behind it, and the hand that plays the outside world."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from math import ceil
from types import TracebackType
from typing import Any, Self

from desktop.sandbox import control, routes
from desktop.sandbox.clock import Clock
from desktop.sandbox.faults import Faults, Strike
from desktop.sandbox.http import Answer, Call, refused
from desktop.sandbox.ledger import Effect
from desktop.sandbox.oms import Oms
from desktop.sandbox.recipe import Recipe
from desktop.sandbox.server import Server
from desktop.sandbox.workflow import STATUSES, Refusal

Json = dict[str, Any]
_PAGE = b"<html><body><h1>Wi-Fi</h1>Login</body></html>"
KEY, TOKEN = "sandbox", "sandbox-token"
FEED = {
    "filter": {"type": "FromWorkflow", "status": list(STATUSES)},
    "queue": {"visibilityTimeoutInSeconds": 240, "MessageRetentionPeriodInSeconds": 345_600},
}


@dataclass(frozen=True)
class Received:
    """One call of the dialect. ``status`` is 0 where no answer was sent; ``fault`` names what struck."""

    method: str
    path: str
    kind: str
    body: str
    status: int
    at: datetime
    fault: str = ""


class Sandbox:
    """A central platform on loopback that speaks VTEX's dialect.

    ``dialect`` is ``both``, ``classic`` or ``pii`` (the feed and tracking are the same in all of
    them). ``window_s`` is how long an order stands in window-to-cancel, ``transient_s`` how long in a
    status that passes by itself, ``index_lag_s`` how far the list is behind (really about 240).
    ``feed`` false starts without a feed, so that reading it is 404 until one is configured; true
    starts with one and every order in it. ``start`` fixes the clock, for orders that are the same
    on any day; ``advance`` moves it. All methods may be called from any thread; those that name an
    unknown order or ask for what no rule allows raise ``Refusal``.
    """

    def __init__(
        self,
        seed: int = 1,
        orders: int = 12,
        faults: str = "",
        port: int = 0,
        dialect: str = "both",
        key: str = KEY,
        token: str = TOKEN,
        window_s: float = 0.0,
        feed: bool = True,
        transient_s: float = 0.0,
        index_lag_s: float = 0.0,
        start: datetime | None = None,
    ) -> None:
        self._routes = routes.DIALECTS[dialect]
        self.key, self.token, self._port = key, token, port
        self.clock = Clock(start)
        self.faults = Faults(faults)
        self.oms = Oms(self.clock, seed, window_s, transient_s, index_lag_s)
        self._received: list[Received] = []
        self._server: Server | None = None
        self._stopping = threading.Event()
        for _ in range(orders):
            self.oms.place()
        if feed:
            self.oms.feed.configure(FEED)
            self.oms.announce()

    # ---- running

    def start(self) -> str:
        """Serve from now on; the base address, ``http://127.0.0.1:PORT``. OSError: port taken."""
        self._server = Server(self._port, self._respond)
        self._stopping = self._server.stopping
        self._server.start()
        return self.url

    def stop(self) -> None:
        """Break all connections and join all threads. RuntimeError if serving itself failed."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.stop()
        if server.failures:
            raise RuntimeError("the sandbox failed:\n" + "\n".join(server.failures))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("the sandbox is not started")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def _respond(self, call: Call) -> tuple[Answer | None, Strike]:
        if call.path.startswith("/_sandbox/"):
            return control.respond(self, call), Strike()
        found = routes.find(call, self._routes)
        kind = found[0].kind if found else ""
        strike = self.faults.draw(kind, f"{call.method} {call.path}")
        if strike.delay:
            self._stopping.wait(strike.delay)
        given = self._spoiled(strike)
        if given is None and strike.name != "reset-before":
            given = self._answer(call, found)
            if strike.name == "5xx-after":
                given = _unavailable(strike)
        sent = None if strike.name in ("reset-before", "reset-after") else given
        self._keep(call, kind, sent, strike)
        return (sent and _altered(sent, strike)), strike

    def _answer(self, call: Call, found: tuple[routes.Route, tuple[str, ...]] | None) -> Answer:
        try:
            routes.check_key(call, self.key, self.token)
            if found is None:
                raise Refusal(404, "Not Found")
            route, parts = found
            self.oms.check_veto(parts[0] if parts else None, route.kind)
            return route.answer(self.oms, call, *parts)
        except Refusal as refusal:
            return refused(refusal)

    def _spoiled(self, strike: Strike) -> Answer | None:
        """The answer of a fault that keeps the call from being carried out."""
        if strike.name == "5xx":
            return _unavailable(strike)
        if strike.name == "429":
            wait = {"Retry-After": str(ceil(strike.value))}
            given = refused(Refusal(429, "Too many requests"))
            return Answer(given.status, given.body, given.content_type, wait)
        if strike.name in ("html", "proxy"):
            return Answer(int(strike.value), _PAGE, "text/html")
        if strike.name == "portal":
            return Answer(302, _PAGE, "text/html", {"Location": "http://login.example/"})
        if strike.name in ("other", "empty"):
            return Answer(200, b'{"hello": "world"}' if strike.name == "other" else b"")
        return None

    def _keep(self, call: Call, kind: str, sent: Answer | None, strike: Strike) -> None:
        self._received.append(
            Received(
                call.method,
                call.path,
                kind,
                call.body.decode("utf-8", "replace"),
                sent.status if sent else 0,
                self.clock.now(),
                strike.name,
            )
        )

    # ---- what a test or a demo sees

    @property
    def received(self) -> list[Received]:
        """Every call of the dialect so far, oldest first."""
        return list(self._received)

    def effects(self, order_id: str | None = None, kind: str | None = None) -> list[Effect]:
        """What was applied, oldest first."""
        return self.oms.ledger.of(order_id, kind)

    def duplicates(self) -> list[Effect]:
        """Effects that repeat an earlier one of the same order."""
        return self.oms.ledger.duplicates()

    def order(self, order_id: str) -> Json:
        """The order's detail as it really is, whatever raw body was set."""
        with self.oms.lock:
            return self.oms.find(order_id).document()

    def order_ids(self, status: str | None = None) -> list[str]:
        """All orders, or those in one status, in the order they were placed."""
        return [o.id for o in self.oms.orders() if status is None or o.status == status]

    def summary(self) -> Json:
        """``orders`` (number by status), ``effects`` (number by kind, for each order), ``duplicates``,
        ``requests`` (number by kind) and ``statuses`` (of each order; ``finished`` beside it)."""
        orders = self.oms.orders()
        effects: dict[str, Counter[str]] = {}
        for effect in self.effects():
            effects.setdefault(effect.order_id, Counter())[effect.kind] += 1
        return {
            "orders": dict(Counter(order.status or "null" for order in orders)),
            "statuses": {order.id: order.status for order in orders},
            "finished": [order.id for order in orders if order.finished],
            "effects": {order_id: dict(counts) for order_id, counts in effects.items()},
            "duplicates": [effect.json() for effect in self.duplicates()],
            "requests": dict(Counter(call.kind for call in self.received)),
        }

    # ---- the outside world

    def place(
        self, raw: bytes | str | None = None, changes: Json | None = None, **recipe: Any
    ) -> str:
        """A new order of the given ``Recipe`` fields; its id.

        ``raw`` is answered for its detail word for word; ``changes`` overwrites top-level fields of
        its body. ValueError for a payment the country lacks.
        """
        with self.oms.lock:
            order = self.oms.place(Recipe(**recipe) if recipe else None)
            order.extra |= changes or {}
            order.raw = raw.encode() if isinstance(raw, str) else raw
            order.touch()
        return order.id

    def edit(self, order_id: str, **changes: Any) -> None:
        """Overwrite top-level fields of an order's body; the feed tells of it."""
        self.oms.edit(order_id, **changes)

    def set_raw(self, order_id: str, body: bytes | str | None) -> None:
        """Answer the order's detail with this body, word for word; None: the truth again."""
        self.oms.set_raw(order_id, body.encode() if isinstance(body, str) else body)

    def buyer_cancels(self, order_id: str, reason: str = "Desisti da compra") -> None:
        """At once while the window is open; afterwards a request the seller confirms or denies."""
        self.oms.cancel(order_id, reason, by="buyer")

    def approve_payment(self, order_id: str) -> None:
        """The money of an order in payment-pending is in."""
        self.oms.approve(order_id)

    def advance(self, seconds: float) -> None:
        """Let time pass: windows close, unread feed items come back."""
        self.clock.advance(seconds)

    def close_window(self, order_id: str) -> None:
        """End the window to cancel (or a transient status) of one order now."""
        self.oms.close_window(order_id)

    def refuse(
        self,
        order_id: str | None,
        kind: str,
        status: int = 400,
        message: str = "Refused by the sandbox",
        times: int | None = None,
    ) -> None:
        """Refuse calls of ``kind`` for one order (None: any), ``times`` times or until ``allow``."""
        self.oms.veto(order_id, kind, status, message, times)

    def allow(self, order_id: str | None, kind: str) -> None:
        self.oms.allow(order_id, kind)

    def set_status(self, order_id: str, status: str | None, in_error: bool = False) -> None:
        """Any status, known or not, as no rule would set it."""
        self.oms.set_status(order_id, status, in_error)

    def move(self, order_id: str, to: str, by: str = "other till") -> None:
        """Somebody else brings the order to ``handling``, ``invoiced``, ``shipped``, ``delivered`` or
        ``canceled``, through all that lies between."""
        with self.oms.lock:
            control.move(self.oms, order_id, to, by)

    def set_faults(self, spec: str) -> None:
        """Replace the faults in force; ValueError if the spec cannot be read."""
        self.faults.set(spec)


def run(
    port: int = 0, seed: int = 1, orders: int = 12, faults: str = "", speak_json: bool = False
) -> int:
    """Serve until interrupted; prints the address as one line and the command that connects a store to it
    as the next, or one line of JSON. ValueError: faults not understood; OSError: the port is taken."""
    sandbox = Sandbox(seed=seed, orders=orders, faults=faults, port=port)
    account = {"address": sandbox.start(), "key": sandbox.key, "token": sandbox.token}
    print(json.dumps(account) if speak_json else _to_paste(**account), flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        sandbox.stop()
    return 0


def _to_paste(address: str, key: str, token: str) -> str:
    here, frozen = ("py", "balcao-terminal") if os.name == "nt" else ("python3", "balcao")
    program = frozen if getattr(sys, "frozen", False) else f"{here} start.py"
    return f"{address}\n{program} connect vtex name=sandbox url={address} key={key} token={token}"


def _unavailable(strike: Strike) -> Answer:
    return refused(Refusal(int(strike.value), "Service unavailable"))


def _altered(given: Answer, strike: Strike) -> Answer:
    if strike.name == "malformed":
        half = given.body[: len(given.body) // 2] or b'{"orderId": '
        return Answer(given.status if given.body else 200, half, given.content_type)
    if strike.name == "clock":
        date = datetime.now(UTC) - timedelta(seconds=strike.value)
        headers = {"Date": format_datetime(date, usegmt=True)}
        return Answer(given.status, given.body, given.content_type, headers | given.headers)
    if strike.name == "content-type":
        return Answer(given.status, given.body, "text/plain", given.headers)
    return given
