"""The pickup counter: scan, look at the card, hand over.

Nothing open: the list of what waits, oldest first. A scan or typed words open one order as a card, or a
short list where several are meant. After each order the counter is ready for the next scan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop import pickup
from desktop.errors import BalcaoError, UserError
from desktop.i18n import N_, ago, tr_n
from desktop.i18n import tr as _
from desktop.journey import Step
from desktop.order import Order, Role, Status
from desktop.store import Session, orders, setup
from desktop.truth import Tone, say
from ui import actions
from ui.blank import Blank
from ui.desk import Desk
from ui.pickup_card import Case, PickupCard
from ui.row_list import Row, RowList
from ui.widgets import Card, Label, Sign, WrappedLabel, row

SEVERAL = 20
# What a person asked is never dropped for what is only read again.
_ASKED, _AGAIN, _WAITING = "pickup asked", "pickup again", "pickup waiting"
_SAID = {
    Step.HAND_OVER: N_("Order {number} was handed over."),
    Step.READY: N_("Order {number} is ready for pickup."),
    Step.RECORD_PAYMENT: N_("The payment of order {number} is recorded."),
    Step.TAKE_BACK: N_("Order {number} is back in stock."),
}


@dataclass(frozen=True, slots=True)
class _Found:
    """What a text led to: one order as a case, or the rows to choose from."""

    words: str
    case: Case | None = None
    several: tuple[Order, ...] = ()


class PickupPage(QWidget):
    """Signals: `order_wanted(id)` to show the order's own page; `counted(n)` how many orders wait."""

    order_wanted = Signal(int)
    counted = Signal(int)
    steps = tuple(_SAID)
    # The scan line: the next thing is a scan.
    work_place = None

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._stale, self._several = True, False
        self.setProperty("kind", "page")
        self._make_start()
        self.card = PickupCard()
        self._places = QStackedWidget()
        self._places.addWidget(self._start)
        self._places.addWidget(self.card)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._places)
        self._listen()

    @property
    def title(self) -> str:
        return actions.text("pickup")

    @property
    def order(self) -> Order | None:
        """The order on the card."""
        return self.card.case.order if self.card.case is not None else None

    def _make_start(self) -> None:
        self._start = Card()
        self._call = WrappedLabel(_("Scan the pass, the order or the shelf"), "title")
        self.hint = Label(role="heading")
        self.list = RowList(_("Orders that wait for pickup"), large_mark=True)
        self.nobody = Blank(large=True)
        self.nobody.say(_("Reading the orders…"))
        self.list.hide()
        self._start.body.addLayout(row(Sign("scan", "accent", 40), self._call, spacing=12))
        self._start.body.addSpacing(8)
        self._start.body.addWidget(self.hint)
        self._start.body.addWidget(self.list, 1)
        self._start.body.addWidget(self.nobody, 1)

    def _listen(self) -> None:
        self.list.chosen.connect(self.open)
        self.card.wanted.connect(self._act)
        self.card.order_wanted.connect(self.order_wanted)
        self.card.receipt_wanted.connect(self._print_receipt)
        self.card.refused.connect(self._desk.messages.attention)
        actions.bind(self, "print", self._print_receipt)
        self._desk.bridge.orders_changed.connect(self._orders_changed)
        self._desk.bridge.state_changed.connect(self.refresh)

    # --- what the window calls ------------------------------------------------------------------------

    def scanned(self, text: str) -> bool:
        """Opens what was scanned or typed; the counter takes every scan."""
        case = self.card.case
        if case is not None and text.strip().upper() == case.order.pickup_code.upper() != "":
            self._show(replace(case, code_shown=True))
            return True
        person = self._desk.person.role
        self._desk.tasks.run(
            lambda: self._find(text, person), self._found, self._desk.messages.error, _ASKED
        )
        return True

    def open(self, order_id: int) -> None:
        """Shows the card of an order."""
        role = self._desk.person.role
        self._desk.tasks.run(
            lambda: self._read(order_id, role), self._show_fresh, self._gone, _ASKED
        )

    def back(self) -> bool:
        """One level back; False when the counter is at its start already."""
        if self._places.currentWidget() is self._start and not self._several:
            return False
        self.start()
        return True

    def start(self) -> None:
        """Empty and ready for the next scan."""
        self.card.forget()
        self._several = False
        # Hidden first: then the window says where its focus goes, else the stack gives it to any button.
        self.card.hide()
        self._places.setCurrentWidget(self._start)
        self._read_waiting()

    def next(self) -> None:
        """The big button, by its key."""
        if self._places.currentWidget() is self.card:
            self.card.press()

    def refresh(self) -> None:
        """Reads again what is shown; while hidden it only notes that it is stale."""
        if not self.isVisible():
            self._stale = True
            return
        self._stale = False
        if self.card.case is not None:
            self._reread(self.card.case)
        elif not self._several:
            self._read_waiting()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self._places.currentWidget() is self.card:
            self.next()
        elif event.key() != Qt.Key.Key_Escape or not self.back():
            super().keyPressEvent(event)

    # --- reading --------------------------------------------------------------------------------------

    def _find(self, text: str, role: Role) -> _Found:
        with self._desk.store.read() as session:
            ids = pickup.find(session, text)[:SEVERAL]
            if len(ids) != 1:
                return _Found(text, several=tuple(orders.get(session, one) for one in ids))
            order = orders.get(session, ids[0])
            shown = order.pickup_code != "" and order.pickup_code.upper() == text.strip().upper()
            return _Found(text, _case(session, order, role, shown))

    def _read(self, order_id: int, role: Role, code_shown: bool = False) -> Case:
        with self._desk.store.read() as session:
            return _case(session, orders.get(session, order_id), role, code_shown)

    def _reread(self, case: Case) -> None:
        role, order_id = self._desk.person.role, case.order.id
        self._desk.tasks.run(
            lambda: self._read(order_id, role, case.code_shown),
            self._show_again,
            self._gone,
            _AGAIN,
        )

    def _read_waiting(self) -> None:
        self._desk.tasks.run(self._waiting, self._show_waiting, self._unread, _WAITING)

    def _waiting(self) -> list[Order]:
        with self._desk.store.read() as session:
            return pickup.waiting(session, setup.store_settings(session).journey)

    # --- showing --------------------------------------------------------------------------------------

    def _found(self, found: _Found) -> None:
        if found.case is not None:
            self._show_fresh(found.case)
        elif found.several:
            self._show_several(found)
        else:
            self._desk.messages.attention(
                _(
                    "Nothing here is called “{words}”. Scan again or type the name.",
                    words=found.words,
                )
            )

    def _show_fresh(self, case: Case) -> None:
        self.card.forget()
        self._desk.messages.sounds.play(case.verdict.tone.value)
        self._show(case)

    def _show_again(self, case: Case) -> None:
        shown = self.card.case
        if shown is not None and shown.order.id == case.order.id:
            code_shown = shown.code_shown or case.code_shown
            self._show(replace(case, code_shown=code_shown))

    def _show(self, case: Case) -> None:
        was = self.card.case
        now = self._desk.now()
        self._places.setCurrentWidget(self.card)
        self.card.show_case(case, now)
        stopped = case.verdict.tone is Tone.STOP
        if was is not None and stopped and was.verdict.tone is not Tone.STOP:
            self._desk.messages.stop(say(case.verdict.headline, now))

    def _show_waiting(self, waiting: list[Order]) -> None:
        if self.card.case is not None or self._several:
            return
        text = tr_n("{n} order waits for pickup", "{n} orders wait for pickup", len(waiting))
        self._show_rows(waiting, text if waiting else "")
        self.counted.emit(len(waiting))

    def _unread(self, error: BalcaoError) -> None:
        self._stale = True
        self._show_rows([], "")
        self.nobody.say_unread(
            _("What waits for pickup could not be read."),
            _("Scan or type all the same. It is read again with the next change."),
        )
        self._desk.messages.error(error)

    def _show_several(self, found: _Found) -> None:
        self.card.forget()
        self._several = True
        self._places.setCurrentWidget(self._start)
        text = _("“{words}” may be one of these. Choose one.", words=found.words)
        self._show_rows(list(found.several), text)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_rows(self, shown: list[Order], hint: str) -> None:
        words = _("An order comes here when it is made ready for pickup.")
        self.nobody.say(_("Nothing waits for pickup."), words, "check")
        self.hint.setText(hint)
        self.list.show_rows(self._row(order) for order in shown)
        self.list.setVisible(bool(shown))
        self.nobody.setVisible(not shown)

    def _row(self, order: Order) -> Row:
        ready = order.status is Status.READY_FOR_PICKUP
        items = tr_n("{n} item", "{n} items", len(order.lines))
        span = ago((self._desk.now() - order.placed_at).total_seconds())
        parts = [
            _("Order {number}", number=order.number),
            items,
            _("ordered {span} ago", span=span),
        ]
        parts += [] if ready else [_(order.status.label)]
        name = order.buyer.name or _("Without a name")
        return Row(order.id, name, " · ".join(parts), mark=order.shelf if ready else "")

    def _gone(self, error: BalcaoError) -> None:
        self._desk.messages.error(error)
        self.start()

    # --- acting ---------------------------------------------------------------------------------------

    def _act(self, step: Step, values: dict[str, Any], png: bytes) -> None:
        case, desk = self.card.case, self._desk
        if case is None:
            return
        order_id, who = case.order.id, desk.person
        if step is Step.HAND_OVER:
            at = desk.now()
            future = desk.store.write(lambda s: pickup.hand_over(s, order_id, values, png, who, at))
        else:
            future = desk.work.do(order_id, step, values, who)
        desk.bridge.watch(future, lambda order: self._acted(step, order), self._failed)

    def _acted(self, step: Step, order: Order) -> None:
        self._desk.messages.ok(_(_SAID[step], number=order.number))
        case = self.card.case
        if case is None or case.order.id != order.id:
            return
        if step in {Step.READY, Step.RECORD_PAYMENT}:
            self._reread(case)
        else:
            self.start()

    def _failed(self, error: BalcaoError) -> None:
        if not isinstance(error, UserError) or not self.card.show_error(error):
            self._desk.messages.error(error)
        if self.card.case is not None:
            self._reread(self.card.case)

    def _print_receipt(self, order_id: int = 0) -> None:
        case, printing = self.card.case, self._desk.printing
        order_id = order_id or (case.order.id if case else 0)
        if not order_id:
            self._desk.messages.attention(self._call.text())
            return
        if printing is None:
            self._desk.messages.attention(_("No printer is set up. Add one in the settings."))
            return
        who = self._desk.person.name
        self._desk.tasks.run(
            lambda: printing.print([order_id], "receipt", who),
            lambda _tickets: self._desk.messages.ok(_("The receipt is printing.")),
            self._desk.messages.error,
        )

    def _orders_changed(self, ids: frozenset[int]) -> None:
        case = self.card.case
        if not self.isVisible():
            self._stale = True
        elif case is None or case.order.id in ids:
            self.refresh()


def _case(session: Session, order: Order, role: Role, code_shown: bool) -> Case:
    journey = setup.store_settings(session).journey
    known = {c.name: c.synced_at for c in setup.all_connections(session)}
    verdict = pickup.judge(order, journey, role)
    since = pickup.reached_at(session, order)
    return Case(order, verdict, since, known.get(order.connection), code_shown)
