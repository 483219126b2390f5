"""The list's model: all ids, and the rows of a few pages.

A million orders are one array of ids; what a row shows is made once, when its page is fetched. A page is
32 rows, three screens: a jump needs one or two, and each takes 2 to 3 ms; one of 256 rows takes 10.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import neg
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from desktop.i18n import money, tr_n
from desktop.i18n import tr as _
from desktop.order import Status
from desktop.store.queries import ListRow
from desktop.truth import Tone, lateness, say

PAGE = 32
KEEP = 256
_CANCELLED = frozenset({Status.CANCELLED, Status.RETURNED, Status.CLOSED})
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
        # Until the order stands there, the platform may have cancelled it or the buyer may only ask.
        ended = row.status in _CANCELLED
        return (_("cancelled") if ended else _("cancellation")), Tone.STOP
    if row.held:
        return _("on hold"), Tone.ATTENTION
    time = lateness(row, now)
    return (say(time, now), time.tone) if time else ("", Tone.CALM)


def gone(order_id: int) -> Shown:
    """In place of an order that is no longer in the store."""
    return Shown(order_id, "—", "", _("No longer here"), "", "", Tone.CALM, _("No longer here"))


def coming() -> Shown:
    """In place of an order whose id is still being read."""
    return Shown(0, "…", "", "", "", "", Tone.CALM, _("Reading the orders…"))


def make_page(
    ids: Sequence[int], rows: Mapping[int, ListRow], now: datetime, with_status: bool
) -> list[Shown]:
    """One Shown for each id, in order."""
    return [shown(rows[i], now, with_status) if i in rows else gone(i) for i in ids]


def position_of(order_id: int, ids: array[int]) -> int:
    """The row of an order, -1 when it is not there, as for 0."""
    if not order_id:
        return -1
    # The list of all orders goes down by id, and to look through a million takes 10 ms that stop every
    # thread; the other lists are short.
    place = bisect_left(ids, -order_id, key=neg)
    if place < len(ids) and ids[place] == order_id:
        return place
    try:
        return ids.index(order_id)
    except ValueError:
        return -1


class OrderModel(QAbstractTableModel):
    """One column of orders. GUI thread only.

    `fetch` reads list rows by id and must take at most a few milliseconds; `now` is the clock. There may be
    more rows than ids: a long list has its length at once and its last ids a little later.
    """

    def __init__(self, fetch: Fetch, now: Callable[[], datetime], parent: Any = None) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._now = now
        self._with_status = False
        self._pages: dict[int, list[Shown]] = {}
        self._rows = 0
        self._is_waited_for = False
        self.ids: array[int] = array("q")

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._rows

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
        if number >= len(self.ids):
            self._is_waited_for = True
            return coming()
        page, place = divmod(number, PAGE)
        rows = self._pages.get(page)
        return (self._load(page) if rows is None else rows)[place]

    def row_of(self, order_id: int) -> int:
        """The row of an order, -1 when it is not in the list."""
        return position_of(order_id, self.ids)

    def id_at(self, number: int) -> int:
        """The order of a row, 0 when its id is still to come."""
        return self.ids[number] if number < len(self.ids) else 0

    def set_ids(
        self, ids: array[int], with_status: bool = False, first: list[Shown] | None = None,
        rows: int | None = None,
    ) -> None:  # fmt: skip
        """Shows other orders; `first` are the rows of the first page, where they are known. With `rows` the
        list has that many, and the ids are its first."""
        self.beginResetModel()
        self.ids = ids
        self._rows = len(ids) if rows is None else rows
        self._with_status = with_status
        self._pages = {0: first} if first else {}
        self._is_waited_for = False
        self.endResetModel()

    def complete(self, ids: array[int]) -> bool:
        """Takes all ids of the list whose first ones are here: no row moves, and nothing is painted unless
        a row that was still to come has been looked at. False, and nothing done, when they are not those of
        this list."""
        known = len(self.ids)
        if len(ids) != self._rows or ids[:known] != self.ids:
            return False
        self.ids = ids
        self._pages.pop(known // PAGE, None)
        if self._is_waited_for:
            self._is_waited_for = False
            self._announce(known, len(ids) - 1)
        return True

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
