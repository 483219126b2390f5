"""The path of an order: a dot for each stage, its name below, above it when it was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.i18n import N_, clock, short_day
from desktop.i18n import tr as _
from desktop.truth import Reach, StagePoint
from ui import theme
from ui.order_parts import STATUS_TONES

_DOT, _GAP = 16, 8
_CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
_REACHES = {Reach.DONE: N_("done"), Reach.CURRENT: N_("now"), Reach.NEXT: N_("to come")}


@dataclass(frozen=True, slots=True)
class Caption:
    """Where a name stands: its line, its left edge and its width, in pixels."""

    lane: int
    left: int
    width: int


def arrange(widths: Sequence[int], middles: Sequence[int], room: int) -> list[Caption]:
    """Each name as near as can be to its dot's middle: on the first line where it fits there, else on
    the one where it is moved least; a third line only where two are too short. No two on a line touch
    and none leaves the `room`."""
    lines = _shared(widths, middles, room, 2)
    if any(_is_too_long([widths[i] for i in line], room) for line in lines):
        lines = _shared(widths, middles, room, 3)
    found: dict[int, Caption] = {}
    for n, line in enumerate(lines):
        places = _line([widths[i] for i in line], [middles[i] for i in line], room)
        found |= {i: Caption(n, *place) for i, place in zip(line, places, strict=True)}
    return [found[i] for i in range(len(widths))]


def _shared(
    widths: Sequence[int], middles: Sequence[int], room: int, among: int
) -> list[list[int]]:
    """The names of each line, from left to right."""
    lines: list[list[int]] = [[] for _ in range(among)]
    edges = [0] * among
    for i, (wanted, middle) in enumerate(zip(widths, middles, strict=True)):
        left, wide = _under(wanted, middle, room)
        moved = [max(edge - left, 0) for edge in edges]
        n = moved.index(min(moved))
        lines[n].append(i)
        edges[n] = max(edges[n], left) + wide + _GAP
    return lines


def _is_too_long(widths: Sequence[int], room: int) -> bool:
    return sum(widths) + _GAP * (len(widths) - 1) > room


def _under(wide: int, middle: int, room: int) -> tuple[int, int]:
    """Left edge and width of a name that has its place to itself."""
    wide = min(wide, room)
    return min(max(middle - wide // 2, 0), room - wide), wide


def _line(widths: Sequence[int], middles: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Names from left to right, pushed aside where they would touch; what leaves the room at the right
    pushes back, and names that are too wide together are narrowed alike."""
    if _is_too_long(widths, room):
        left = max(0, room - _GAP * (len(widths) - 1))
        widths = [wide * left // sum(widths) for wide in widths]
    lefts: list[int] = []
    edge = 0
    for wide, middle in zip(widths, middles, strict=True):
        lefts.append(max(edge, _under(wide, middle, room)[0]))
        edge = lefts[-1] + wide + _GAP
    edge = room
    for n in reversed(range(len(lefts))):
        lefts[n] = min(lefts[n], edge - widths[n])
        edge = lefts[n] - _GAP
    return list(zip(lefts, widths, strict=True))


class PathBar(QWidget):
    """Names stand on one line where they fit, else on more; none lies over another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._points: Sequence[StagePoint] = ()
        self._texts: list[tuple[str, str]] = []

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
        lanes = max((place.lane for place in self.captions()), default=0) + 1
        line = _metrics(False).height()
        return QSize(200, self._dots_at() + _DOT + 4 + lanes * line)

    minimumSizeHint = sizeHint

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def captions(self) -> list[Caption]:
        """Where the names of the stages go at this width."""
        widths = [
            _metrics(self._is_current(i)).horizontalAdvance(name) + 1
            for i, (name, _at) in enumerate(self._texts)
        ]
        middles = [at.x() for at in self._places()]
        return arrange(widths, middles, self.width())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = self._places()
        self._paint_line(painter, places)
        for i, (at, caption) in enumerate(zip(places, self.captions(), strict=True)):
            self._paint_dot(painter, self._points[i], at)
            self._paint_texts(painter, i, at, caption)

    def _is_current(self, i: int) -> bool:
        return self._points[i].reach is Reach.CURRENT

    def _dots_at(self) -> int:
        """Times stand above the dots, where there are any."""
        return _metrics(False).height() + 2 if any(at for _name, at in self._texts) else 0

    def _places(self) -> list[QPoint]:
        step = self.width() / max(1, len(self._points))
        middle = self._dots_at() + _DOT // 2
        return [QPoint(round(step * (i + 0.5)), middle) for i in range(len(self._points))]

    def _paint_line(self, painter: QPainter, places: list[QPoint]) -> None:
        for i in range(len(places) - 1):
            done = self._points[i + 1].reach is not Reach.NEXT
            painter.setPen(QPen(theme.color("ok" if done else "line"), 3))
            painter.drawLine(places[i], places[i + 1])

    def _paint_dot(self, painter: QPainter, point: StagePoint, at: QPoint) -> None:
        radius = _DOT // 2 - 1
        ink = {Reach.DONE: "ok", Reach.NEXT: "line"}.get(point.reach, "accent")
        if point.reach is Reach.CURRENT and STATUS_TONES.get(point.status) == "stop":
            ink = "stop"
        painter.setPen(QPen(theme.color(ink), 3 if point.reach is not Reach.CURRENT else 5))
        painter.setBrush(theme.color(ink if point.reach is Reach.DONE else "card"))
        painter.drawEllipse(at, radius - 1, radius - 1)

    def _paint_texts(self, painter: QPainter, i: int, at: QPoint, caption: Caption) -> None:
        name, time = self._texts[i]
        current, line = self._is_current(i), _metrics(False).height()
        painter.setPen(theme.color("ink" if current else "dim"))
        painter.setFont(_font(False))
        half = _metrics(False).horizontalAdvance(time) // 2 + 1
        middle = min(max(at.x(), half), self.width() - half)
        painter.drawText(QRect(middle - half, 0, 2 * half, line), _CENTRED, time)
        painter.setFont(_font(current))
        shown = _metrics(current).elidedText(name, Qt.TextElideMode.ElideRight, caption.width)
        top = self._dots_at() + _DOT + 2 + caption.lane * line
        painter.drawText(QRect(caption.left, top, caption.width, line), _CENTRED, shown)


def _font(strong: bool) -> QFont:
    return theme.font(theme.SMALL, theme.STRONG if strong else theme.REGULAR)


def _metrics(strong: bool) -> QFontMetrics:
    return theme.metrics(theme.SMALL, theme.STRONG if strong else theme.REGULAR)


def _short(at: datetime | None, now: datetime) -> str:
    """The time for today, else the day alone."""
    if at is None:
        return ""
    today = at.astimezone().date() == now.astimezone().date()
    return clock(at) if today else short_day(at)
