"""What alembic runs: the steps that are missing, all in one transaction or none."""

from alembic import context

from porelight.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,  # SQLite can, though alembic does not take it for granted
)
with context.begin_transaction():
    context.run_migrations()
