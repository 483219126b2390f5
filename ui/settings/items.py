"""Lists that are edited row by row in one form: printers and people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop import settings
from desktop.errors import UserError
from desktop.fields import Field, FieldKind, parse_all
from desktop.i18n import N_
from desktop.i18n import tr as _
from desktop.order import Person, Role
from desktop.store import setup
from desktop.store.setup import Printer
from printing import documents, profiles, test_page, transports
from ui.closed import close
from ui.forms import Form
from ui.row_list import Row, RowList
from ui.settings.section import Change, Section, State, shows
from ui.settings.trial import Trial
from ui.tasks import Tasks
from ui.widgets import SmallButton, WrappedLabel, row

_TAKEN = N_("There is “{name}” already. Choose another name.")


class _Items(Section):
    """A list of rows and the form of the marked one; `fields` begin with the row's `name`."""

    def __init__(
        self, fields: tuple[Field, ...], hint: str, add: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.fields = fields
        self._stored: list[dict[str, str]] = []
        self._edited: list[dict[str, str]] = []
        self._read: list[dict[str, Any]] | None = None
        self.list = RowList(hint)
        self.list.current.connect(self._show_marked)
        self.form = Form(fields)
        self.form.changed.connect(self._take)
        self.add = SmallButton(add)
        self.add.clicked.connect(self._add)
        self.remove = SmallButton(_("Remove"))
        self.remove.clicked.connect(self._remove)
        self.body.addWidget(WrappedLabel(hint, tone="dim"))
        self.body.addWidget(self.list)
        self.body.addLayout(row(self.add, self.remove, 1))
        self.body.addWidget(self.form)
        self.body.addStretch(1)

    def items(self) -> list[dict[str, Any]]:
        """The rows as typed values. Raises UserError, and marks the row at fault."""
        found: list[dict[str, Any]] = []
        for place, values in enumerate(self._edited):
            try:
                item = parse_all(self.fields, values)
                if any(item["name"] == other["name"] for other in found):
                    raise UserError(_TAKEN, field="name", name=item["name"])
                self.check(item)
            except UserError:
                self.list.mark(place)
                raise
            found.append(item)
        return found

    def check(self, item: dict[str, Any]) -> None:
        """Raises UserError for values that do not go together."""

    def row(self, place: int, values: dict[str, str]) -> Row:
        """How a row of the list reads."""
        raise NotImplementedError

    def is_changed(self) -> bool:
        return self._edited != self._stored

    def show_error(self, error: UserError) -> bool:
        return shows(self.form, error)

    def show_items(self, values: Sequence[dict[str, Any]]) -> None:
        if list(values) == self._read and not self.is_changed():
            # Read again and nothing new: who stands in the form stays there.
            return
        self._read = list(values)
        place = self.list.current_key()
        self._stored = [self._as_form(one) for one in values]
        self._edited = [dict(one) for one in self._stored]
        self._show_rows(min(place or 0, len(values) - 1))
        self._show_marked(self.list.current_key())

    def _as_form(self, values: dict[str, Any]) -> dict[str, str]:
        """As the form gives it back, so that looking at a row changes nothing."""
        self.form.blockSignals(True)
        self.form.set_values(values)
        self.form.blockSignals(False)
        return self.form.values()

    def _show_rows(self, place: int) -> None:
        self.list.show_rows(self.row(n, one) for n, one in enumerate(self._edited))
        self.list.fit(4)
        if place >= 0:
            self.list.mark(place)

    def _show_marked(self, place: int | None) -> None:
        marked = place is not None and place < len(self._edited)
        self.form.setVisible(marked)
        close(self.remove, "" if marked else _("Mark a row of the list first."))
        if marked and place is not None and self.form.values() != self._edited[place]:
            self._as_form(self._edited[place])

    def _take(self) -> None:
        place = self.list.current_key()
        if place is not None:
            self._edited[place] = self.form.values()
            self._show_rows(place)
            self.changed.emit()

    def _add(self) -> None:
        self._edited.append(self._as_form({}))
        self._show_rows(len(self._edited) - 1)
        self._show_marked(len(self._edited) - 1)
        self.form.field_widget("name").setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _remove(self) -> None:
        place = self.list.current_key()
        if place is None:
            return
        del self._edited[place]
        self._show_rows(min(place, len(self._edited) - 1))
        self._show_marked(self.list.current_key())
        self.changed.emit()


class PrinterSection(_Items):
    """The printers of this computer and which papers each takes."""

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        self._store_name = ""
        self.trial = Trial(tasks, _("Print a test page"))
        self._kinds = {name: documents.load(name) for name in documents.names()}
        choices = {name: one.title for name, one in profiles.PROFILES.items()}
        fields = (
            Field("name", N_("Name"), required=True),
            Field("profile", N_("Model"), FieldKind.CHOICE, required=True, choices=choices),
            Field(
                "address", N_("Address"), required=True,
                hint=N_("tcp:192.168.0.40:9100 or file:/folder/"),
            ),
            *(Field(f"takes_{k}", one.title, FieldKind.YES_NO) for k, one in self._kinds.items()),
        )  # fmt: skip
        super().__init__(
            fields, _("Printers and the papers they take."), _("Add a printer"), parent
        )
        self.title = _("Printers")
        self.trial.wanted.connect(self._try)
        self.form.changed.connect(self.trial.clear)
        self.body.insertWidget(self.body.indexOf(self.form), self.trial)

    def show_state(self, state: State) -> None:
        self._store_name = state.settings.store_name
        self.show_items([self._values(printer) for printer in state.printers])

    def _show_marked(self, place: int | None) -> None:
        super()._show_marked(place)
        self.trial.setVisible(not self.form.isHidden())
        self.trial.clear()

    def _try(self) -> None:
        """With what stands in the form, saved or not."""
        try:
            item = parse_all(self.fields, self.form.values())
            self.check(item)
        except UserError as error:
            self.show_error(error)
            return
        send = partial(test_page.send, self._printer(item), self._store_name)
        self.trial.run(send, _("Printing…"), _("It has left for the printer. Look at the paper."))

    def row(self, place: int, values: dict[str, str]) -> Row:
        model = profiles.PROFILES.get(values.get("profile", ""))
        parts = [_(model.title) if model else "", values.get("address", "")]
        return Row(place, values.get("name") or _("New printer"), " · ".join(p for p in parts if p))

    def check(self, item: dict[str, Any]) -> None:
        transports.parse_address(item["address"])
        prints = profiles.profile(item["profile"]).prints
        for name, kind in self._kinds.items():
            if item.get(f"takes_{name}") and not kind.suits(prints):
                raise UserError(
                    N_("This model does not print “{document}”."),
                    field=f"takes_{name}", document=kind.title,
                )  # fmt: skip

    def change(self) -> Change:
        printers = [self._printer(item) for item in self.items()]
        return Change(lambda session: setup.set_printers(session, printers))

    def _values(self, printer: Printer) -> dict[str, Any]:
        values: dict[str, Any] = {
            f"takes_{name}": name in printer.documents for name in self._kinds
        }
        names = ("name", "profile", "address")
        return values | {name: getattr(printer, name) for name in names}

    def _printer(self, item: dict[str, Any]) -> Printer:
        takes = tuple(name for name in self._kinds if item.get(f"takes_{name}"))
        return Printer(item["name"], item["profile"], item["address"], takes)


class PeopleSection(_Items):
    """Who may stand at the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        fields = (
            Field("name", N_("Name"), required=True),
            Field(
                "role", N_("Role"), FieldKind.CHOICE, required=True, default=Role.CLERK.value,
                choices={role.value: role.label for role in Role},
            ),
        )  # fmt: skip
        hint = _("Who stands at the window. Every line of the journal names one of them.")
        super().__init__(fields, hint, _("Add a person"), parent)
        self.title = _("People")

    def show_state(self, state: State) -> None:
        self.show_items([{"name": p.name, "role": p.role.value} for p in state.people])

    def row(self, place: int, values: dict[str, str]) -> Row:
        role = _(Role(values.get("role", Role.CLERK)).label)
        return Row(place, values.get("name") or _("New person"), role)

    def change(self) -> Change:
        people = [Person(item["name"], Role(item["role"])) for item in self.items()]
        settings.check_people(people)
        return Change(lambda session: setup.set_people(session, people))
