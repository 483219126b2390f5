"""A started window: the desk its pages work at, and what keeps it fed."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from desktop.i18n import N_, language
from desktop.i18n import tr as _
from desktop.store import Store
from desktop.store.queries import View
from desktop.store.setup import StoreSettings
from desktop.work import Work
from ui import theme
from ui.bell import Bell
from ui.bridge import Bridge
from ui.crash import CrashHandler
from ui.desk import Desk, first_person
from ui.last import Last
from ui.messages import Messages
from ui.milestones import PAINT_MS
from ui.notice import Notice
from ui.overview import Facts, Overview
from ui.tasks import Tasks
from ui.window import HOME, Pages, Window

LANGUAGE_LATER = N_("The language changes when Balcão is opened again.")


class Running(QObject):
    """Joins a window to an open store. `close` ends it; the store, sync and printers are the caller's.

    `stands()` tells once that the first reading of the store is shown.
    """

    stands = Signal()

    def __init__(
        self, window: Window, store: Store, work: Work, sync: Any, printing: Any, pages: Pages
    ) -> None:
        super().__init__(window)
        self._window = window
        self._settings: StoreSettings | None = None
        messages = Messages()
        self._crash = CrashHandler(messages.error, parent=self)
        self._crash.install()
        bridge, tasks = Bridge(self), Tasks(self)
        bridge.on_error = tasks.on_error = messages.error
        bridge.attach(store)
        with store.read() as session:
            person = first_person(session)
        self.desk = Desk(store, work, bridge, tasks, messages, person, printing, sync)
        self._bell = Bell(self.desk, self)
        self.notice = Notice(self.desk, window, self._bell, self)
        self._overview = Overview(self.desk, self)
        self._start(pages)

    def _start(self, pages: Pages) -> None:
        window, overview = self._window, self._overview
        overview.read_anew.connect(self._have)
        overview.told.connect(self._tell)
        self.desk.bridge.state_changed.connect(self._show_person)
        window.shown.connect(self._shown)
        window.closed.connect(self.close)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.follow_system(app, self._wanted_theme, window.redraw)
        window.start(self.desk, pages, View.CREATION)
        answered = getattr(window.page(HOME), "answered", None)
        if answered is None or not window.page(HOME).isVisible():
            self._follow()
        else:
            once = Qt.ConnectionType.SingleShotConnection
            answered.connect(lambda: QTimer.singleShot(PAINT_MS, self, self._follow), once)

    def _follow(self) -> None:
        self._overview.start()
        self._bell.start()

    @property
    def facts(self) -> Facts | None:
        """What the frame shows now; None before the first reading."""
        return self._overview.facts

    def picture(self) -> Last | None:
        """What the next start shows first."""
        facts = self.facts
        if facts is None:
            return None
        known = facts.settings
        return Last(
            known.language, known.theme, known.training, known.store_name, tuple(facts.views()),
            tuple(facts.pages()),
        )  # fmt: skip

    def join(self, **late: Any) -> None:
        """`sync` or `printing`, which came after the window stood."""
        for name, service in late.items():
            setattr(self.desk, name, service)
        self.desk.bridge.state_changed.emit()

    def close(self) -> None:
        """Ends what belongs to the window; answers on their way are dropped."""
        self.desk.tasks.close()
        self.desk.bridge.close()
        self.desk.messages.sounds.close()
        self._crash.remove()

    def _have(self, facts: Facts) -> None:
        first = self._settings is None
        if facts.settings != self._settings:
            self._configure(facts.settings)
        self._window.sidebar.show_overview(facts.views(), facts.pages(), facts.settings.store_name)
        if facts.people and self.desk.person not in facts.people:
            self.desk.stand(facts.people[0])
        self._show_person()
        if first:
            self.stands.emit()

    def _configure(self, wanted: StoreSettings) -> None:
        """The settings that concern the window, at the start and after each change."""
        before, self._settings = self._settings, wanted
        self.desk.messages.sounds.on = wanted.sounds
        self.notice.on = wanted.notices
        self._window.listener.gap_ms = wanted.scan_gap_ms
        if before is not None and before.theme != wanted.theme:
            app = QApplication.instance()
            assert isinstance(app, QApplication)
            theme.apply(app, wanted.theme)
            self._window.redraw()
        if before is not None and before.language != wanted.language != language():
            self.desk.messages.attention(_(LANGUAGE_LATER))

    def _show_person(self) -> None:
        facts = self.facts
        people = facts.people if facts is not None else ()
        self._window.sidebar.show_people(people, self.desk.person)

    def _tell(self, sentence: Any, parts: Any) -> None:
        banner = self._window.banner
        if sentence is None:
            banner.say("")
        elif (sentence.lead, sentence.rest) != (banner.lead, banner.rest):
            banner.say(sentence.lead, sentence.rest, sentence.tone)
        self._window.status.show_parts(parts)

    def _shown(self, name: str) -> None:
        if name in {View.CREATION, View.PAYMENT}:
            self._bell.taken()

    def _wanted_theme(self) -> str:
        return self._settings.theme if self._settings is not None else "system"
