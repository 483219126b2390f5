"""What the frame of the window shows of the store, read in one go beside the GUI thread.

Read again when something is announced, at most every 250 ms, and now and then without: orders become late
by themselves. The ages in the sentences are told anew every second from what is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from desktop import repair
from desktop.errors import BalcaoError
from desktop.i18n import tr as _
from desktop.order import Person, Role
from desktop.standing import Part, Standing, freshness, standing
from desktop.store import Session, outbox, print_jobs, queries, setup
from desktop.store.queries import Count, View
from ui.desk import Desk
from ui.nav import Entry
from ui.sidebar import MANAGERS_PAGES, PAGES

AT_MOST_EVERY_MS = 250
TICK_MS = 1000
READ_EVERY_TICKS = 20
_DOTS = {
    View.PAYMENT: "dim", View.CREATION: "accent", View.PREPARE: "preparing", View.INVOICE: "preparing",
    View.PACK: "attention", View.SHIP: "attention", View.READY: "ok", View.ROAD: "dim",
    View.FINALIZE: "ok", View.HELD: "dim", View.STOPPED: "stop", View.ALL: "dim",
}  # fmt: skip
_STAGES = (View.PREPARE, View.INVOICE, View.PACK, View.SHIP)


@dataclass(frozen=True, slots=True)
class Facts:
    """One reading of the store. `troubles` is what waits on the repair page, `role` that of the person at
    the window."""

    counts: Mapping[View, Count]
    settings: setup.StoreSettings
    people: Sequence[Person]
    connections: Sequence[setup.Connection]
    pushes: Mapping[outbox.State, int]
    printers: Mapping[str, BalcaoError | None]
    troubles: int
    role: Role

    def views(self) -> list[Entry]:
        """The stages this store uses, with what stands in each."""
        return [
            Entry(
                view, _(view.label), _DOTS[view], self.counts[view].n if view in self.counts else 0,
                self.counts[view].late if view in self.counts else 0, counted=view is not View.ALL,
            )
            for view in View
            if view not in _STAGES or queries.statuses(view, self.settings.journey)
        ]  # fmt: skip

    def pages(self) -> list[Entry]:
        """The pages below the stages."""
        counts = {"pickup": self.counts[View.READY].n, "repair": self.troubles}
        return [
            replace(page, label=_(page.label), count=counts.get(page.name, 0))
            for page in PAGES
            if page.name not in MANAGERS_PAGES or self.role is Role.MANAGER
        ]


def read(session: Session, desk: Desk) -> Facts:
    settings = setup.store_settings(session)
    return Facts(
        counts=queries.counts(session, settings.journey, desk.now()),
        settings=settings,
        people=setup.all_people(session),
        connections=setup.all_connections(session),
        pushes=outbox.counts(session),
        printers=_printers(session),
        troubles=repair.count(repair.troubles(session)),
        role=desk.person.role,
    )


def _printers(session: Session) -> dict[str, BalcaoError | None]:
    """Each printer with why its oldest paper does not come out, None where none is kept waiting."""
    found: dict[str, BalcaoError | None] = {p.name: None for p in setup.all_printers(session)}
    for job in print_jobs.in_state(session, (print_jobs.State.QUEUED,)):
        if job.reason is not None and found.get(job.printer, job.reason) is None:
            found[job.printer] = job.reason
    return found


class Overview(QObject):
    """Signals: `read_anew(Facts)` after each reading; `told(Standing | None, list[Part])` every second."""

    read_anew = Signal(object)
    told = Signal(object, object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._facts: Facts | None = None
        self._ticks = 0
        self._soon, self._tick = QTimer(self), QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(AT_MOST_EVERY_MS)
        self._soon.timeout.connect(self.read)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._ticked)
        desk.bridge.orders_changed.connect(self._stale)
        desk.bridge.state_changed.connect(self._stale)

    def start(self) -> None:
        self._tick.start()
        self.read()

    @property
    def facts(self) -> Facts | None:
        return self._facts

    def read(self) -> None:
        """Reads now, beside the GUI thread."""
        desk = self._desk
        desk.tasks.run(lambda: _read_in(desk), self._have, key="overview")

    def tell(self) -> None:
        """Tells the sentences as they read now."""
        if self._facts is None:
            return
        facts, now = self._facts, self._desk.now()
        fault = self._desk.sync.fault if self._desk.sync is not None else None
        sentence: Standing | None = standing(facts.connections, facts.pushes, now, fault)
        parts: list[Part] = freshness(facts.connections, facts.pushes, now, facts.printers)
        self.told.emit(sentence, parts)

    def _stale(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _have(self, facts: Facts) -> None:
        self._facts = facts
        self.read_anew.emit(facts)
        self.tell()

    def _ticked(self) -> None:
        self._ticks += 1
        if self._ticks % READ_EVERY_TICKS == 0:
            self.read()
        self.tell()


def _read_in(desk: Desk) -> Facts:
    with desk.store.read() as session:
        return read(session, desk)
