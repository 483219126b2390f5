"""What a section of the settings is: it shows a state, knows whether it was changed, and says how to save."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.order import Person
from desktop.store import Session, setup
from desktop.store.setup import Connection, MapRow, Printer, StoreSettings
from ui.forms import Form


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is configured, as it was read. `waiting` are each connection's updates that have not
    reached the platform."""

    settings: StoreSettings
    connections: tuple[Connection, ...]
    mappings: Mapping[str, Mapping[str, MapRow]]
    printers: tuple[Printer, ...]
    people: tuple[Person, ...]
    waiting: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """How to save: `write` in one transaction. `together` does what it is given, beside the GUI thread,
    with what a key store has to keep: it may ask and wait, and where one of both fails neither stays."""

    write: Callable[[Session], None]
    together: Callable[[Callable[[], None]], None] | None = None


class Section(QWidget):
    """Signals: `changed()` with every edit. `title` is translated."""

    changed = Signal()
    title = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 2, 10, 2)
        self.body.setSpacing(12)

    def show_state(self, state: State) -> None:
        """Shows what is stored; edits are dropped."""
        raise NotImplementedError

    def is_changed(self) -> bool:
        raise NotImplementedError

    def change(self) -> Change:
        """What saving does. Raises UserError, with the field at fault, when it cannot be."""
        raise NotImplementedError

    def show_error(self, error: UserError) -> bool:
        """Shows a refusal beside its field; False when the field is not here."""
        raise NotImplementedError


def shows(form: Form, error: UserError) -> bool:
    """Shows the error in `form` when its field is there."""
    if all(field.name != error.field for field in form.fields):
        return False
    form.show_error(error)
    return True


def read(session: Session) -> State:
    connections = tuple(setup.all_connections(session))
    return State(
        setup.store_settings(session),
        connections,
        {c.name: setup.mapping_of(session, c.name) for c in connections},
        tuple(setup.all_printers(session)),
        tuple(setup.all_people(session)),
        {c.name: setup.updates_waiting(session, c.name) for c in connections},
    )
