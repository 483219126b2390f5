"""The order's panel: what it is, its one next step, what both sides say of it, its goods, path and facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QMimeData, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from desktop.errors import BalcaoError, UserError
from desktop.i18n import N_
from desktop.i18n import tr as _
from desktop.journey import STEPS, Step
from desktop.order import Line, Order
from desktop.picking import line_of
from desktop.scan import ScanKind, classify
from desktop.truth import timeline
from ui import actions, theme
from ui.blank import Blank
from ui.closed import why
from ui.desk import Desk
from ui.line_list import LineList
from ui.order_facts import facts
from ui.order_head import OrderHead
from ui.order_parts import FactList, TruthBox
from ui.order_sight import Sight, read_sight
from ui.path_bar import PathBar
from ui.print_menu import PrintMenu
from ui.step_form import MissingForm, Sheet, StepForm, asks, scrolled
from ui.widgets import Card, Rule, column

AGE_EVERY_MS = 10_000


# What a step did that moves no status, or moves it with the last package only.
_DONE_WORDS = {
    Step.HOLD: N_("put on hold"),
    Step.RELEASE: N_("released"),
    Step.REFUND: N_("refunded"),
    Step.RECORD_PAYMENT: N_("payment recorded"),
    Step.SHIP: N_("a package has left"),
    Step.DELIVER: N_("a package has arrived"),
}


class OrderPanel(Card):
    """One order. Everything is read beside the window; until it is here, no step can be taken.

    Signals: `shown(id)` once an order's own data stands in the panel.
    """

    shown = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._desk = desk
        self._wanted = 0
        self._saving = self._stale = False
        self._sight: Sight | None = None
        self._sheet: Sheet | None = None
        self.setAcceptDrops(True)
        self._build()
        desk.bridge.orders_changed.connect(self._orders_changed)
        desk.bridge.state_changed.connect(self.refresh)
        tick = QTimer(self)
        tick.timeout.connect(self._time_moved)
        tick.start(AGE_EVERY_MS)

    # --- what others ask ---------------------------------------------------------------------------

    @property
    def sight(self) -> Sight | None:
        """What is shown; None while another order is on its way."""
        here = self._sight is not None and self._sight.order.id == self._wanted
        return self._sight if here else None

    @property
    def sheet(self) -> Sheet | None:
        """What is being asked, if anything is."""
        return self._sheet

    def open_order(self, order_id: int) -> None:
        """Shows an order; 0 shows none."""
        if order_id != self._wanted:
            self.leave_sheet()
        self._wanted = order_id
        if order_id:
            self._read()
        else:
            self._sight = None
            self._stack.setCurrentWidget(self._nobody)

    def refresh(self) -> None:
        """Reads again; while hidden it only notes that it is stale."""
        self._stale = not self.isVisible()
        if self._wanted and not self._stale:
            self._read()

    def next(self) -> None:
        """The big button, by its key: takes the step, sends the sheet, or says why not."""
        if self._sheet is not None:
            self._sheet.submit()
        elif self._is_here() and self.sight is not None and self.sight.next is not None:
            self.start(self.sight.next)

    def hold(self) -> None:
        """Holds the order, or releases it."""
        if self._is_here() and self.sight is not None:
            self.start(Step.RELEASE if self.sight.order.hold else Step.HOLD)

    def show_more(self) -> None:
        """The menu of all other steps."""
        if self._is_here() and self._sheet is None:
            self.head.open_menu()

    def show_print(self) -> None:
        """The menu of papers."""
        if not self._is_here() or self.sight is None or self._sheet is not None:
            return
        if closed := why(self.head.print):
            self._desk.messages.attention(closed)
            return
        self._print_menu.order = self.sight.order
        button = self.head.print
        self._print_menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _is_here(self) -> bool:
        """Whether an order stands in the panel; where none was chosen it says so."""
        if not self._wanted:
            self._desk.messages.attention(_("Choose an order, or scan one."))
        return self.sight is not None

    def leave_sheet(self) -> bool:
        """Back from what is being asked; False when nothing is."""
        if self._sheet is None:
            return False
        sheet, self._sheet = self._sheet, None
        # Hidden first: then the window says where its focus goes, else the stack gives it to any button.
        sheet.hide()
        self._stack.setCurrentWidget(self._whole)
        self._stack.removeWidget(sheet)
        sheet.deleteLater()
        return True

    # --- building ----------------------------------------------------------------------------------

    def _build(self) -> None:
        self._nobody = Blank()
        keys = {name: actions.key(name) for name in ("above", "below", "next")}
        words = _("{above} and {below} go through the list, {next} takes the next step.", **keys)
        self._nobody.say(_("Choose an order, or scan one."), words, "scan")
        self.head = OrderHead()
        self.head.next_wanted.connect(self.next)
        self.head.hold_wanted.connect(self.hold)
        self.head.print_wanted.connect(self.show_print)
        self.head.chosen.connect(self.start)
        self._print_menu = PrintMenu(self._desk, self)
        self._whole = QWidget()
        self._rest = scrolled(self._build_rest())
        self._whole.setLayout(column(self.head, self._rest, spacing=10))
        self._stack = QStackedLayout()
        # First: a layout without a place would show its widget as a window of its own.
        self.body.addLayout(self._stack)
        self._stack.addWidget(self._nobody)
        self._stack.addWidget(self._whole)

    def _build_rest(self) -> QWidget:
        self.truth, self.lines = TruthBox(), LineList()
        self.path, self.facts = PathBar(), FactList()
        self.lines.picked.connect(lambda line: self._pick(line, line.quantity, ""))
        self.lines.missing.connect(self._ask_missing)
        rest = QWidget()
        inside = column(self.truth, self.lines, Rule(), self.path, self.facts, 1, spacing=12)
        inside.setContentsMargins(0, 0, theme.STEP, 0)
        rest.setLayout(inside)
        return rest

    # --- reading and showing -----------------------------------------------------------------------

    def _read(self) -> None:
        store, order_id = self._desk.store, self._wanted

        def read() -> Sight:
            with store.read() as session:
                return read_sight(session, order_id)

        self._desk.tasks.run(read, self._take, self._gone, key="order panel")

    def _gone(self, error: BalcaoError) -> None:
        self._desk.messages.error(error)
        self.open_order(0)

    def _take(self, sight: Sight) -> None:
        if sight.order.id != self._wanted:
            return
        came = self._sight is None or self._sight.order.id != sight.order.id
        self._sight = sight
        self._show(sight)
        if self._sheet is None:
            self._stack.setCurrentWidget(self._whole)
        if came:
            self._rest.verticalScrollBar().setValue(0)
            self.shown.emit(sight.order.id)

    def _show(self, sight: Sight) -> None:
        order, now = sight.order, self._desk.now()
        self.head.show_sight(sight, self._desk.person.role, self._desk.printing is not None)
        if self._saving:
            self.head.show_saving()
        self.truth.show_sight(sight, now)
        self.lines.show_lines(order, sight.is_pickable)
        self.path.show_path(timeline(order, sight.entries, sight.journey), now)
        self.facts.show_facts(facts(order, sight.notes, now))

    # --- acting ------------------------------------------------------------------------------------

    def start(self, step: Step) -> None:
        """Takes a step, or asks first what it needs; says why when it is closed."""
        sight = self.sight
        if sight is None or self._saving:
            return
        refusal = sight.closed(step, self._desk.person.role)
        if refusal is not None:
            self._desk.messages.error(refusal)
        elif asks(step):
            self.ask(step)
        else:
            self._do(step, {})

    def ask(self, step: Step, values: Mapping[str, Any] | None = None) -> None:
        """Opens the sheet of a step."""
        if self.sight is not None:
            self._open_sheet(StepForm(self.sight.order, step, values), partial(self._do, step))

    def _ask_missing(self, line: Line) -> None:
        sheet = MissingForm(line)
        self._open_sheet(sheet, partial(self._note_missing, sheet))

    def _open_sheet(self, sheet: Sheet, act: Callable[[dict[str, str]], None]) -> None:
        self.leave_sheet()
        self._sheet = sheet
        sheet.submitted.connect(act)
        sheet.closed.connect(self.leave_sheet)
        self._stack.addWidget(sheet)
        self._stack.setCurrentWidget(sheet)
        sheet.focus_first()

    def _do(self, step: Step, values: Mapping[str, Any]) -> None:
        if self.sight is None or self._saving:
            return
        order, desk = self.sight.order, self._desk
        self._save()
        done, failed = partial(self._done, step), partial(self._failed, step, values)
        work = partial(desk.work.do, order.id, step, values, desk.person)
        if "xml" in values:
            # The file is read where it may take its time.
            desk.tasks.run(lambda: work().result(), done, failed)
        else:
            desk.bridge.watch(work(), done, failed)

    def _save(self) -> None:
        self._saving = True
        self.head.show_saving()
        if self._sheet is not None:
            self._sheet.show_saving()

    def _saved(self) -> None:
        self._saving = False
        if self._sight is not None:
            self._show(self._sight)

    def _done(self, step: Step, order: Order) -> None:
        self.leave_sheet()
        self._saved()
        moved = STEPS[step].to is order.status
        word = _(order.status.label if moved else _DONE_WORDS.get(step, STEPS[step].label))
        self._desk.messages.ok(_("Order {number}: {word}.", number=order.number, word=word))
        self.refresh()

    def _failed(self, step: Step, values: Mapping[str, Any], error: BalcaoError) -> None:
        self._saved()
        if not isinstance(error, UserError) or (self._sheet is None and not values):
            self._desk.messages.error(error)
        else:
            if self._sheet is None:
                # What was scanned or dropped does not do: the sheet shows it and why.
                self.ask(step, values)
            self._show_error(error)
        self.refresh()

    def _show_error(self, error: BalcaoError) -> None:
        if self._sheet is not None and isinstance(error, UserError):
            self._desk.messages.sounds.play("attention")
            self._sheet.show_error(error)
        else:
            self._desk.messages.error(error)

    # --- picking and scanning ----------------------------------------------------------------------

    def scanned(self, text: str) -> bool:
        """Takes an access key for an order that awaits its invoice, and products while goods are picked."""
        sight, scan = self.sight, classify(text)
        if sight is None:
            return False
        if scan.kind is ScanKind.ACCESS_KEY and sight.awaits_invoice:
            self._do(Step.INVOICE, {"key": scan.value})
            return True
        if not sight.is_pickable:
            return False
        line = line_of(sight.order, scan.value)
        if line is not None:
            self._count(sight.order, scan.value)
        elif scan.kind is ScanKind.PRODUCT:
            values = {"code": scan.value, "number": sight.order.number}
            self._desk.messages.attention(_("{code} is not in order {number}.", **values))
        return line is not None or scan.kind is ScanKind.PRODUCT

    def _count(self, order: Order, code: str) -> None:
        # Which line it is of is found when it is counted: the next scan may come before this one's answer.
        future = self._desk.work.count(order.id, code, self._desk.person)
        self._desk.bridge.watch(future, self._counted, self._show_error)

    def _counted(self, answer: tuple[Order, Line]) -> None:
        order, line = answer
        if line.is_settled:
            self._picked(line, order)
        else:
            self._show_picked(order)
            self._desk.messages.sounds.play("ok")

    def _pick(self, line: Line, quantity: Any, reason: str) -> None:
        if self.sight is None:
            return
        desk, order = self._desk, self.sight.order
        future = desk.work.pick(order.id, line.number, quantity, reason, desk.person)
        desk.bridge.watch(future, partial(self._picked, line), self._show_error)

    def _note_missing(self, sheet: MissingForm, values: Mapping[str, str]) -> None:
        try:
            quantity = sheet.quantity()
        except UserError as error:
            self._show_error(error)
            return
        self._pick(sheet.line, quantity, values.get("short_reason", ""))

    def _picked(self, line: Line, order: Order) -> None:
        self._show_picked(order)
        if isinstance(self._sheet, MissingForm) and self._sheet.line.number == line.number:
            self.leave_sheet()
        left = sum(not one.is_settled for one in order.lines)
        self._desk.messages.ok(
            _("{name} is picked.", name=line.name) if left else _("Everything is picked.")
        )
        self.refresh()

    def _show_picked(self, order: Order) -> None:
        """Before it is read again: what was counted is seen at once."""
        if self._sight is not None and self._sight.order.id == order.id:
            self._sight = replace(self._sight, order=order)
            self._show(self._sight)

    # --- events ------------------------------------------------------------------------------------

    def _orders_changed(self, ids: frozenset[int]) -> None:
        if self._wanted in ids:
            self.refresh()

    def _time_moved(self) -> None:
        if self.isVisible() and self.sight is not None:
            self.truth.show_age(self.sight.known_at, self._desk.now())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.sight is not None and self.sight.awaits_invoice and _file(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._do(Step.INVOICE, {"xml": _file(event.mimeData())})


def _file(data: QMimeData) -> str:
    """The first local file of what is dragged."""
    files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return files[0] if files else ""
