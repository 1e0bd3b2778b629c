"""Run by Alembic: compares with the models and runs revisions on the connection it is given."""

from alembic import context
from sqlalchemy import Connection, create_engine

from portal.models import Base
from portal.settings import Settings


def run(connection: Connection) -> None:
    """All revisions asked for, in the transaction of the connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_server_default=True,
    )
    context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    # `alembic revision --autogenerate` in a checkout, by somebody who writes a new revision.
    with create_engine(Settings.from_environment().database_url).begin() as own:
        run(own)
