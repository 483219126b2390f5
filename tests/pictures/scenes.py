"""What is to be seen: each scene leads the window somewhere and takes one picture or more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QScrollArea, QWidget

from desktop.errors import StoreError
from desktop.journey import Step
from desktop.store.queries import View
from tests.pictures.camera import Camera
from tests.pictures.midday import Midday
from ui import app
from ui.choices import Choice
from ui.crash import CrashWindow, report
from ui.demo_hands import Script
from ui.help import HelpDialog
from ui.pages.order import OrderPanel
from ui.pages.orders import OrdersPage
from ui.pages.pickup import PickupPage
from ui.pages.repair import RepairPage
from ui.pages.settings import SettingsPage
from ui.pages.shipments import ShipmentsPage
from ui.running import Running
from ui.shipments.slots import LATE, SHIPPED, TO_LEAVE, Place, Slot, of_taker
from ui.window import Window

Scene = Callable[["Set"], Script]


class Set:
    """A window over the store of the day, and the camera before it."""

    def __init__(self, camera: Camera, day: Midday) -> None:
        self.camera, self.day, self.window = camera, day, camera.window

    @property
    def orders(self) -> OrdersPage:
        return self.window.page("orders")  # type: ignore[return-value]

    @property
    def panel(self) -> OrderPanel:
        return self.orders.panel

    @property
    def pickup(self) -> PickupPage:
        return self.window.page("pickup")  # type: ignore[return-value]

    def page(self, name: str) -> Any:
        self.window.show_page(name)
        return self.window.page(name)

    def open(self, name: str, view: View | None = None) -> Script:
        """The order's panel, beside the list of a stage."""
        order = self.day.order(name)
        self.window.show_view((view or View.ALL).value)
        yield "the list", lambda: self.orders.table.is_settled
        self.window.open_order(order.id)
        yield f"order {name}", lambda: self.panel.sight and self.panel.sight.order.id == order.id

    def ask(self, name: str, step: Step, values: dict[str, Any] | None = None) -> Script:
        """The sheet of a step."""
        yield from self.open(name)
        self.panel.ask(step, values)
        yield "a sheet", lambda: self.panel.sheet and self.panel.sheet.isVisible()

    def card(self, name: str) -> Script:
        """The card at the counter."""
        order = self.day.order(name)
        self.window.show_page("pickup")
        self.pickup.open(order.id)
        yield (
            f"the card of {name}",
            lambda: self.pickup.card.case and self.pickup.card.case.order.id == order.id,
        )

    def menu(self, name: str) -> Script:
        """A picture of the menu that is open, which it closes."""
        yield "a menu", lambda: QApplication.activePopupWidget() is not None
        yield from self.camera.take(name)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        menu.close()

    def help(self, name: str) -> Script:
        """Two pictures of the help on what is shown: its beginning and its end."""
        yield from self.camera.rest(name)
        self.window.help()
        (dialog,) = _helps()
        yield from self.camera.take(name)
        bar = dialog.findChild(QScrollArea).verticalScrollBar()
        bar.setValue(bar.maximum())
        yield from self.camera.take(f"{name}-end")
        dialog.close()
        yield "the help to be gone", lambda: not _helps()

    def beside(self, other: Window, name: str, stands: Callable[[], object]) -> Script:
        """A picture of another window, which lies over this one and is closed afterwards."""
        other.resize(self.window.size())
        other.move(self.window.pos())
        other.show()
        yield name, stands
        yield from self.camera.take(name)
        other.close()
        other.deleteLater()

    @contextmanager
    def answering(self, answer: Callable[[Any], None]) -> Iterator[None]:
        """Meanwhile nothing that is asked beside the window is read: `answer` gets what was to be called
        when it fails."""
        tasks = self.window.desk.tasks
        tasks.run = lambda work, done, failed=None, key="": answer(failed)
        try:
            yield
        finally:
            del tasks.run

    def unseen(self, name: str) -> Script:
        """A picture of each page as it is when it is new; the old ones are there again afterwards."""
        kept = dict(self.window._pages)
        for page in ("orders", "pickup", "shipments", "repair", "settings"):
            self.window.show_page(page)
            del self.window._pages[page]
            new = self.window.page(page)
            self.window._stack.setCurrentWidget(new)
            if isinstance(new, OrdersPage):
                new.show_view(View.PREPARE.value)
                table = new.table
                yield "a word in the list", lambda table=table: table._words.isVisible()
            yield from self.camera.take(f"{name}-{page}")
            self.window.flash.hide()
        for page, widget in kept.items():
            made, self.window._pages[page] = self.window._pages[page], widget
            self.window._stack.removeWidget(made)
            made.deleteLater()

    def calm(self) -> Script:
        """Back to an order page on which nothing is open, the focus in the scan line."""
        self.panel.leave_sheet()
        self.window.show_view(View.CREATION.value)
        self.window.home()
        yield "no message", lambda: not self.window.flash.isVisible()


def _helps() -> list[HelpDialog]:
    return [
        w for w in QApplication.topLevelWidgets() if isinstance(w, HelpDialog) and w.isVisible()
    ]


# --- orders -----------------------------------------------------------------------------------------------


def orders(here: Set) -> Script:
    yield from here.open("to invoice", View.INVOICE)
    yield from here.camera.take("orders")
    yield from here.open("new late", View.CREATION)
    yield from here.camera.take("orders-new")
    yield from here.open("to pack", View.PACK)
    yield from here.camera.take("orders-picking")
    yield from here.open("late", View.ALL)
    yield from here.camera.take("orders-all")
    here.orders.table.view.setFocus()
    yield from here.camera.take("orders-focus")


def order_states(here: Set) -> Script:
    for name in ("cancelled", "held", "unpaid", "refused", "delivered", "stopped"):
        yield from here.open(name)
        yield from here.camera.take(f"order-{name}")


def order_end(here: Set) -> Script:
    """What stands at the end of a long order, scrolled to."""
    yield from here.open("packed")
    bar = here.panel._rest.verticalScrollBar()
    yield from here.camera.take("order-packed")
    bar.setValue(bar.maximum())
    yield from here.camera.take("order-packed-end")


def lists(here: Set) -> Script:
    here.window.show_view(View.FINALIZE.value)
    yield from here.camera.take("list-short")
    here.window.show_view(View.PREPARE.value)
    yield from here.camera.take("list-empty")
    here.window.scan_line.type("conceicao")
    yield from here.camera.take("search")
    here.window.scan_line.empty()
    here.window.scan_line.type("guarda-chuva azul")
    yield from here.camera.take("search-none")
    here.window.scan_line.empty()


def menus(here: Set) -> Script:
    yield from here.open("packed")
    yield from here.camera.rest("order")
    here.panel.show_print()
    yield from here.menu("menu-print")
    here.panel.show_more()
    yield from here.menu("menu-more")
    here.window.sidebar.choose_person()
    yield from here.menu("menu-person")
    yield from here.open("cancelled")
    yield from here.camera.rest("order")
    here.panel.show_print()
    yield from here.menu("menu-print-cancelled")
    yield from here.open("to pack")
    yield from here.camera.rest("order")
    row = here.panel.lines.rows[2]
    row.opened.emit(row._line, row.mapToGlobal(QPoint(row.width() - 120, 30)))
    yield from here.menu("menu-line")


# --- what a step asks ---------------------------------------------------------------------------------------


def sheets(here: Set) -> Script:
    for name, step in (
        ("to invoice", Step.INVOICE), ("to pack", Step.PACK), ("packed", Step.SHIP), ("new", Step.HOLD),
        ("not ready", Step.CANCEL), ("refused", Step.TAKE_BACK), ("delivered", Step.FINALIZE),
        ("delivered", Step.REFUND), ("unpaid", Step.RECORD_PAYMENT), ("pickup", Step.HAND_OVER),
        ("on the road", Step.PROBLEM),
    ):  # fmt: skip
        yield from here.ask(name, step)
        yield from here.camera.take(f"sheet-{step.value}")


def sheet_details(here: Set) -> Script:
    """The own driver, a wrong key, and a part that is missing."""
    yield from here.ask(
        "packed", Step.SHIP, {"driver": "Zé da Moto", "driver_phone": "11 98888-7777"}
    )
    yield from here.camera.take("sheet-ship-driver")
    yield from here.ask("to invoice", Step.INVOICE, {"key": "3526 1111 2223"})
    here.panel.sheet.submit()
    yield from here.camera.take("sheet-invoice-wrong")
    yield from here.open("to pack")
    here.panel.lines.missing.emit(here.day.order("to pack").lines[2])
    yield from here.camera.take("sheet-missing")


# --- the other pages ----------------------------------------------------------------------------------------


def pickup(here: Set) -> Script:
    here.window.show_page("pickup")
    yield from here.camera.take("pickup")
    here.pickup.scanned("conceicao")
    yield from here.camera.take("pickup-several")
    here.pickup.start()
    for name in ("pickup", "to pay", "not ready", "stopped", "long name", "cancelled"):
        yield from here.card(name)
        yield from here.camera.take(f"pickup-{name.replace(' ', '-')}")
        here.pickup.start()


def hand_over(here: Set) -> Script:
    """Somebody else collects, with a signature: all is ready to be handed over."""
    for name in ("pickup", "long name"):
        yield from here.card(name)
        card = here.pickup.card
        card.checked.setChecked(True)
        _sign(card.collect.pad)
        yield from here.camera.take(f"pickup-signed-{name.replace(' ', '-')}")
        card.collect.other.setChecked(True)
        here.camera._type(card.collect.name, "Maria Aparecida da Conceição Albuquerque")
        here.camera._type(card.collect.document, "RG 12.345.678-9")
        yield from here.camera.take(f"pickup-other-{name.replace(' ', '-')}")
        here.pickup.start()


def _sign(pad: QWidget) -> None:
    wide, high = pad.width(), pad.height()
    points = [(0.2, 0.6), (0.3, 0.3), (0.35, 0.7), (0.45, 0.4), (0.5, 0.6), (0.7, 0.45)]
    places = [QPointF(wide * x, high * y).toPoint() for x, y in points]
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(pad, place)
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=places[-1])


def repair(here: Set) -> Script:
    page: RepairPage = here.page("repair")
    yield "what waits", lambda: len(page.list.rows()) > 0
    for row in list(page.list.rows()):
        page.list.mark(row.key)
        yield from here.camera.take(f"repair-{row.key[0]}")


def shipments(here: Set) -> Script:
    """A day, a carrier of it, the stages, and a day on which nothing left."""
    page: ShipmentsPage = here.page("shipments")
    yield "the numbers", lambda: page.sight is not None
    yield from here.camera.take("shipments")
    page.tables.hours.setFocus()
    page.tables.hours.mark(of_taker(page.sight.numbers.takers[0]))
    yield from here.camera.take("shipments-carrier")
    page.open(LATE)
    yield from here.camera.take("shipments-late")
    page.open(Slot(Place.STAGE, view=View.PREPARE))
    yield from here.camera.take("shipments-stages")
    page.show_day(page.sight.numbers.day.shift(-30))
    page.open(SHIPPED)
    yield from here.camera.take("shipments-nothing")
    page.show_day(None)
    page.open(TO_LEAVE)


def settings(here: Set) -> Script:
    page: SettingsPage = here.page("settings")
    yield "the settings", lambda: here.window.desk.tasks.idle
    for n in range(len(page.sections)):
        page.list.mark(n)
        yield from here.camera.take(f"settings-{n + 1}")
        bar = page._places.currentWidget().verticalScrollBar()  # type: ignore[attr-defined]
        bar.setValue(bar.maximum())
        yield from here.camera.take(f"settings-{n + 1}-end")
    page.list.mark(0)


def choices(here: Set) -> Script:
    """A list that drops down."""
    page: SettingsPage = here.page("settings")
    yield from here.camera.rest("settings")
    choice = [one for one in page.findChildren(Choice) if one.isVisible()][1]
    choice.showPopup()
    yield from here.camera.take("choice")
    choice.hidePopup()


def settings_edited(here: Set) -> Script:
    page: SettingsPage = here.page("settings")
    yield "the settings", lambda: here.window.desk.tasks.idle
    page.list.mark(4)
    page.section.add.click()  # type: ignore[attr-defined]
    page.list.mark(0)
    yield from here.camera.take("settings-unsaved")
    page._drop()
    page.list.mark(0)


def help_(here: Set) -> Script:
    """On each page, with an order and without, and its end."""
    yield from here.open("to pack", View.PACK)
    yield from here.help("help-orders")
    here.window.show_view(View.PREPARE.value)
    here.panel.open_order(0)
    yield from here.help("help-orders-none")
    here.window.show_page("pickup")
    yield from here.help("help-pickup")
    yield from here.card("stopped")
    yield from here.help("help-pickup-stopped")
    here.pickup.start()
    for name in ("shipments", "repair", "settings"):
        here.window.show_page(name)
        yield from here.camera.rest(name)
        yield from here.help(f"help-{name}")


def messages(here: Set) -> Script:
    yield from here.open("to invoice", View.INVOICE)
    for tone, text in (
        ("ok", "Pedido 500004: Faturado."),
        ("attention", "“3526 1111 2223” não é conhecido aqui. Leia de novo ou diga o que é."),
        ("stop", "Não entregue: cancelado pelo comprador. Devolva o volume da prateleira B-07."),
    ):
        getattr(here.window.desk.messages, tone)(text)
        yield from here.camera.take(f"message-{tone}")
        here.window.flash.hide()


def away(here: Set) -> Script:
    """Without internet, then with it again."""
    here.day.lose_internet()
    yield "the sentence", lambda: "14 min" in here.window.banner.lead
    yield from here.open("to invoice", View.INVOICE)
    yield from here.camera.take("away")
    here.window.show_page("pickup")
    yield from here.camera.take("away-pickup")
    here.day.find_internet()
    yield "no sentence", lambda: "14 min" not in here.window.banner.lead


def bad_day(here: Set) -> Script:
    """The longest sentences of the line: a log-in page of the network, a refused key, a missing right."""
    for name, trouble in here.day.TROUBLES.items():
        here.day.have(trouble)
        yield f"the sentence of {name}", lambda: "14 min" in here.window.banner.lead
        yield from here.camera.take(f"bad-{name}")
    here.day.find_internet()
    yield "no sentence", lambda: "14 min" not in here.window.banner.lead


def opening(here: Set) -> Script:
    """The window before its store is open, with the counts of the last time; then one for training."""
    facts = here.window.findChildren(Running)[0].picture()
    assert facts is not None
    first = Window()
    first.sidebar.show_overview(facts.views, facts.pages, facts.store_name)
    yield from here.beside(first, "opening", lambda: True)
    day = here.day
    there = app.build(day.store, day.work, None, day.printing, training=True)
    page: OrdersPage = there.page("orders")  # type: ignore[assignment]
    yield from here.beside(there, "training", lambda: page.order is not None)


def loading(here: Set) -> Script:
    """While the store takes its time."""
    with here.answering(lambda *_given: None):
        yield from here.unseen("loading")


def unread(here: Set) -> Script:
    """When the store does not answer."""
    error = StoreError("Another program keeps the database locked. Close it and try again.")
    with here.answering(lambda failed: failed(error) if failed else None):
        yield from here.unseen("unread")


def crash(here: Set) -> Script:
    try:
        View("no such view")
    except ValueError as error:
        window = CrashWindow(report(error), here.window)
    window.show()
    yield from here.camera.take("crash")
    window.close()


def fresh(camera: Camera) -> Script:
    """The first morning: nothing is set up."""
    window = camera.window
    yield from camera.take("fresh-orders")
    for name in ("pickup", "shipments", "repair", "settings"):
        window.show_page(name)
        yield from camera.take(f"fresh-{name}")
    page: SettingsPage = window.page("settings")  # type: ignore[assignment]
    for n in (2, 3, 4):
        page.list.mark(n)
        yield from camera.take(f"fresh-settings-{n + 1}")


DAY: dict[str, Scene] = {
    scene.__name__.strip("_"): scene
    for scene in (
        orders, order_states, order_end, lists, menus, sheets, sheet_details, pickup, hand_over, repair,
        shipments, settings, choices, settings_edited, help_, messages, away, bad_day, opening, loading,
        unread, crash,
    )
}  # fmt: skip


def script(here: Set, names: list[str]) -> Script:
    """The scenes of these names, each from a calm start."""
    for name in names:
        yield from here.calm()
        yield from DAY[name](here)
