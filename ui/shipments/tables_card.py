"""The card with the page's two tables, and the manifest of the carrier whose row is current."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from desktop.i18n import tr as _
from desktop.i18n import tr_n
from desktop.shipments import taker_name
from desktop.store.departures import Way
from desktop.store.shipments import DayNumbers, Taker
from printing import handovers
from ui import actions
from ui.shipments import rows, slots, tables
from ui.shipments.number_grid import NumberGrid
from ui.shipments.slots import SHIPPED, Place, Slot
from ui.widgets import BigButton, Card, row

HOURS, STAGES = 0, 1


class TablesCard(Card):
    """Signals: `opened(Slot)`; `manifest_wanted(Handover, QPoint)` with where a menu may stand."""

    opened = Signal(object)
    manifest_wanted = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(margin=0, parent=parent)
        self._numbers: DayNumbers | None = None
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.addTab(_("By hour"))
        self.tabs.addTab(_("By stage"))
        self.tabs.setAccessibleName(_("Tables"))
        self.hours = NumberGrid(_("Departures by carrier and hour"))
        self.stages = NumberGrid(_("Stages and their age"), wide=2, names_share=0.4)
        self.manifest = BigButton()
        self._places = QStackedWidget()
        self._places.addWidget(self.hours)
        self._places.addWidget(self.stages)
        self._lay_out()
        self._listen()

    def _lay_out(self) -> None:
        self.body.setContentsMargins(1, 4, 1, 12)
        self.body.addWidget(self.tabs)
        self.body.addWidget(self._places, 1)
        self._foot = QWidget()
        foot = row(self.manifest)
        foot.setContentsMargins(12, 0, 12, 0)
        self._foot.setLayout(foot)
        self.body.addWidget(self._foot)
        self._show_manifest()

    def _listen(self) -> None:
        self.tabs.currentChanged.connect(self._places.setCurrentIndex)
        self.tabs.currentChanged.connect(lambda tab: self._foot.setVisible(tab == HOURS))
        for grid in (self.hours, self.stages):
            grid.opened.connect(self.opened)
        self.hours.row_marked.connect(lambda _row: self._show_manifest())
        self.manifest.clicked.connect(self.press_manifest)

    def show_numbers(self, numbers: DayNumbers, opened: Slot, now: datetime) -> None:
        self._numbers = numbers
        self.hours.show_rows(tables.hour_heads(numbers), tables.hour_rows(numbers), opened)
        self.stages.show_rows(tables.stage_heads(), tables.stage_rows(numbers, now), opened)
        if opened.place in {Place.STAGE, Place.OVER}:
            self.tabs.setCurrentIndex(STAGES)
        self._show_manifest()

    def press_manifest(self) -> None:
        """The big button, by its key."""
        taker = self._taker()
        if taker is None or self._numbers is None or self._why_closed(taker):
            return
        handover = handovers.of(self._numbers.day, taker)
        self.manifest_wanted.emit(
            handover, self.manifest.mapToGlobal(self.manifest.rect().topLeft())
        )

    def _taker(self) -> Taker | None:
        """Whose row is current; of all when none is."""
        if self._numbers is None:
            return None
        return slots.taker_at(self._numbers, self.hours.current_slot() or SHIPPED)

    def _show_manifest(self) -> None:
        taker = self._taker()
        verb, key = _("Manifest"), actions.key("print")
        if taker is None:
            self.manifest.show_step(verb, closed=_("Reading…"))
            return
        closed = self._why_closed(taker)
        count = tr_n("{n} package", "{n} packages", taker.total.n)
        parts = (count.replace(" ", "\u00a0"), rows.weighed(taker).replace(" ", "\u00a0"), key)
        hint = f"{taker_name(taker)}: {' · '.join(filter(None, parts))}"
        self.manifest.show_step(verb, hint, closed=closed)

    def _why_closed(self, taker: Taker) -> str:
        assert self._numbers is not None
        if not self._numbers.takers:
            return _("Nothing was shipped on this day.")
        if taker.way is None or taker.way is Way.COUNTER:
            return _("Choose the row of a carrier.")
        return ""
