"""The pages of a farm, for a phone and gloves: what there is, what is to be packed, what was paid."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("farm", __name__, url_prefix="/hof")

# Each module puts its pages on the blueprint.
from marketplace.web.farm import (  # noqa: E402
    earnings,
    exchange,
    exchange_job,
    frame,
    offer_page,
    overview,
    own_farm,
    packing_offline,
    packing_page,
    packing_paper,
    packing_pdf,
    packing_steps,
    pauses_page,
    payout_account,
    people_page,
    products,
    statements,
    stock_at_once,
    stock_page,
    trader_page,
    usual_week,
)

__all__ = [
    "blueprint",
    "earnings",
    "exchange",
    "exchange_job",
    "frame",
    "offer_page",
    "overview",
    "own_farm",
    "packing_offline",
    "packing_page",
    "packing_paper",
    "packing_pdf",
    "packing_steps",
    "pauses_page",
    "payout_account",
    "people_page",
    "products",
    "statements",
    "stock_at_once",
    "stock_page",
    "trader_page",
    "usual_week",
]
