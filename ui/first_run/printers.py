"""The fourth page: the printers, found or typed, each tried with a test page. It may be passed by."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.errors import UserError
from desktop.fields import Field, FieldKind, parse_all
from desktop.i18n import N_
from desktop.i18n import tr as _
from desktop.store import Session, setup
from desktop.store.setup import Printer
from printing import found, profiles, test_page, transports
from printing.found import Found
from ui.first_run.page import Given, Page
from ui.forms import Form
from ui.row_list import Row, RowList
from ui.settings.section import shows
from ui.settings.trial import Trial
from ui.widgets import Card, Label, SmallButton, WrappedLabel, column, row

_FIELDS = (
    Field(
        "profile", N_("Model"), FieldKind.CHOICE, required=True,
        choices={name: one.title for name, one in profiles.PROFILES.items()},
    ),
    Field("address", N_("Address"), required=True, hint=N_("tcp:192.168.0.40:9100 or file:/folder/")),
    Field("name", N_("Name"), hint=N_("As you call it; the model's name when empty.")),
)  # fmt: skip


class PrintersPage(Page):
    """`chosen` are the printers as they will be stored, without what stands in the form still."""

    def __init__(self, given: Given) -> None:
        super().__init__(given)
        self.chosen = list(given.state.printers)
        self.form = Form(_FIELDS)
        self.trial = Trial(given.tasks, _("Print a test page"))
        self.add = SmallButton(_("Add another"))
        self.found = RowList(_("Found on this computer"))
        self.list = RowList(_("Printers"))
        self.remove = SmallButton(_("Remove"))
        self._none = WrappedLabel(_("Looking for printers…"), tone="dim")
        self._lay_out()
        self._listen()
        self._show_chosen()
        self.found.fit(0)
        given.tasks.run(found.printers, self._show_found)

    def _lay_out(self) -> None:
        typed, near, mine = Card(), Card(), Card()
        typed.body.addWidget(self.form)
        typed.body.addWidget(self.trial)
        typed.body.addLayout(row(self.add, 1))
        left, right = QWidget(), QWidget()
        left.setLayout(column(typed, 1))
        right.setLayout(column(mine, near, 1, spacing=12))
        near.body.addWidget(Label(self.found.accessibleName().upper(), "heading"))
        near.body.addWidget(self._none)
        near.body.addWidget(self.found)
        mine.body.addWidget(Label(self.list.accessibleName().upper(), "heading"))
        mine.body.addWidget(self.list)
        mine.body.addLayout(row(self.remove, 1))
        self._mine = mine
        body = row(left, right, spacing=12)
        body.setStretch(0, 3)
        body.setStretch(1, 2)
        self.setLayout(body)

    def _listen(self) -> None:
        self.form.changed.connect(self.trial.clear)
        self.form.changed.connect(self.changed)
        self.trial.wanted.connect(self._try)
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self.found.chosen.connect(self._take)

    # --- what the shell asks --------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return _("Printers")

    @property
    def lead(self) -> str:
        return _("Labels, receipts and lists. Without a printer yet, go on: it can be added later.")

    @property
    def verb(self) -> str:
        return _("Next") if self.chosen or self._is_typed() else _("Go on without")

    def begin(self) -> None:
        self.form.field_widget("address").setFocus(Qt.FocusReason.OtherFocusReason)

    def change(self) -> Callable[[Session], None]:
        printers = [*self.chosen, *([self._typed()] if self._is_typed() else [])]
        return lambda session: setup.set_printers(session, printers)

    def show_error(self, error: UserError) -> bool:
        return shows(self.form, error)

    # --- typed and found ------------------------------------------------------------------------------

    def _is_typed(self) -> bool:
        return bool(self.form.values().get("address") or self.form.values().get("name"))

    def _typed(self) -> Printer:
        """What stands in the form. Raises UserError."""
        values = parse_all(_FIELDS, self.form.values())
        address = str(transports.parse_address(values["address"]))
        name = values.get("name") or _(profiles.profile(values["profile"]).title)
        if any(name == other.name for other in self.chosen):
            raise UserError(
                N_("There is “{name}” already. Choose another name."), field="name", name=name
            )
        return Printer(name, values["profile"], address)

    def _try(self) -> None:
        try:
            printer = self._typed()
        except UserError as error:
            self.show_error(error)
            return
        # Its button closes for a while, and Qt would give the focus to “Add another”: Enter is for Next.
        self.begin()
        send = partial(test_page.send, printer, self.given.state.settings.store_name)
        self.trial.run(send, _("Printing…"), _("It has left for the printer. Look at the paper."))

    def _add(self) -> None:
        try:
            self.chosen.append(self._typed())
        except UserError as error:
            self.show_error(error)
            return
        self._begin({})

    def _take(self, one: Found) -> None:
        """A printer that was found fills the form."""
        self._begin({"name": one.name, "address": one.address, "profile": one.profile})

    def _begin(self, values: dict[str, str]) -> None:
        self.form.set_values(values)
        self.form.clear_error()
        self.trial.clear()
        self._show_chosen()
        self.form.field_widget("profile").setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self) -> None:
        place = self.list.current_key()
        if place is not None:
            del self.chosen[place]
            self._show_chosen()
            self.begin()

    def _show_chosen(self) -> None:
        rows = [
            Row(n, p.name, f"{_(profiles.profile(p.profile).title)} · {p.address}")
            for n, p in enumerate(self.chosen)
        ]
        self.list.show_rows(rows)
        self.list.fit(3)
        if self.list.current_key() is None:
            self.list.mark(len(rows) - 1)
        self._mine.setVisible(bool(rows))
        self.changed.emit()

    def _show_found(self, printers: list[Found]) -> None:
        self.found.show_rows(Row(one, one.name, one.address) for one in printers)
        self.found.fit(4)
        self._none.setText(
            _("Choose one to fill in the form.")
            if printers
            else _("None that Balcão can speak to. Type its address: a network printer has it on its test "
                   "page.")
        )  # fmt: skip
