"""Alembic's entry: the caller hands over the connection and the transaction."""

from alembic import context

from desktop.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
