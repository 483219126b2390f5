"""The card of one order at the pickup counter, made to be read from two metres.

The band says whether the goods may go; below it stand who, what, the shelf, and what has to be filled in.
The card knows no store: it shows a `Case` and asks for steps by its signals.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import UserError
from desktop.fields import Field
from desktop.fiscal.documents import mask
from desktop.i18n import N_, ago, money, tr_error, tr_n, when
from desktop.i18n import tr as _
from desktop.journey import STEPS, Step
from desktop.journey.path import GONE
from desktop.order import Order
from desktop.pickup import Verdict
from desktop.truth import Tone, say
from ui import actions, theme
from ui.choices import Tick
from ui.collect_box import CollectBox
from ui.counter_texts import Advice, FitLabel, Lines, clear
from ui.forms import Form
from ui.widgets import BigButton, Card, ElidedLabel, Label, SmallButton, WrappedLabel, column, row

NARROW = 900
NARROW_SHELF = 48
CHECK_FIRST = N_("Check the code or the document first.")
_RIGHT_WIDTH = (304, 406)


@dataclass(frozen=True, slots=True)
class Case:
    """An order at the counter: the verdict, since when it has its status, when its platform was last
    read, and whether the buyer showed the pickup code."""

    order: Order
    verdict: Verdict
    since: datetime | None = None
    known_at: datetime | None = None
    code_shown: bool = False


class PickupCard(QFrame):
    """Signals: `wanted(step, values, png)` when the big button is pressed and nothing is missing;
    `order_wanted(id)`, `receipt_wanted(id)`; `refused(sentence)` when Enter meets a closed button."""

    wanted = Signal(object, object, bytes)
    order_wanted = Signal(int)
    receipt_wanted = Signal(int)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.case: Case | None = None
        self._busy = False
        self.form: Form | None = None
        self._make_band()
        self._make_left()
        self._make_right()
        body = QHBoxLayout()
        body.setContentsMargins(24, 16, 24, 16)
        body.setSpacing(24)
        body.addLayout(self._left, 3)
        body.addWidget(self._right, 2)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.band)
        whole.addLayout(body, 1)

    # --- what it is made of ---------------------------------------------------------------------------

    def _make_band(self) -> None:
        self.band = QFrame()
        self.band.setProperty("kind", "head")
        self.headline = WrappedLabel(role="title")
        self.aside = ElidedLabel(role="lead")
        self._band_body = QHBoxLayout(self.band)
        self._band_body.setContentsMargins(24, 12, 24, 12)
        self._band_body.setSpacing(2)
        self._band_body.addWidget(self.headline, 1)
        self._band_body.addWidget(self.aside)
        self.band.setMinimumHeight(72)

    def _make_left(self) -> None:
        self._name = FitLabel(
            (theme.NAME, 34, theme.TITLE), (theme.TITLE, 24, 20, 18), theme.COUNTER
        )
        self._about = WrappedLabel(role="text", tone="dim")
        self._lines = Lines()
        self.advice = Advice()
        self.collect = CollectBox()
        self.collect.changed.connect(self._weigh)
        self._form_place = QVBoxLayout()
        self._form_place.setContentsMargins(0, theme.GAP, 0, 0)
        self._left = column(self._name, self._about, self._lines, spacing=8)
        self._left.addWidget(self.advice)
        self._left.addLayout(self._form_place)
        self._left.addWidget(self.collect, 100)
        self._left.addStretch(1)

    def _make_right(self) -> None:
        self.shelf = FitLabel((theme.SHELF, 64, 48, 36), (36, theme.TITLE, 20), theme.COUNTER)
        self.shelf.set_token("accent")
        self.shelf.set_alignment(Qt.AlignmentFlag.AlignCenter)
        self._packages = Label(role="text", tone="dim")
        self._packages.setAlignment(Qt.AlignmentFlag.AlignCenter)
        heading = Label(_("Shelf").upper(), "heading")
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        shelf = Card("soft", 10)
        shelf.body.addWidget(heading)
        shelf.body.addWidget(self.shelf, 1)
        shelf.body.addWidget(self._packages)
        self._facts = QGridLayout()
        self._facts.setColumnStretch(1, 1)
        self._facts.setHorizontalSpacing(12)
        self._facts.setVerticalSpacing(4)
        self._make_buttons()
        self._right = QWidget()
        self._right.setMinimumWidth(_RIGHT_WIDTH[0])
        self._right.setMaximumWidth(_RIGHT_WIDTH[1])
        whole = column(shelf, spacing=10)
        whole.addLayout(self._facts)
        whole.addStretch(1)
        whole.addWidget(self.reason)
        whole.addWidget(self.checked)
        whole.addWidget(self.button)
        whole.addLayout(row(self.receipt, self.open_order))
        self._right.setLayout(whole)

    def _make_buttons(self) -> None:
        self.reason = WrappedLabel(role="lead")
        self.checked = Tick(_("Code or document checked"), strong=True)
        self.checked.toggled.connect(self._weigh)
        self.button = BigButton(counter=True)
        self.button.clicked.connect(self.press)
        self.receipt = SmallButton(_("Receipt"), actions.key("print"))
        self.receipt.clicked.connect(self._ask_receipt)
        self.open_order = SmallButton(_("Open order"))
        self.open_order.clicked.connect(self._ask_order)

    # --- showing --------------------------------------------------------------------------------------

    def show_case(self, case: Case, now: datetime) -> None:
        """Shows an order. What was filled in stays when it is the same order with the same verdict."""
        was, self.case, self._busy = self.case, case, False
        self._show_texts(case, now)
        if was is None or _asks(was) != _asks(case):
            self._renew(case)
        elif case.code_shown:
            self.checked.setChecked(True)
        self._weigh()

    def forget(self) -> None:
        """Empties the card; a signature is dropped with it."""
        self.case = None
        self.collect.clear()

    def _show_texts(self, case: Case, now: datetime) -> None:
        order, verdict = case.order, case.verdict
        theme.set_property(self.band, "tone", verdict.tone.value)
        self.headline.setText(say(verdict.headline, now))
        self.aside.setText(_aside(case, now))
        self.setAccessibleName(f"{self.headline.text()}. {order.buyer.name}")
        self._name.set_text(order.buyer.name or _("Without a name"))
        self._about.setText(_about(case, now))
        self._lines.show_lines(order.lines)
        self.advice.show_steps([say(one, now) for one in verdict.advice])
        self.shelf.set_text(order.shelf or "—")
        self.shelf.set_token("accent" if order.shelf else "dim")
        packages = len(order.packages)
        self._packages.setText(tr_n("{n} package", "{n} packages", packages) if packages else "")
        self._show_facts(_facts(order, now))

    def _show_facts(self, facts: list[tuple[str, str]]) -> None:
        clear(self._facts)
        for place, (name, value) in enumerate(facts):
            self._facts.addWidget(Label(name, "small"), place, 0)
            self._facts.addWidget(ElidedLabel(value), place, 1)

    def _renew(self, case: Case) -> None:
        """Asks afresh what the step of this verdict needs."""
        hands_over = case.verdict.tone is Tone.OK
        self.collect.setVisible(hands_over)
        self.collect.start(case.order.buyer.name)
        self.checked.setVisible(hands_over)
        self.checked.setChecked(case.code_shown)
        if self.form is not None:
            self.form.deleteLater()
            self.form = None
        fields = () if case.verdict.closed or hands_over else fields_asked(case)
        if fields:
            self.form = Form(fields)
            self.form.changed.connect(self._weigh)
            self._form_place.addWidget(self.form)
        self.focus_first()

    def focus_first(self) -> None:
        """The focus goes where the next thing is to be done."""
        if self.form is not None:
            self.form.focus_first()
        elif self.checked.isVisibleTo(self) and not self.checked.isChecked():
            self.checked.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.button.isEnabled():
            self.button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.open_order.setFocus(Qt.FocusReason.OtherFocusReason)

    def _weigh(self) -> None:
        """Whether the button may be pressed now, and if not, why."""
        if self.case is None:
            return
        verdict = self.case.verdict
        closed = self._why_closed()
        tone = "accent" if verdict.tone is Tone.ATTENTION else verdict.tone.value
        verb = _(STEPS[verdict.step].label)
        self.button.show_step(verb, _("Enter"), tone, closed)
        # What is missing for a hand-over is short and stands in the button, beside its short verb.
        self.reason.setText(closed)
        in_button = verdict.closed is None and verdict.step is Step.HAND_OVER
        self.reason.setVisible(bool(closed) and not in_button)

    def _why_closed(self) -> str:
        assert self.case is not None
        if self._busy:
            return _("Saving…")
        if self.case.verdict.closed is not None:
            return tr_error(self.case.verdict.closed)
        if self.form is not None:
            asked = {field.name for field in self.form.fields} - set(self.form.values())
            return _("What became of the invoice?") if "invoice" in asked else ""
        if not self.checked.isChecked():
            return _(CHECK_FIRST)
        return self.collect.missing()

    # --- acting ---------------------------------------------------------------------------------------

    def press(self) -> None:
        """The big button, also by Enter from anywhere on the card."""
        if self.case is None or self._busy:
            return
        if closed := self._why_closed():
            self.refused.emit(closed)
            self._focus_missing()
            return
        self._busy = True
        self._weigh()
        self.wanted.emit(self.case.verdict.step, self._values(), self._png())

    def show_error(self, error: UserError) -> bool:
        """Shows a refusal beside the field at fault; False when it has no place here."""
        self._busy = False
        self._weigh()
        if self.form is not None and any(f.name == error.field for f in self.form.fields):
            self.form.show_error(error)
            return True
        return False

    def _values(self) -> dict[str, Any]:
        assert self.case is not None
        given: dict[str, Any] = dict(self.form.values()) if self.form is not None else {}
        if self.case.verdict.step is Step.TAKE_BACK:
            cancellation = self.case.order.cancellation
            reason = cancellation.reason if cancellation else ""
            return given | {"reason": reason or _("Cancelled by the buyer")}
        if self.case.verdict.step is not Step.HAND_OVER:
            return given
        return {**self.collect.values(), "checked": self.checked.isChecked()}

    def _png(self) -> bytes:
        assert self.case is not None
        return self.collect.png() if self.case.verdict.step is Step.HAND_OVER else b""

    def _focus_missing(self) -> None:
        if self.checked.isVisibleTo(self) and not self.checked.isChecked():
            self.checked.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.collect.isVisibleTo(self):
            self.collect.focus_name()

    def _ask_receipt(self) -> None:
        if self.case is not None:
            self.receipt_wanted.emit(self.case.order.id)

    def _ask_order(self) -> None:
        if self.case is not None:
            self.order_wanted.emit(self.case.order.id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a narrow screen the aside goes below the headline."""
        super().resizeEvent(event)
        narrow = event.size().width() < NARROW
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._band_body.setDirection(way)
        self._weigh()
        self.shelf.set_largest(NARROW_SHELF if narrow else theme.SHELF)
        self.receipt.setText(_("Receipt") if narrow else f"{_('Receipt')}  {actions.key('print')}")


def fields_asked(case: Case) -> tuple[Field, ...]:
    """What the counter asks for a step other than handing over; what is known is filled in."""
    order, step = case.order, case.verdict.step
    fields = STEPS[step].fields
    if step is Step.TAKE_BACK:
        return _take_back_fields(order)
    if step is Step.RECORD_PAYMENT:
        return tuple(f for f in fields if f.name == "reference")
    return tuple(replace(f, default=order.shelf) if f.name == "shelf" else f for f in fields)


def _take_back_fields(order: Order) -> tuple[Field, ...]:
    """The reason is known: somebody cancelled."""
    fields = {field.name: field for field in STEPS[Step.TAKE_BACK].fields}
    wanted = [fields["invoice"]] if order.invoice is not None else []
    return (*wanted, fields["goods_here"]) if order.status in GONE else tuple(wanted)


def _asks(case: Case) -> tuple[Any, ...]:
    """What must be asked anew when it changes."""
    verdict = case.verdict
    return case.order.id, verdict.step, verdict.tone, verdict.closed is None


def _aside(case: Case, now: datetime) -> str:
    order = case.order
    known = ago((now - case.known_at).total_seconds()) if case.known_at else ""
    as_of = _("platform read {span} ago", span=known) if known else _("platform not read yet")
    if case.verdict.tone is not Tone.OK:
        return as_of
    paid = _("paid") if order.payment.is_settled else _(order.payment.kind.label)
    return " · ".join([_("pickup code shown")] * case.code_shown + [paid, as_of])


def _about(case: Case, now: datetime) -> str:
    order = case.order
    parts = [_("Order {number}", number=order.number), order.channel]
    if case.since is not None:
        # A span does not break between its number and its unit.
        span = ago((now - case.since).total_seconds()).replace(" ", "\u00a0")
        parts.append(_("{status} for {span}", status=_(order.status.label), span=span))
    else:
        parts.append(_(order.status.label))
    return " · ".join(part for part in parts if part)


def _facts(order: Order, now: datetime) -> list[tuple[str, str]]:
    method = order.payment.method or _(order.payment.kind.label)
    settled = _("paid") if order.payment.is_settled else _("not paid")
    facts = [(_("Payment"), f"{money(order.total, order.currency)} · {settled} · {method}")]
    if order.buyer.document:
        facts.append((_("Document"), mask(order.buyer.document)))
    if order.invoice is not None:
        facts.append((_("Fiscal invoice"), order.invoice.number))
    if order.collected is not None:
        taken = _("{name}, {at}", name=order.collected.name, at=when(order.collected.at, now))
        facts.append((_("Collected by"), taken))
    elif order.due_at is not None:
        facts.append((_("Promised for"), when(order.due_at, now)))
    return facts
