"""`marketplace clock`: business time, for tests. Every process follows within a second."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import click

FURTHEST = timedelta(days=3650)


@click.group()
def clock() -> None:
    """Show and move business time (only with MARKETPLACE_ENV=test).

    Cut-offs, expiry, holds and ages follow it; sign-ins, tokens, signatures, leases and time-outs do not.
    """


@clock.command()
def show() -> None:
    """Print business time, ISO 8601."""
    with _in_test():
        click.echo(_read())


@clock.command(name="set")
@click.argument("iso")
def set_to(iso: str) -> None:
    """Set business time to ISO, which needs an offset: 2026-11-26T18:00:00+01:00."""
    try:
        wanted = datetime.fromisoformat(iso)
    except ValueError:
        raise click.BadParameter(f"{iso!r} is no ISO 8601 time.") from None
    if wanted.tzinfo is None:
        raise click.BadParameter(f"{iso!r} lacks an offset, for example +01:00.")
    with _in_test():
        _move_to(wanted - datetime.now(UTC))


@clock.command(context_settings={"ignore_unknown_options": True})
@click.argument("seconds", type=int)
def advance(seconds: int) -> None:
    """Move business time on by SECONDS (back, when negative)."""
    from marketplace.kernel.database import scalar

    with _in_test():
        moved = scalar("SELECT coalesce((SELECT moved_by FROM clock_shift), interval '0')")
        _move_to(moved + timedelta(seconds=max(-(10**9), min(seconds, 10**9))))


def _move_to(shift: timedelta) -> None:
    from marketplace.kernel import clock as business
    from marketplace.kernel.database import execute, transaction

    if abs(shift) > FURTHEST:
        raise click.ClickException("Business time may be moved by ten years at most.")
    with transaction():
        execute(
            "INSERT INTO clock_shift (id, moved_by) VALUES (1, :shift)"
            " ON CONFLICT (id) DO UPDATE SET moved_by = excluded.moved_by",
            shift=shift,
        )
    business.forget()
    click.echo(_read())


def _read() -> str:
    from marketplace.kernel.database import db, scalar

    now: datetime = scalar("SELECT app_now()")
    db.session.rollback()
    return now.astimezone(UTC).isoformat()


@contextmanager
def _in_test() -> Iterator[None]:
    from marketplace.app import create_app
    from marketplace.cli.database import load_settings
    from marketplace.kernel.actor import acting

    settings = load_settings()
    if not settings.is_test:
        click.echo("Business time moves only with MARKETPLACE_ENV=test.", err=True)
        sys.exit(1)
    with create_app(settings).app_context(), acting("cli"):
        yield
