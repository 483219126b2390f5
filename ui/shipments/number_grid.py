"""A table of numbers, each of which can be opened: by a click, or by arrows and Enter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui import theme
from ui.shipments.slots import Slot

Index = QModelIndex | QPersistentModelIndex
_CELL = Qt.ItemDataRole.UserRole
BAR_ROW, HEAD, PAD, NAME_PAD = 88, 30, 8, 11
NARROWEST_PX, NAMES_MIN_PX, NAMES_MAX_PX = 22, 120, 190
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number's text and place, the whole of it for a reader, and how high its bar is (0 to 1, None for
    a number without one)."""

    text: str
    slot: Slot
    spoken: str
    tone: str = "ink"
    bar: float | None = None


@dataclass(frozen=True, slots=True)
class GridRow:
    """`name` heads the row; one with bars is high."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def has_bars(self) -> bool:
        return any(cell.bar is not None for cell in self.cells)


class NumberGrid(QTableView):
    """Signals: `opened(Slot)` when a number is clicked or Enter pressed on it; `row_marked(int)` when
    another row becomes the current one.

    The first `wide` columns are as wide as their texts need, the others share the rest. Names take a
    share of the whole.
    """

    opened = Signal(object)
    row_marked = Signal(int)

    def __init__(self, name: str, wide: int = 1, names_share: float = 0.26,
                 parent: QWidget | None = None) -> None:  # fmt: skip
        super().__init__(parent)
        self._wide, self._names_share = wide, names_share
        self._numbers = _Numbers(self)
        self.setModel(self._numbers)
        self._painter = _Painter(self)
        self.setItemDelegate(self._painter)
        self.setAccessibleName(name)
        self._dress()
        self.clicked.connect(self._open)
        self.selectionModel().currentChanged.connect(lambda now, _was: self._tell(now))

    def _dress(self) -> None:
        self.setProperty("kind", "numbers")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        heads, names = self.horizontalHeader(), self.verticalHeader()
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads.setMinimumSectionSize(8)
        heads.setFixedHeight(HEAD)
        heads.setHighlightSections(False)
        names.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        names.setHighlightSections(False)
        for header in (heads, names):
            header.setSectionsClickable(False)

    def show_rows(self, heads: Sequence[str], rows: Sequence[GridRow], opened: Slot) -> None:
        """Shows these numbers; the one at `opened` is marked as open. The current cell stays current."""
        current = self.current_slot()
        here = self.currentIndex()
        self._numbers.show(tuple(heads), tuple(rows), opened)
        for n, one in enumerate(rows):
            self.setRowHeight(n, BAR_ROW if one.has_bars else theme.ROW)
        self._share()
        if current is not None:
            self._mark(current, here.row(), here.column())

    def current_slot(self) -> Slot | None:
        index = self.currentIndex()
        return self._numbers.cell(index).slot if index.isValid() else None

    def rows(self) -> tuple[GridRow, ...]:
        return self._numbers.rows

    def mark(self, slot: Slot) -> bool:
        """Makes the number at `slot` current; False when there is none."""
        return self._mark(slot, -1, -1)

    def _mark(self, slot: Slot, row: int, column: int) -> bool:
        """The cell of a slot; two cells of a row may have one, then that of the same column."""
        places = [
            (r, c)
            for r, one in enumerate(self._numbers.rows)
            for c, cell in enumerate(one.cells)
            if cell.slot == slot
        ]
        if not places:
            return False
        best = min(places, key=lambda place: (place[1] != column, place[0] != row))
        self.setCurrentIndex(self._numbers.index(*best))
        return True

    # --- widths -------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        names = min(max(round(self.width() * self._names_share), NAMES_MIN_PX), NAMES_MAX_PX)
        self._numbers.names_px = names - NAME_PAD
        self.verticalHeader().setFixedWidth(names)
        super().resizeEvent(event)
        self._share()

    def updateGeometries(self) -> None:
        """Without Qt's button in the corner, which has nothing to do here."""
        super().updateGeometries()
        if (corner := self.findChild(QAbstractButton)) is not None:
            corner.hide()

    def _share(self) -> None:
        """Gives each column its width; the texts stand smaller where the room is small."""
        columns = self._numbers.columnCount()
        if not columns:
            return
        left = self.viewport().width()
        for column in range(min(self._wide, columns)):
            wide = self._numbers.widest(column, theme.font(theme.TEXT, theme.STRONG)) + 2 * PAD
            self.setColumnWidth(column, wide)
            left -= wide
        rest = columns - self._wide
        fits = left >= rest * NARROWEST_PX
        policy = Qt.ScrollBarPolicy
        # Qt would show a bar for a moment while the widths change.
        self.setHorizontalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded
        )
        for column in range(self._wide, columns):
            share = left // rest + (column - self._wide < left % rest)
            self.setColumnWidth(column, share if fits else NARROWEST_PX)

    # --- opening ------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and self.currentIndex().isValid():
            self._open(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: Any) -> None:
        if not self.currentIndex().isValid() and self._numbers.rows:
            self.setCurrentIndex(self._numbers.index(0, 0))
        super().focusInEvent(event)

    def _open(self, index: Index) -> None:
        self.opened.emit(self._numbers.cell(index).slot)

    def _tell(self, index: QModelIndex) -> None:
        self.row_marked.emit(index.row())


class _Numbers(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.heads: tuple[str, ...] = ()
        self.rows: tuple[GridRow, ...] = ()
        self.opened: Slot | None = None
        self.names_px = 100

    def show(self, heads: tuple[str, ...], rows: tuple[GridRow, ...], opened: Slot) -> None:
        self.opened = opened
        if (heads, rows) != (self.heads, self.rows):
            self.beginResetModel()
            self.heads, self.rows = heads, rows
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.heads)

    def cell(self, index: Index) -> Cell:
        return self.rows[index.row()].cells[index.column()]

    def widest(self, column: int, font: QFont) -> int:
        texts = [row.cells[column].text for row in self.rows]
        metrics, heads = QFontMetrics(font), theme.metrics(theme.SMALL, theme.STRONG)
        wide = max((metrics.horizontalAdvance(text) for text in texts), default=0)
        return max(wide, heads.horizontalAdvance(self.heads[column]))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.cell(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == _CELL:
            return cell, cell.slot == self.opened
        return cell.spoken if role == Qt.ItemDataRole.AccessibleTextRole else None

    def headerData(
        self, section: int, side: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if side is Qt.Orientation.Horizontal:
            return self.heads[section] if role == Qt.ItemDataRole.DisplayRole else None
        name = self.rows[section].name
        if role == Qt.ItemDataRole.DisplayRole:
            metrics = theme.metrics(theme.SMALL, theme.STRONG)
            return metrics.elidedText(name, Qt.TextElideMode.ElideRight, self.names_px)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return name if role == Qt.ItemDataRole.ToolTipRole else None


class _Painter(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(30, theme.ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell, is_open = index.data(_CELL)
        area = QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter, area, option, is_open)
        if cell.bar is not None:
            area = self._draw_bar(painter, area, cell.bar)
        self._draw_text(painter, area, cell)
        painter.restore()

    def _draw_ground(
        self, painter: QPainter, area: QRect, option: QStyleOptionViewItem, is_open: bool
    ) -> None:
        state = option.state
        under = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(theme.color("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        place = area.adjusted(1, 1, -2, -2)
        if is_open or under:
            painter.setPen(theme.color("accent_edge" if is_open else "background"))
            painter.setBrush(theme.color("accent_soft" if is_open else "background"))
            painter.drawRoundedRect(place, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.color("accent"), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 6, 6)

    def _draw_bar(self, painter: QPainter, area: QRect, share: float) -> QRect:
        """The bar, none for nothing; what is left above it is the number's."""
        high = max(3, round((area.height() - 36) * share)) if share else 0
        wide = min(area.width() - 6, 34)
        bar = QRect(area.center().x() - wide // 2, area.bottom() - 6 - high, wide, high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        if high:
            painter.drawRoundedRect(bar, 3, 3)
        return QRect(area.left(), bar.top() - 24, area.width(), 22)

    def _draw_text(self, painter: QPainter, area: QRect, cell: Cell) -> None:
        font = _fitting(cell.text, area.width())
        painter.setFont(font)
        painter.setPen(theme.color(cell.tone))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, cell.text)


def _fitting(text: str, room: int) -> QFont:
    """The largest of a few sizes in which the text fits."""
    fonts = [theme.font(px, theme.STRONG) for px in (theme.TEXT, theme.SMALL, 11)]
    return next(
        (f for f in fonts if QFontMetrics(f).horizontalAdvance(text) <= room - 2), fonts[-1]
    )
