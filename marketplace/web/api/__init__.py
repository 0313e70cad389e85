"""The JSON API, version 1. Each module puts its calls on the one blueprint."""

from __future__ import annotations

import logging
from importlib import import_module
from importlib.util import find_spec

from marketplace.web.api.frame import api as blueprint

log = logging.getLogger(__name__)

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
        try:  # until every room is there
            if find_spec(f"marketplace.web.api.{name}") is not None:
                import_module(f"marketplace.web.api.{name}")
        except ImportError as error:
            log.warning("%s is not served yet: %s", name, error)
