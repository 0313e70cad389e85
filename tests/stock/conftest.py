"""A small market to try things in."""

import pytest

from tests.factories.planned_market import planned_market
from tests.stock.week import CARROTS, order

__all__ = ["planned_market", "week"]


@pytest.fixture
def week(planned_market):
    """(day, potatoes, carrots): ten of each, of the potatoes four ordered."""
    potatoes, carrots = planned_market.product(), planned_market.product(CARROTS)
    day = planned_market.day()
    order(planned_market, day, potatoes)
    return day, potatoes, carrots
