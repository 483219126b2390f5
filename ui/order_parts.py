"""The parts of the order's panel: what both sides say, and the facts."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLayout, QWidget

from desktop.i18n import ago, when
from desktop.i18n import tr as _
from desktop.order import Order, Status
from desktop.truth import Tone, differences, say
from ui.order_facts import Fact
from ui.order_sight import Sight
from ui.widgets import Card, Label, WrappedLabel, column

_TOP = Qt.AlignmentFlag.AlignTop

STATUS_TONES = {
    Status.AWAITING_PAYMENT: "dim",
    Status.AWAITING_CREATION: "accent",
    Status.ACCEPTED: "preparing",
    Status.IN_PREPARATION: "preparing",
    Status.INVOICED: "attention",
    Status.PACKED: "attention",
    Status.DELIVERY_PROBLEM: "stop",
    Status.READY_FOR_PICKUP: "ok",
    Status.DELIVERED: "ok",
    Status.PICKED_UP: "ok",
    Status.CANCELLED: "stop",
}
_TONES = {Tone.CALM: "dim", Tone.OK: "ok", Tone.ATTENTION: "attention", Tone.STOP: "stop"}


class TruthBox(Card):
    """What the store did above what the platform confirmed, so that a difference is seen at once, and a
    sentence for each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("well", 12, parent)
        self._here, self._there = WrappedLabel(), WrappedLabel()
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        heads = (_("This store"), _("The platform"))
        for place, (head, value) in enumerate(zip(heads, (self._here, self._there), strict=True)):
            grid.addWidget(Label(head, "small"), place, 0, _TOP)
            grid.addWidget(value, place, 1, _TOP)
        self.body.setSpacing(4)
        self.body.addLayout(grid)
        self._sentences = column(spacing=2)
        self.body.addLayout(self._sentences)
        self._age = WrappedLabel(role="small")
        self.body.addWidget(self._age)

    def show_sight(self, sight: Sight, now: datetime) -> None:
        order, came = sight.order, sight.came_at()
        here = _(order.status.label)
        self._here.setText(f"{here} · {when(came, now)}" if came else here)
        self._there.setText(_confirmed(order, now))
        _empty(self._sentences)
        for sentence in differences(order, sight.pushes, sight.tells, now):
            label = WrappedLabel(say(sentence, now), "small", _TONES[sentence.tone])
            self._sentences.addWidget(label)
        self.show_age(sight.known_at, now)

    def show_age(self, known_at: datetime | None, now: datetime) -> None:
        """How old the knowledge of the platform is; told again as time goes by."""
        self._age.setVisible(known_at is not None)
        if known_at is None:
            return
        span = ago((now - known_at).total_seconds())
        self._age.setText(_("As the platform stood {span} ago.", span=span))


def _confirmed(order: Order, now: datetime) -> str:
    seen = order.seen
    if seen.at is None:
        return _("nothing yet")
    word = _(seen.status.label) if seen.status else f"“{seen.word}”"
    return f"{word} · {when(seen.at, now)}"


class FactList(QWidget):
    """Facts as label and text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._shown: list[Fact] = []

    def show_facts(self, shown: list[Fact]) -> None:
        if shown == self._shown:
            return
        self._shown = shown
        _empty(self._grid)
        for place, fact in enumerate(shown):
            strong = "strong" if fact.tone is Tone.STOP else "text"
            tone = "" if fact.tone is Tone.CALM else _TONES[fact.tone]
            self._grid.addWidget(Label(fact.label, "small"), place, 0, _TOP)
            self._grid.addWidget(WrappedLabel(fact.text, strong, tone), place, 1)


def _empty(layout: QLayout) -> None:
    """Takes everything out of a layout, nested ones too."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            _empty(inner)
