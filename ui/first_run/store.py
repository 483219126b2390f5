"""The second page: whose store this is, where, and who stands at the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from desktop import settings
from desktop.errors import UserError
from desktop.fields import Field, FieldKind, parse_all
from desktop.i18n import N_
from desktop.i18n import tr as _
from desktop.order import Person, Role
from desktop.store import Session, setup
from ui.first_run.page import Given, Page, beside
from ui.forms import Form
from ui.settings.section import shows
from ui.widgets import Card, Label, column

_DECLARED = {field.name: field for field in settings.STORE}
_LEFT = tuple(_DECLARED[name] for name in ("name", "street", "district", "city"))
_RIGHT = tuple(_DECLARED[name] for name in ("state", "postal_code", "phone", "tax_id"))
_WHO = (Field("person", N_("Your name"), hint=N_("Every line of the journal names somebody.")),)
_ROLE = (
    Field(
        "role", N_("Role"), FieldKind.CHOICE, required=True, default=Role.MANAGER.value,
        choices={role.value: role.label for role in (Role.MANAGER, Role.CLERK, Role.COUNTER)},
    ),
)  # fmt: skip


class StorePage(Page):
    def __init__(self, given: Given) -> None:
        super().__init__(given)
        known = settings.store_values(given.state.settings)
        person = next(iter(given.state.people), None)
        who = {"person": person.name, "role": person.role.value} if person else {}
        self.forms = [Form(_LEFT, known), Form(_RIGHT, known), Form(_WHO, who), Form(_ROLE, who)]
        place, standing = Card(), Card()
        place.body.addLayout(beside(*self.forms[:2]))
        standing.body.addWidget(Label(_("Who stands here").upper(), "heading"))
        standing.body.addLayout(beside(*self.forms[2:]))
        self.setLayout(column(place, standing, 1, spacing=12))

    @property
    def title(self) -> str:
        return _("Your store")

    @property
    def lead(self) -> str:
        return _("Labels and receipts bear its name and address. What is not known yet can wait.")

    def begin(self) -> None:
        self.forms[0].focus_first()

    def change(self) -> Callable[[Session], None]:
        values: dict[str, Any] = {field.name: "" for field in (*_LEFT, *_RIGHT)}
        for form in self.forms:
            values |= parse_all(form.fields, form.values())
        role, name = Role(values.pop("role")), values.pop("person", "")
        others = self.given.state.people[1:]
        people = [Person(name, role), *others] if name else list(others)
        settings.check_people(people)
        return lambda session: _write(session, values, people)

    def show_error(self, error: UserError) -> bool:
        return any(shows(form, error) for form in self.forms)


def _write(session: Session, values: Mapping[str, Any], people: list[Person]) -> None:
    known = setup.store_settings(session)
    merged = {**settings.store_values(known), **values}
    setup.save_settings(session, settings.with_store(known, merged))
    setup.set_people(session, people)
