"""What left the store and when, and since when an order stands where it stands."""

import json
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

from desktop.store import search

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OPEN = ["is_open", "status", "held", "stopped", "due_at", "id"]
_PAGE = 1000


def upgrade() -> None:
    op.add_column(
        "orders", sa.Column("since", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
    _fill_since(op.get_bind())
    op.drop_index("ix_orders_open", "orders")
    op.create_index(
        "ix_orders_open",
        "orders",
        [*_OPEN, "kind", "since"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_table(
        "departures",
        sa.Column(
            "order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("package", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("weight_g", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_departures_order_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order_id", "package", name=op.f("pk_departures")),
    )
    _fill_departures(op.get_bind())
    op.create_index(
        "ix_departures_at",
        "departures",
        ["at", "way", "carrier", "name", "weight_g", "order_id", "package"],
        unique=False,
    )


def _fill_since(connection: sa.Connection) -> None:
    """From the journal's last line that led to the status; its own last change where there is none."""
    connection.execute(sa.text("UPDATE orders SET since = changed_at"))
    found = connection.execute(sa.text("SELECT id, status FROM orders WHERE is_open"))
    open_ones: dict[int, str] = {row[0]: row[1] for row in found}
    since: dict[int, int] = {}
    lines = connection.execute(
        sa.text("SELECT order_id, at, data FROM journal WHERE order_id IS NOT NULL ORDER BY seq")
    )
    for order_id, at, data in lines:
        if order_id in open_ones and json.loads(data).get("to") == open_ones[order_id]:
            since[order_id] = at
    rows = [{"id": order_id, "at": at} for order_id, at in since.items()]
    for start in range(0, len(rows), _PAGE):
        connection.execute(
            sa.text("UPDATE orders SET since = :at WHERE id = :id"), rows[start : start + _PAGE]
        )


def _fill_departures(connection: sa.Connection) -> None:
    """From the bodies. What had left when the order first came has no time."""
    lines = connection.execute(
        sa.text("SELECT order_id, at FROM journal WHERE what = 'arrive' AND order_id IS NOT NULL")
    )
    arrived: dict[int, int] = {row[0]: row[1] for row in lines}
    found = connection.execute(
        sa.text(
            "SELECT id, body FROM orders WHERE body LIKE '%\"shipped_at\"%'"
            " OR body LIKE '%\"collected\"%'"
        )
    )
    rows = []
    for order_id, body in found:
        for row in _departures(json.loads(body)):
            at = None if row["at"] == arrived.get(order_id) else row["at"]
            rows.append(row | {"order_id": order_id, "at": at})
    insert = sa.text(
        "INSERT INTO departures (order_id, package, way, carrier, name, weight_g, at)"
        " VALUES (:order_id, :package, :way, :carrier, :name, :weight_g, :at)"
    )
    for start in range(0, len(rows), _PAGE):
        connection.execute(insert, rows[start : start + _PAGE])


def _departures(body: dict[str, Any]) -> list[dict[str, Any]]:
    packages = body.get("packages", [])
    rows = [
        _row(p["number"], p["shipped_at"], p.get("carrier", ""), p.get("driver", ""), _weight(p, body))
        for p in packages
        if "shipped_at" in p
    ]
    if "collected" in body:
        weight = sum(p.get("weight_g", 0) for p in packages) or _weight_of_lines(body)
        rows.append({"package": 0, "way": "counter", "carrier": "", "name": "", "weight_g": weight,
                     "at": body["collected"]["at"]})  # fmt: skip
    return rows


def _row(number: int, at: int, carrier: str, driver: str, weight_g: int) -> dict[str, Any]:
    name = " ".join((carrier or driver).split())
    key = " ".join(search.tokens(name)) or name.casefold()
    way = "driver" if driver and not carrier else "carrier"
    return {
        "package": number, "way": way, "carrier": key, "name": name, "weight_g": weight_g, "at": at,
    }  # fmt: skip


def _weight(package: dict[str, Any], body: dict[str, Any]) -> int:
    alone = len(body["packages"]) == 1
    return package.get("weight_g", 0) or (_weight_of_lines(body) if alone else 0)


def _weight_of_lines(body: dict[str, Any]) -> int:
    return int(sum(line[8] * Decimal(line[3]) for line in body["lines"]))
