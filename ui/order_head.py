"""The top of the order's panel: who and what, the one next step, hold, print, more."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from desktop.errors import BalcaoError
from desktop.i18n import N_, tr_error
from desktop.i18n import tr as _
from desktop.journey import STEPS, Step
from desktop.order import Role
from ui import actions, theme
from ui.closed import close, entry
from ui.counter_texts import FitLabel
from ui.order_facts import banner, buyer_line
from ui.order_parts import STATUS_TONES
from ui.order_sight import Sight
from ui.widgets import Banner, BigButton, Chip, SmallButton, WrappedLabel, column, row

KEYS_FROM_PX = 440
_HINTS = {
    Step.INVOICE: N_("scan the invoice's key"),
    Step.PACK: N_("weight and size"),
    Step.SHIP: N_("carrier or own driver"),
    Step.READY: N_("on a shelf"),
    Step.HAND_OVER: N_("check code or document"),
    Step.FINALIZE: N_("cannot be undone"),
}
_STOPS = frozenset({Step.CANCEL, Step.TAKE_BACK})


class OrderHead(QWidget):
    """Signals: `chosen(Step)` a step of the menu; `next_wanted`, `hold_wanted`, `print_wanted`."""

    chosen = Signal(object)
    next_wanted = Signal()
    hold_wanted = Signal()
    print_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # An order's number is never cut: a long one stands smaller.
        sizes = (theme.TITLE, 22, theme.LEAD, theme.TEXT)
        self._title, self._chip = FitLabel(sizes, (theme.TEXT,), theme.STRONG), Chip()
        self._buyer = WrappedLabel(tone="dim")
        self.banner, self.why = Banner(), WrappedLabel(tone="attention")
        self.next = BigButton()
        self.hold, self.print, self.more = SmallButton(""), SmallButton(""), SmallButton("")
        self._shown: tuple[Sight, Role] | None = None
        self._menu = QMenu(self)
        whole = column(spacing=10)
        title = row(self._title, self._chip)
        title.setStretch(0, 1)
        whole.addLayout(title)
        for part in (self._buyer, self.banner, self.next, self.why):
            whole.addWidget(part)
        whole.addLayout(row(self.hold, self.print, self.more))
        self.setLayout(whole)
        self.next.clicked.connect(self.next_wanted)
        self.hold.clicked.connect(self.hold_wanted)
        self.print.clicked.connect(self.print_wanted)
        self.more.clicked.connect(self.open_menu)
        close(self.more, "", actions.key("more"))

    def show_sight(self, sight: Sight, role: Role, can_print: bool) -> None:
        order = sight.order
        self._title.set_text(_("Order {number}", number=order.number))
        self._chip.show_text(_(order.status.label), STATUS_TONES.get(order.status, "dim"))
        self._buyer.setText(buyer_line(order))
        open_to = {s: sight.closed(s) is None for s in (Step.TAKE_BACK, Step.REFUND)}
        lead, rest = banner(order, open_to[Step.TAKE_BACK], open_to[Step.REFUND])
        self.banner.say(lead, rest, "stop")
        self._show_next(sight, role)
        self._show_hold(sight, role)
        no_printer = "" if can_print else _("No printer is set up. Add one in the settings.")
        close(self.print, no_printer, actions.key("print"))
        self._shown = (sight, role)
        if not self._menu.isVisible():
            # An open one stays under the hand that chooses; the step is weighed again when it is taken.
            self._fill_menu(sight, role)
        self._show_words()

    def show_saving(self) -> None:
        self.next.show_step(_("Saving…"), closed=_("A moment"))

    def open_menu(self) -> None:
        """The menu of all other steps; what is closed says why."""
        if self._shown is not None:
            self._fill_menu(*self._shown)
        self._menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    @property
    def menu(self) -> QMenu:
        return self._menu

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_words()

    def _show_next(self, sight: Sight, role: Role) -> None:
        step = sight.next
        self.next.setVisible(step is not None)
        if step is None:
            self._show_why(_("Nothing is left to do for this order."), "dim")
            return
        refusal = sight.closed(step, role)
        hint = " · ".join(part for part in (_(_HINTS.get(step, "")), actions.key("next")) if part)
        self.next.show_step(_(STEPS[step].label), hint, "stop" if step in _STOPS else "accent")
        self._show_why(_reason(refusal), "attention")
        if refusal is not None:
            # The reason stands below in full; the button keeps its verb.
            close(self.next, _reason(refusal))

    def _show_why(self, words: str, tone: str) -> None:
        self.why.setText(words)
        self.why.set_tone(tone)
        self.why.setVisible(bool(words))

    def _show_hold(self, sight: Sight, role: Role) -> None:
        # Where releasing is the next step already, the button stays what it was, closed.
        held = Step.HOLD if sight.order.hold is None or sight.next is Step.RELEASE else Step.RELEASE
        refusal = sight.closed(held, role)
        self.hold.setAccessibleName(_(STEPS[held].label))
        close(self.hold, _reason(refusal), actions.key("hold"))

    def _fill_menu(self, sight: Sight, role: Role) -> None:
        """What is open comes first, then what is closed, each with its reason."""
        self._menu.clear()
        refusals = {step: sight.closed(step, role) for step in sight.others()}
        opened = [step for step, refusal in refusals.items() if refusal is None]
        for step in opened:
            self._add_step(step, None)
        if opened:
            self._menu.addSeparator()
        for step, refusal in refusals.items():
            if refusal is not None:
                self._add_step(step, refusal)

    def _add_step(self, step: Step, refusal: BalcaoError | None) -> None:
        action = entry(self._menu, _(STEPS[step].label), _reason(refusal))
        action.setData(step.value)
        action.triggered.connect(partial(self._choose, step))

    def _choose(self, step: Step, *_checked: object) -> None:
        self.chosen.emit(step)

    def _show_words(self) -> None:
        """The words of the three buttons, with their keys where there is room."""
        words = {
            "hold": (self.hold, self.hold.accessibleName()),
            "print": (self.print, actions.text("print")),
            "more": (self.more, _("More…")),
        }
        for name, (button, word) in words.items():
            key = actions.key(name)
            button.setText(f"{word}  {key}" if self.width() >= KEYS_FROM_PX else word)
            button.setAccessibleName(word)


def _reason(refusal: BalcaoError | None) -> str:
    return tr_error(refusal) if refusal is not None else ""
