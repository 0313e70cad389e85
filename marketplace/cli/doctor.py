"""`marketplace doctor`: does everything answer that the settings name?"""

from __future__ import annotations

import os
import smtplib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import click

from marketplace.cli.database import MIGRATIONS
from marketplace.kernel.settings import Settings, SettingsError

SECONDS = 5
OLDEST_POSTGRES = 15


class Ailing(Exception):
    """A check that failed; the message says what to do or to look at."""


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    well: bool
    text: str


@click.command()
def doctor() -> None:
    """Check settings, database, broker, mail and payment provider; exit code 1 when one of them is not well."""
    findings = examine(os.environ)
    for finding in findings:
        click.echo(f"{'✓' if finding.well else '✗'}  {finding.name:10}{finding.text}")
    if not all(finding.well for finding in findings):
        raise SystemExit(1)


def examine(environ: Mapping[str, str]) -> list[Finding]:
    """One finding a check; with unusable settings there is nothing further to ask."""
    try:
        settings = Settings.load(environ)
    except SettingsError as problem:
        return [Finding("settings", False, sentence) for sentence in problem.sentences]
    lent = f"; embedded: {', '.join(settings.embedded)}" if settings.embedded else ""
    findings = [Finding("settings", True, settings.environment + lent)]
    checks: dict[str, Callable[[Settings], str]] = {
        "database": database, "broker": broker, "mail": mail, "media": media, "provider": provider,
    }  # fmt: skip
    for name, check in checks.items():
        try:
            findings.append(Finding(name, True, check(settings)))
        except Ailing as problem:
            findings.append(Finding(name, False, str(problem)))
    return findings


def database(settings: Settings) -> str:
    """Reached, new enough, migrated, and left to the application's role."""
    import psycopg
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    newest = ScriptDirectory.from_config(config).get_current_head()
    try:
        with psycopg.connect(settings.database_url, connect_timeout=SECONDS) as connection:
            version = connection.info.server_version // 10_000
            if version < OLDEST_POSTGRES:
                raise Ailing(f"PostgreSQL {version} is too old; {OLDEST_POSTGRES} or newer is needed")
            connection.execute("SET ROLE marketplace_app")
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidParameterValue, psycopg.errors.UndefinedObject):
        raise Ailing("not migrated; run `marketplace db upgrade`") from None
    except psycopg.Error as problem:
        raise Ailing(str(problem).strip().splitlines()[0]) from None
    if row is None or row[0] != newest:
        raise Ailing(f"at migration {row[0] if row else 'none'}, newest is {newest}; run `marketplace db upgrade`")
    return f"PostgreSQL {version}, at migration {newest}"


def broker(settings: Settings) -> str:
    import redis

    try:
        with redis.Redis.from_url(
            settings.redis_url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
        ) as connection:
            connection.ping()
            told = connection.info("server")
    except redis.RedisError as problem:
        raise Ailing(f"{problem}; the shop sells, but nothing is sent on") from None
    return f"{told.get('server_name', 'redis')} {told.get('valkey_version') or told.get('redis_version')}"


def mail(settings: Settings) -> str:
    """Signs in at the mail server without sending anything."""
    if not settings.smtp_url:
        return f"files in {writable(settings.mail_dir)}, since SMTP_URL is not set"
    parts = urlsplit(settings.smtp_url)
    connect = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with connect(parts.hostname or "", parts.port or 0, timeout=SECONDS) as server:
            server.ehlo()
            if parts.username:
                if parts.scheme == "smtp" and server.has_extn("starttls"):
                    server.starttls()
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.noop()
    except (OSError, smtplib.SMTPException) as problem:
        raise Ailing(f"{parts.hostname}: {problem}") from None
    return f"{parts.hostname} answers"


def media(settings: Settings) -> str:
    parts = urlsplit(settings.media_url)
    if parts.scheme != "file":
        return f"{settings.media_url} (not asked)"
    return writable(unquote(parts.path))


def writable(place: str | os.PathLike[str]) -> str:
    try:
        os.makedirs(place, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return str(place)
    except OSError as problem:
        raise Ailing(f"cannot write to {place}: {problem.strerror}") from None


def provider(settings: Settings) -> str:
    """Asks for the balance, which moves nothing."""
    import stripe

    from marketplace.providers.stripe_client import make_client

    try:
        make_client(settings, retries=0).v1.balance.retrieve()
    except stripe.StripeError as problem:
        raise Ailing(f"{settings.stripe_api_base}: {str(problem).splitlines()[0]}") from None
    if not settings.stripe_webhook_secrets:
        raise Ailing("STRIPE_WEBHOOK_SECRET is not set; events are refused")
    kind = "live" if settings.stripe_livemode else "test mode"
    return f"{settings.stripe_api_base} answers ({kind})"
