"""The assistant's shell: where we are, one page, Back and Next. What was confirmed is stored at once, so
closing it loses only what was not; the next start goes on from there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop import first_run
from desktop.errors import BalcaoError, UserError
from desktop.first_run import Stage
from desktop.i18n import tr as _
from desktop.i18n import tr_error
from desktop.secrets import Secrets
from desktop.store import Session, Store
from ui import actions
from ui.first_run.done import DonePage
from ui.first_run.language import LanguagePage
from ui.first_run.page import Given, Page
from ui.first_run.platform import PlatformPage
from ui.first_run.printers import PrintersPage
from ui.first_run.store import StorePage
from ui.first_run.trail import Trail
from ui.settings.section import read
from ui.tasks import Errands, Tasks
from ui.widgets import Banner, BigButton, Label, SmallButton, WrappedLabel, row

PAGES: dict[Stage, Callable[[Given], Page]] = {
    Stage.LANGUAGE: LanguagePage,
    Stage.STORE: StorePage,
    Stage.PLATFORM: PlatformPage,
    Stage.PRINTERS: PrintersPage,
    Stage.DONE: DonePage,
}
WIDEST, NEXT_WIDTH = 1180, 400


class Assistant(QWidget):
    """Signals: `ended()` the orders may be shown; `training_wanted()` practising comes first;
    `language_chosen(code)`: whoever hears it changes the language before it returns."""

    ended = Signal()
    training_wanted = Signal()
    language_chosen = Signal(str)

    def __init__(self, store: Store, secrets: Secrets, tasks: Tasks, stage: Stage) -> None:
        super().__init__()
        self.setProperty("kind", "page")
        self._store, self._secrets, self._tasks = store, secrets, tasks
        self._errands, self._busy, self._held = Errands(tasks), False, False
        self.trail, self.title, self.lead = Trail(), Label(role="title"), WrappedLabel(tone="dim")
        self.trouble = Banner()
        self.back_button, self.next_button = SmallButton(""), BigButton()
        self.next_button.setFixedWidth(NEXT_WIDTH)
        self.back_button.clicked.connect(self.back)
        self.next_button.clicked.connect(self.next)
        self._place = QScrollArea()
        self._lay_out()
        actions.bind(self, "back", self.back, Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.show_stage(stage)

    def _lay_out(self) -> None:
        self._place.setWidgetResizable(True)
        self._place.setFrameShape(QFrame.Shape.NoFrame)
        self._place.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._place.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._place.viewport().setAutoFillBackground(False)
        column = QWidget()
        column.setMaximumWidth(WIDEST)
        body = QVBoxLayout(column)
        body.setContentsMargins(24, 14, 24, 14)
        body.setSpacing(12)
        head = row(Label("Balcão", "brand"), 1, self.trail)
        body.addLayout(head)
        body.addSpacing(4)
        for part in (self.title, self.lead):
            body.addWidget(part)
        body.addWidget(self._place, 1)
        body.addWidget(self.trouble)
        body.addLayout(row(self.back_button, 1, self.next_button))
        whole = row(column)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)

    # --- where we are ---------------------------------------------------------------------------------

    @property
    def stage(self) -> Stage:
        return self._stage

    @property
    def page(self) -> Page:
        return self._page

    def show_stage(self, stage: Stage) -> None:
        """Shows the page of a stage, made anew from what is stored."""
        self._stage = stage
        with self._store.read() as session:
            state = read(session)
        self._errands.end()
        self._errands = Errands(self._tasks)
        page = self._page = PAGES[stage](Given(self._store, self._secrets, self._errands, state))
        page.changed.connect(self._tell)
        page.renewed.connect(self.begin)
        page.onward.connect(lambda: self._confirm(lambda _session: None))
        page.training_wanted.connect(self.training_wanted)
        page.language_chosen.connect(self._speak)
        page.setAutoFillBackground(False)
        # What is under way in the page before may still be one of its own events.
        if (before := self._place.takeWidget()) is not None:
            before.deleteLater()
        self._place.setWidget(page)
        self.trouble.say("")
        self._tell()
        self.begin()

    def begin(self) -> None:
        """Puts the focus where the page wants it, or on Next."""
        self.next_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._page.begin()

    def _speak(self, code: str) -> None:
        self.language_chosen.emit(code)
        self._tell()

    def _tell(self) -> None:
        """Everything that is said around the page, as it is now."""
        page = self._page
        self.trail.show_stage(self._stage)
        self.title.setText(page.title)
        self.lead.setText(page.lead)
        back = actions.text("back")
        self.back_button.setText(f"{back}  {actions.key('back')}")
        self.back_button.setAccessibleName(back)
        self.back_button.setVisible(self._stage is not Stage.LANGUAGE)
        self._tell_next(page.verb, _("A moment") if self._busy else page.closed)

    def _tell_next(self, verb: str, closed: str) -> None:
        """A closed button loses the focus; it has it again when it opens."""
        held = self.next_button.hasFocus()
        self.next_button.show_step(verb, actions.key("onward"), closed=closed)
        if closed:
            self._held = self._held or held
        elif self._held:
            self._held = False
            self.next_button.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- back and on ----------------------------------------------------------------------------------

    def back(self) -> None:
        if self._busy or self._page.give_up() or self._stage is Stage.LANGUAGE:
            return
        order = list(Stage)
        self.show_stage(order[order.index(self._stage) - 1])

    def next(self) -> None:
        """Confirms the page, by its button or key."""
        if self._busy or self._page.closed:
            return
        if self._stage is Stage.DONE:
            self._errands.end()
            self.ended.emit()
            return
        if self._page.takes_next():
            return
        try:
            change = self._page.change()
        except UserError as error:
            self._refused(error)
            return
        self._confirm(change)

    def _confirm(self, change: Callable[[Session], None]) -> None:
        """Stores what the page says together with how far we are, then shows the page after it."""
        order = list(Stage)
        after = order[order.index(self._stage) + 1]

        def write(session: Session) -> None:
            change(session)
            first_run.reach(session, after)

        self._wait(True)
        self._tasks.run(
            lambda: self._store.do(write), lambda _done: self._stored(after), self._refused
        )

    def _stored(self, after: Stage) -> None:
        self._wait(False)
        self.show_stage(after)

    def _refused(self, error: BalcaoError) -> None:
        self._wait(False)
        if not isinstance(error, UserError) or not self._page.show_error(error):
            self.trouble.say(tr_error(error), tone="stop")

    def _wait(self, busy: bool) -> None:
        self._busy = busy
        self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button under the focus; anywhere else it is Next. Esc is Back."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focus = QApplication.focusWidget()
            if isinstance(focus, QPushButton) and not focus.isCheckable():
                focus.click()
            else:
                self.next()
        elif event.key() == Qt.Key.Key_Escape:
            self.back()
        else:
            super().keyPressEvent(event)
