"""Alembic's door: the URL comes from `config.attributes["url"]`, the tables from the code."""

from alembic import context
from sqlalchemy import create_engine, pool

from marketplace import wiring
from marketplace.kernel.database import db

wiring.load_tables()
target_metadata = db.metadata


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        migrate(connection)
        return
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as opened:
        migrate(opened)
        opened.commit()


def migrate(connection) -> None:  # type: ignore[no-untyped-def]
    context.configure(
        connection=connection, target_metadata=target_metadata, compare_type=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()


run()
