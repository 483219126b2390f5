"""An index of the ids alone, in place of one that no list was read by."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_orders_due", "orders")
    op.create_index("ix_orders_id", "orders", ["id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("restore the copy that was made before the migration")
