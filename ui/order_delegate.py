"""How a row of the order list is painted: two lines at the left, one chip at the right.

1047      Marina A. de Oliveira               [ late 22 min ]
Delivery  3 items · R$ 389,70 · Magalu

In a narrow list, or with long numbers, the name has the second line to itself:

1047                   [ late 22 min ]
Marina A. de Oliveira · 3 items · R$ 3…
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.truth import Tone
from ui import theme
from ui.order_rows import Index, OrderModel, Shown

# A longer number stands smaller; its column takes at most this share of the row.
_NUMBER_MIN, _NUMBER_LARGE, _NUMBER_SHARE = 60, 110, 0.32
# Below this width a row has room for number and chip, and under them for the name.
_NARROW = 400
_CHIP_HEIGHT, _CHIP_PAD, _BAR = 26, 11, 4
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter
_END, _MIDDLE = Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle


class OrderDelegate(QStyledItemDelegate):
    """Paints rows straight from the model: no roles, no formatting, no state but fonts and colours."""

    def __init__(self, model: OrderModel, parent: QStyledItemDelegate | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._number_width = _NUMBER_MIN
        self.dress()

    def dress(self) -> None:
        """Takes fonts and colours from the theme; call again when it has changed."""
        self._number = theme.font(theme.LEAD, theme.STRONG)
        self._name = theme.font(theme.TEXT, theme.STRONG)
        self._small = theme.font(theme.SMALL)
        self._chip = theme.font(theme.SMALL, theme.STRONG)
        self._number_font = self._number
        self._metrics = {
            id(font): QFontMetrics(font)
            for font in (self._number, self._name, self._small, self._chip)
        }
        self._ink, self._dim = theme.color("ink"), theme.color("dim")
        self._line, self._accent = theme.color("line"), theme.color("accent")
        self._soft, self._edge = theme.color("accent_soft"), theme.color("accent_edge")
        self._tones = {
            tone: tuple(theme.color(tone.value + end) for end in ("", "_soft", "_edge"))
            for tone in (Tone.OK, Tone.ATTENTION, Tone.STOP)
        }

    def fit(self, rows: Sequence[Shown]) -> None:
        """Makes the number's column as wide as these rows need, within bounds."""
        numbers = [row.number for row in rows]
        self._number_font = self._number
        widest = self._widest(numbers)
        if widest > _NUMBER_LARGE:
            self._number_font = self._name
            widest = self._widest(numbers)
        small = self._metrics[id(self._small)]
        kinds = max((small.horizontalAdvance(row.kind) for row in rows), default=0)
        self._number_width = max(widest + 2, kinds + 2, _NUMBER_MIN)

    def _widest(self, texts: list[str]) -> int:
        metrics = self._metrics[id(self._number_font)]
        return max((metrics.horizontalAdvance(text) for text in texts), default=0)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.ROW_TWO_LINES)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._model.row(index.row())
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        self._paint_ground(painter, area, selected)
        inner = area.adjusted(theme.MARGIN, 8, -theme.MARGIN, -9)
        if inner.width() < max(_NARROW, self._number_width / _NUMBER_SHARE):
            self._paint_narrow(painter, row, inner)
        else:
            inner.setRight(self._paint_chip(painter, row, inner) - theme.GAP)
            self._paint_texts(painter, row, inner)
        if selected and state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(self._accent, 2))
            painter.drawRect(area.adjusted(1, 1, -1, -2))

    def _paint_ground(self, painter: QPainter, area: QRect, selected: bool) -> None:
        if selected:
            painter.fillRect(area, self._soft)
            painter.setPen(self._edge)
            painter.drawRect(area.adjusted(0, 0, -1, -1))
            painter.fillRect(area.x(), area.y(), _BAR, area.height(), self._accent)
        left, width = area.x() + theme.MARGIN, area.width() - 2 * theme.MARGIN
        painter.fillRect(left, area.bottom(), width, 1, self._line)

    def _paint_chip(self, painter: QPainter, row: Shown, inner: QRect) -> int:
        """Paints the chip at the right; the x where it begins."""
        if not row.chip:
            return inner.right()
        width = self._metrics[id(self._chip)].horizontalAdvance(row.chip) + 2 * _CHIP_PAD
        box = QRect(inner.right() - width + 1, 0, width, _CHIP_HEIGHT)
        box.moveTop(inner.center().y() - _CHIP_HEIGHT // 2 + 1)
        if row.tone not in self._tones:
            self._text(painter, box, row.chip, self._chip, self._dim, _RIGHT, None)
            return box.left()
        ink, soft, edge = self._tones[row.tone]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(edge)
        painter.setBrush(soft)
        painter.drawRoundedRect(box, _CHIP_HEIGHT / 2, _CHIP_HEIGHT / 2)
        # Frames drawn later, in this row and the next, are empty.
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._text(painter, box, row.chip, self._chip, ink, _CENTER, None)
        return box.left()

    def _paint_narrow(self, painter: QPainter, row: Shown, inner: QRect) -> None:
        upper, lower = _halves(inner)
        upper.setRight(self._paint_chip(painter, row, upper) - theme.GAP)
        self._text(painter, upper, row.number, self._number_font, self._ink, _LEFT, _MIDDLE)
        self._text(painter, lower, row.name, self._name, self._ink, _LEFT, _END)
        wide = self._metrics[id(self._name)].horizontalAdvance(row.name)
        rest = lower.adjusted(wide, 0, 0, 0)
        if rest.width() > _NUMBER_MIN:
            self._text(painter, rest, f" · {row.details}", self._small, self._dim, _LEFT, _END)

    def _paint_texts(self, painter: QPainter, row: Shown, inner: QRect) -> None:
        upper, lower = _halves(inner)
        for area, left, right, left_font, right_font, color in (
            (upper, row.number, row.name, self._number_font, self._name, self._ink),
            (lower, row.kind, row.details, self._small, self._small, self._dim),
        ):
            number = QRect(area.x(), area.y(), self._number_width, area.height())
            rest = area.adjusted(self._number_width + theme.GAP, 0, 0, 0)
            self._text(painter, number, left, left_font, color, _LEFT, _END)
            self._text(painter, rest, right, right_font, color, _LEFT, _END)

    def _text(
        self, painter: QPainter, area: QRect, text: str, font: QFont, color: QColor,
        align: Qt.AlignmentFlag, elide: Qt.TextElideMode | None,
    ) -> None:  # fmt: skip
        if elide is not None:
            text = self._metrics[id(font)].elidedText(text, elide, area.width())
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(area, align, text)


def _halves(area: QRect) -> tuple[QRect, QRect]:
    half = area.height() // 2
    return area.adjusted(0, 0, 0, -half), area.adjusted(0, half, 0, 0)
