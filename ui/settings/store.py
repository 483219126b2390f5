"""What is one per store: its name and habits, and the journey of its orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop import settings
from desktop.errors import UserError
from desktop.fields import Field, parse_all
from desktop.i18n import tr as _
from desktop.store import Session, setup
from desktop.store.setup import StoreSettings
from ui.forms import Form
from ui.settings.section import Change, Section, State, shows
from ui.widgets import SmallButton, WrappedLabel, row


class _FormSection(Section):
    """A section that is one form over the store's settings: its fields, their values, and the settings with
    the form's values (which raises UserError for one that cannot be)."""

    fields: tuple[Field, ...]
    values_of: Callable[[StoreSettings], dict[str, Any]]
    settled: Callable[[StoreSettings, Mapping[str, Any]], StoreSettings]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = Form(self.fields)
        self.form.changed.connect(self.changed)
        self._shown = self.form.values()

    def show_state(self, state: State) -> None:
        self.form.set_values(self.values_of(state.settings))
        self.form.clear_error()
        self._shown = self.form.values()

    def is_changed(self) -> bool:
        return self.form.values() != self._shown

    def change(self) -> Change:
        values = parse_all(self.fields, self.form.values())
        self.settled(StoreSettings(), values)

        def write(session: Session) -> None:
            setup.save_settings(session, self.settled(setup.store_settings(session), values))

        return Change(write)

    def show_error(self, error: UserError) -> bool:
        return shows(self.form, error)


class StoreSection(_FormSection):
    """Signals: `sound_wanted()` somebody wants to hear whether there is one."""

    sound_wanted = Signal()
    fields = settings.STORE
    values_of = staticmethod(settings.store_values)
    settled = staticmethod(settings.with_store)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = _("Store")
        self.body.addWidget(self.form)
        self.sound = SmallButton(_("Play a test sound"))
        self.sound.clicked.connect(self.sound_wanted)
        self.body.addLayout(row(self.sound, 1))
        self.body.addStretch(1)


class JourneySection(_FormSection):
    fields = settings.JOURNEY
    values_of = staticmethod(settings.journey_values)
    settled = staticmethod(settings.with_journey)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = _("Journey")
        said = _("Stages this store uses. An order passes by one that is switched off.")
        self.body.addWidget(WrappedLabel(said, tone="dim"))
        self.body.addWidget(self.form)
        self.body.addStretch(1)
