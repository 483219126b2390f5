"""The order list: one view of the store (or what a search found), its counts, its sort, its empty states."""

from __future__ import annotations

import time
from array import array
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QFrame,
    QHeaderView,
    QStackedLayout,
    QTableView,
    QWidget,
)

from desktop.errors import BalcaoError
from desktop.i18n import N_, tr_n
from desktop.i18n import tr as _
from desktop.store import queries, search
from desktop.store.queries import Count, ListRow, Sort, View
from ui import theme
from ui.blank import Blank
from ui.counter_texts import FitLabel
from ui.order_delegate import OrderDelegate
from ui.order_listing import Listing, Question, read_listing
from ui.order_nothing import nothing
from ui.order_rows import OrderModel
from ui.widgets import ElidedLabel, SmallButton, column, row

if TYPE_CHECKING:
    from ui.desk import Desk

# A stage comes whole with this; the list of all orders comes in two: the first rows stand at once.
FIRST_LOT = 5_000
REST_MS = 30
ASK_EVERY_S = 0.25
TICK_MS = 20_000
SLOW_MS = 300

_SORTS = {Sort.DUE: N_("Due ↑"), Sort.NEWEST: N_("Newest ↓")}


class _View(QTableView):
    """A table without a current row stays without one when it gets the focus: an order that has left the
    list is still the one that is worked on, and Qt would go to the first row."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        QAbstractScrollArea.focusInEvent(self, event)
        self.viewport().update()


class OrderTable(QFrame):
    """The list with its header. GUI thread only; it reads ids in the pool and pages of rows itself.

    Signals: `answered()` when what was asked is shown, or that it cannot be; `current_changed(id)` when
    another order becomes current, `activated(id)` on Enter.
    """

    answered = Signal()
    current_changed = Signal(object)
    activated = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._question = Question()
        self._current = 0
        self._near = 0
        # Whose ids are shown, whether they are all here, what is being read, and whether to read it again.
        self._answered: Question | None = None
        self._whole = False
        self._asking: Question | None = None
        self._again = False
        self._stale = True
        self._next_ask = 0.0
        self.model = OrderModel(self._fetch, desk.now, self)
        self._build()
        self._pace, self._slow = QTimer(self), QTimer(self)
        self._pace.setSingleShot(True)
        self._pace.timeout.connect(self._ask)
        self._slow.setSingleShot(True)
        self._slow.timeout.connect(self._show_loading)
        tick = QTimer(self)
        tick.timeout.connect(self._time_moved)
        tick.start(TICK_MS)
        desk.bridge.orders_changed.connect(self._orders_changed)

    # --- what others ask ---------------------------------------------------------------------------

    @property
    def current_id(self) -> int:
        """The current order, 0 when there is none; it may have left the list meanwhile."""
        return self._current

    @property
    def question(self) -> Question:
        return self._question

    @property
    def is_settled(self) -> bool:
        """Whether the list shows the whole answer to what was last asked."""
        return self._whole and self._answered == self._question

    def show_view(self, view: View) -> None:
        """Shows a view from its first order on, and ends a search."""
        self._put(replace(self._question, view=view, typed=""))

    def search(self, typed: str) -> None:
        """Shows what matches; fewer than two letters show the view. Each letter asks at once."""
        self._put(replace(self._question, typed=typed.strip()))

    def select(self, order_id: int) -> None:
        """Makes an order current, in the list or not."""
        self._mark(order_id, self.model.row_of(order_id))

    def step(self, rows: int) -> None:
        """Goes up or down; from an order that has left the list, to who stands where it stood."""
        here = self.view.currentIndex()
        place = here.row() + rows if here.isValid() else self._near
        place = min(max(place, 0), len(self.model.ids) - 1)
        if place >= 0:
            self.view.setCurrentIndex(self.model.index(place, 0))

    def refresh(self) -> None:
        """Asks again soon: at most every 250 ms, less often where the answer takes long."""
        if not self.isVisible():
            self._stale = True
        elif self._asking == self._question:
            # An answer under way is waited for: asked over and over, a long list would never come.
            self._again = True
        elif not self._pace.isActive():
            wait = max(0.0, self._next_ask - time.monotonic())
            self._pace.start(round(wait * 1000))

    # --- building ----------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setProperty("kind", "card")
        # A long title stands smaller; the count is below it and never in its way.
        self._title = FitLabel((theme.LEAD, 16, theme.TEXT), (theme.TEXT,), theme.STRONG)
        self._count = ElidedLabel(role="small")
        self._sort = SmallButton("", kind="quiet")
        self._sort.setAccessibleDescription(_("Changes the order of the list"))
        self._sort.clicked.connect(self._toggle_sort)
        # The head keeps its height and the button its place: a list that moves is painted twice.
        policy = self._sort.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._sort.setSizePolicy(policy)
        head = QWidget()
        head.setFixedHeight(theme.NEXT_BUTTON)
        words = QWidget()
        words.setLayout(column(1, self._title, self._count, 1, spacing=0))
        across = row(words, self._sort)
        across.setStretch(0, 1)
        across.setContentsMargins(theme.MARGIN, 0, theme.STEP, 0)
        head.setLayout(across)
        self.view = self._make_view()
        self._words = Blank()
        body = QWidget()
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._words)
        whole = column(spacing=0)
        whole.setContentsMargins(1, 1, 1, theme.RADIUS)
        whole.addWidget(head)
        whole.addWidget(body, 1)
        self.setLayout(whole)
        self._show_head()

    def _make_view(self) -> QTableView:
        view = _View()
        # Of its own making, as in the sidebar: the binding knows it at once.
        view.setViewport(QWidget(autoFillBackground=True))
        view.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        view.setModel(self.model)
        self._delegate = OrderDelegate(self.model)
        self._delegate.setParent(view)
        view.setItemDelegate(self._delegate)
        view.setAccessibleName(_("Orders"))
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setTabKeyNavigation(False)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        view.horizontalHeader().hide()
        # One fixed height: rows that ask for their own take minutes on a million orders.
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        view.verticalHeader().setDefaultSectionSize(theme.ROW_TWO_LINES)
        view.verticalHeader().hide()
        view.selectionModel().currentRowChanged.connect(self._row_changed)
        view.activated.connect(self._row_activated)
        return view

    # --- asking and showing ------------------------------------------------------------------------

    def _put(self, question: Question) -> None:
        if question == self._question and not self._stale:
            return
        self._question = question
        self._show_head()
        if self.isVisible():
            self._slow.start(SLOW_MS)
            self._ask()
        else:
            self._stale = True

    def _ask(self) -> None:
        """Asks for the list that is shown already; of another one for the first lot, which is there at
        once, and for all of it when that is painted."""
        self._stale = self._again = False
        self._pace.stop()
        fresh = self._answered != self._question
        known = array("q") if fresh else self.model.ids
        work = partial(
            read_listing, self._desk.store, self._question, known, self._current, self._desk.now(),
            FIRST_LOT if fresh else None,
        )  # fmt: skip
        self._asking = self._question
        started = time.monotonic()
        self._next_ask = started + ASK_EVERY_S
        # A search does not wait for the long list that is being read.
        key = "order search" if self._question.is_search else "order list"
        self._desk.tasks.run(work, partial(self._answer, started), self._failed, key=key)

    def _answer(self, started: float, listing: Listing) -> None:
        took = time.monotonic() - started
        self._next_ask = max(self._next_ask, time.monotonic() + 3 * took)
        if listing.question != self._question:
            return
        self._slow.stop()
        self._asking = None
        if listing.ids is not self.model.ids:
            self._take(listing)
        self._answered, self._whole = listing.question, listing.whole
        self._show_head(listing.count)
        self._show_state()
        if not listing.whole:
            self._pace.start(REST_MS)
        elif self._again:
            self.refresh()
        self.answered.emit()

    def _failed(self, error: BalcaoError) -> None:
        self._slow.stop()
        self._asking = None
        self._stale = True
        self._words.say_unread(
            _("The list could not be read."),
            _("It is tried again with the next change, or when you open a stage at the left."),
        )
        self._stack.setCurrentWidget(self._words)
        self._desk.messages.error(error)
        self.answered.emit()

    def _take(self, listing: Listing) -> None:
        """Puts other ids into the view; keeps the current order and the scroll position."""
        opening, fresh = not self.is_settled, self._answered != self._question
        known, here = len(self.model.ids), self.view.currentIndex()
        if fresh or not self.model.complete(listing.ids):
            self._reset(listing)
        elif here.row() >= known:
            self._row_changed(here)
            return
        current = self._current
        same = listing.wanted == current
        place = listing.position if same else self.model.row_of(current)
        # An order that is not in a list that opens gives way to the first, unless it may be among those
        # still to come. What a search finds waits to be chosen.
        nowhere = place < 0 and (listing.whole or not current)
        if opening and nowhere and listing.ids and not listing.question.is_search:
            current, place = listing.ids[0], 0
        # A list that opens goes to its order; in one that is there already nothing moves.
        self.view.setAutoScroll(fresh)
        if fresh:
            self.view.scrollToTop()
        self._mark(current, place)
        self.view.setAutoScroll(True)

    def _reset(self, listing: Listing) -> None:
        self._delegate.fit(listing.first)
        rows = len(listing.ids) if listing.whole else listing.count.n
        self.model.set_ids(listing.ids, listing.question.is_mixed, listing.first, rows)
        # At once: Qt would do it after the next paint and paint again.
        self.view.doItemsLayout()

    def _mark(self, order_id: int, place: int) -> None:
        """Makes the order current, and its row too where it has one."""
        before, self._current = self._current, order_id
        if place >= 0:
            self.view.setCurrentIndex(self.model.index(place, 0))
        else:
            self.view.selectionModel().clear()
        if order_id != before:
            self.current_changed.emit(order_id)

    def _row_changed(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        self._near = index.row()
        # A row that is still to come is taken when it is there.
        order_id = self.model.id_at(index.row()) or self._current
        if order_id != self._current:
            self._current = order_id
            self.current_changed.emit(order_id)

    def _row_activated(self, index: QModelIndex) -> None:
        if order_id := self.model.id_at(index.row()):
            self.activated.emit(order_id)

    def _fetch(self, ids: Sequence[int]) -> dict[int, ListRow]:
        with self._desk.store.read() as session:
            return queries.rows(session, ids)

    # --- header and words --------------------------------------------------------------------------

    def _show_head(self, count: Count | None = None) -> None:
        question = self._question
        self._title.set_text(_("Found") if question.is_search else _(question.view.label))
        self._count.setText("" if count is None else _counted(question, count))
        self._sort.setVisible(not question.is_search and question.view is not View.ALL)
        self._sort.setText(_(_SORTS[question.sort]))
        self._sort.setAccessibleName(_(_SORTS[question.sort]))

    def _show_state(self) -> None:
        if self.model.ids:
            self._stack.setCurrentWidget(self.view)
        else:
            self._say(*nothing(self._question))

    def _show_loading(self) -> None:
        self._say(_("Reading the orders…"))

    def _say(self, title: str, words: str = "", sign: str = "") -> None:
        self._words.say(title, words, sign)
        self._stack.setCurrentWidget(self._words)

    def _toggle_sort(self) -> None:
        sort = Sort.NEWEST if self._question.sort is Sort.DUE else Sort.DUE
        self._put(replace(self._question, sort=sort))

    # --- changes -----------------------------------------------------------------------------------

    def _orders_changed(self, ids: frozenset[int]) -> None:
        self.model.forget(ids)
        if not self._is_known(ids):
            self.refresh()

    def _is_known(self, changed: frozenset[int]) -> bool:
        """Whether the list of all orders, newest first, stays as it is: nothing newer has come."""
        everything = self._question.view is View.ALL and not self._question.is_search
        ids = self.model.ids
        return everything and self.is_settled and bool(ids) and max(changed) <= ids[0]

    def _time_moved(self) -> None:
        if self.isVisible():
            self.model.forget_all()
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._ask()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.StyleChange, QEvent.Type.PaletteChange}:
            self._delegate.dress()


def _counted(question: Question, count: Count) -> str:
    if question.is_search and count.n == search.NEWEST:
        return _("the newest {n}", n=count.n)
    if count.n == 0:
        return _("no orders")
    text = tr_n("{n} order", "{n} orders", count.n)
    return f"{text} · {tr_n('{n} late', '{n} late', count.late)}" if count.late else text
