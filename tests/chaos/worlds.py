"""The surroundings of a chaos test: database, application, stand-in, a client that does not wait long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import stripe

from marketplace.kernel import clock, installation
from marketplace.kernel.database import db
from marketplace.kernel.settings import Settings
from marketplace.payments import gateway
from marketplace.payouts import bank
from marketplace.providers.stripe_gateway import StripeGateway
from marketplace.providers.stripe_transfers import StripeBank
from tests.chaos.machine import World
from tests.chaos.weather import PATIENCE_SECONDS
from tests.cleaning import Cleaner
from tests.factories.paid import Till
from tests.providers.stand_in_stripe.running import KEY, Running


@contextmanager
def world(app: Any, cleaner: Cleaner, settings: Settings, stand_in: Running, *, hangs: bool = False) -> Iterator[World]:
    """Every way to pay is offered; afterwards the process is wired as before."""
    before = gateway._gateway, bank._bank, installation.settings()
    installation.use(replace(settings, payment_methods=("card", "sepa_debit", "pay_at_pickup")))
    http = stripe.RequestsClient(timeout=PATIENCE_SECONDS if hangs else 10)
    client = stripe.StripeClient(KEY, base_addresses={"api": stand_in.url}, max_network_retries=0, http_client=http)
    gateway.use(StripeGateway(client, settings.stripe_webhook_secrets, live=False))
    bank.use(StripeBank(client))

    def fresh() -> Till:
        db.session.rollback()
        cleaner.clean()
        clock.forget()
        stand_in.order("reset")
        return Till(stand_in)

    yield World(fresh, app.test_client(), settings.stripe_webhook_secrets[0], cleaner.connection, hangs)
    http.close()
    gateway._gateway, bank._bank = before[0], before[1]
    installation.use(before[2])


def running_stand_in(folder: Path) -> Running:
    """A stand-in on a port of its own; it looks only half as closely at its own answers, for speed."""
    return Running(folder / "books.sqlite3", {"STAND_IN_CHECK_RESPONSES": ""})
