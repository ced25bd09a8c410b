"""Alembic's environment: runs on the connection that ``cyberready.migrations.run`` hands over."""

from alembic import context

from cyberready.migrations.run import counts
from cyberready.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    include_name=counts,
)
context.run_migrations()
