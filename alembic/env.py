"""Run by Alembic with the connection that jxc_desktop.services.database hands over."""

from alembic import context
from jxc_desktop.models import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
