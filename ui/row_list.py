"""A short list that reads itself: what waits at the counter, what needs mending, a page's sections.

For some hundreds of rows that are known whole; a list of all orders is `ui/order_table.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ui import theme

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole
_PAD = 16


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `lead` stands at the left in `lead_width` pixels, `title` over `detail`, `mark` at the
    right of the title (a chip in `tone`), or large beside both where the list says so. `key` tells the
    rows apart."""

    key: Any
    title: str
    detail: str = ""
    lead: str = ""
    mark: str = ""
    tone: str = "dim"

    @property
    def spoken(self) -> str:
        return ", ".join(part for part in (self.lead, self.title, self.detail, self.mark) if part)


class RowList(QListView):
    """Signals: `chosen(key)` when a row is clicked or Enter is pressed on it, `current(key)` when the
    marked row changes (None for none)."""

    chosen = Signal(object)
    current = Signal(object)

    def __init__(
        self,
        name: str,
        lead_width: int = 0,
        large_mark: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._rows = _Rows(self)
        self.setModel(self._rows)
        self.setItemDelegate(RowPainter(lead_width, large_mark, self))
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.clicked.connect(lambda index: self.chosen.emit(self._rows.rows[index.row()].key))
        self.selectionModel().currentChanged.connect(lambda now, _was: self._tell(now))

    def show_rows(self, rows: Iterable[Row]) -> None:
        """Shows these rows; the marked one stays marked while it is there."""
        key = self.current_key()
        self._rows.replace(list(rows))
        self.mark(key)

    def fit(self, most: int) -> None:
        """As high as its rows, at most `most` of them; hidden when there are none."""
        n = len(self._rows.rows)
        self.setVisible(n > 0)
        self.setFixedHeight(self.sizeHintForRow(0) * min(max(n, 1), most) + 2 if n else 0)

    def rows(self) -> Sequence[Row]:
        return self._rows.rows

    def current_key(self) -> Any:
        index = self.currentIndex()
        return self._rows.rows[index.row()].key if index.isValid() else None

    def mark(self, key: Any) -> bool:
        """Marks the row of `key`; False when there is none."""
        for number, row in enumerate(self._rows.rows):
            if row.key == key:
                self.setCurrentIndex(self._rows.index(number))
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.chosen.emit(self.current_key())
            return
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._rows.rows:
            self.setCurrentIndex(self._rows.index(0))

    def _tell(self, index: QModelIndex) -> None:
        self.current.emit(self._rows.rows[index.row()].key if index.isValid() else None)


class _Rows(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def replace(self, rows: list[Row]) -> None:
        if rows == self.rows:
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == ROW:
            return row
        return row.spoken if role == Qt.ItemDataRole.AccessibleTextRole else None


class RowPainter(QStyledItemDelegate):
    """Two lines of text beside a number and a chip; colours are asked for when painting, so that a
    change of theme needs nothing else."""

    def __init__(self, lead_width: int, large_mark: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._lead_width, self._large = lead_width, large_mark

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        two_lines = any(row.detail for row in index.model().rows)  # type: ignore[attr-defined]
        return QSize(120, theme.ROW_TWO_LINES if two_lines else theme.BUTTON)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row = index.data(ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter, option)
        area = option.rect.adjusted(_PAD, 0, -_PAD, 0)
        area = self._draw_lead(painter, area, row)
        beside = self._large or not row.detail
        if beside:
            area = self._draw_mark(painter, area, row)
        upper, lower = _two_lines(area) if row.detail else (area, area)
        if not beside:
            upper = self._draw_mark(painter, upper, row)
        self._draw_texts(painter, row, upper, lower)
        painter.restore()

    def _draw_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        marked = bool(option.state & QStyle.StateFlag.State_Selected)
        under = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if marked or under:
            painter.fillRect(option.rect, theme.color("accent_soft" if marked else "background"))
        if marked:
            painter.setPen(theme.color("accent_edge"))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
            bar = QRect(option.rect.left(), option.rect.top(), 4, option.rect.height())
            painter.fillRect(bar, theme.color("accent"))
        painter.setPen(theme.color("line"))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.color("accent"))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))

    def _draw_lead(self, painter: QPainter, area: QRect, row: Row) -> QRect:
        if not self._lead_width:
            return area
        left = QRect(area.left(), area.top(), self._lead_width, area.height())
        _draw(painter, left, row.lead, theme.font(theme.LEAD, theme.STRONG), "ink")
        return area.adjusted(self._lead_width + 12, 0, 0, 0)

    def _draw_mark(self, painter: QPainter, area: QRect, row: Row) -> QRect:
        if not row.mark:
            return area
        if self._large:
            font = theme.font(theme.TITLE, theme.COUNTER)
            wide = min(QFontMetrics(font).horizontalAdvance(row.mark) + 2, area.width() // 2)
            right = QRect(area.right() - wide, area.top(), wide, area.height())
            _draw(painter, right, row.mark, font, "accent", Qt.AlignmentFlag.AlignRight)
            return area.adjusted(0, 0, -wide - 12, 0)
        return self._draw_chip(painter, area, row)

    def _draw_chip(self, painter: QPainter, area: QRect, row: Row) -> QRect:
        font = theme.font(theme.SMALL, theme.STRONG)
        wide = min(QFontMetrics(font).horizontalAdvance(row.mark) + 22, area.width() * 2 // 3)
        chip = QRect(area.right() - wide, area.center().y() - 11, wide, 24)
        soft = f"{row.tone}_soft" if row.tone != "dim" else "background"
        edge = f"{row.tone}_edge" if row.tone != "dim" else "line"
        painter.setPen(theme.color(edge))
        painter.setBrush(theme.color(soft))
        painter.drawRoundedRect(chip, 12, 12)
        _draw(painter, chip.adjusted(10, 0, -10, 0), row.mark, font, row.tone)
        return area.adjusted(0, 0, -wide - 12, 0)

    def _title(self) -> QFont:
        return theme.font(theme.LEAD if self._large else theme.TEXT, theme.STRONG)

    def _draw_texts(self, painter: QPainter, row: Row, upper: QRect, lower: QRect) -> None:
        _draw(painter, upper, row.title, self._title(), "ink")
        _draw(painter, lower, row.detail, theme.font(theme.SMALL), "dim")


def _two_lines(area: QRect) -> tuple[QRect, QRect]:
    """Where title and detail stand."""
    middle = area.center().y()
    upper = QRect(area.left(), middle - 25, area.width(), 24)
    return upper, QRect(area.left(), middle + 2, area.width(), 22)


def _draw(
    painter: QPainter, area: QRect, text: str, font: QFont, token: str,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:  # fmt: skip
    painter.setFont(font)
    painter.setPen(theme.color(token))
    text = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, text)
