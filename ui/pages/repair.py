"""The repair page: what did not arrive, why, and how to go on.

At the left everything that waits, what needs a person first; at the right the marked one.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop import repair
from desktop.errors import BalcaoError, UserError
from desktop.i18n import N_, tr_error, when
from desktop.i18n import tr as _
from desktop.repair import Kind, Trouble
from ui import actions, theme
from ui.blank import Blank
from ui.closed import why
from ui.desk import Desk
from ui.row_list import Row, RowList
from ui.trouble_pane import TroublePane, number, title
from ui.widgets import Card, Label

_TONES = {Kind.REFUSED: "stop", Kind.CHECKED: "dim"}
_SAID = {
    "mend": N_("Mended; it is sent again."),
    "again": N_("It is sent again."),
    "arrived": N_("Noted: it arrived."),
    "lost": N_("It is sent again."),
    "read": N_("The order was read again."),
    "let_go": N_("Let go."),
    "came_out": N_("Noted: it came out."),
    "print": N_("It prints again."),
}


class RepairPage(QWidget):
    """Signals: `order_wanted(id)`; `counted(n)` how many wait for a person, after each reading."""

    order_wanted = Signal(int)
    counted = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._stale = True
        self._found: dict[tuple[str, int], Trouble] = {}
        self.setProperty("kind", "page")
        self.list = RowList(_("What waits for you"))
        self.list.current.connect(self._marked)
        self.pane = TroublePane()
        self.pane.acted.connect(self._act)
        self.pane.order_wanted.connect(self.order_wanted)
        self._places = QStackedWidget()
        self._calm = Blank(large=True)
        self._calm.say(_("Reading what waits for you…"))
        card = Card()
        card.body.addWidget(self._calm)
        self._places.addWidget(card)
        self._places.addWidget(self._make_work_place())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._places)
        self.list.chosen.connect(lambda _key: self.pane.focus_first())
        desk.bridge.orders_changed.connect(lambda _ids: self.refresh())
        desk.bridge.state_changed.connect(self.refresh)

    @property
    def title(self) -> str:
        return actions.text("repair")

    def _make_work_place(self) -> QWidget:
        place, left = QWidget(), Card(margin=0)
        # The list keeps off the rounded corners.
        left.body.setContentsMargins(1, 0, 1, theme.RADIUS)
        heading = Label(self.title, "lead-strong")
        heading.setContentsMargins(16, 14, 16, 6)
        left.body.addWidget(heading)
        left.body.addWidget(self.list, 1)
        body = QHBoxLayout(place)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(12)
        body.addWidget(left, 5)
        body.addWidget(self.pane, 7)
        left.setMinimumWidth(240)
        self.pane.setMinimumWidth(360)
        return place

    # --- what the window calls ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Reads again; while hidden it only notes that it is stale."""
        if not self.isVisible():
            self._stale = True
            return
        self._stale = False
        self._desk.tasks.run(self._read, self._show, self._unread, key="repair")

    def next(self) -> None:
        """The big button, by its key."""
        if closed := why(self.pane.big) if self._found else "":
            self._desk.messages.attention(closed)
        elif self._found:
            self.pane.press()

    def back(self) -> bool:
        """From the form to the list; False when the list has the focus."""
        if not self._found or not self.pane.isAncestorOf(self.focusWidget() or self):
            return False
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    # --- reading and showing --------------------------------------------------------------------------

    def _read(self) -> list[Trouble]:
        with self._desk.store.read() as session:
            return repair.troubles(session)

    def _unread(self, error: BalcaoError) -> None:
        self._stale = True
        self._found = {}
        self._calm.say_unread(
            _("What waits for you could not be read."),
            _("It is read again with the next change, or when you come back to this page."),
        )
        self._places.setCurrentIndex(0)
        self._desk.messages.error(error)

    def _show(self, found: list[Trouble]) -> None:
        before = list(self._found)
        key = self.list.current_key()
        self._found = {trouble.key: trouble for trouble in found}
        words = _("What the platform refuses or leaves unanswered appears here.")
        self._calm.say(_("Nothing waits for you"), words, "check", "ok")
        self._places.setCurrentIndex(1 if found else 0)
        now = self._desk.now()
        self.list.show_rows(_row(trouble, now) for trouble in found)
        if found:
            wanted = key if key in self._found else _neighbour(before, key, list(self._found))
            self.list.mark(wanted)
            self._marked(wanted)
        self.counted.emit(repair.count(found))

    def _marked(self, key: Any) -> None:
        if key in self._found:
            self.pane.show_trouble(self._found[key], self._desk.now())

    # --- acting ---------------------------------------------------------------------------------------

    def _act(self, name: str, values: dict[str, str]) -> None:
        trouble = self._found.get(self.list.current_key())
        if trouble is None:
            return
        if name in {"read", "came_out", "print"}:
            self._act_outside(name, trouble)
            return
        future = self._written(name, trouble, values)
        self._desk.bridge.watch(future, lambda _done: self._done(name), self._failed)

    def _written(self, name: str, trouble: Trouble, values: dict[str, str]) -> Future[None]:
        work, who = self._desk.work, self._desk.person
        if trouble.parked is not None:
            return work.let_go(trouble.parked.id, who)
        assert trouble.push is not None
        if name in {"arrived", "lost"}:
            return work.answer(trouble.push.id, name == "arrived", who)
        return work.mend(trouble.push.id, values, who)

    def _act_outside(self, name: str, trouble: Trouble) -> None:
        """What asks the network or a printer's thread: beside the GUI thread."""
        ask = self._question(name, trouble)
        if ask is not None:
            self._desk.tasks.run(ask, lambda _done: self._done(name), self._failed)

    def _question(self, name: str, trouble: Trouble) -> Callable[[], object] | None:
        sync, printing = self._desk.sync, self._desk.printing
        parked, job, who = trouble.parked, trouble.job, self._desk.person.name
        if parked is not None:
            if sync is None:
                self._desk.messages.attention(_("The connections are not running."))
                return None
            return lambda: sync.read_again(parked.connection, parked.remote_id)
        if printing is None:
            self._desk.messages.attention(_("The printers are not running."))
            return None
        assert job is not None
        return lambda: printing.answer(job.id, name == "came_out", who)

    def _done(self, name: str) -> None:
        self._desk.messages.ok(_(_SAID[name]))
        self.refresh()

    def _failed(self, error: BalcaoError) -> None:
        if not isinstance(error, UserError) or not self.pane.show_error(error):
            self._desk.messages.error(error)
        self.refresh()


def _row(trouble: Trouble, now: datetime) -> Row:
    parts = [number(trouble), when(trouble.at, now), tr_error(trouble.reason)]
    detail = " · ".join(part for part in parts if part)
    tone = _TONES.get(trouble.kind, "attention")
    return Row(trouble.key, title(trouble), detail, mark=_(trouble.kind.label), tone=tone)


def _neighbour(before: list[Any], gone: Any, now: list[Any]) -> Any:
    """After the marked row has left, the one that stood below it, or the last, or the first."""
    if gone in before:
        below = [key for key in before[before.index(gone) :] if key in now]
        return below[0] if below else now[-1]
    return now[0]
