"""What a store has configured: connections and their mapping, people, printers, the journey, settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from desktop.errors import BalcaoError, PlatformAway, PlatformDenied, PlatformUnwell, UserError
from desktop.i18n import N_
from desktop.journey import Journey
from desktop.order import Person, Role, Status
from desktop.store import again, outbox
from desktop.store.store import Session
from desktop.store.tables import connections, mapping, parked, people, printers, settings


@dataclass(frozen=True, slots=True)
class Connection:
    """A configured account. `settings` are the connector's fields without the secret ones.

    `synced_at` is the last complete pass; `trouble` the sentence of what has failed since
    `trouble_since`; `warning` that of what is wrong though passes are complete.
    """

    name: str
    connector: str
    settings: Mapping[str, str]
    cursor: str = ""
    synced_at: datetime | None = None
    trouble: BalcaoError | None = None
    trouble_since: datetime | None = None
    warning: BalcaoError | None = None


@dataclass(frozen=True, slots=True)
class MapRow:
    """One row of the DE-PARA: a platform's word, our status (None: show the word only), whether the row
    is in use, and whether an order first seen in it is created here."""

    word: str
    status: Status | None
    active: bool = True
    creates: bool = True


@dataclass(frozen=True, slots=True)
class Printer:
    """`profile` names one of `printing.profiles`, `address` is tcp:HOST:PORT or file:PATH, `documents`
    are the kinds that go there."""

    name: str
    profile: str
    address: str
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parked:
    """A platform's answer that is no order, kept with its raw text until somebody settles it."""

    id: int
    connection: str
    remote_id: str
    reason: UserError
    raw: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Sender:
    """Where the store is and how it is reached, as its papers say it; `tax_id` with what it is called."""

    street: str = ""
    district: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    phone: str = ""
    tax_id: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines under the store's name: three at most."""
        town = " - ".join(filter(None, (self.city, self.state)))
        lines = (
            ", ".join(filter(None, (self.street, self.district))),
            " ".join(filter(None, (self.postal_code, town))),
            " · ".join(filter(None, (self.phone, self.tax_id))),
        )
        return tuple(filter(None, lines))


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Everything that is one per store. `issuers` are the tax numbers whose invoices belong here; an
    empty list takes any. `sender` stands under the store's name on labels.
    `language` is a key of i18n.LANGUAGES, `set_up` the `first_run.Stage` the assistant has come to."""

    store_name: str = ""
    language: str = "pt_BR"
    theme: str = "system"
    training: bool = False
    sounds: bool = True
    notices: bool = True
    scan_gap_ms: int = 50
    set_up: str = ""
    issuers: tuple[str, ...] = ()
    sender: Sender = field(default_factory=Sender)
    journey: Journey = field(default_factory=Journey)


_CONNECTOR = select(connections.c.connector).where(connections.c.name == bindparam("wanted"))
_PARKED = select(parked.c.remote_id).where(parked.c.connection == bindparam("wanted"))
_SETTINGS = select(settings.c.name, settings.c.value)


# --- connections --------------------------------------------------------------------------------------


def add_connection(session: Session, connection: Connection, rows: Iterable[MapRow]) -> None:
    """Stores an account with its default mapping. Raises UserError when the name is taken."""
    check_free(session, connection.name)
    session.run(
        insert(connections).values(
            name=connection.name, connector=connection.connector, settings=dict(connection.settings)
        )
    )
    set_mapping(session, connection.name, rows)
    session.changed.add(0)


def check_free(session: Session, name: str) -> None:
    """Raises UserError when a connection has this name."""
    if any(known.name == name for known in all_connections(session)):
        raise UserError(
            N_("There is a connection “{name}” already. Choose another name."),
            field="name",
            name=name,
        )


def connector_of(session: Session, connection: str) -> str | None:
    """The name of the connector that serves this account; None when it is not configured any more."""
    found: str | None = session.run(_CONNECTOR, {"wanted": connection}).scalar()
    return found


def all_connections(session: Session) -> list[Connection]:
    found = session.run(select(connections).order_by(connections.c.name))
    return [
        Connection(
            row.name, row.connector, row.settings, row.cursor, row.synced_at,
            *_trouble_and_warning(row),
        )
        for row in found
    ]  # fmt: skip


_WARNING = "warning"
_TROUBLES = {"unwell": PlatformUnwell, "away": PlatformAway, "denied": PlatformDenied}


def _trouble_and_warning(
    row: Any,
) -> tuple[BalcaoError | None, datetime | None, BalcaoError | None]:
    """The error of the last pass, of the class it had, and since when; what it warned of."""
    if not row.trouble:
        return None, None, None
    error: BalcaoError = _TROUBLES.get(row.trouble_kind, BalcaoError)(row.trouble)
    error.values = dict(row.trouble_values)
    is_warning = row.trouble_kind == _WARNING
    return (None, None, error) if is_warning else (error, row.trouble_since, None)


def remove_connection(session: Session, name: str) -> None:
    """Forgets an account, its mapping and its parked answers. Raises UserError while updates wait."""
    waiting = updates_waiting(session, name)
    if waiting:
        raise UserError(
            N_("Updates of “{name}” still wait ({n}). Send or settle them before you remove it."),
            name=name,
            n=waiting,
        )
    for table in (mapping, parked):
        session.run(delete(table).where(table.c.connection == name))
    session.run(delete(connections).where(connections.c.name == name))
    session.changed.add(0)


def updates_waiting(session: Session, name: str) -> int:
    """How many updates of the account have not reached the platform."""
    return sum(outbox.counts(session, name).values())


def change_connection(session: Session, name: str, values: Mapping[str, str]) -> None:
    """Replaces the plain settings of an account."""
    session.run(update(connections).where(connections.c.name == name).values(settings=dict(values)))
    session.changed.add(0)


def save_cursor(session: Session, name: str, cursor: str) -> None:
    """Keeps where the next pull goes on; what stands there already is not written again."""
    row = (connections.c.name == name, connections.c.cursor != cursor)
    session.run(update(connections).where(*row).values(cursor=cursor))


def note_sync(
    session: Session, name: str, at: datetime, trouble: BalcaoError | None = None,
    warning: BalcaoError | None = None,
) -> None:  # fmt: skip
    """The end of a pass: complete, perhaps with a warning, or in trouble since the first one that failed."""
    row, said = connections.c.name == name, trouble or warning
    values: dict[str, Any] = {
        "trouble": said.text if said else "", "trouble_kind": "", "trouble_since": None,
        "trouble_values": _plain(said.values) if said else {},
    }  # fmt: skip
    if trouble is None:
        values |= {"synced_at": at, "trouble_kind": _WARNING if warning else ""}
    else:
        since = session.run(select(connections.c.trouble_since).where(row)).scalar()
        kind = next((n for n, one in _TROUBLES.items() if isinstance(trouble, one)), "")
        values |= {"trouble_kind": kind, "trouble_since": since or at}
    session.run(update(connections).where(row).values(**values))
    session.changed.add(0)


# --- mapping ------------------------------------------------------------------------------------------


def mapping_of(session: Session, connection: str) -> dict[str, MapRow]:
    """The DE-PARA of a connection, by the platform's word."""
    found = session.run(
        select(mapping).where(mapping.c.connection == connection).order_by(mapping.c.word)
    )
    return {
        row.word: MapRow(
            row.word, Status(row.status) if row.status else None, row.active, row.creates
        )
        for row in found
    }


def set_mapping(session: Session, connection: str, rows: Iterable[MapRow]) -> None:
    """Replaces the whole DE-PARA of a connection. Orders whose word has another meaning now are marked
    to be read again."""
    before, after = mapping_of(session, connection), {row.word: row for row in rows}
    words = before.keys() | after.keys()
    meant = {word: (_meaning(before.get(word)), _meaning(after.get(word))) for word in words}
    again.mark(session, connection, {old for old, new in meant.values() if old is not new})
    session.run(delete(mapping).where(mapping.c.connection == connection))
    values = [
        {
            "connection": connection, "word": row.word, "active": row.active,
            "status": row.status.value if row.status else None, "creates": row.creates,
        }
        for row in after.values()
    ]  # fmt: skip
    if values:
        session.run(insert(mapping), values)
    session.changed.add(0)


def _meaning(row: MapRow | None) -> Status | None:
    return row.status if row is not None and row.active else None


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    """What fills a sentence, as JSON can hold it."""
    return {k: v if isinstance(v, (int, float)) else str(v) for k, v in values.items()}


# --- parked answers -----------------------------------------------------------------------------------


def park(
    session: Session, connection: str, remote_id: str, reason: UserError, raw: bytes, at: datetime
) -> None:
    """Keeps an unreadable answer; a newer one of the same order takes its place."""
    unpark(session, connection, [remote_id])
    session.run(
        insert(parked).values(
            connection=connection, remote_id=remote_id, reason=reason.text,
            reason_values=_plain(reason.values), raw=raw, at=at,
        )
    )  # fmt: skip
    session.changed.add(0)


def unpark(session: Session, connection: str, remote_ids: Iterable[str]) -> None:
    """Forgets parked answers: the order was read well since, or a person let it go."""
    there = session.run(_PARKED, {"wanted": connection}).scalars()
    ids = set(there) & set(remote_ids)
    if ids:
        session.run(
            delete(parked).where(parked.c.connection == connection, parked.c.remote_id.in_(ids))
        )
        session.changed.add(0)


def all_parked(session: Session) -> list[Parked]:
    found = session.run(select(parked).order_by(parked.c.id))
    return [
        Parked(
            row.id, row.connection, row.remote_id, UserError(row.reason, **row.reason_values),
            row.raw, row.at,
        )
        for row in found
    ]  # fmt: skip


# --- people, printers, settings -----------------------------------------------------------------------


def all_people(session: Session) -> list[Person]:
    found = session.run(select(people).order_by(people.c.name))
    return [Person(row.name, Role(row.role)) for row in found]


def set_people(session: Session, wanted: Iterable[Person]) -> None:
    session.run(delete(people))
    rows = [{"name": person.name, "role": person.role.value} for person in wanted]
    if rows:
        session.run(insert(people), rows)
    session.changed.add(0)


def all_printers(session: Session) -> list[Printer]:
    found = session.run(select(printers).order_by(printers.c.name))
    return [Printer(row.name, row.profile, row.address, tuple(row.documents)) for row in found]


def set_printers(session: Session, wanted: Iterable[Printer]) -> None:
    session.run(delete(printers))
    rows = [
        {"name": p.name, "profile": p.profile, "address": p.address, "documents": list(p.documents)}
        for p in wanted
    ]
    if rows:
        session.run(insert(printers), rows)
    session.changed.add(0)


def store_settings(session: Session) -> StoreSettings:
    stored = {row.name: row.value for row in session.run(_SETTINGS)}
    raw = stored.pop("journey", None) or {}
    journey = Journey(
        off=frozenset(Status(one) for one in raw.get("off", ())),
        picking=raw.get("picking", False),
        untracked=frozenset(raw.get("untracked", ())),
        tolerance=raw.get("tolerance", 0),
    )
    stored["issuers"] = tuple(stored.get("issuers", ()))
    stored["sender"] = Sender(**stored.get("sender", {}))
    return StoreSettings(**stored, journey=journey)


def save_settings(session: Session, wanted: StoreSettings) -> None:
    journey = wanted.journey
    values: dict[str, Any] = {
        "store_name": wanted.store_name,
        "language": wanted.language,
        "theme": wanted.theme,
        "training": wanted.training,
        "sounds": wanted.sounds,
        "notices": wanted.notices,
        "scan_gap_ms": wanted.scan_gap_ms,
        "set_up": wanted.set_up,
        "issuers": list(wanted.issuers),
        "sender": asdict(wanted.sender),
        "journey": {
            "off": sorted(journey.off),
            "picking": journey.picking,
            "untracked": sorted(journey.untracked),
            "tolerance": journey.tolerance,
        },
    }
    session.run(delete(settings))
    session.run(insert(settings), [{"name": k, "value": v} for k, v in values.items()])
    session.changed.add(0)
