"""Accounts, tokens and business time on the command line, as an operator's script calls them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from marketplace.cli import main
from marketplace.kernel import clock
from marketplace.kernel.database import rows, scalar
from tests.factories.small_market import SmallMarket, small_market

Ran = subprocess.CompletedProcess[str]


@pytest.fixture
def marketplace(settings: Any, database_url: str) -> Callable[..., Ran]:
    """Runs a command with the settings of the tests."""

    def run(*words: str, **changes: str) -> Ran:
        environ = {
            "PATH": os.environ["PATH"],
            "MARKETPLACE_ENV": "test",
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "SECRET_KEY": settings.secret_key,
            "STRIPE_API_BASE": settings.stripe_api_base,
            "STRIPE_API_KEY": settings.stripe_api_key,
            "STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secrets[0],
            "DATA_DIR": str(settings.data_dir),
            **changes,
        }
        program = [sys.executable, "-m", "marketplace.cli", *words]
        return subprocess.run(program, env=environ, capture_output=True, text=True, timeout=60)

    return run


@pytest.fixture
def market(app: Flask) -> SmallMarket:
    with app.app_context():
        return small_market()


def test_an_operator_and_a_token(
    app: Flask, client: FlaskClient, market: SmallMarket, marketplace: Callable[..., Ran]
) -> None:
    made = json.loads(
        marketplace("user", "create", "Ruth@Example.org", "--role", "operator", "--market", "klein").stdout
    )
    assert made["email"] == "Ruth@example.org" and made["totp_uri"].startswith("otpauth://totp/") and made["password"]
    token = marketplace("token", "create", "ruth@example.org", "--days", "2")
    assert token.returncode == 0 and token.stdout.strip() == token.stdout.splitlines()[0]
    headers = {"Authorization": f"Bearer {token.stdout.strip()}"}
    assert client.get("/api/v1/office/market-days", headers=headers).status_code == 200
    with app.app_context():
        days = scalar("SELECT extract(epoch FROM expires_at - created_at) / 86400 FROM api_token")
        assert round(days) == 2
        roles = rows("SELECT actor FROM audit WHERE object LIKE 'account%'")
        assert all(row.actor == "cli" for row in roles)


def test_a_second_role_for_the_same_person(app: Flask, market: SmallMarket, marketplace: Callable[..., Ran]) -> None:
    farm = str(market.farms["dairy"])
    assert marketplace("user", "create", "a@example.org", "--role", "farm", "--farm", farm).returncode == 0
    again = marketplace("user", "create", "a@example.org", "--role", "host", "--market", str(market.market))
    assert again.returncode == 0 and json.loads(again.stdout)["password"] is None
    with app.app_context():
        assert [row.role for row in rows("SELECT role FROM membership ORDER BY id")] == ["farm", "host"]


@pytest.mark.parametrize(
    "words",
    [
        ("user", "create", "a@example.org", "--role", "emperor"),
        ("token", "create", "a@example.org", "--days", "0"),
        ("clock", "set", "gestern"),
        ("clock", "set", "2026-11-26T18:00:00"),
        ("clock", "advance", "bald"),
    ],
)
def test_refused_as_typed(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == 2 and "Error" in done.output


def test_refused(app: Flask, marketplace: Callable[..., Ran]) -> None:
    for words in (
        ("user", "create", "a@example.org", "--role", "operator"),
        ("user", "create", "a@example.org", "--role", "farm", "--farm", "999"),
        ("token", "create", "niemand@example.org"),
    ):
        done = marketplace(*words)
        assert done.returncode == 1 and "Traceback" not in done.stderr and done.stderr.strip() and not done.stdout
    with app.app_context():
        assert not rows("SELECT 1 FROM account") and not rows("SELECT 1 FROM membership")


def test_business_time(app: Flask, marketplace: Callable[..., Ran]) -> None:
    wanted = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    try:
        assert _time(marketplace("clock", "set", wanted.isoformat())) - wanted < timedelta(seconds=30)
        back = _time(marketplace("clock", "advance", "-3600"))
        assert timedelta(0) <= back - wanted + timedelta(hours=1) < timedelta(seconds=30)
        clock.forget()
        with app.app_context():
            assert abs(clock.now() - scalar("SELECT app_now()")) < timedelta(seconds=2)
        assert clock.now() - clock.machine_now() > timedelta(days=2)
        assert abs(_time(marketplace("clock", "show")) - clock.now()) < timedelta(seconds=30)
    finally:
        with app.app_context():
            from marketplace.kernel.database import execute, transaction

            with transaction():
                execute("DELETE FROM clock_shift")
        clock.forget()


def test_business_time_stands_still_elsewhere(marketplace: Callable[..., Ran]) -> None:
    done = marketplace("clock", "advance", "60", MARKETPLACE_ENV="development")
    assert done.returncode == 1 and "MARKETPLACE_ENV=test" in done.stderr


def _time(done: Ran) -> datetime:
    assert done.returncode == 0, done.stderr
    return datetime.fromisoformat(done.stdout.strip())


def test_a_database_that_is_away_is_a_sentence(marketplace: Callable[..., Ran]) -> None:
    for words in (("token", "create", "lisa@example.org"), ("clock", "show"), ("db", "upgrade")):
        done = marketplace(*words, DATABASE_URL="postgresql://markt:geheim@127.0.0.1:9/markt")
        assert done.returncode == 1 and not done.stdout
        assert "The database does not answer" in done.stderr
        assert "Traceback" not in done.stderr and "geheim" not in done.stderr
