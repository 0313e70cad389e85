"""The release: migrations, then the rights of the application's role and of the login that uses it."""

from __future__ import annotations

import logging
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict

from marketplace.kernel.settings import with_driver

APPLICATION, REPORTS, VIEWS = "marketplace_app", "marketplace_reports", "contract"
LOCK = 7_307_118  # any number, the same for every release of this product

logger = logging.getLogger(__name__)


def release(owner_url: str, login_url: str, migrations: Path, revision: str = "head") -> None:
    """Migrate as the owner, then let the login of `login_url` become the application and read the views.

    Two releases at once: the second waits, then finds nothing to do. URLs in libpq form.
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        # A lock of the session: it goes with the connection, however this ends.
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        config = Config()
        config.set_main_option("script_location", str(migrations))
        config.attributes["url"] = with_driver(owner_url)
        command.upgrade(config, revision)
        with connection.transaction():
            grant(connection, login_role(login_url))


def login_role(url: str) -> str:
    user = conninfo_to_dict(url).get("user")
    if user is None:
        with psycopg.connect(url) as connection:
            user = connection.info.user
    return str(user)


def grant(connection: Connection, login: str) -> None:
    """What the migrations cannot know: who logs in. Repeating it changes nothing."""
    role = sql.Identifier(login)
    for name in (APPLICATION, REPORTS):
        if not exists(connection, name):
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
    connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APPLICATION), role))
    if connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [VIEWS]).fetchone():
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(VIEWS), role))
        connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(sql.Identifier(VIEWS), role))


def exists(connection: Connection, role: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None
