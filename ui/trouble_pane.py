"""One trouble on the repair page: what the store wanted, what is wrong, and the ways out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import UserError
from desktop.fields import Field, FieldKind
from desktop.i18n import N_, decimals, money, tr_error, when
from desktop.i18n import tr as _
from desktop.journey import STEPS
from desktop.repair import RAW_SHOWN, Kind, Trouble, form_values, readable
from desktop.store import outbox
from printing import documents
from ui import actions, theme
from ui.counter_texts import clear
from ui.forms import Form
from ui.widgets import Banner, BigButton, Card, Label, SmallButton, WrappedLabel, row

_SURE_MS = 4000


@dataclass(frozen=True, slots=True)
class _Way:
    """A way out: `name` is what the page does, `text` the button. One that cannot be undone is `final`
    and wants a second press."""

    name: str
    text: str
    final: bool = False


_MEND = _Way("mend", N_("Mend and send again"))
_WAYS: Mapping[Kind, tuple[_Way, ...]] = {
    Kind.REFUSED: (
        _MEND,
        _Way("again", N_("Send again")),
        _Way("arrived", N_("Done there already")),
    ),
    Kind.ASKED: (_Way("arrived", N_("It arrived already")), _Way("lost", N_("Send again"))),
    Kind.CHECKED: (_Way("again", N_("Look it up now")),),
    Kind.PARKED: (_Way("read", N_("Read again")), _Way("let_go", N_("Let go"), final=True)),
    Kind.PAPER: (_Way("came_out", N_("It came out")), _Way("print", N_("Print again"))),
}
# What stands beside the reason: it follows it, or leads to it where the reason alone says little.
_LEADS = {
    Kind.CHECKED: N_("No answer came; it is looked up before it is sent again."),
    Kind.PARKED: N_("This answer is no order that can be taken in."),
    Kind.PAPER: N_("Look at the printer: did this paper come out?"),
}
_THEN = {
    Kind.REFUSED: N_("Change what is wrong and send it again, or send it again as it is."),
}
_TONES = {Kind.REFUSED: "stop", Kind.CHECKED: "calm"}


class TroublePane(Card):
    """Signals: `acted(name, values)` when a way out is chosen, `order_wanted(id)`."""

    acted = Signal(str, object)
    order_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._trouble: Trouble | None = None
        self.form: Form | None = None
        self._given: dict[str, str] = {}
        self._make_head()
        self._middle = QScrollArea()
        self._middle.setWidgetResizable(True)
        self._middle.setFrameShape(QFrame.Shape.NoFrame)
        self._middle.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.big = BigButton()
        self.big.clicked.connect(self.press)
        self._small = QGridLayout()
        self._small.setSpacing(theme.GAP)
        self.body.addWidget(self._middle, 1)
        self.body.addWidget(self.big)
        self.body.addLayout(self._small)

    def _make_head(self) -> None:
        self.title = WrappedLabel(role="title")
        self._about = WrappedLabel(role="text", tone="dim")
        self.banner = Banner()
        self._opener = SmallButton(_("Open order"), kind="quiet")
        self._opener.clicked.connect(self._open)
        head = row(self.title, self._opener)
        head.setStretch(0, 1)
        self.body.addLayout(head)
        for part in (self._about, self.banner):
            self.body.addWidget(part)

    def show_trouble(self, trouble: Trouble, now: datetime) -> None:
        """Shows it; what was typed stays while the trouble is the same."""
        if trouble.is_same(self._trouble):
            return
        self._trouble = trouble
        self.title.setText(title(trouble))
        self._about.setText(_about(trouble, now))
        self.banner.say(*_sentences(trouble), _TONES.get(trouble.kind, "attention"))
        self._show_middle(trouble)
        self._show_ways(trouble)

    def press(self) -> None:
        """The big button, also by its key."""
        if self._trouble is not None and self.big.isEnabled():
            self._act(self._first())

    def show_error(self, error: UserError) -> bool:
        """A refusal beside the field at fault; False when it has no place here."""
        if self.form is None or all(f.name != error.field for f in self.form.fields):
            return False
        self.form.show_error(error)
        return True

    def focus_first(self) -> None:
        if self.form is not None and self._trouble is not None and self._trouble.push is not None:
            named = self._trouble.push.field
            if any(field.name == named for field in self.form.fields):
                self.form.field_widget(named).setFocus(Qt.FocusReason.TabFocusReason)
            else:
                self.form.focus_first()
        else:
            self.big.setFocus(Qt.FocusReason.TabFocusReason)

    # --- the middle -----------------------------------------------------------------------------------

    def _show_middle(self, trouble: Trouble) -> None:
        self.form = None
        if trouble.push is not None:
            inside = self._of_push(trouble.push, trouble)
        elif trouble.parked is not None:
            inside = _raw(trouble.parked.raw)
        else:
            inside = QWidget()
        self._middle.setWidget(inside)
        inside.setAutoFillBackground(False)
        self._middle.viewport().setAutoFillBackground(False)
        if self.form is not None:
            self._mark_fault(trouble)

    def _of_push(self, push: outbox.Entry, trouble: Trouble) -> QWidget:
        currency = trouble.order.currency if trouble.order else ""
        values = form_values(push)
        fields = tuple(f for f in STEPS[push.step].fields if not f.secret)
        inside = QWidget()
        body = QVBoxLayout(inside)
        body.setContentsMargins(0, 8, 8, 2)
        if fields:
            body.addWidget(Label(_("What the store wanted to tell").upper(), "heading"))
        if trouble.kind is Kind.REFUSED and fields:
            self.form = Form(fields, values, decimals=decimals(currency))
            self._given = self.form.values()
            self.form.changed.connect(self._weigh)
            self.form.submitted.connect(self.press)
            body.addWidget(self.form)
        else:
            for field in fields:
                self._add_fact(body, field, values.get(field.name), currency)
        body.addStretch(1)
        return inside

    def _add_fact(self, body: QVBoxLayout, field: Field, value: Any, currency: str) -> None:
        if value in (None, "", [], False):
            return
        if field.kind is FieldKind.MONEY and isinstance(value, int):
            value = money(value, currency)
        body.addWidget(Label(_(field.label), "small"))
        body.addWidget(WrappedLabel(_shown(value)))

    def _mark_fault(self, trouble: Trouble) -> None:
        """Marks the field that the platform named, without taking the focus from the list."""
        named = trouble.push.field if trouble.push else ""
        focused = QApplication.focusWidget()
        if (
            self.show_error(UserError(N_("The platform names this field."), field=named))
            and focused
        ):
            focused.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self, self._scroll_to_fault)

    def _scroll_to_fault(self) -> None:
        push, form = self._trouble and self._trouble.push, self.form
        if push and form and any(field.name == push.field for field in form.fields):
            self._middle.ensureWidgetVisible(form.field_widget(push.field))

    # --- the ways out ---------------------------------------------------------------------------------

    def _ways(self) -> tuple[_Way, ...]:
        assert self._trouble is not None
        ways = _WAYS[self._trouble.kind]
        return tuple(way for way in ways if way is not _MEND or self.form is not None)

    def _first(self) -> _Way:
        return self._ways()[0]

    def _show_ways(self, trouble: Trouble) -> None:
        clear(self._small)
        self._opener.setVisible(trouble.order is not None)
        for place, way in enumerate(self._ways()[1:]):
            self._small.addWidget(self._button(way), 0, place)
        self._weigh()

    def _button(self, way: _Way) -> SmallButton:
        if way.final:
            sure = _SureButton(_(way.text))
            sure.sure.connect(lambda: self._act(way))
            return sure
        button = SmallButton(_(way.text))
        button.clicked.connect(lambda: self._act(way))
        return button

    def _weigh(self) -> None:
        """Mending wants a change first; sending the same again is the small button's."""
        way = self._first()
        closed = way is _MEND and not self._changed()
        why = _("Change a field first") if closed else ""
        self.big.show_step(_(way.text), actions.key("next"), closed=why)

    def _changed(self) -> dict[str, str]:
        if self.form is None:
            return {}
        now = self.form.values()
        return {name: value for name, value in now.items() if value != self._given.get(name)}

    def _act(self, way: _Way) -> None:
        self.acted.emit(way.name, self._changed() if way is _MEND else {})

    def _open(self) -> None:
        if self._trouble is not None and self._trouble.order is not None:
            self.order_wanted.emit(self._trouble.order.id)


class _SureButton(SmallButton):
    """Asks to be pressed twice, within four seconds. Signal: `sure()`."""

    sure = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent=parent)
        self._calm = text
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SURE_MS)
        self._timer.timeout.connect(lambda: self.setText(self._calm))
        self.clicked.connect(self._pressed)

    def _pressed(self) -> None:
        if self._timer.isActive():
            self._timer.stop()
            self.setText(self._calm)
            self.sure.emit()
            return
        self.setText(_("{what}: press again", what=self._calm))
        self._timer.start()


def _sentences(trouble: Trouble) -> tuple[str, str]:
    reason = tr_error(trouble.reason)
    reason += "" if reason.endswith((".", "!", "?")) else "."
    if trouble.kind in _LEADS:
        return _(_LEADS[trouble.kind]), reason
    return reason, _(_THEN[trouble.kind]) if trouble.kind in _THEN else ""


def title(trouble: Trouble) -> str:
    """What it is about, in a few words."""
    if trouble.push is not None:
        return _(STEPS[trouble.push.step].label)
    if trouble.job is not None:
        return _(documents.load(trouble.job.document).title)
    return _("Unreadable order")


def number(trouble: Trouble) -> str:
    """What people call the order concerned."""
    if trouble.order is not None:
        return trouble.order.number
    return trouble.parked.remote_id if trouble.parked is not None else ""


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value)
    return _("yes") if value is True else str(value)


def _about(trouble: Trouble, now: datetime) -> str:
    parts = [_("Order {number}", number=number(trouble))] if number(trouble) else []
    if trouble.push is not None:
        parts += [trouble.push.connection, _("by {who}", who=trouble.push.who)]
    elif trouble.parked is not None:
        parts.append(trouble.parked.connection)
    elif trouble.job is not None:
        parts += [trouble.job.printer, _("by {who}", who=trouble.job.who)]
    return " · ".join([*parts, _("since {at}", at=when(trouble.at, now))])


def _raw(raw: bytes) -> QWidget:
    text, cut = readable(raw)
    box = QPlainTextEdit()
    box.setReadOnly(True)
    box.setTabChangesFocus(True)
    box.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    box.setPlainText(text)
    box.setAccessibleName(_("What the platform sent"))
    inside = QWidget()
    body = QVBoxLayout(inside)
    body.setContentsMargins(0, 8, 0, 0)
    body.addWidget(Label(_("What the platform sent").upper(), "heading"))
    body.addWidget(box, 1)
    if cut:
        note = _("Only the first {n} kB are shown.", n=RAW_SHOWN // 1000)
        body.addWidget(WrappedLabel(note, "small"))
    return inside
