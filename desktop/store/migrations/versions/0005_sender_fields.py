"""The store's address moves from lines to fields; it prints the same lines in the same order."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Each of these is a line, or a part of one, by itself.
_PLACES = {1: ("street",), 2: ("street", "city"), 3: ("street", "city", "phone")}
_FOUR = ("street", "district", "city", "phone")


def upgrade() -> None:
    connection = op.get_bind()
    text = connection.execute(
        sa.text("SELECT value FROM settings WHERE name = 'sender'")
    ).scalar_one_or_none()
    lines = json.loads(text) if text else None
    if isinstance(lines, list):
        fields = dict(zip(_PLACES.get(len(lines), _FOUR), lines, strict=False))
        connection.execute(
            sa.text("UPDATE settings SET value = :value WHERE name = 'sender'"),
            {"value": json.dumps(fields, ensure_ascii=False)},
        )


def downgrade() -> None:
    raise RuntimeError("restore the copy that was made before the migration")
