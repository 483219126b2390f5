"""The parts of the order's panel: what both sides say, the lines, the path, the facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLayout, QSizePolicy, QWidget

from desktop.i18n import N_, ago, clock, day, when
from desktop.i18n import tr as _
from desktop.order import Order, Status
from desktop.truth import Reach, StagePoint, Tone, differences, say
from ui import theme
from ui.order_facts import Fact
from ui.order_sight import Sight
from ui.widgets import Card, Label, WrappedLabel, column

_TOP = Qt.AlignmentFlag.AlignTop
_CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop

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
    """What the store did beside what the platform confirmed, and a sentence for every difference."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("well", 12, parent)
        self._here, self._there = WrappedLabel(), WrappedLabel()
        grid = QGridLayout()
        grid.setSpacing(2)
        for place, (head, value) in enumerate(
            (
                (_("The store did"), self._here),
                (_("The platform confirmed"), self._there),
            )
        ):
            grid.addWidget(WrappedLabel(head.upper(), "heading"), 0, place)
            grid.addWidget(value, 1, place, _TOP)
            grid.setColumnStretch(place, 1)
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


class PathBar(QWidget):
    """The order's path as dots with words and times; words take two rows in turn where one is too narrow."""

    _DOT = 16

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._points: Sequence[StagePoint] = ()
        self._texts: list[tuple[str, str]] = []
        self._metrics = QFontMetrics(theme.font(theme.SMALL, theme.STRONG))

    def show_path(self, points: Sequence[StagePoint], now: datetime) -> None:
        self._points = points
        self._texts = [(_(p.status.label), _short(p.at, now)) for p in points]
        said = (f"{name} {at}, {_(_REACHES[p.reach])}" for p, (name, at) in
                zip(points, self._texts, strict=True))  # fmt: skip
        self.setAccessibleName(_("Path of the order"))
        self.setAccessibleDescription("; ".join(said))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = 1 if self._fits(self.width()) else 2
        return QSize(200, self._DOT + 8 + rows * (self._text_height() + 4))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def _text_height(self) -> int:
        return 2 * self._metrics.height()

    def _fits(self, width: int) -> bool:
        widest = max(
            (self._metrics.horizontalAdvance(name) for name, _at in self._texts), default=0
        )
        return widest + 8 <= width / max(1, len(self._texts))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._points:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = self._places()
        self._paint_line(painter, places)
        in_one_row = self._fits(self.width())
        for i, (point, at) in enumerate(zip(self._points, places, strict=True)):
            self._paint_dot(painter, point, at)
            self._paint_words(painter, i, at, 0 if in_one_row else i % 2)

    def _places(self) -> list[QPoint]:
        step = self.width() / len(self._points)
        middle = self._DOT // 2 + 1
        return [QPoint(round(step * (i + 0.5)), middle) for i in range(len(self._points))]

    def _paint_line(self, painter: QPainter, places: list[QPoint]) -> None:
        for i in range(len(places) - 1):
            done = self._points[i + 1].reach is not Reach.NEXT
            painter.setPen(QPen(theme.color("ok" if done else "line"), 3))
            painter.drawLine(places[i], places[i + 1])

    def _paint_dot(self, painter: QPainter, point: StagePoint, at: QPoint) -> None:
        radius = self._DOT // 2 - 1
        ink = {Reach.DONE: "ok", Reach.NEXT: "line"}.get(point.reach, "accent")
        if point.reach is Reach.CURRENT and STATUS_TONES.get(point.status) == "stop":
            ink = "stop"
        painter.setPen(QPen(theme.color(ink), 3 if point.reach is not Reach.CURRENT else 5))
        painter.setBrush(theme.color(ink if point.reach is Reach.DONE else "card"))
        painter.drawEllipse(at, radius - 1, radius - 1)

    def _paint_words(self, painter: QPainter, i: int, at: QPoint, row: int) -> None:
        current = self._points[i].reach is Reach.CURRENT
        name, time = self._texts[i]
        area = self._area(i, at, row)
        painter.setFont(theme.font(theme.SMALL, theme.STRONG if current else theme.REGULAR))
        painter.setPen(theme.color("ink" if current else "dim"))
        if not time:
            # Without a time there are two lines for the word.
            painter.drawText(area, int(_CENTRED | Qt.TextFlag.TextWordWrap), name)
            return
        name = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, _CENTRED, name)
        painter.setFont(theme.font(theme.SMALL))
        painter.drawText(area.adjusted(0, self._metrics.height(), 0, 0), _CENTRED, time)

    def _area(self, i: int, at: QPoint, row: int) -> QRect:
        """Where a stage's words go: around its dot, kept inside the widget."""
        step = self.width() // len(self._points)
        room = step if self._fits(self.width()) else 2 * step - 2
        words = max(self._metrics.horizontalAdvance(text) for text in self._texts[i]) + 4
        wide = min(words, room, self.width())
        left = min(max(0, at.x() - wide // 2), self.width() - wide)
        top = self._DOT + 6 + row * (self._text_height() + 4)
        return QRect(left, top, wide, self._text_height())


_REACHES = {Reach.DONE: N_("done"), Reach.CURRENT: N_("now"), Reach.NEXT: N_("to come")}


def _short(at: datetime | None, now: datetime) -> str:
    """The time for today, else the day alone."""
    if at is None:
        return ""
    today = at.astimezone().date() == now.astimezone().date()
    return clock(at) if today else day(at)


def _empty(layout: QLayout) -> None:
    """Takes everything out of a layout, nested ones too."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            _empty(inner)
