"""Accounts on platforms: what the connector asks for, a test, and the mapping of its words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop import accounts, connectors
from desktop.errors import UserError
from desktop.fields import Field, parse_all
from desktop.i18n import N_, tr_error, tr_n
from desktop.i18n import tr as _
from desktop.secrets import Secrets, keep_with
from desktop.store import Session, setup
from desktop.store.setup import Connection, MapRow
from ui.forms import Form
from ui.row_list import Row, RowList
from ui.settings.mapping_table import MappingTable
from ui.settings.removal import Removal
from ui.settings.section import Change, Section, State, shows
from ui.settings.trial import Trial
from ui.tasks import Tasks
from ui.widgets import Label, SmallButton, row

_NEW = ""


class ConnectionSection(Section):
    """The list of accounts, and the marked one. Signals: `leaving(name)` when another row is wanted
    while this one has unsaved edits, `removing(name)` when an account shall be forgotten."""

    leaving = Signal(str)
    removing = Signal(str)

    def __init__(self, tasks: Tasks, secrets: Secrets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = _("Connections")
        self._secrets = secrets
        self._state: State | None = None
        self._name: str | None = None
        self._connector = ""
        self.form: Form | None = None
        self._shown: dict[str, str] = {}
        self._make_list()
        self._place = QVBoxLayout()
        self.body.addLayout(self._place)
        self.trial = Trial(tasks, _("Test the connection"))
        self.trial.wanted.connect(self._test)
        self.body.addWidget(self.trial)
        self._make_mapping()
        self._make_removal()
        self.body.addStretch(1)

    def _make_list(self) -> None:
        self.list = RowList(_("Connections"))
        self.list.chosen.connect(self.choose)
        self.add = SmallButton(_("Add a connection"))
        self.add.clicked.connect(lambda: self.choose(_NEW))
        self.body.addWidget(self.list)
        self.body.addLayout(row(self.add, 1))

    def _make_mapping(self) -> None:
        self._heading = Label(_("What its words mean here").upper(), "heading")
        self.mapping = MappingTable()
        self.mapping.changed.connect(self.changed)
        self.body.addWidget(self._heading)
        self.body.addWidget(self.mapping)

    def _make_removal(self) -> None:
        self.removal = Removal(_("Remove this connection…"))
        self.removal.confirmed.connect(lambda: self.removing.emit(self.connection))
        self.body.addWidget(self.removal)

    # --- showing --------------------------------------------------------------------------------------

    def show_state(self, state: State) -> None:
        self._state = state
        self.list.show_rows(_row(connection) for connection in state.connections)
        self.list.fit(3)
        names = [connection.name for connection in state.connections]
        wanted = self._name if self._name in names else (names[0] if names else _NEW)
        self._show(wanted)

    def choose(self, name: str) -> None:
        """Another account, or a new one for an empty name; edits are asked about first."""
        if name == self._name:
            return
        if self.is_changed():
            self.list.mark(self._name)
            self.leaving.emit(name)
            return
        self._show(name)

    def _show(self, name: str) -> None:
        if name != self._name:
            self.trial.clear()
            self.removal.reset()
        self._name = name
        known = self._known()
        self._connector = known.connector if known else connectors.names()[0]
        self.list.mark(name)
        self._renew(dict(known.settings) if known else {})
        self._show_mapping(name)
        self.changed.emit()

    def _show_mapping(self, name: str) -> None:
        rows = list(self._state.mappings.get(name, {}).values()) if self._state else []
        if rows != self.mapping.rows():
            self.mapping.show_rows(rows)
        self._heading.setVisible(name != _NEW)
        self.mapping.setVisible(name != _NEW)
        self._rows = self.mapping.rows()
        self.removal.setVisible(name != _NEW)
        self.removal.question = self._removal_question(name)

    def _removal_question(self, name: str) -> str:
        question = _(
            "Remove “{name}”? Its orders stay here; no more come in, and nothing more is told.",
            name=name,
        )
        waiting = self._state.waiting.get(name, 0) if self._state else 0
        still = tr_n(
            "{n} update still waits: send or settle it first.",
            "{n} updates still wait: send or settle them first.",
            waiting,
        )
        return f"{question} {still}" if waiting else question

    def _renew(self, values: dict[str, Any]) -> None:
        """The form of the connector; a new account also has a name and a connector to choose."""
        if self.form is not None and self.form.fields == self._fields():
            # Read again while somebody stands in it: the focus stays where it is.
            self.form.set_values({**values, "connector": self._connector})
            self._shown = self.form.values()
            return
        if self.form is not None:
            self.form.hide()
            self.form.deleteLater()
        self.form = Form(self._fields(), {**values, "connector": self._connector})
        self.form.changed.connect(self._edited)
        self._place.addWidget(self.form)
        self._shown = self.form.values()
        self.trial.clear()

    def _fields(self) -> tuple[Field, ...]:
        declared = connectors.load(self._connector).fields
        if self._known() is not None:
            return tuple(_kept(field) for field in declared)
        return (*accounts.kind(), *accounts.NAME, *declared)

    def _edited(self) -> None:
        assert self.form is not None
        self.trial.clear()
        values = self.form.values()
        if values.get("connector", self._connector) != self._connector:
            self._connector = values["connector"]
            self._renew(values)
        self.changed.emit()

    def _known(self) -> Connection | None:
        found = self._state.connections if self._state else ()
        return next((c for c in found if c.name == self._name), None)

    # --- saving ---------------------------------------------------------------------------------------

    @property
    def connection(self) -> str:
        """The name of the account that is shown."""
        return self._name or ""

    def is_changed(self) -> bool:
        if self.form is None:
            return False
        return self.form.values() != self._shown or self.mapping.rows() != self._rows

    def change(self) -> Change:
        name, plain, secret = self._given()
        known, kept, secrets = self._known(), self._connector, self._secrets

        def together(write: Callable[[], None]) -> None:
            keep_with(secrets, name, secret, write)

        rows = self.mapping.rows()
        if known is not None:
            return Change(lambda s: _change(s, name, plain, rows), together)
        words = connectors.load(kept).words
        fresh = [MapRow(word.word, word.status, True, word.creates) for word in words]
        connection = Connection(name, kept, plain)
        self._check_name(name)
        self._name = name
        return Change(lambda s: setup.add_connection(s, connection, fresh), together)

    def show_error(self, error: UserError) -> bool:
        return self.form is not None and shows(self.form, error)

    def _given(self) -> tuple[str, dict[str, str], dict[str, str]]:
        """Name, plain values and typed secrets. Raises UserError for what is missing or cannot be."""
        assert self.form is not None
        given = parse_all(self.form.fields, self.form.values())
        known = self._known()
        name = known.name if known else str(given.pop("name")).strip()
        given.pop("connector", None)
        hidden = {field.name for field in connectors.load(self._connector).fields if field.secret}
        plain = {k: str(v) for k, v in given.items() if k not in hidden}
        return name, plain, {k: str(v) for k, v in given.items() if k in hidden}

    def _check_name(self, name: str) -> None:
        """Before the secrets are kept: they must not overwrite those of another account."""
        if self._state and any(c.name == name for c in self._state.connections):
            raise UserError(
                N_("There is a connection “{name}” already. Choose another name."),
                field="name", name=name,
            )  # fmt: skip

    # --- the test -------------------------------------------------------------------------------------

    def _test(self) -> None:
        try:
            name, plain, secret = self._given()
        except UserError as error:
            self.show_error(error)
            return
        check = partial(_check, self._connector, name, plain, secret, self._secrets)
        self.trial.run(check, _("Asking the platform…"), _("It works."))


def _kept(field: Field) -> Field:
    """A secret that is kept already need not be typed again."""
    if not field.secret:
        return field
    hint = N_("Leave it empty to keep the one that is stored.")
    return Field(field.name, field.label, field.kind, secret=True, hint=hint)


def _change(session: Session, name: str, plain: dict[str, str], rows: list[MapRow]) -> None:
    setup.change_connection(session, name, plain)
    setup.set_mapping(session, name, rows)


def _check(
    kind: str, name: str, plain: dict[str, str], typed: dict[str, str], secrets: Secrets
) -> None:
    """Asks the platform, with what is typed or kept. Waits for the network."""
    known = {}
    for field in (one for one in connectors.load(kind).fields if one.secret):
        known[field.name] = typed.get(field.name) or secrets.get(name, field.name)
        if field.required and not known[field.name]:
            raise UserError(
                N_("“{label}” is missing. Fill it in."), field=field.name, label=field.label
            )
    accounts.ask(accounts.Account(name, kind, plain, known))


def _row(connection: Connection) -> Row:
    title = connectors.load(connection.connector).title
    said = connection.trouble or connection.warning
    trouble = tr_error(said) if said else ""
    detail = " · ".join(part for part in (title, trouble) if part)
    mark = _("in trouble") if connection.trouble else ""
    return Row(connection.name, connection.name, detail, mark=mark, tone="attention")
