"""A store's settings as declared fields: the settings page draws them, the command `store` takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any

from desktop.errors import UserError
from desktop.fields import Field, FieldKind
from desktop.i18n import LANGUAGES, N_
from desktop.journey import OPTIONAL, Journey
from desktop.order import Person, Role, Status
from desktop.store.setup import Sender, StoreSettings

SCAN_GAPS_MS = range(20, 101)
SENDER = (
    Field("street", N_("Street and number")),
    Field("district", N_("District")),
    Field("city", N_("City")),
    Field("state", N_("State or region")),
    Field("postal_code", N_("Postal code")),
    Field("phone", N_("Phone")),
    Field("tax_id", N_("Tax number"), hint=N_("As it shall be printed: CNPJ 12.345.678/0001-95")),
)
STORE = (
    Field("name", N_("Name of the store")),
    *SENDER,
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
        "notices", N_("Notice of new orders while the window is behind others"), FieldKind.YES_NO,
        hint=N_("The system's tray shows how many came, and no names."),
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
JOURNEY = (
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


def store_values(settings: StoreSettings) -> dict[str, Any]:
    """The values of `STORE`."""
    return asdict(settings.sender) | {
        "name": settings.store_name, "language": settings.language, "theme": settings.theme,
        "sounds": settings.sounds, "notices": settings.notices,
        "scan_gap_ms": settings.scan_gap_ms,
        "issuers": "\n".join(settings.issuers),
    }  # fmt: skip


def with_store(settings: StoreSettings, values: Mapping[str, Any]) -> StoreSettings:
    """The settings with parsed values of `STORE`. Raises UserError for one that cannot be."""
    if values["scan_gap_ms"] not in SCAN_GAPS_MS:
        raise UserError(N_("The pause is between 20 and 100 ms."), field="scan_gap_ms")
    return replace(
        settings,
        store_name=values.get("name", ""),
        sender=Sender(**{one.name: values.get(one.name, "") for one in fields(Sender)}),
        language=values["language"],
        theme=values["theme"],
        sounds=values.get("sounds", False),
        notices=values.get("notices", False),
        scan_gap_ms=values["scan_gap_ms"],
        issuers=_several(values.get("issuers", "")),
    )


def journey_values(settings: StoreSettings) -> dict[str, Any]:
    """The values of `JOURNEY`."""
    journey = settings.journey
    used: dict[str, Any] = {stage.value: stage not in journey.off for stage in _STAGES}
    return used | {
        "picking": journey.picking,
        "untracked": "\n".join(sorted(journey.untracked)),
        "tolerance": journey.tolerance,
    }


def with_journey(settings: StoreSettings, values: Mapping[str, Any]) -> StoreSettings:
    """The settings with parsed values of `JOURNEY`."""
    journey = Journey(
        off=frozenset(stage for stage in _STAGES if not values.get(stage.value)),
        picking=values.get("picking", False),
        untracked=frozenset(one.lower() for one in _several(values.get("untracked", ""))),
        tolerance=values.get("tolerance", 0),
    )
    return replace(settings, journey=journey)


def check_people(people: Sequence[Person]) -> None:
    """Raises UserError for people who could not run a store: of those who are named, one is a manager."""
    if people and all(person.role is not Role.MANAGER for person in people):
        raise UserError(N_("Somebody must be a manager, or nobody can refund."), field="role")


def _several(text: str) -> tuple[str, ...]:
    """One a line, or with `;` between them where a line is all there is."""
    return tuple(part.strip() for part in re.split(r"[\n;]", text) if part.strip())
