"""The goods of an order: each line one painted row, so that fifty of them cost no more than a few labels."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from desktop.i18n import money, number
from desktop.i18n import tr as _
from desktop.order import Line, Order
from ui import theme
from ui.counter_texts import counted
from ui.order_facts import picked_chip
from ui.widgets import Label, column

LINES_SHOWN = 50
_TOP, _GAP, _PAD, _CHIP_PX = 4, 12, 11, 26
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
_OPENERS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


class LineList(QWidget):
    """Quantity, name and SKU, how far picking is, price. The first fifty, and how many more there are.

    Signals: `picked(Line)` all of a line is here; `missing(Line)` some of it is not.
    """

    picked = Signal(object)
    missing = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[LineRow] = []
        self._body = column(spacing=2)
        self.more = Label(tone="dim")
        self._body.addWidget(self.more)
        self.setLayout(self._body)

    def show_lines(self, order: Order, pickable: bool) -> None:
        shown = order.lines[:LINES_SHOWN]
        while len(self.rows) < len(shown):
            self._add()
        metrics = theme.metrics(theme.TEXT, theme.STRONG)
        first = max((metrics.horizontalAdvance(_quantity(line)) for line in shown), default=0) + 4
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(shown))
            if place < len(shown):
                row.show_line(shown[place], order.currency, pickable, first)
        rest = len(order.lines) - LINES_SHOWN
        self.more.setText(_("… and {n} more lines", n=rest) if rest > 0 else "")
        self.more.setVisible(rest > 0)

    def _add(self) -> None:
        row = LineRow(self)
        row.opened.connect(self._open)
        self._body.insertWidget(len(self.rows), row)
        self.rows.append(row)

    def _open(self, line: Line, at: QPoint) -> None:
        """What can be said of a line that is not complete."""
        menu = QMenu(self)
        whole = menu.addAction(_("All {n} are here", n=number(line.quantity)))
        whole.triggered.connect(lambda: self.picked.emit(line))
        menu.addAction(_("Some are missing…")).triggered.connect(lambda: self.missing.emit(line))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)


class LineRow(QWidget):
    """One line. While it can be picked a click, Enter or Space anywhere on it asks how many are here."""

    opened = Signal(object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._line: Line | None = None
        self._open = False
        self._first = 0
        self._texts = ("", "", "", "")
        self._chip = ("", "")
        self._laid: dict[int, tuple[QRect, QRect, QRect]] = {}

    def show_line(self, line: Line, currency: str, pickable: bool, first: int) -> None:
        """`first` is the width of the quantities, so that names begin below each other."""
        below = [_("SKU {sku}", sku=line.sku)] if line.sku else []
        below += [line.short_reason] if line.short_reason else []
        self._line, self._first = line, first
        self._laid.clear()
        self._open = pickable and not line.is_settled
        self._texts = (_quantity(line), line.name, " · ".join(below), money(line.total, currency))
        word, tone = picked_chip(line)
        self._chip = (word or _("Pick…"), tone or "accent") if self._open else (word, tone)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self._open else Qt.FocusPolicy.NoFocus)
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if self._open else Qt.CursorShape.ArrowCursor
        )
        self.setAccessibleName(self.text())
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The whole row, as it is read out."""
        return ", ".join(text for text in (*self._texts, self._chip[0]) if text)

    def sizeHint(self) -> QSize:
        return QSize(300, self.heightForWidth(max(self.width(), 300)))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(self.width()))

    def heightForWidth(self, width: int) -> int:
        _name, below, chip = self._areas(width)
        height = (below.united(chip) if self._chip[0] else below).bottom() + 1
        return max(height, theme.ROW if self._open else 0) + 4

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._open and (self.underMouse() or self.hasFocus()):
            painter.fillRect(self.rect(), theme.color("accent_soft"))
        quantity, name, below, price = self._texts
        ink, dim, text = theme.color("ink"), theme.color("dim"), theme.font(theme.TEXT)
        strong, small = theme.font(theme.TEXT, theme.STRONG), theme.font(theme.SMALL)
        self._draw(painter, QRect(0, _TOP, self._first, 40), _WRAP, quantity, strong, ink)
        name_area, below_area, chip_area = self._areas(self.width())
        self._draw(painter, name_area, _WRAP, name, text, ink)
        self._draw(painter, below_area, _WRAP, below, small, dim)
        self._draw(painter, QRect(0, _TOP, self.width() - 2, 40), _RIGHT, price, text, ink)
        self._paint_chip(painter, chip_area)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _draw(
        self, painter: QPainter, area: QRect, flags: int, text: str, font: QFont, color: QColor
    ) -> None:
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(area, flags, text)

    def _paint_chip(self, painter: QPainter, box: QRect) -> None:
        word, tone = self._chip
        if not word:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color("control" if self._open else f"{tone}_edge"))
        painter.setBrush(theme.color("card" if self._open else f"{tone}_soft"))
        painter.drawRoundedRect(box, _CHIP_PX / 2, _CHIP_PX / 2)
        painter.setFont(theme.font(theme.SMALL, theme.STRONG))
        painter.setPen(theme.color(tone))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)

    # Name and price stand in the first row, as high as the name needs; what is below it and the chip in
    # the second.

    def _areas(self, width: int) -> tuple[QRect, QRect, QRect]:
        """Where name, what is below it and chip stand. A layout asks many times."""
        if width not in self._laid:
            name = self._name_area(width)
            chip = self._chip_area(width, name.bottom() + 1)
            self._laid[width] = name, self._below_area(width, name.bottom() + 1, chip), chip
        return self._laid[width]

    def _name_area(self, width: int) -> QRect:
        left, metrics = self._first + _GAP, theme.metrics()
        price = metrics.horizontalAdvance(self._texts[3]) + 4
        wide = max(60, width - price - _GAP - left)
        return metrics.boundingRect(QRect(left, _TOP, wide, 2000), _WRAP, self._texts[1])

    def _below_area(self, width: int, top: int, chip: QRect) -> QRect:
        left = self._first + _GAP
        right = chip.left() - _GAP if self._chip[0] else width
        room = QRect(left, top, max(60, right - left), 2000)
        words = theme.metrics(theme.SMALL).boundingRect(room, _WRAP, self._texts[2])
        return words if self._texts[2] else QRect(left, top, 1, 1)

    def _chip_area(self, width: int, top: int) -> QRect:
        metrics = theme.metrics(theme.SMALL, theme.STRONG)
        wide = metrics.horizontalAdvance(self._chip[0]) + 2 * _PAD
        return QRect(width - wide - 2, top + 3, wide, _CHIP_PX)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._open and self.rect().contains(event.position().toPoint()):
            self.opened.emit(self._line, event.globalPosition().toPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._open and event.key() in _OPENERS:
            at = self.mapToGlobal(self._areas(self.width())[2].bottomLeft())
            self.opened.emit(self._line, at)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()


def _quantity(line: Line) -> str:
    return counted(line.quantity, line.unit)
