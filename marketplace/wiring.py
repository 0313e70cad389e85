"""The one place of choice: which provider answers which port, by settings; and the list of all tables."""

from __future__ import annotations

from functools import partial
from importlib import import_module

from marketplace.kernel.settings import Settings

ROOMS_WITH_TABLES = (
    "kernel",
    "events",
    "ledger",
    "people",
    "markets",
    "farms",
    "catalogue",
    "market_days",
    "stock",
    "basket",
    "orders",
    "payments",
    "payouts",
    "exchange",
    "notifications",
)


def load_tables() -> None:
    """Imports every room's models, so that the metadata is whole."""
    for room in ROOMS_WITH_TABLES:
        import_module(f"marketplace.{room}.models")


def connect(settings: Settings, *, worker: bool = False) -> None:
    """Gives every port its provider. In web the provider is asked once, in workers up to three times (DECISIONS 9)."""
    from marketplace.events.tally import count_quietly
    from marketplace.exchange import sheet
    from marketplace.notifications import mailer
    from marketplace.payments import gateway
    from marketplace.payouts import bank
    from marketplace.providers.circuit import Circuit
    from marketplace.providers.smtp_mailer import FileMailer, SmtpMailer
    from marketplace.providers.spreadsheets import ProcessReader
    from marketplace.providers.stripe_client import WEB_CALLS_AT_ONCE, WORKER_RETRIES, make_client
    from marketplace.providers.stripe_gateway import StripeGateway
    from marketplace.providers.stripe_transfers import StripeBank

    circuit = Circuit(at_once=None if worker else WEB_CALLS_AT_ONCE, on_change=partial(count_quietly, "circuit"))
    client = make_client(settings, retries=WORKER_RETRIES if worker else 0, circuit=circuit)
    gateway.use(StripeGateway(client, settings.stripe_webhook_secrets, live=settings.stripe_livemode))
    bank.use(StripeBank(client))
    mailer.use(SmtpMailer(settings.smtp_url) if settings.smtp_url else FileMailer(settings.data_dir / "mail"))
    sheet.use(ProcessReader())
