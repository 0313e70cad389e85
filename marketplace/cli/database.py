"""`marketplace db`: migrate, and say where the database is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from marketplace.kernel.settings import Settings, SettingsError

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


@click.group()
def db() -> None:
    """Migrate the database; print its address."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest migration and give the application its rights.

    Uses MIGRATION_DATABASE_URL if set, else DATABASE_URL. Safe to run twice, and by two processes at once.
    """
    from marketplace.cli.release import release  # alembic and SQLAlchemy are needed here alone

    settings = load_settings()
    release(settings.migration_database_url, settings.database_url, MIGRATIONS)


@db.command()
def url() -> None:
    """Print the address of the database in use, as psql and psycopg.connect take it."""
    click.echo(load_settings().database_url)


def load_settings() -> Settings:
    """The settings, or the end with a sentence for each that is missing or weak."""
    try:
        return Settings.load(os.environ)
    except SettingsError as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)
