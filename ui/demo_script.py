"""A day at the counter in twelve orders: what the unattended demo does at the window.

The orders are those of the sandbox's day (`desktop.sandbox.recipe.DAY`), in the order they were placed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit

from desktop.fiscal import access_key
from desktop.i18n import tr as _
from desktop.journey import Step
from desktop.order import Kind, Label, Order, PaymentKind, Status
from desktop.sandbox import Sandbox
from desktop.store import Store, orders, outbox
from desktop.store.queries import View
from printing import documents
from ui import actions, overview
from ui.demo_hands import Hands, Script, found
from ui.order_table import OrderTable
from ui.pages.order import OrderPanel
from ui.pickup_card import PickupCard
from ui.print_menu import PrintMenu
from ui.running import Running
from ui.trouble_pane import TroublePane
from ui.widgets import SmallButton

REFUSED, CANCELLED, TRANSFERRED, OWN_DRIVER, LATE_MONEY, HELD = 0, 2, 3, 4, 6, 9
PICTURED_PICKUP = 1
STORE_NAME = "Loja 014 · Pinheiros"
S = Status


@dataclass
class Day:
    """The cast: a window's hands, the platform's, and the store between them."""

    hands: Hands
    sandbox: Sandbox
    store: Store
    acts: int = 0
    keys: dict[int, str] = field(default_factory=dict)

    # --- looking ------------------------------------------------------------------------------------

    @property
    def panel(self) -> OrderPanel:
        page: Any = self.hands.window.page("orders")
        panel: OrderPanel = page.panel
        return panel

    def order(self, n: int) -> Order:
        """The n-th order of the day as it is stored here."""
        return self.all()[self.sandbox.order_ids()[n]]

    def all(self) -> dict[str, Order]:
        with self.store.read() as session:
            known = orders.by_remote(session, "sandbox", self.sandbox.order_ids())
        return {remote_id: order for (remote_id, _group), (order, _digest) in known.items()}

    def stands(self, n: int, *statuses: Status) -> bool:
        return self.order(n).status in statuses

    def is_settled(self, n: int) -> bool:
        return self.order(n).payment.is_settled

    def told(self, n: int) -> bool:
        """Whether the platform has confirmed all that was done to an order."""
        with self.store.read() as session:
            pushes = outbox.of_order(session, self.order(n).id)
        return all(push.state in {outbox.State.DONE, outbox.State.WITHDRAWN} for push in pushes)

    # --- the day ------------------------------------------------------------------------------------

    def script(self) -> Script:
        """From the first order that comes in to the last that is finalized."""
        everything = range(len(self.sandbox.order_ids()))
        yield "the orders to come in", lambda: len(self.all()) == len(everything)
        yield from self.show_lists()
        yield from self.settle_money()
        alive = [n for n in everything if n != CANCELLED]
        yield from self.prepare(everything)
        yield from self.buyer_cancels()
        yield from self.invoice(alive)
        yield from self.mend()
        yield from self.pack_and_send(alive)
        yield from self.hand_over([n for n in alive if self.order(n).kind is Kind.PICKUP])
        yield from self.finish(alive)
        for n in everything:
            yield f"order {n} to be confirmed", partial(self.told, n)
        yield from self.show_pages()

    def settle_money(self) -> Script:
        """The gateway approves one, a clerk records a transfer."""
        self.sandbox.approve_payment(self.sandbox.order_ids()[LATE_MONEY])
        self.hands.press(Qt.Key.Key_F5)
        yield "the money of a slip", lambda: self.stands(LATE_MONEY, S.AWAITING_CREATION)
        yield from self.step(TRANSFERRED, {"reference": "TED 4471"})
        yield "the platform to hear of a transfer", partial(self.told, TRANSFERRED)

    def prepare(self, which: Iterable[int]) -> Script:
        for n in which:
            yield from self.step(n)
            if n == HELD:
                yield from self.hold(n)
            if n == CANCELLED:
                yield "the platform to hear of an order", partial(self.told, n)
                continue
            yield from self.step(n)

    def hold(self, n: int) -> Script:
        """Held for a question, released after the answer: the order is where it was."""
        self.hands.press(Qt.Key.Key_F6)
        yield "the sheet of a hold", lambda: self.panel.sheet is not None
        yield from self.send({"reason": "Endereço incompleto"})
        yield "the hold", lambda: self.order(n).hold is not None
        yield from self.open(n)
        yield from self.picture("order-held")
        self.hands.press(Qt.Key.Key_F6)
        yield "the release", lambda: self.order(n).hold is None
        yield from self.open(n)

    def buyer_cancels(self) -> Script:
        self.sandbox.buyer_cancels(self.sandbox.order_ids()[CANCELLED])
        self.hands.press(Qt.Key.Key_F5)
        yield "the buyer's wish", lambda: self.order(CANCELLED).cancellation is not None
        yield from self.open(CANCELLED)
        yield from self.picture("order-cancelled")
        if self.order(CANCELLED).status is not S.CANCELLED:
            ending = self.order(CANCELLED).number[-4:]
            yield from self.step(CANCELLED, {"reason": "Desistência", "again": ending})
        yield "the end of it", lambda: self.stands(CANCELLED, S.CANCELLED)

    def invoice(self, which: Iterable[int]) -> Script:
        """A scanned key in Brazil, a typed number elsewhere; the platform refuses one."""
        refused = self.sandbox.order_ids()[REFUSED]
        self.sandbox.refuse(refused, "invoice", 400, "Invoice number already in use", times=1)
        for n in which:
            yield from self.open(n)
            if self.order(n).currency == "BRL":
                self.keys[n] = made_key(n)
                self.hands.scan(self.keys[n])
                yield "a scanned key", partial(self.stands, n, S.INVOICED)
            else:
                yield from self.step(n, {"number": f"FE{900 + n}", "document": "Factura"})

    def mend(self) -> Script:
        """The refused invoice: the number was wrong, so the clerk scans the right document."""
        yield "the refusal", lambda: bool(self.refusals())
        self.hands.press(Qt.Key.Key_F7)
        yield "the repair page", lambda: self.find(TroublePane) is not None
        pane = self.find(TroublePane)
        yield "its form", lambda: found(pane, SmallButton, lambda _b: True) is not None
        yield from self.picture("repair")
        yield "the key at fault", partial(self.hands.sees, pane, "key")
        self.hands.fill(pane, {"key": made_key(REFUSED + 100)})
        self.hands.press(Qt.Key.Key_F4)
        yield "the mended push", partial(self.told, REFUSED)
        self.hands.press(Qt.Key.Key_F2)

    def refusals(self) -> list[Any]:
        with self.store.read() as session:
            return [p for p in outbox.in_trouble(session) if p.state is outbox.State.REFUSED]

    def pack_and_send(self, which: Iterable[int]) -> Script:
        for n in which:
            yield from self.step(n, {})
            order = self.order(n)
            yield from self.print(n, "label")
            yield "a printed label", partial(self.is_labelled, n)
            if order.kind is Kind.PICKUP:
                yield from self.step(n, {"shelf": f"B-{n:02d}"})
            elif n == OWN_DRIVER:
                yield from self.own_driver(n)
            else:
                tracking = f"AA{12345600 + n}1BR"
                yield from self.step(n, {"carrier": "Correios", "tracking": tracking})
        yield from self.print(0, "pick_list")

    def is_labelled(self, n: int) -> bool:
        packages = self.order(n).packages
        return bool(packages) and all(package.label is Label.PRINTED for package in packages)

    def own_driver(self, n: int) -> Script:
        yield from self.ask(n)
        sheet = self.panel.sheet
        assert sheet is not None
        self.hands.click(found(sheet, SmallButton, lambda b: b.text() == _("Our own driver")))
        yield from self.send({"driver": "Zé da Moto", "driver_phone": "11 98888-7777"})
        yield "the driver to leave", partial(self.stands, n, S.SHIPPED)

    def hand_over(self, which: Iterable[int]) -> Script:
        """At the counter: scan, take the money where it is due, check, hand over, receipt."""
        self.hands.press(Qt.Key.Key_F3)
        for n in which:
            self.hands.scan(self.order(n).number)
            yield "a card at the counter", partial(self.shows_card, n)
            if not self.order(n).payment.is_settled:
                card = self.card()
                assert card is not None
                yield "a place for the money", partial(self.hands.sees, card, "reference")
                self.hands.fill(card, {"reference": f"Caixa 2/{n}"})
                self.hands.press(Qt.Key.Key_F4)
                yield "the money at the counter", partial(self.is_settled, n)
                yield "a card to hand over", partial(self.asks_check, n)
            box = self.check()
            if box is not None:
                box.setChecked(True)
            if n == PICTURED_PICKUP:
                yield from self.picture("pickup")
            self.hands.press(Qt.Key.Key_F4)
            yield "the hand-over", partial(self.stands, n, S.PICKED_UP)
            yield "the counter to be free", lambda: self.card() is None
        yield from self.picture("pickup-empty")
        self.hands.press(Qt.Key.Key_F2)
        for n in which:
            yield from self.print(n, "receipt")

    def card(self) -> PickupCard | None:
        card: PickupCard | None = self.find(PickupCard)
        return card

    def check(self) -> QCheckBox | None:
        card = self.card()
        if card is None:
            return None
        box: QCheckBox | None = found(card, QCheckBox, lambda _box: True)
        return box

    def shows_card(self, n: int) -> bool:
        card = self.card()
        case = card.case if card is not None else None
        return case is not None and case.order.id == self.order(n).id

    def asks_check(self, n: int) -> bool:
        return self.shows_card(n) and self.check() is not None

    def finish(self, which: Iterable[int]) -> Script:
        for n in which:
            order = self.order(n)
            if order.kind is Kind.DELIVERY:
                yield from self.step(n, {})
            if order.payment.kind is PaymentKind.ON_DELIVERY and not order.payment.is_settled:
                yield from self.ask(n, Step.RECORD_PAYMENT)
                yield from self.send({"reference": "Dinheiro do entregador"})
                yield "the driver's money", partial(self.is_settled, n)
            yield from self.step(n, {"again": order.number[-4:]})

    # --- at the order's panel -----------------------------------------------------------------------

    def open(self, n: int) -> Script:
        """Scans the order's number; its panel shows it as it is."""
        order = self.order(n)
        self.hands.window.show_page("orders")
        if self.panel.sight is None or self.panel.sight.order.id != order.id:
            self.hands.scan(order.number)
        yield f"the panel of order {order.number}", partial(self.shows, n)

    def shows(self, n: int) -> bool:
        sight, order = self.panel.sight, self.order(n)
        return sight is not None and (sight.order.id, sight.order.version) == (
            order.id, order.version,
        )  # fmt: skip

    def ask(self, n: int, step: Step | None = None) -> Script:
        """Opens the sheet of the next step, or of a step from the menu."""
        yield from self.open(n)
        if step is None:
            self.hands.press(Qt.Key.Key_F4)
        else:
            self.panel.start(step)
        yield "a sheet", lambda: self.panel.sheet is not None

    def send(self, values: dict[str, str]) -> Script:
        """Fills the open sheet and sends it."""
        sheet = self.panel.sheet
        assert sheet is not None
        for name in values:
            yield f"the field {name}", partial(self.hands.sees, sheet, name)
        self.hands.fill(sheet, values)
        self.hands.press(Qt.Key.Key_F4)
        yield "the sheet to close", lambda: self.panel.sheet is None
        self.acts += 1

    def step(self, n: int, values: dict[str, str] | None = None) -> Script:
        """The next step of an order; with `values` through its sheet."""
        before = self.order(n)
        if values is None:
            yield from self.open(n)
            self.hands.press(Qt.Key.Key_F4)
            self.acts += 1
        else:
            yield from self.ask(n)
            yield from self.send(values)
        yield f"order {before.number} to move", lambda: self.order(n).status is not before.status
        yield from self.open(n)

    def print(self, n: int, document: str) -> Script:
        """The print menu of the order."""
        yield from self.open(n)
        self.hands.press(Qt.Key.Key_F9)
        yield "the print menu", lambda: self.find(PrintMenu) is not None
        menu = self.find(PrintMenu)
        title = _(documents.load(document).title)
        next(action for action in menu.actions() if action.text() == title).trigger()
        menu.close()
        yield "the menu to close", lambda: not menu.isVisible()

    def is_filled(self) -> bool:
        """Whether what a page reads beside the window stands there."""
        page: Any = self.hands.window.page(self.hands.window.page_name)
        if self.hands.window.page_name == "shipments":
            return page.sight is not None
        if self.hands.window.page_name != "settings":
            return True
        return found(self.hands.window, QLineEdit, lambda e: e.text() == STORE_NAME) is not None

    def find(self, kind: type[Any]) -> Any:
        return found(self.hands.window, kind, lambda _widget: True)

    # --- pictures -----------------------------------------------------------------------------------

    def picture(self, name: str) -> Script:
        """The window, once its frame tells what the store holds: it is read after the list."""
        yield "the counts", self.is_told
        # What changed a moment ago is laid out with the next turn of the event loop.
        yield "the window", lambda: True
        self.hands.picture(name)

    def is_told(self) -> bool:
        desk, running = self.hands.window.desk, self.hands.window.findChild(Running)
        assert running is not None
        with self.store.read() as session:
            now = overview.read(session, desk)
        told = running.facts
        return (
            told is not None
            and {view: count.n for view, count in told.counts.items()}
            == {view: count.n for view, count in now.counts.items()}
            and told.troubles == now.troubles
            and all(connection.synced_at for connection in told.connections)
        )

    def show_lists(self) -> Script:
        window = self.hands.window
        window.show_view(View.CREATION.value)
        table: OrderTable = window.page("orders").table  # type: ignore[attr-defined]
        yield "the list", lambda: table.is_settled and len(table.model.ids) > 0
        yield from self.open(1)
        yield from self.picture("orders")

    def show_pages(self) -> Script:
        window = self.hands.window
        window.show_view(View.ALL.value)
        yield from self.open(0)
        yield from self.picture("order-finalized")
        for name in ("pickup", "shipments", "repair", "settings"):
            window.show_page(name)
            title = actions.text(name)
            yield f"the page {title}", lambda: window.page_name != "" and self.is_filled()
            yield from self.picture(f"page-{name}")
        window.show_page("orders")


def made_key(n: int) -> str:
    """A valid access key of an invented company for the n-th order."""
    body = f"352611{'11222333000181'}55001{n + 1:09d}1{n + 40_000_000:08d}"
    return body + str(access_key.check_digit(body))
