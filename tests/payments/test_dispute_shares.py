"""A lost dispute falls on the farms by what the customer still had to pay them: goods given back are nobody's loss."""

from __future__ import annotations

from marketplace.payments.refund import refund_amount, refund_lines
from tests.factories.paid import Till, balance, drain, fresh
from tests.factories.small_market import SmallMarket
from tests.payments.dispute_steps import borne_by_farms, collected, decided, opened, proved
from tests.payments.test_refunds import line_of


def payable(market: SmallMarket, name: str) -> int:
    return -balance(f"farm:{market.farms[name]}:payable")


def test_a_farm_whose_goods_were_given_back_bears_nothing(till: Till, market: SmallMarket) -> None:
    borne_by_farms(market)
    order = collected(till, market, {"kale": 2, "honey": 1})  # 680 and 780
    refund_lines(order.id, [(line_of(order.id, "kale"), 2)], "Welk", "farm")
    drain()
    assert (payable(market, "field"), payable(market, "bees")) == (0, 780)
    decided(till, opened(till), won=False)
    assert (payable(market, "field"), payable(market, "bees")) == (0, 0)
    proved(till)


def test_by_what_is_left_to_the_cent(till: Till, market: SmallMarket) -> None:
    borne_by_farms(market)
    order = collected(till, market, {"kale": 2, "milk": 1})  # 680 and 204
    refund_amount(order.id, 101, "Bruch", "farm")
    drain()
    left = payable(market, "field"), payable(market, "dairy")
    assert sum(left) == 680 + 204 - 101
    decided(till, opened(till), won=False)
    assert (payable(market, "field"), payable(market, "dairy")) == (0, 0)
    assert fresh(order).state == "collected"
    proved(till)
