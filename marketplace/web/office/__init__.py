"""The office: exceptions first, then market days, orders, payouts, books."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("office", __name__, url_prefix="/leitung")

# Each module puts its pages on the blueprint.
from marketplace.web.office import (  # noqa: E402
    books,
    day_form,
    days,
    deliveries,
    farm_accounts_page,
    frame,
    front,
    money_page,
    order_page,
    order_steps,
    orders,
    run_files,
    run_page,
    run_steps,
    runs,
    settings_page,
    statement_page,
)

__all__ = [
    "blueprint",
    "books",
    "day_form",
    "days",
    "deliveries",
    "farm_accounts_page",
    "frame",
    "front",
    "money_page",
    "order_page",
    "order_steps",
    "orders",
    "run_files",
    "run_page",
    "run_steps",
    "runs",
    "settings_page",
    "statement_page",
]
