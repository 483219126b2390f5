"""Who collected an order moves from its body to the table that can be erased."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PAGE = 1000


def upgrade() -> None:
    op.add_column(
        "personal",
        sa.Column("collected", sa.Text(), nullable=False, server_default=sa.text("''")),
    )
    connection, last = op.get_bind(), 0
    while rows := _page(connection, last):
        last = rows[-1][0]
        _move(connection, rows)


def _page(connection: sa.Connection, after: int) -> list[Any]:
    """The next orders that were collected, by id."""
    statement = sa.text(
        "SELECT id, body FROM orders WHERE id > :after AND body LIKE '%\"collected\"%'"
        " ORDER BY id LIMIT :page"
    )
    return list(connection.execute(statement, {"after": after, "page": _PAGE}))


def _move(connection: sa.Connection, rows: list[Any]) -> None:
    moved = []
    for order_id, text in rows:
        body = json.loads(text)
        who = body.get("collected", {})
        # A line may be called so too.
        if "name" in who:
            body["collected"] = {"at": who.pop("at")}
            moved.append({"id": order_id, "body": _text(body), "who": _text(who)})
    if moved:
        connection.execute(sa.text("UPDATE orders SET body = :body WHERE id = :id"), moved)
        connection.execute(
            sa.text("UPDATE personal SET collected = :who WHERE order_id = :id"), moved
        )


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def downgrade() -> None:
    raise RuntimeError("restore the copy that was made before the migration")
