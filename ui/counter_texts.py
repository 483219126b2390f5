"""Large texts of the counter that must fit whatever is written in them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QSizePolicy, QWidget

from desktop.i18n import number
from desktop.i18n import tr as _
from desktop.order import Line
from ui import theme
from ui.widgets import Label, WrappedLabel

LINES_SHOWN = 100
_TOO_WIDE, _LONGEST = 10_000, 400


class FitLabel(QWidget):
    """A text as large as its width allows: on one line in the first of `one_line` sizes that fits, else
    on two in the first of `two_lines`; at the smallest on three, and cut with … only there."""

    def __init__(
        self, one_line: Sequence[int], two_lines: Sequence[int], weight: QFont.Weight,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._one, self._two, self._weight = one_line, two_lines, weight
        self._text, self._token = "", "ink"
        self._largest = one_line[0]
        self._side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self._px, self._rows = one_line[0], 1
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        if text == self._text:
            return
        self._text = text
        self.setAccessibleName(text)
        self._fit()

    def set_largest(self, px: int) -> None:
        """No size above `px` from now on, where height is short."""
        self._largest = px
        self._fit()

    def set_token(self, token: str) -> None:
        self._token = token

    def set_alignment(self, side: Qt.AlignmentFlag) -> None:
        self._side = side

    def sizeHint(self) -> QSize:
        return QSize(100, self._rows * self._metrics(self._px).height())

    minimumSizeHint = sizeHint

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        self._px, self._rows = self._best(max(self.width(), 1))
        self.updateGeometry()
        self.update()

    def _best(self, width: int) -> tuple[int, int]:
        """The size in pixels and the number of lines."""
        for px in (one for one in self._one if one <= self._largest):
            if self._metrics(px).horizontalAdvance(self._text) <= width:
                return px, 1
        for px in self._two:
            if self._height(px, width) <= 2 * self._metrics(px).height() + 2:
                return px, 2
        return self._two[-1], 3

    def _height(self, px: int, width: int) -> int:
        metrics, flags = self._metrics(px), Qt.TextFlag.TextWordWrap
        box = metrics.boundingRect(QRect(0, 0, width, 1000), flags, self._text)
        return _TOO_WIDE if box.width() > width else box.height()

    def _metrics(self, px: int) -> QFontMetrics:
        return theme.metrics(px, self._weight)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(self._px, self._weight))
        painter.setPen(theme.color(self._token))
        flags = int(self._side)
        if self._rows > 1:
            by_words = self._height(self._px, self.width()) < _TOO_WIDE
            flags |= int(Qt.TextFlag.TextWordWrap if by_words else Qt.TextFlag.TextWrapAnywhere)
        painter.drawText(self.rect(), flags, self._shown(flags))

    def _shown(self, flags: int) -> str:
        """The text, cut with … only where its rows do not hold it."""
        metrics, room = self._metrics(self._px), QRect(0, 0, self.width(), _TOO_WIDE)
        most = self._rows * metrics.height() + 2
        shown = text = self._text[:_LONGEST]
        while text and metrics.boundingRect(room, flags, shown).height() > most:
            text = text[:-1]
            shown = text.rstrip() + "…"
        return shown


class Lines(QScrollArea):
    """The order's lines, large; more than fit are scrolled, with the arrow keys too."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(_("What the order holds"))
        self._shown: Sequence[Line] = ()

    def sizeHint(self) -> QSize:
        """As high as its lines at this width."""
        inside = self.widget()
        return QSize(200, inside.heightForWidth(self.viewport().width()) + 2 if inside else 60)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def show_lines(self, lines: Sequence[Line]) -> None:
        if lines == self._shown and self.widget() is not None:
            return
        self._shown = lines
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for place, line in enumerate(lines[:LINES_SHOWN]):
            self._add(grid, place, line)
        if len(lines) > LINES_SHOWN:
            more = _("and {n} more lines: see the order", n=len(lines) - LINES_SHOWN)
            grid.addWidget(WrappedLabel(more, tone="dim"), LINES_SHOWN, 0, 1, 3)
        grid.setRowStretch(len(lines) + 1, 1)
        self.setWidget(inside)
        # The card's ground shines through: a scroll area paints its own otherwise.
        inside.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self.updateGeometry()

    def _add(self, grid: QGridLayout, place: int, line: Line) -> None:
        top = Qt.AlignmentFlag.AlignTop
        short = line.leaves < line.quantity
        grid.addWidget(Label(counted(line.leaves, line.unit), "lead-strong"), place, 0, top)
        name = f"{line.name} ({line.short_reason})" if short else line.name
        grid.addWidget(WrappedLabel(name, "lead", "attention" if short else ""), place, 1)
        grid.addWidget(Label(line.sku, "small"), place, 2, top | Qt.AlignmentFlag.AlignRight)


class Advice(QWidget):
    """What to do, step by step; hidden when there is nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 8, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._steps: list[str] = []
        self.hide()

    def texts(self) -> list[str]:
        return list(self._steps)

    def show_steps(self, steps: Sequence[str]) -> None:
        if list(steps) == self._steps:
            return
        self._steps = list(steps)
        clear(self._grid)
        if steps:
            self._grid.addWidget(Label(_("What to do").upper(), "heading"), 0, 0, 1, 2)
        for place, step in enumerate(steps, 1):
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(Label(f"{place}.", "lead-strong"), place, 0, top)
            self._grid.addWidget(WrappedLabel(step, "lead"), place, 1)
        self.setVisible(bool(steps))


def counted(quantity: Decimal, unit: str) -> str:
    """2× for pieces, 1.25 kg for goods by weight."""
    return f"{number(quantity)}×" if unit in {"", "un"} else f"{number(quantity)} {unit}"


def clear(grid: QGridLayout) -> None:
    """Takes everything out of a grid of widgets."""
    while item := grid.takeAt(0):
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
