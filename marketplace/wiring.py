"""The one place of choice: which provider answers which port, by settings; and the list of all tables."""

from __future__ import annotations

from importlib import import_module

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
    "notifications",
)


def load_tables() -> None:
    """Imports every room's models, so that the metadata is whole."""
    for room in ROOMS_WITH_TABLES:
        import_module(f"marketplace.{room}.models")
