"""The tables. Times are integers: milliseconds of UTC since 1970; money is minor units.

Personal data stands only in `personal`, `notes`, `files`, `parked`, `print_jobs`, the outbox's data and the
search index: tables that can be erased. The journal holds ids, field names and hashes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as milliseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else to_ms(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else from_ms(value)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    return (at - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    return _EPOCH + ms * _MS


# SQLite makes only an INTEGER primary key its row id, which the search index shares.
_Id = BigInteger().with_variant(Integer, "sqlite")

orders = Table(
    "orders",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("connection", String, nullable=False),
    Column("remote_id", String, nullable=False),
    Column("grp", String, nullable=False, default=""),
    Column("number", String, nullable=False),
    Column("channel", String, nullable=False, default=""),
    Column("kind", String, nullable=False),
    Column("status", String, nullable=False),
    Column("currency", String, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("stopped", Boolean, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("placed_at", Utc, nullable=False),
    Column("due_at", Utc),
    Column("changed_at", Utc, nullable=False),
    # When it came to its status, as far as this store knows.
    Column("since", Utc, nullable=False, server_default=text("0")),
    Column("seen_status", String),
    Column("seen_word", String, nullable=False, default=""),
    Column("seen_at", Utc),
    Column("digest", String, nullable=False, default=""),
    Column("version", Integer, nullable=False, default=1),
    # What no query looks into: lines, packages, payment, invoice, hold … as one value (see body.py).
    Column("body", Text, nullable=False),
    UniqueConstraint("connection", "remote_id", "grp"),
)
# With `is_open` first it covers the lists and counts of open orders: SQLite reads no order for them.
Index(
    "ix_orders_open",
    orders.c.is_open,
    orders.c.status,
    orders.c.held,
    orders.c.stopped,
    orders.c.due_at,
    orders.c.id,
    orders.c.kind,
    orders.c.since,
    sqlite_where=text("is_open = 1"),
)
# All orders, newest first: without it the ids stand only beside their bodies, and reading them from a cold
# disk takes ten times as long.
Index("ix_orders_id", orders.c.id)

# What left the store, one row a package that was shipped; package 0 is a pickup order that was handed
# over. `at` is null where it had left before this store knew the order: nobody knows the day then.
departures = Table(
    "departures",
    metadata,
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("package", Integer, primary_key=True, autoincrement=False),
    Column("way", String, nullable=False),
    Column("carrier", String, nullable=False),
    Column("name", String, nullable=False),
    Column("weight_g", BigInteger, nullable=False),
    Column("at", Utc),
)
Index(
    "ix_departures_at",
    departures.c.at,
    departures.c.way,
    departures.c.carrier,
    departures.c.name,
    departures.c.weight_g,
    departures.c.order_id,
    departures.c.package,
)

personal = Table(
    "personal",
    metadata,
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String, nullable=False, default=""),
    Column("document", String, nullable=False, default=""),
    Column("phone", String, nullable=False, default=""),
    Column("email", String, nullable=False, default=""),
    Column("address", Text, nullable=False, default="{}"),
    # Who collected it at the counter: name, document, signature. Empty while nobody did.
    Column("collected", Text, nullable=False, server_default=text("''")),
)

# What a scan or a typed number finds at once: order number, remote id, access key, tracking, pickup code.
codes = Table(
    "codes",
    metadata,
    Column("code", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
)
Index("ix_codes_order_id", codes.c.order_id)
Index(
    "uq_codes_invoice",
    codes.c.code,
    unique=True,
    sqlite_where=text("kind = 'invoice'"),
)

files = Table(
    "files",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
)

notes = Table(
    "notes",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Utc, nullable=False),
    Column("who", String, nullable=False),
    Column("step", String, nullable=False),
    Column("text", Text, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", _Id, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("who", String, nullable=False),
    Column("order_id", BigInteger),
    Column("what", String, nullable=False),
    Column("data", Text, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
)
Index("ix_journal_order_id", journal.c.order_id, journal.c.seq)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    Column("connection", String, nullable=False),
    Column("key", String, nullable=False, unique=True),
    Column("step", String, nullable=False),
    Column("data", JSON, nullable=False),
    Column("who", String, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("enqueued_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("token", String, nullable=False, default=""),
    Column("lease_until", Utc),
    Column("settled_at", Utc),
    Column("reason", Text, nullable=False, default=""),
    Column("reason_values", JSON, nullable=False, default=dict),
    Column("field", String, nullable=False, default=""),
)
Index(
    "ix_outbox_open",
    outbox.c.connection,
    outbox.c.order_id,
    outbox.c.id,
    outbox.c.state,
    outbox.c.due_at,
    sqlite_where=text("state in ('waiting', 'sending', 'unknown', 'refused')"),
)
Index("ix_outbox_order_id", outbox.c.order_id, outbox.c.id)

parked = Table(
    "parked",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("connection", String, nullable=False),
    Column("remote_id", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reason_values", JSON, nullable=False, default=dict),
    Column("raw", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
    UniqueConstraint("connection", "remote_id"),
)

connections = Table(
    "connections",
    metadata,
    Column("name", String, primary_key=True),
    Column("connector", String, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("cursor", Text, nullable=False, default=""),
    Column("synced_at", Utc),
    Column("trouble", Text, nullable=False, default=""),
    Column("trouble_kind", String, nullable=False, default=""),
    Column("trouble_values", JSON, nullable=False, default=dict),
    Column("trouble_since", Utc),
)

mapping = Table(
    "mapping",
    metadata,
    Column("connection", String, primary_key=True),
    Column("word", String, primary_key=True),
    Column("status", String),
    Column("active", Boolean, nullable=False, default=True),
    Column("creates", Boolean, nullable=False, default=True),
)

people = Table(
    "people",
    metadata,
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", JSON, nullable=False),
)

printers = Table(
    "printers",
    metadata,
    Column("name", String, primary_key=True),
    Column("profile", String, nullable=False),
    Column("address", String, nullable=False),
    Column("documents", JSON, nullable=False, default=list),
)

print_jobs = Table(
    "print_jobs",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("order_id", BigInteger),
    Column("document", String, nullable=False),
    Column("package", Integer, nullable=False, default=0),
    Column("version", String, nullable=False),
    Column("copy", Integer, nullable=False, default=0),
    Column("printer", String, nullable=False),
    Column("who", String, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("payload", LargeBinary),
    Column("sha256", String, nullable=False),
    Column("sent_bytes", BigInteger, nullable=False, default=0),
    Column("token", String, nullable=False, default=""),
    Column("queued_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("settled_at", Utc),
    Column("reason", Text, nullable=False, default=""),
    Column("reason_values", JSON, nullable=False, default=dict),
    UniqueConstraint("order_id", "document", "package", "version", "copy"),
)
Index("ix_print_jobs_state", print_jobs.c.printer, print_jobs.c.state, print_jobs.c.id)
