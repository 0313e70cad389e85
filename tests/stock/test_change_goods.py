"""A goose that must be ordered four days ahead is not sold three days ahead, on days that were open already either."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.catalogue.product_input import VariantInput
from marketplace.kernel.database import scalar
from marketplace.stock.change_goods import change_goods, save_goods
from tests.factories.planned_market import POTATOES

DAYS = 24 * 60


@pytest.mark.parametrize("save", ["one", "many"])
def test_a_new_lead_time_holds_for_days_that_are_open(planned_market, save):
    variant = planned_market.product()
    day = planned_market.day(10)
    product = scalar("SELECT product_id FROM variant WHERE id = :id", id=variant)
    unit: VariantInput = replace(POTATOES.variants[0], id=variant)
    goose = replace(POTATOES, lead_time_minutes=4 * DAYS, variants=(unit,))
    if save == "one":
        change_goods(planned_market.farm_id, product, goose)
    else:
        save_goods(planned_market.farm_id, [(product, goose)], {"gemuese"})
    pickup = scalar("SELECT min(pickup_from) FROM pickup_slot WHERE market_day_id = :id", id=day)
    assert scalar("SELECT closes_at FROM offer") == pickup - timedelta(days=4)
    change_goods(planned_market.farm_id, product, replace(goose, lead_time_minutes=0))
    assert scalar("SELECT closes_at FROM offer") == scalar("SELECT orders_close_at FROM market_day")
