"""`marketplace reconcile`: JSON for programs, a sentence when the provider is away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from marketplace.kernel.database import db as database
from marketplace.kernel.database import scalar
from marketplace.kernel.settings import Settings
from tests.factories.paid import Till, fresh, placed, till_of
from tests.factories.small_market import SmallMarket, small_market
from tests.providers.stand_in_stripe.running import KEY, Running

Done = subprocess.CompletedProcess[str]
Command = Callable[..., Done]
LISTS = ["missing_in_ledger", "missing_at_provider", "differs", "repaired", "orders"]


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "books.sqlite3", {})
    yield running
    running.stop()


@pytest.fixture
def till(db: object, stand_in: Running, settings: Settings) -> Till:
    return till_of(stand_in, settings)


@pytest.fixture
def command(till: Till, settings: Settings) -> Command:
    """The command, as a process of its own with settings from the environment alone."""
    environ = {
        "PATH": os.environ["PATH"],
        "MARKETPLACE_ENV": "test",
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "PUBLIC_URL": settings.public_url,
        "STRIPE_API_BASE": till.stand_in.url,
        "STRIPE_API_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": ",".join(settings.stripe_webhook_secrets),
        "REDIS_URL": settings.redis_url,
        "DATA_DIR": str(settings.data_dir),
    }

    def run(*arguments: str) -> Done:
        line = [sys.executable, "-m", "marketplace.cli", "reconcile", *arguments]
        return subprocess.run(line, env=environ, capture_output=True, text=True, timeout=60, check=False)

    return run


def found_by(done: Done) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_prints_what_it_found_and_repaired(till: Till, command: Command) -> None:
    market: SmallMarket = small_market()
    order = placed(market, {"kale": 2})
    intent = till.pay(order)
    database.session.rollback()
    dry = found_by(command("--dry-run"))
    assert list(dry) == LISTS
    assert [one["id"] for one in dry["orders"]] == [intent]
    assert fresh(order).state == "awaiting_payment"
    assert scalar("SELECT count(*) FROM reconciliation") == 0
    database.session.rollback()
    assert found_by(command("--since", "2020-01-01"))["repaired"] == [intent]
    assert fresh(order).state == "confirmed"
    again = found_by(command())
    assert not any(again[name] for name in LISTS)


def test_a_provider_that_is_away_is_a_sentence(till: Till, command: Command) -> None:
    till.stand_in.order("faults", kind="error", status=500, count=10)
    done = command()
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: The payment provider: ")
    assert done.stdout == ""
