"""The migrations make what the models say, one after the other, and run again without harm."""

from __future__ import annotations

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool

from marketplace.cli.release import release
from marketplace.kernel.settings import with_driver
from tests.house.sources import ROOT
from tests.servers import Servers


def test_migrations_match_the_models(servers: Servers, worker_database: str) -> None:
    from marketplace import wiring
    from marketplace.kernel.database import db

    wiring.load_tables()
    engine = create_engine(with_driver(servers.owner_url(worker_database)), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        differences = compare_metadata(context, db.metadata)
    engine.dispose()
    assert not differences


def test_there_is_one_line_of_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_a_release_may_run_again(servers: Servers, owner_url: str, database_url: str) -> None:
    release(owner_url, database_url, ROOT / "migrations")
    with psycopg.connect(database_url) as connection:
        connection.execute("SELECT * FROM contract.stock")
