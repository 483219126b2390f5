"""What is behind a number: one row a package or order, read page by page as it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyleOptionViewItem, QWidget

from desktop.store.shipments import Key
from ui import theme
from ui.row_list import ROW, Row, RowPainter

Index = QModelIndex | QPersistentModelIndex
Fetch = Callable[[Sequence[Key]], Sequence[Row]]
PAGE, KEEP = 32, 64
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class HeapList(QListView):
    """Signal: `chosen(key)` on a click or Enter. GUI thread only.

    `fetch` reads the rows of some keys, one for each and in their order, in a few milliseconds.
    """

    chosen = Signal(object)

    def __init__(self, fetch: Fetch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = _Pages(fetch, self)
        self.setModel(self._pages)
        self._plain, self._timed = _Painter(0, False, self), _Painter(time_px(), False, self)
        self.setItemDelegate(self._plain)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.clicked.connect(lambda index: self.chosen.emit(self._pages.keys[index.row()]))

    def keys(self) -> Sequence[Key]:
        return self._pages.keys

    def current_key(self) -> Key | None:
        index = self.currentIndex()
        return self._pages.keys[index.row()] if index.isValid() else None

    def show_keys(self, keys: Sequence[Key], same: bool, timed: bool = False) -> None:
        """Shows other keys. With `same` they are an update of the list: place and marked row stay, or
        the one that took its place. Rows of a `timed` list lead with their time."""
        self.setItemDelegate(self._timed if timed else self._plain)
        if same and keys == self._pages.keys:
            self.forget()
            return
        marked, near = self.current_key(), self.currentIndex().row()
        place = self.verticalScrollBar().value() if same else 0
        self._pages.show(keys)
        if same and marked is not None and keys:
            row = keys.index(marked) if marked in keys else min(near, len(keys) - 1)
            self.setCurrentIndex(self._pages.index(row))
        self.verticalScrollBar().setValue(place)

    def forget(self) -> None:
        """Reads the rows again that are looked at: an order changed, or time has passed."""
        self._pages.forget()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and self.currentIndex().isValid():
            self.chosen.emit(self.current_key())
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: Any) -> None:
        # Before Qt, which would make a row current without marking it.
        if not self.currentIndex().isValid() and self._pages.keys:
            self.setCurrentIndex(self._pages.index(0))
        super().focusInEvent(event)


class _Pages(QAbstractListModel):
    def __init__(self, fetch: Fetch, parent: QWidget) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._rows: dict[int, Sequence[Row]] = {}
        self.keys: Sequence[Key] = ()

    def show(self, keys: Sequence[Key]) -> None:
        self.beginResetModel()
        self.keys, self._rows = keys, {}
        self.endResetModel()

    def forget(self) -> None:
        self._rows = {}
        if self.keys:
            self.dataChanged.emit(self.index(0), self.index(len(self.keys) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.keys)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in {Qt.ItemDataRole.DisplayRole, ROW, Qt.ItemDataRole.AccessibleTextRole}:
            return None
        row = self._row(index.row())
        if role == ROW:
            return row
        return row.title if role == Qt.ItemDataRole.DisplayRole else row.spoken

    def _row(self, number: int) -> Row:
        page, place = divmod(number, PAGE)
        if page not in self._rows:
            if len(self._rows) >= KEEP:
                del self._rows[next(iter(self._rows))]
            self._rows[page] = self._fetch(self.keys[page * PAGE : (page + 1) * PAGE])
        return self._rows[page][place]


def time_px() -> int:
    """As wide as a time of day."""
    return theme.metrics(theme.LEAD, theme.STRONG).horizontalAdvance("00:00") + 2


class _Painter(RowPainter):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(120, theme.ROW_TWO_LINES)
