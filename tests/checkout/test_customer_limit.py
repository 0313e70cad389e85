"""What one customer gets at most: counted by account and address, also when two orders come at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from marketplace.checkout.cancel_order import cancel_order
from marketplace.checkout.place_order import place_order
from marketplace.checkout.request import OrderRequest
from marketplace.kernel.database import execute, scalar, transaction
from marketplace.kernel.errors import OverLimit
from marketplace.people.accounts import create_account
from tests.factories.small_market import SmallMarket, small_market


@pytest.fixture
def market(db: Any) -> SmallMarket:
    """Ten of everything, of which each customer gets three."""
    made = small_market()
    with transaction():
        execute("UPDATE variant SET most_per_customer = 3")
    return made


def wish(market: SmallMarket, quantity: int, key: str, email: str = "anna@example.org") -> OrderRequest:
    return OrderRequest(
        slot_id=market.slot,
        lines=((market.offers["kale"], quantity),),
        name="Anna Voß",
        email=email,
        payment_method="pay_at_pickup",
        checkout_scope="test",
        checkout_key=key,
    )


def reserved() -> int:
    return int(scalar("SELECT sum(reserved + sold) FROM stock"))


def test_no_more_than_the_limit(market: SmallMarket) -> None:
    with pytest.raises(OverLimit) as refusal:
        place_order(wish(market, 4, "a"))
    assert refusal.value.extra["limits"][0] | {"offer": ""} == {"offer": "", "requested": 4, "had": 0, "most": 3}
    assert reserved() == 0 and not scalar("SELECT count(*) FROM orders")


def test_several_orders_count_together_by_the_address(market: SmallMarket) -> None:
    place_order(wish(market, 2, "a"))
    with pytest.raises(OverLimit):
        place_order(wish(market, 2, "b", "ANNA@example.org"))
    place_order(wish(market, 1, "c"))
    place_order(wish(market, 3, "d", "someone.else@example.org"))
    assert reserved() == 6


def test_by_the_account_whatever_the_address(app: Flask, market: SmallMarket) -> None:
    account = create_account("a@example.org", name="Anna Voß")
    place_order(replace(wish(market, 2, "a"), account_id=account))
    with pytest.raises(OverLimit):
        place_order(replace(wish(market, 2, "b", "other@example.org"), account_id=account))


def test_what_was_cancelled_does_not_count(market: SmallMarket) -> None:
    cancel_order(place_order(wish(market, 3, "a")).id)
    place_order(wish(market, 3, "b"))


def test_at_once_they_see_each_other(app: Flask, market: SmallMarket) -> None:
    def order(number: int) -> bool:
        with app.app_context():
            try:
                place_order(wish(market, 2, f"key-{number}"))
            except OverLimit:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(order, range(4))) == 1
    assert reserved() == 2
