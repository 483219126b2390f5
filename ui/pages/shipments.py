"""The shipments page, for the manager: a day's departures by carrier and hour, what is ready and has not
left, how long orders stand where. Any number opens what is behind it, in the list at the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import BalcaoError
from desktop.i18n import ago
from desktop.i18n import tr as _
from desktop.local_day import Day, today
from desktop.order import Role
from desktop.store import Store, setup, shipments
from desktop.store.shipments import DayNumbers, Heap, Key
from printing.documents import Handover
from ui import actions, theme
from ui.blank import Blank
from ui.closed import close, why
from ui.desk import Desk
from ui.row_list import Row
from ui.shipments import rows, slots
from ui.shipments.day_bar import DayBar
from ui.shipments.heap_list import HeapList
from ui.shipments.number_card import NumberCard
from ui.shipments.papers import Papers
from ui.shipments.slots import COLLECTED, LATE, SHIPPED, TO_LEAVE, Place, Slot
from ui.shipments.tables_card import TablesCard
from ui.widgets import Card, ElidedLabel, SmallButton, column, row

READ_EVERY_MS, TICK_MS = 500, 20_000
GAP = 12
TABLES_SHARE, LIST_SHARE = 62, 38
LIST_MIN_PX, TABLES_MIN_PX = 260, 340


@dataclass(frozen=True, slots=True)
class Sight:
    """One reading: the numbers, and the list of the one that is open. `is_today` follows the clock."""

    numbers: DayNumbers
    is_today: bool
    slot: Slot
    behind: Heap
    keys: list[Key]


def look(store: Store, wanted: Day | None, slot: Slot, now: datetime) -> Sight:
    """Reads the page; `wanted` None is today. For the pool."""
    this = today(now)
    day = wanted or this
    with store.read() as session:
        journey = setup.store_settings(session).journey
        numbers = shipments.day_numbers(session, day, journey, now)
        behind = slots.number_at(numbers, slot).behind
        keys = shipments.keys(session, behind, journey)
    return Sight(numbers, day == this, slot, behind, keys)


class ShipmentsPage(QWidget):
    """Signal: `order_wanted(id)` to show an order's own page."""

    order_wanted = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._wanted: Day | None = None
        self._slot = TO_LEAVE
        self.sight: Sight | None = None
        self._stale = True
        self._asked_from: QWidget | None = None
        self._goes_there = False
        self.papers = Papers(desk, self)
        self.setProperty("kind", "page")
        self._make()
        self._pace, tick = QTimer(self), QTimer(self)
        self._pace.setSingleShot(True)
        self._pace.setInterval(READ_EVERY_MS)
        self._pace.timeout.connect(self._read)
        tick.timeout.connect(self.refresh)
        tick.start(TICK_MS)
        self._listen()

    @property
    def title(self) -> str:
        return actions.text("shipments")

    # --- building -------------------------------------------------------------------------------------

    def _make(self) -> None:
        self.export = SmallButton(actions.text("export"), actions.key("export"))
        close(self.export, _("Reading…"))
        self.bar = DayBar(self.title, self.export)
        self.cards = {
            SHIPPED: NumberCard(_("Dispatched")),
            TO_LEAVE: NumberCard(_(slots.TO_LEAVE_TITLE)),
            LATE: NumberCard(_(slots.LATE_TITLE)),
            COLLECTED: NumberCard(_("Collected here")),
        }
        self.tables = TablesCard()
        self.tables.setMinimumWidth(TABLES_MIN_PX)
        work = QWidget()
        across = QHBoxLayout()
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(GAP)
        across.addWidget(self.tables, TABLES_SHARE)
        across.addWidget(self._make_list(), LIST_SHARE)
        whole = column(self.bar, spacing=GAP)
        whole.addLayout(row(*self.cards.values(), spacing=GAP))
        whole.addLayout(across, 1)
        work.setLayout(whole)
        self._places = QStackedWidget()
        self._places.addWidget(work)
        self._places.addWidget(_closed())
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(self._places)

    def _make_list(self) -> QWidget:
        card = Card(margin=0)
        card.setMinimumWidth(LIST_MIN_PX)
        card.body.setContentsMargins(1, 1, 1, theme.RADIUS)
        card.body.setSpacing(0)
        self.heading, self.count = ElidedLabel(role="lead-strong"), ElidedLabel(role="small")
        head = column(self.heading, self.count, spacing=0)
        head.setContentsMargins(theme.MARGIN, theme.GAP, theme.MARGIN, theme.GAP)
        self.list = HeapList(self._fetch)
        self.nothing = Blank()
        self.nothing.say(_("Reading the orders…"))
        self._list_places = QStackedWidget()
        self._list_places.addWidget(self.nothing)
        self._list_places.addWidget(self.list)
        card.body.addLayout(head)
        card.body.addWidget(self._list_places, 1)
        return card

    def _listen(self) -> None:
        for slot, card in self.cards.items():
            card.clicked.connect(partial(self.open, slot))
        self.tables.opened.connect(self.open)
        self.tables.manifest_wanted.connect(self.offer_manifest)
        self.list.chosen.connect(lambda key: self.order_wanted.emit(key[0]))
        self.export.clicked.connect(self.offer_table)
        self.bar.day_wanted.connect(self.show_day)
        self.bar.refused.connect(self._desk.messages.error)
        actions.bind(self, "export", self.offer_table)
        actions.bind(self, "print", self._press_manifest)
        self._desk.bridge.orders_changed.connect(lambda _ids: self.refresh())
        self._desk.bridge.state_changed.connect(self._state_changed)

    # --- what the window calls ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Reads again soon; while hidden it only notes that it is stale."""
        if not self.isVisible():
            self._stale = True
        elif not self._pace.isActive():
            self._pace.start()

    def back(self) -> bool:
        """One level back: from the list to the number that opened it, then to what is ready, today."""
        if self.list.hasFocus() and self._asked_from is not None:
            self._asked_from.setFocus(Qt.FocusReason.OtherFocusReason)
            self._asked_from = None
            return True
        if self._wanted is None and self._slot == TO_LEAVE:
            return False
        self._wanted, self._slot = None, TO_LEAVE
        self._read()
        return True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._read()

    # --- what a person does ---------------------------------------------------------------------------

    def show_day(self, day: Day | None) -> None:
        """Shows another day; None goes with the clock."""
        self._wanted = day
        self._read()

    def open(self, slot: Slot, *_checked: object) -> None:
        """Shows what is behind a number, and goes there."""
        here = self.focusWidget()
        if here is not self.list:
            self._asked_from = here
        self._goes_there = True
        self._slot = slot
        self._read()

    def _press_manifest(self) -> None:
        if closed := why(self.tables.manifest):
            self._desk.messages.attention(closed)
        else:
            self.tables.press_manifest()

    def offer_manifest(self, handover: Handover, at: QPoint) -> None:
        self.papers.offer_manifest(handover, at)

    def offer_table(self) -> None:
        """The rows of the list, as they stand there."""
        if self.sight is None or self._is_closed():
            return
        if empty := why(self.export):
            self._desk.messages.attention(empty)
            return
        title = f"{self.heading.text()} {self.sight.numbers.day.date}"
        below = self.export.mapToGlobal(self.export.rect().bottomLeft())
        self.papers.offer_table(title, self.sight.behind, self.list.keys(), below)

    # --- reading and showing --------------------------------------------------------------------------

    def _is_closed(self) -> bool:
        return self._desk.person.role is not Role.MANAGER

    def _state_changed(self) -> None:
        """Perhaps somebody else is at the window now."""
        self._places.setCurrentIndex(1 if self._is_closed() else 0)
        self.refresh()

    def _read(self) -> None:
        self._stale = False
        self._pace.stop()
        self._places.setCurrentIndex(1 if self._is_closed() else 0)
        if self._is_closed():
            return
        work = partial(look, self._desk.store, self._wanted, self._slot, self._desk.now())
        self._desk.tasks.run(work, self._show, self._failed, key="shipments")

    def _failed(self, error: BalcaoError) -> None:
        self._stale = True
        self.nothing.say_unread(
            _("The numbers could not be read."),
            _("They are read again with the next change, or when you choose a day."),
        )
        self._list_places.setCurrentIndex(0)
        self._desk.messages.error(error)

    def _show(self, sight: Sight) -> None:
        before, self.sight = self.sight, sight
        numbers = sight.numbers
        self.bar.show_day(numbers.day, sight.is_today)
        self._show_cards(numbers)
        self.tables.show_numbers(numbers, sight.slot, self._desk.now())
        self._show_list(sight, before)

    def _show_cards(self, numbers: DayNumbers) -> None:
        now = self._desk.now()
        aged = ""
        if numbers.most_late is not None:
            aged = _("up to {span}", span=ago((now - numbers.most_late).total_seconds()))
        tones = {SHIPPED: "ink", TO_LEAVE: "attention", LATE: "stop", COLLECTED: "ink"}
        # What stands here is told as it is now, also beside an earlier day.
        here = "" if self.sight is None or self.sight.is_today else _("now")
        captions = {
            SHIPPED: rows.weighed(numbers.shipped), TO_LEAVE: here, LATE: aged or here,
        }  # fmt: skip
        for slot, card in self.cards.items():
            n = slots.number_at(numbers, slot).n
            card.show_number(n, slots.counted(slot, n), captions.get(slot, ""), tones[slot])
            card.setChecked(slot == self._slot)

    def _show_list(self, sight: Sight, before: Sight | None) -> None:
        same = before is not None and (before.slot, before.numbers.day) == (
            sight.slot,
            sight.numbers.day,
        )
        self.heading.setText(slots.title(sight.numbers, sight.slot))
        self.count.setText(slots.counted(sight.slot, len(sight.keys)) if sight.keys else "")
        self.list.setAccessibleName(f"{self.heading.text()}: {self.count.text()}")
        self.list.show_keys(sight.keys, same, timed=sight.slot.place is Place.LEFT)
        self.nothing.say(*rows.nothing(sight.slot))
        self._list_places.setCurrentIndex(1 if sight.keys else 0)
        empty = "" if sight.keys else _("This list is empty: there is nothing to export.")
        close(self.export, empty, actions.key("export"))
        if self._goes_there and sight.slot == self._slot:
            self._goes_there = False
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fetch(self, keys: Sequence[Key]) -> list[Row]:
        with self._desk.store.read() as session:
            found = shipments.items(session, keys)
        return rows.of_keys(keys, found, self._slot, self._desk.now())


def _closed() -> QWidget:
    """For who is no manager."""
    card, blank = Card(), Blank(large=True)
    words = _("Change who is at the window: {key}.", key=actions.key("person"))
    blank.say(_("This page is for managers."), words, "person")
    card.body.addWidget(blank)
    return card
