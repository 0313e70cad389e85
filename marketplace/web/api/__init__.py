"""The JSON API, version 1. Each module puts its calls on the one blueprint."""

from __future__ import annotations

from importlib import import_module

from marketplace.web.api.frame import api as blueprint

MODULES = (
    "public",
    "orders",
    "farm_products",
    "farm_offers",
    "farm_packing",
    "farm_statements",
    "pickup",
    "office_market_days",
    "office_orders",
    "office_payouts",
    "office_books",
    "office_deliveries",
    "openapi",
)

__all__ = ["MODULES", "blueprint"]


def load() -> None:
    """Imports the modules above, once, before the blueprint is registered."""
    for name in MODULES:
        import_module(f"marketplace.web.api.{name}")
