"""Alembic's entry: runs the migrations on the connection it is handed."""

from alembic import context

from okr_engine.model import AuditEntry

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=AuditEntry.metadata,
    compare_type=True,
)
context.run_migrations()
