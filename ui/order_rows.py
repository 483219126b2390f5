"""The list's model: all ids, and the rows of a few pages.

A million orders are one array of ids; what a row shows is made once, when its page is fetched. A page is
32 rows, three screens: a jump needs one or two, and each takes 2 to 3 ms; one of 256 rows takes 10.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from desktop.i18n import money, tr_n
from desktop.i18n import tr as _
from desktop.store.queries import ListRow
from desktop.truth import Tone, lateness, say

PAGE = 32
KEEP = 256
Index = QModelIndex | QPersistentModelIndex
Fetch = Callable[[Sequence[int]], Mapping[int, ListRow]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What one row shows, ready to paint; `spoken` is the whole row for a screen reader."""

    id: int
    number: str
    kind: str
    name: str
    details: str
    chip: str
    tone: Tone
    spoken: str


def shown(row: ListRow, now: datetime, with_status: bool = False) -> Shown:
    """The texts of a row. In a list of mixed stages `with_status` adds the order's own."""
    parts = [tr_n("{n} item", "{n} items", row.lines), money(row.total, row.currency)]
    parts += [row.channel] if row.channel else []
    parts += [_(row.status.label)] if with_status else []
    details = " · ".join(parts)
    kind, name = _(row.kind.label), row.name or _("Without a name")
    chip, tone = _chip(row, now)
    spoken = ", ".join(text for text in (row.number, name, kind, details, chip) if text)
    return Shown(row.id, row.number, kind, name, details, chip, tone, spoken)


def _chip(row: ListRow, now: datetime) -> tuple[str, Tone]:
    if row.stopped:
        return _("cancelled"), Tone.STOP
    if row.held:
        return _("on hold"), Tone.ATTENTION
    time = lateness(row, now)
    return (say(time, now), time.tone) if time else ("", Tone.CALM)


def gone(order_id: int) -> Shown:
    """In place of an order that is no longer in the store."""
    return Shown(order_id, "—", "", _("No longer here"), "", "", Tone.CALM, _("No longer here"))


def make_page(
    ids: Sequence[int], rows: Mapping[int, ListRow], now: datetime, with_status: bool
) -> list[Shown]:
    """One Shown for each id, in order."""
    return [shown(rows[i], now, with_status) if i in rows else gone(i) for i in ids]


def position_of(order_id: int, ids: array[int]) -> int:
    """The row of an order, -1 when it is not there. Ten milliseconds at the end of a million."""
    try:
        return ids.index(order_id)
    except ValueError:
        return -1


class OrderModel(QAbstractTableModel):
    """One column of orders. GUI thread only.

    `fetch` reads list rows by id and must take at most a few milliseconds; `now` is the clock.
    """

    def __init__(self, fetch: Fetch, now: Callable[[], datetime], parent: Any = None) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._now = now
        self._with_status = False
        self._pages: dict[int, list[Shown]] = {}
        self.ids: array[int] = array("q")

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.row(index.row()).number if index.isValid() else None
        if role == Qt.ItemDataRole.AccessibleTextRole and index.isValid():
            return self.row(index.row()).spoken
        return None

    def row(self, number: int) -> Shown:
        """What row `number` shows; its page is fetched when it is not here."""
        page, place = divmod(number, PAGE)
        rows = self._pages.get(page)
        return (self._load(page) if rows is None else rows)[place]

    def row_of(self, order_id: int) -> int:
        """The row of an order, -1 when it is not in the list."""
        return position_of(order_id, self.ids)

    def set_ids(
        self, ids: array[int], with_status: bool = False, first: list[Shown] | None = None
    ) -> None:
        """Shows other orders; `first` are the rows of the first page, where they are known."""
        self.beginResetModel()
        self.ids = ids
        self._with_status = with_status
        self._pages = {0: first} if first else {}
        self.endResetModel()

    def forget(self, changed: Iterable[int]) -> None:
        """Drops the pages of these orders; they are fetched again when they are painted."""
        known = frozenset(changed)
        touched = [
            number
            for number, rows in self._pages.items()
            if not known.isdisjoint(row.id for row in rows)
        ]
        for number in touched:
            del self._pages[number]
        if touched:
            self._announce(min(touched) * PAGE, (max(touched) + 1) * PAGE - 1)

    def forget_all(self) -> None:
        """Drops every page: the time has moved on, or the language."""
        self._pages.clear()
        if self.ids:
            self._announce(0, len(self.ids) - 1)

    def _announce(self, first: int, last: int) -> None:
        last = min(last, len(self.ids) - 1)
        self.dataChanged.emit(self.index(first, 0), self.index(last, 0))

    def _load(self, page: int) -> list[Shown]:
        ids = self.ids[page * PAGE : (page + 1) * PAGE]
        rows = make_page(ids, self._fetch(ids), self._now(), self._with_status)
        if len(self._pages) >= KEEP:
            del self._pages[next(iter(self._pages))]
        self._pages[page] = rows
        return rows
