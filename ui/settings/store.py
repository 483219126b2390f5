"""What is one per store: its name and habits, and the journey of its orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.errors import UserError
from desktop.fields import Field, FieldKind, parse_all
from desktop.i18n import LANGUAGES, N_
from desktop.i18n import tr as _
from desktop.journey import OPTIONAL, Journey
from desktop.order import Status
from desktop.store import Session, setup
from desktop.store.setup import StoreSettings
from ui.forms import Form
from ui.settings.section import Change, Section, State, shows
from ui.widgets import WrappedLabel

_STORE = (
    Field("store_name", N_("Name of the store")),
    Field(
        "sender", N_("Address on labels and receipts"), FieldKind.LONG_TEXT,
        hint=N_("Up to four lines: street, town, postal code, phone, tax number."),
    ),
    Field("language", N_("Language"), FieldKind.CHOICE, required=True, choices=LANGUAGES),
    Field(
        "theme", N_("Colours"), FieldKind.CHOICE, required=True,
        choices={
            "system": N_("as the system"), "light": N_("light"), "dark": N_("dark"),
            "contrast": N_("high contrast"),
        },
    ),
    Field(
        "sounds", N_("Sounds"), FieldKind.YES_NO,
        hint=N_("The tone that says stop is heard in any case."),
    ),
    Field(
        "scan_gap_ms", N_("Pause between a scanner's characters, in milliseconds"), FieldKind.WHOLE,
        required=True, hint=N_("20 to 100; raise it when a slow scanner is taken for typing."),
    ),
    Field(
        "issuers", N_("Tax numbers whose invoices belong here"), FieldKind.LONG_TEXT,
        hint=N_("One a line. Without any, every issuer is taken."),
    ),
)  # fmt: skip
_STAGES = tuple(status for status in Status if status in OPTIONAL)
_JOURNEY = (
    *(Field(stage.value, stage.label, FieldKind.YES_NO) for stage in _STAGES),
    Field(
        "picking", N_("Scan every line before packing"), FieldKind.YES_NO,
        hint=N_("Otherwise the clerk says that the order is complete."),
    ),
    Field(
        "untracked", N_("Carriers without a tracking code"), FieldKind.LONG_TEXT,
        hint=N_("One a line."),
    ),
    Field(
        "tolerance", N_("Difference between invoice and order that is let through"), FieldKind.MONEY
    ),
)  # fmt: skip
_GAP = range(20, 101)
MOST_SENDER_LINES = 4


class _FormSection(Section):
    """A section that is one form over the store's settings."""

    fields: tuple[Field, ...] = ()

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

    def values_of(self, settings: StoreSettings) -> dict[str, Any]:
        """The form's values."""
        raise NotImplementedError

    def settled(self, settings: StoreSettings, values: Mapping[str, Any]) -> StoreSettings:
        """The settings with the form's values. Raises UserError for one that cannot be."""
        raise NotImplementedError


class StoreSection(_FormSection):
    fields = _STORE

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = _("Store")
        self.body.addWidget(self.form)
        self.body.addStretch(1)

    def values_of(self, settings: StoreSettings) -> dict[str, Any]:
        names = ("store_name", "language", "theme", "sounds", "scan_gap_ms")
        values = {name: getattr(settings, name) for name in names}
        for name in ("issuers", "sender"):
            values[name] = "\n".join(getattr(settings, name))
        return values

    def settled(self, settings: StoreSettings, values: Mapping[str, Any]) -> StoreSettings:
        if values["scan_gap_ms"] not in _GAP:
            raise UserError(N_("The pause is between 20 and 100 ms."), field="scan_gap_ms")
        sender = _lines(values.get("sender", ""))
        if len(sender) > MOST_SENDER_LINES:
            raise UserError(N_("A label has room for four lines of address."), field="sender")
        return replace(
            settings,
            store_name=values.get("store_name", ""),
            sender=sender,
            language=values["language"],
            theme=values["theme"],
            sounds=values.get("sounds", False),
            scan_gap_ms=values["scan_gap_ms"],
            issuers=_lines(values.get("issuers", "")),
        )


class JourneySection(_FormSection):
    fields = _JOURNEY

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = _("Journey")
        said = _("Stages this store uses. An order passes by one that is switched off.")
        self.body.addWidget(WrappedLabel(said, tone="dim"))
        self.body.addWidget(self.form)
        self.body.addStretch(1)

    def values_of(self, settings: StoreSettings) -> dict[str, Any]:
        journey = settings.journey
        used: dict[str, Any] = {stage.value: stage not in journey.off for stage in _STAGES}
        return used | {
            "picking": journey.picking,
            "untracked": "\n".join(sorted(journey.untracked)),
            "tolerance": journey.tolerance,
        }

    def settled(self, settings: StoreSettings, values: Mapping[str, Any]) -> StoreSettings:
        journey = Journey(
            off=frozenset(stage for stage in _STAGES if not values.get(stage.value)),
            picking=values.get("picking", False),
            untracked=frozenset(line.lower() for line in _lines(values.get("untracked", ""))),
            tolerance=values.get("tolerance", 0),
        )
        return replace(settings, journey=journey)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
