"""What a page needs, handed to each: no globals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from desktop.order import Person, Role
from desktop.store import Session, Store, setup
from desktop.work import Work
from ui.bridge import Bridge
from ui.messages import Messages
from ui.tasks import Tasks

# Until the settings name somebody, the store's own name stands in the journal.
NOBODY = Person("balcao", Role.MANAGER)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Desk:
    """The store and the acts on it, the ways between threads, and who stands at the window.

    `printing` is a `printing.spooler.Spooler`, `sync` a `desktop.connections.SyncService`; both may be
    None. A change of `person` is announced by `bridge.state_changed`.
    """

    store: Store
    work: Work
    bridge: Bridge
    tasks: Tasks
    messages: Messages
    person: Person = NOBODY
    printing: Any = None
    sync: Any = None
    now: Callable[[], datetime] = field(default=utc_now)

    def stand(self, person: Person) -> None:
        """Somebody else is at the window from now on."""
        if person != self.person:
            self.person = person
            self.bridge.state_changed.emit()


def first_person(session: Session) -> Person:
    """Who stands at the window when it opens: the first of the list, or nobody in particular."""
    people = setup.all_people(session)
    return people[0] if people else NOBODY
