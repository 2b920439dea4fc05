"""Run migrations on the shop's database, in one transaction that holds SQLite's write lock from its start.

Two first starts at once therefore queue: the second finds the tables made.
"""

from alembic import context
from flask import current_app
from sqlalchemy import Connection


def run(connection: Connection) -> None:
    options = current_app.extensions["migrate"].configure_args
    context.configure(
        connection=connection,
        target_metadata=current_app.extensions["migrate"].db.metadata,
        transactional_ddl=True,
        **options,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect().execution_options(billcom_write=True) as connection:
        run(connection)


if context.is_offline_mode():
    context.configure(
        url=str(current_app.extensions["migrate"].db.engine.url),
        target_metadata=current_app.extensions["migrate"].db.metadata,
        literal_binds=True,
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    main()
