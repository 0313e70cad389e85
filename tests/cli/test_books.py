"""`marketplace books check`: a line when the books are right, every difference by its name when they are not."""

from __future__ import annotations

import os
import subprocess
import sys

from flask import Flask

from marketplace.kernel.database import execute, scalar, transaction
from marketplace.kernel.settings import Settings
from tests.payouts.scene import set_up


def check(settings: Settings) -> subprocess.CompletedProcess[str]:
    """The command, as a process of its own with settings from the environment alone."""
    environ = {
        "PATH": os.environ["PATH"],
        "MARKETPLACE_ENV": "test",
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "PUBLIC_URL": settings.public_url,
        "STRIPE_API_BASE": settings.stripe_api_base,
        "STRIPE_API_KEY": settings.stripe_api_key,
        "STRIPE_WEBHOOK_SECRET": ",".join(settings.stripe_webhook_secrets),
        "REDIS_URL": settings.redis_url,
        "DATA_DIR": str(settings.data_dir),
    }
    command = [sys.executable, "-m", "marketplace.cli", "books", "check"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_right_and_wrong(app: Flask, settings: Settings) -> None:
    with app.app_context():
        scene = set_up()
        order = scene.sell(("kale", 1000, 0), ("milk", 2040, 150))
        scene.refund(order, "kale", 40)
    right = check(settings)
    assert right.returncode == 0, right.stderr
    assert right.stdout.splitlines()[-1] == (
        "debits 92.00 EUR = credits 92.00 EUR in 12 entries of 5 transactions;"
        " captured 30.40 EUR, refunded 0.40 EUR, paid out 0.00 EUR"
    ), right.stdout
    with app.app_context(), transaction():
        execute("UPDATE payment SET captured_cents = captured_cents - 1")
        execute("UPDATE order_line SET amount_cents = amount_cents - 1 WHERE sku = 'kale'")
        execute("UPDATE balance_transaction SET net_cents = net_cents + 1 WHERE kind = 'charge'")
        execute("UPDATE refund SET amount_cents = amount_cents + 1")
        refund, payment = scalar("SELECT id FROM refund"), scalar("SELECT id FROM payment")
    wrong = check(settings)
    assert wrong.returncode == 1
    farm = scene.farm("field")
    assert sorted(wrong.stdout.splitlines()) == sorted(
        [
            f"order:T1-{scene.market}: captured is not what is booked: 30.39 EUR expected, 30.40 EUR found",
            f"order:T1-{scene.market} farm:{farm}: a sale is not what was packed: 9.99 EUR expected, 10.00 EUR found",
            f"market:{scene.market}: our books of the provider's account are not its own:"
            " 30.01 EUR expected, 30.00 EUR found",
            f"balance:txn_T1-{scene.market}: what became available is not booked so:"
            " 30.41 EUR expected, 30.40 EUR found",
            f"refund:{refund}: a refund is not booked as it was made: 0.41 EUR expected, 0.40 EUR found",
            f"payment:{payment}: refunded is not the sum of its refunds: 0.40 EUR expected, 0.41 EUR found",
        ]
    )
    assert wrong.stderr.splitlines()[-1].startswith("debits 92.00 EUR = credits 92.00 EUR")
