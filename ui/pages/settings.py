"""The settings page: sections at the left, the marked one at the right, saved one at a time.

Unsaved edits stay until they are saved or dropped: whoever wants another section or page, presses Esc or
closes the window is asked first.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QWidget

from desktop.connections import forget_secrets
from desktop.errors import BalcaoError, UserError
from desktop.i18n import tr as _
from desktop.i18n import tr_error
from desktop.secrets import Kept, Secrets
from desktop.store import setup
from ui import actions, theme
from ui.blank import Blank
from ui.closed import why
from ui.desk import Desk
from ui.row_list import Row, RowList
from ui.settings.connections import ConnectionSection
from ui.settings.items import PeopleSection, PrinterSection
from ui.settings.section import Change, Section, State, read
from ui.settings.store import JourneySection, StoreSection
from ui.widgets import Banner, BigButton, Card, Label, SmallButton, row


class SettingsPage(QWidget):
    """`secrets` is where keys are kept; without it, where the store's folder says."""

    def __init__(
        self, desk: Desk, secrets: Secrets | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._stale, self._saving = True, False
        self._then: Callable[[], object] | None = None
        self.setProperty("kind", "page")
        self._secrets = secrets or Kept(desk.store.path.parent)
        self.connections = ConnectionSection(desk.tasks, self._secrets)
        self.store = StoreSection()
        self.sections: list[Section] = [
            self.store, JourneySection(), self.connections, PrinterSection(desk.tasks),
            PeopleSection(),
        ]  # fmt: skip
        self._make_left()
        self._make_right()
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(12)
        whole.addWidget(self._left, 1)
        whole.addWidget(self._make_cover(), 4)
        self._listen()

    @property
    def title(self) -> str:
        return actions.text("settings")

    def _make_left(self) -> None:
        self._left = Card(margin=0)
        # The list keeps off the rounded corners.
        self._left.body.setContentsMargins(1, 0, 1, theme.RADIUS)
        heading = Label(self.title, "lead-strong")
        heading.setContentsMargins(16, 14, 16, 6)
        self.list = RowList(self.title)
        self.list.show_rows(Row(n, one.title) for n, one in enumerate(self.sections))
        self.list.mark(0)
        self._left.body.addWidget(heading)
        self._left.body.addWidget(self.list, 1)
        self._left.setMinimumWidth(196)

    def _make_right(self) -> None:
        self._right = Card()
        self._heading = Label(self.sections[0].title, "title")
        self._places = QStackedWidget()
        for section in self.sections:
            self._places.addWidget(_scrolled(section))
        self._ask = Banner()
        self.keep, self.stay = SmallButton(_("Save")), SmallButton(_("Stay here"))
        self.drop = SmallButton(_("Discard"))
        self._answers = QWidget()
        self._answers.setLayout(row(self.keep, self.stay, self.drop, 1))
        self._answers.hide()
        self.save = BigButton(_("Save"))
        for part in (self._heading, self._ask, self._answers):
            self._right.body.addWidget(part)
        self._right.body.addWidget(self._places, 1)
        self._right.body.addWidget(self.save)

    def _make_cover(self) -> QWidget:
        """Until the settings are read, nothing stands there that could be saved over them."""
        self._blank, self._cover = Blank(large=True), QStackedWidget()
        self._blank.say(_("Reading the settings…"))
        card = Card()
        card.body.addWidget(self._blank)
        self._cover.addWidget(card)
        self._cover.addWidget(self._right)
        return self._cover

    def _listen(self) -> None:
        for section in self.sections:
            section.changed.connect(self._weigh)
        self.list.current.connect(self._section_wanted)
        self.connections.leaving.connect(
            lambda name: self._ask_first(lambda: self.connections.choose(name))
        )
        self.connections.removing.connect(self._remove)
        self.store.sound_wanted.connect(self._desk.messages.sounds.try_out)
        self.save.clicked.connect(self.next)
        self.keep.clicked.connect(self.next)
        self.stay.clicked.connect(self._go_on)
        self.drop.clicked.connect(self._drop)
        self._desk.bridge.state_changed.connect(self.refresh)
        actions.bind(self, "save", self.next, Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._weigh()

    @property
    def section(self) -> Section:
        return self.sections[self._places.currentIndex()]

    # --- what the window calls ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Reads again, unless something is being edited; while hidden it only notes that it is stale."""
        if not self.isVisible() or self.section.is_changed():
            self._stale = True
            return
        self._stale = False
        self._desk.tasks.run(self._read, self._show, self._unread, key="settings")

    def next(self) -> None:
        """Saves, by its key."""
        if not self._saving and self.section.is_changed():
            self._save()
        elif closed := why(self.save):
            self._desk.messages.attention(closed)

    def back(self) -> bool:
        """Asks about unsaved edits; a second Esc goes on editing. False when there are none."""
        if not self.section.is_changed():
            return False
        if self._answers.isVisibleTo(self):
            self._go_on()
        else:
            self._ask_first(lambda: None)
        return True

    def leave(self, then: Callable[[], object]) -> bool:
        """Whether the page may be left at once. If not, it asks, and `then` is called when the edits are
        saved or dropped."""
        if not self.section.is_changed():
            return True
        if self._saving:
            self._then = then
        else:
            self._ask_first(then)
        return False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    # --- showing --------------------------------------------------------------------------------------

    def _read(self) -> State:
        with self._desk.store.read() as session:
            return read(session)

    def _show(self, state: State) -> None:
        """A section that is being edited keeps its edits."""
        for section in self.sections:
            if not section.is_changed():
                section.show_state(state)
        self._cover.setCurrentWidget(self._right)
        self._weigh()

    def _unread(self, error: BalcaoError) -> None:
        self._stale = True
        self._blank.say_unread(
            _("The settings could not be read."),
            _("They are read again when you come back to this page."),
        )
        self._desk.messages.error(error)

    def _section_wanted(self, number: int | None) -> None:
        if number is None or number == self._places.currentIndex():
            return
        if self.section.is_changed():
            self.list.mark(self._places.currentIndex())
            self._ask_first(lambda: self._open(number))
        else:
            self._open(number)

    def _open(self, number: int) -> None:
        self._places.setCurrentIndex(number)
        self.list.mark(number)
        self._heading.setText(self.section.title)
        self._weigh()

    def _weigh(self) -> None:
        changed = self.section.is_changed()
        hint = f"{_('not saved yet')}  ·  {actions.key('next')}"
        closed = _("A moment") if self._saving else "" if changed else _("Nothing to save")
        self.save.show_step(_("Saving…") if self._saving else _("Save"), hint, closed=closed)
        if not changed:
            self._go_on()

    # --- asking ---------------------------------------------------------------------------------------

    def _ask_first(self, then: Callable[[], object]) -> None:
        self._then = then
        said = _("Save them, stay here, or discard them?")
        self._ask.say(_("There are unsaved changes."), said, "attention")
        self._answers.show()
        self.stay.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_on(self) -> None:
        self._then = None
        self._ask.say("")
        self._answers.hide()

    def _drop(self) -> None:
        then = self._then
        with self._desk.store.read() as session:
            state = read(session)
        self.section.show_state(state)
        self._weigh()
        if then is not None:
            then()

    # --- saving ---------------------------------------------------------------------------------------

    def _save(self) -> None:
        section = self.section
        try:
            change = section.change()
        except UserError as error:
            self._refused(section, error)
            return
        self._saving = True
        self._weigh()
        together, store = change.together, self._desk.store
        if together is None:
            self._write(section, change)
        else:
            self._desk.tasks.run(
                lambda: together(lambda: store.do(change.write)),
                lambda _done: self._saved(section),
                lambda error: self._refused(section, error),
            )

    def _write(self, section: Section, change: Change) -> None:
        self._desk.bridge.watch(
            self._desk.store.write(change.write),
            lambda _done: self._saved(section),
            lambda error: self._refused(section, error),
        )

    def _saved(self, section: Section) -> None:
        then, self._saving = self._then, False
        with self._desk.store.read() as session:
            state = read(session)
        section.show_state(state)
        self._weigh()
        self._desk.messages.ok(_("Saved."))
        printing, sync = self._desk.printing, self._desk.sync
        if printing is not None and isinstance(section, PrinterSection):
            self._desk.tasks.run(lambda: printing.configure(state.printers), lambda _done: None)
        if sync is not None and isinstance(section, ConnectionSection):
            name = section.connection
            self._desk.tasks.run(lambda: sync.renew(name), lambda _done: None)
        if then is not None:
            then()

    def _remove(self, connection: str) -> None:
        with self._desk.store.read() as session:
            known = {c.name: c for c in setup.all_connections(session)}.get(connection)
        if known is None:  # a second press
            return
        self._desk.bridge.watch(
            self._desk.store.write(lambda s: setup.remove_connection(s, connection)),
            lambda _done: self._removed(known),
            lambda error: self._refused(self.connections, error),
        )

    def _removed(self, gone: setup.Connection) -> None:
        with self._desk.store.read() as session:
            self.connections.show_state(read(session))
        self._desk.messages.ok(_("Removed."))
        self._desk.tasks.run(lambda: self._forget(gone), self._forgotten)

    def _forget(self, gone: setup.Connection) -> UserError | None:
        if self._desk.sync is not None:
            self._desk.sync.configure()
        return forget_secrets(self._desk.store, self._secrets, gone)

    def _forgotten(self, left: UserError | None) -> None:
        if left is not None:
            self._desk.messages.attention(tr_error(left))

    def _refused(self, section: Section, error: BalcaoError) -> None:
        self._saving = False
        self._weigh()
        self._go_on()
        if not isinstance(error, UserError) or not section.show_error(error):
            self._desk.messages.error(error)


def _scrolled(section: Section) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(section)
    section.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area
