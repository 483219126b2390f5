"""A store in the middle of its day: every stage in use, one of each trouble, names of all lengths.

Orders come from the sandbox through the real connector, people's steps through `Work`, at times spread
over the morning. Once it stands nothing moves by itself: no connection and no printer runs.
"""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from desktop import terminal
from desktop.errors import BalcaoError, PlatformAway, PlatformDenied, PlatformUnwell
from desktop.journey import Journey, Step
from desktop.order import Order, Person, Role
from desktop.sandbox import KEY, TOKEN, Sandbox
from desktop.secrets import InMemory
from desktop.store import Session, Store, orders, print_jobs, setup
from desktop.store.setup import Printer
from desktop.work import Work
from printing.spooler import Spooler
from ui.demo_script import made_key

SEED, CONNECTION, PATIENCE_S = 3, "VTEX loja", 20.0
ANA = Person("Ana Souza", Role.MANAGER)
PEOPLE = (
    ANA,
    Person("Beto Lima", Role.CLERK),
    Person("Carla Reis", Role.COUNTER),
    Person("Maria Aparecida da Conceição Albuquerque de Vasconcelos Guimarães", Role.COUNTER),
)
PRINTERS = (
    Printer("Etiquetas", "zebra_zd220", "tcp:192.168.0.50:9100"),
    Printer("Cupons", "elgin_i9", "tcp:192.168.0.51:9100"),
    Printer("Páginas", "pdf_a4", "file:/home/loja/papeis"),
)
FIELDS: dict[Step, dict[str, Any]] = {
    Step.PACK: {"packages": "4410 300x200x100; 850"},
    Step.SHIP: {"carrier": "Correios", "service": "SEDEX", "tracking": "AA123456785BR"},
    Step.READY: {"shelf": "B-07"},
    Step.HOLD: {"reason": "Endereço incompleto: falta o número do apartamento"},
}


@dataclass(frozen=True)
class Way:
    """An order of the day: what the buyer wanted, the steps taken, and by when it is due."""

    name: str
    steps: tuple[Step, ...] = ()
    due_min: int | None = None
    recipe: dict[str, Any] | None = None


UNREADABLE = (
    '{"orderId": "1547730500999-01", "status": "ready-for-handling", "items": null, "value"'
)
TO_INVOICE = (Step.ACCEPT, Step.PREPARE)
TO_PACK = (*TO_INVOICE, Step.INVOICE)
PACKED = (*TO_PACK, Step.PACK)
ON_SHELF = (*PACKED, Step.READY)
PICKUP = {"delivery": "pickup"}
WAYS = (
    Way("refused", TO_PACK, recipe={"lines": 2}),
    Way("pickup", ON_SHELF, recipe=PICKUP | {"payment": "pix", "lines": 2}),
    Way("cancelled", (Step.ACCEPT,), recipe={"long_name": True, "marketplace": True, "lines": 2}),
    Way("unpaid", recipe={"payment": "transfer", "paid": False}),
    Way("to invoice", TO_INVOICE, 47, {"lines": 2}),
    Way("to pay", ON_SHELF, recipe=PICKUP | {"country": "MEX", "payment": "on-delivery"}),
    Way("slip", recipe={"company": True, "payment": "slip", "paid": False}),
    Way("packed", PACKED, 300, {"long_name": True, "marketplace": True, "lines": 3}),
    Way("to pack", TO_PACK, -22, {"weighed": True, "multiplier": 0.35, "lines": 5}),
    Way("held", (Step.ACCEPT, Step.HOLD), recipe={"country": "MEX", "lines": 3}),
    Way("not ready", TO_INVOICE, recipe=PICKUP | {"company": True, "payment": "on-delivery"}),
    Way("stopped", ON_SHELF, recipe=PICKUP | {"country": "COL"}),
    Way("long name", ON_SHELF, recipe=PICKUP | {"long_name": True, "lines": 4}),
    Way("delivered", (*PACKED, Step.SHIP, Step.DELIVER), recipe={"lines": 1}),
    Way("on the road", (*PACKED, Step.SHIP), recipe={"country": "COL"}),
    Way("late", TO_INVOICE, -190, {"country": "COL", "long_name": True, "payment": "on-delivery"}),
    Way("to invoice too", TO_INVOICE, 1500, {"company": True, "marketplace": True}),
    Way("new late", (), -8, {"long_name": True}),
    Way("new", (), 95, {"marketplace": True, "lines": 5}),
    Way("new abroad", (), 400, {"country": "COL", "payment": "on-delivery"}),
    Way("new pickup", (), None, PICKUP | {"country": "MEX", "payment": "on-delivery"}),
)


class Midday:
    """The store, made when this is made; `closing` ends what it opened."""

    def __init__(self, closing: ExitStack, folder: Path) -> None:
        self.now = datetime.now(UTC)
        self.sandbox = closing.enter_context(Sandbox(SEED, orders=0))
        self.sandbox.advance(-4 * 3600)
        self.store = Store(folder)
        closing.callback(self.store.close)
        self.work = Work(self.store, self.sandbox.clock.now)
        self.printing = Spooler(self.store, PRINTERS, self.work.label_printed)
        self._ids: dict[str, str] = {}
        self._settle_in()
        self._come_in()
        self._work()
        self._trouble()
        self.store.do(self._promise)

    def order(self, name: str) -> Order:
        """An order by its name in `WAYS`."""
        remote_id = self._ids[name]
        with self.store.read() as session:
            known = orders.by_remote(session, CONNECTION, [remote_id])
        return next(order for order, _digest in known.values())

    def set(self, **changes: Any) -> None:
        """Other settings of the store."""
        self.store.do(lambda s: _set(s, changes))

    # As the connectors word them.
    TROUBLES: ClassVar[dict[str, BalcaoError]] = {
        "page": PlatformUnwell(
            "A web page came instead of the answer of {host}: perhaps the network wants a log-in, or a proxy "
            "stands between. Open any page with a browser, and check the address.",
            host="loja.vtexcommercestable.com.br",
        ),
        "key": PlatformDenied(
            "{host} does not accept the key. Check key and token.",
            host="loja.vtexcommercestable.com.br",
        ),
        "right": PlatformDenied(
            "The key lacks the right “{right}”. Add it on the platform.",
            right="Feed v3 and Hook Admin",
        ),
    }

    def lose_internet(self) -> None:
        """The connection hears nothing for a quarter of an hour."""
        self.have(PlatformAway("The platform cannot be reached. Balcão tries again by itself."))

    def have(self, trouble: BalcaoError) -> None:
        """The connection is in trouble since a quarter of an hour."""
        at = datetime.now(UTC) - timedelta(minutes=14)
        for news in (None, trouble):
            self.store.do(partial(setup.note_sync, name=CONNECTION, at=at, trouble=news))

    def find_internet(self) -> None:
        at = datetime.now(UTC)
        self.store.do(lambda s: setup.note_sync(s, CONNECTION, at))

    # --- the morning --------------------------------------------------------------------------------

    def _settle_in(self) -> None:
        self.secrets = InMemory()
        given = {"name": CONNECTION, "url": self.sandbox.url, "key": KEY, "token": TOKEN}
        terminal.connect(self.store, self.secrets, "vtex", given)
        self.store.do(lambda s: setup.set_printers(s, PRINTERS))
        self.store.do(lambda s: setup.set_people(s, PEOPLE))
        journey = Journey(untracked=frozenset({"motoboy próprio"}), tolerance=5)
        issuers = ("11.222.333/0001-81",)
        self.set(store_name="Loja 014 · Pinheiros", journey=journey, issuers=issuers)

    def _come_in(self) -> None:
        for way in WAYS:
            self._ids[way.name] = self.sandbox.place(**(way.recipe or {}))
            self.sandbox.advance(300)
        self.sandbox.place(raw=UNREADABLE)
        self._sync()

    def _promise(self, session: Session) -> None:
        """Promises around now: a fresh sandbox promises days ahead."""
        for way in WAYS:
            if way.due_min is not None:
                due = replace(
                    self.order(way.name), due_at=self.now + timedelta(minutes=way.due_min)
                )
                orders.save(session, due, self.now)

    def _work(self) -> None:
        self.sandbox.refuse(self._ids["refused"], "invoice", 400, "Invoice number already in use")
        for n, way in enumerate(WAYS):
            for step in way.steps:
                self._take(n, way, step)
            self._sync()
            self.sandbox.advance(120)
        self._pick_some(self.order("to pack"))

    def _take(self, n: int, way: Way, step: Step) -> None:
        order = self.order(way.name)
        given = FIELDS.get(step, {})
        if step is Step.INVOICE:
            brazilian = order.currency == "BRL"
            given = (
                {"key": made_key(n)}
                if brazilian
                else {"number": f"FE{900 + n}", "document": "Factura"}
            )
        self.sandbox.advance(60)
        self._wait(self.work.do(order.id, step, given, ANA))
        if step is Step.PACK and way.name != "packed":
            packages = range(1, len(self.order(way.name).packages) + 1)
            self._wait(self.work.label_printed(order.id, packages, ANA.name))

    def _pick_some(self, order: Order) -> None:
        """One line whole, one with a part missing."""
        first, second = order.lines[:2]
        self._wait(self.work.pick(order.id, first.number, first.quantity, "", ANA))
        short = "Sem estoque na loja"
        self._wait(self.work.pick(order.id, second.number, Decimal(0), short, ANA))

    def _trouble(self) -> None:
        self.sandbox.buyer_cancels(self._ids["cancelled"])
        self.sandbox.set_status(self._ids["stopped"], "canceled")
        self._sync()
        self.printing.print([self.order("packed").id], "label", ANA.name)
        self.store.do(self._lose_paper)

    def _lose_paper(self, session: Session) -> None:
        """The program died while a label was printing."""
        print_jobs.claim(session, PRINTERS[0].name, datetime.now(UTC))
        print_jobs.lose(session, PRINTERS[0].name, self.now)

    def _sync(self) -> None:
        terminal.sync_once(self.store, self.secrets)

    def _wait(self, future: Future[Any]) -> None:
        future.result(PATIENCE_S)


def _set(session: Session, changes: dict[str, Any]) -> None:
    setup.save_settings(session, replace(setup.store_settings(session), **changes))
