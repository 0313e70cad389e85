"""What every test can ask for: the real database by the real migrations, the real broker, settings, the application.

A test that takes `database_url`, `app`, `db` or `client` finds a clean database and leaves one behind; work that it
left uncommitted fails it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from marketplace.kernel.settings import Settings
from tests import network_guard
from tests.cleaning import Cleaner
from tests.servers import TEMPLATE, Servers

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from flask_sqlalchemy import SQLAlchemy

ROOT = Path(__file__).resolve().parents[1]
SERVERS = pytest.StashKey[Servers]()

# The contract of the payment provider may be tried with its real test mode: then, and only then, the network is on.
if not os.environ.get("CONTRACT_STRIPE_API_KEY"):
    network_guard.install()
# Settings come from the test alone, not from the shell it was started in.
for name in ("MARKETPLACE_ENV", "DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "STRIPE_API_BASE", "PUBLIC_URL"):
    os.environ.pop(name, None)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: the servers belong to the process that hands out the tests; each worker is told where they are."""
    servers = servers_of(node.config)
    node.workerinput["servers"] = (str(servers.directory), servers.database_port, servers.broker_port)


def pytest_unconfigure(config: pytest.Config) -> None:
    if servers := config.stash.get(SERVERS, None):
        servers.stop()


def servers_of(config: pytest.Config) -> Servers:
    if SERVERS not in config.stash:
        config.stash[SERVERS] = Servers.start()
    return config.stash[SERVERS]


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """The PostgreSQL and the Valkey of this run."""
    told = getattr(request.config, "workerinput", {}).get("servers")
    if told:
        directory, database_port, broker_port = told
        return Servers(Path(directory), database_port, broker_port)
    return servers_of(request.config)


@pytest.fixture(scope="session")
def worker_number(request: pytest.FixtureRequest) -> int:
    name = getattr(request.config, "workerinput", {}).get("workerid", "gw0")
    return int(name.removeprefix("gw"))


@pytest.fixture(scope="session")
def template_database(servers: Servers) -> str:
    """A database made once by the migrations; workers copy it."""
    made = servers.directory / "template-made"
    with (servers.directory / "template-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            from marketplace.cli.release import release

            servers.create(TEMPLATE)
            release(servers.owner_url(TEMPLATE), servers.login_url(TEMPLATE), ROOT / "migrations")
            made.touch()
        return TEMPLATE


@pytest.fixture(scope="session")
def worker_database(servers: Servers, template_database: str, worker_number: int) -> str:
    name = f"market_{worker_number}"
    # CREATE DATABASE refuses a template that somebody else is just copying.
    with (servers.directory / "template-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        servers.clone(name, template_database)
    return name


@pytest.fixture(scope="session")
def cleaner(servers: Servers, worker_database: str) -> Iterator[Cleaner]:
    cleaner = Cleaner(servers.superuser_url(worker_database))
    yield cleaner
    cleaner.close()


@pytest.fixture
def clean_database(cleaner: Cleaner) -> Iterator[None]:
    """Clean again after the test; fails it when it left work uncommitted."""
    yield
    if unfinished := cleaner.clean():
        pytest.fail("work was left uncommitted: " + "; ".join(unfinished))


@pytest.fixture
def database_url(servers: Servers, worker_database: str, clean_database: None) -> str:
    """As the application logs in (libpq form)."""
    return servers.login_url(worker_database)


@pytest.fixture
def owner_url(servers: Servers, worker_database: str, clean_database: None) -> str:
    """As the release logs in (libpq form)."""
    return servers.owner_url(worker_database)


@pytest.fixture(scope="session")
def redis_url(servers: Servers, worker_number: int) -> str:
    return servers.redis_url(worker_number)


@pytest.fixture(scope="session")
def settings(
    servers: Servers, worker_database: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Settings of environment `test`; a payment provider that nobody started refuses at once."""
    return Settings.load(
        {
            "MARKETPLACE_ENV": "test",
            "DATABASE_URL": servers.login_url(worker_database),
            "MIGRATION_DATABASE_URL": servers.owner_url(worker_database),
            "REDIS_URL": redis_url,
            "SECRET_KEY": "0123456789abcdef0123456789abcdef-tests",
            "PUBLIC_URL": "http://localhost",
            "STRIPE_API_BASE": "http://127.0.0.1:9",
            "STRIPE_API_KEY": "sk_test_of_the_tests",
            "STRIPE_WEBHOOK_SECRET": "whsec_of_the_tests_0123456789",
            "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        }
    )


@pytest.fixture(scope="session")
def session_app(settings: Settings) -> Iterator[Flask]:
    from marketplace.app import create_app
    from marketplace.kernel.database import close_engines

    app = create_app(settings)
    yield app
    with app.app_context():
        close_engines()


@pytest.fixture
def app(session_app: Flask, clean_database: None) -> Flask:
    """The application; no context is open, so that requests live as they do in production."""
    return session_app


@pytest.fixture
def db(app: Flask, cleaner: Cleaner) -> Iterator[SQLAlchemy]:
    """The database inside an open application context, for commands called directly."""
    from marketplace.kernel.database import db

    with app.app_context():
        yield db
        unfinished = cleaner.unfinished()
        db.session.rollback()
    if unfinished:
        pytest.fail("work was left uncommitted: " + "; ".join(unfinished))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
