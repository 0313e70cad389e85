"""Money back: by line, by amount, before capture and after, equal amounts twice, never more than there is."""

from __future__ import annotations

import pytest

from marketplace.kernel.database import rows, scalar, transaction
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.orders.steps import lock_order
from marketplace.payments.refund import refund_amount, refund_deposits, refund_lines
from tests.factories.paid import Till, balance, drain, fresh, paid, payment
from tests.factories.small_market import SmallMarket
from tests.payments.test_card import collect, pack


def line_of(order_id: int, sku: str) -> int:
    return int(scalar("SELECT id FROM order_line WHERE order_id = :o AND sku = :s", o=order_id, s=sku))


def captured(till: Till, market: SmallMarket, goods: dict[str, int]) -> int:
    order = paid(till, market, goods)
    pack(order.id)
    drain()
    collect(order.id)
    return order.id


def agree(till: Till) -> None:
    """Our accounts at the provider and its own books, to the cent."""
    sums = till.books()["sums"]
    assert balance("stripe:pending") + balance("stripe:available") == sums["available"] + sums["pending"]


def test_by_line_borne_by_the_farm(till: Till, market: SmallMarket) -> None:
    order_id = captured(till, market, {"kale": 2, "milk": 1})
    refund_lines(order_id, [(line_of(order_id, "kale"), 1)], "welk", "farm")
    drain()
    assert balance(f"farm:{market.farms['field']}:payable") == -340
    assert rows("SELECT state, amount_cents FROM refund")[0] == ("done", 340)
    assert rows("SELECT payment_state FROM orders")[0].payment_state == "partially_refunded"
    agree(till)


def test_equal_amounts_are_two_refunds(till: Till, market: SmallMarket) -> None:
    order_id = captured(till, market, {"kale": 2, "milk": 1})
    for _ in range(2):
        refund_amount(order_id, 100, "Entschuldigung", "market")
    drain()
    assert scalar("SELECT refunded_cents FROM payment") == 200
    assert balance(f"market:{market.market}:commission") == 200
    assert balance(f"farm:{market.farms['field']}:payable") == -680
    assert len(till.books()["refunds"]) == 2
    agree(till)


def test_an_amount_is_spread_over_the_farms_to_the_cent(till: Till, market: SmallMarket) -> None:
    order_id = captured(till, market, {"kale": 1, "milk": 1})  # 340 and 204
    refund_amount(order_id, 101, "Bruch", "farm")
    drain()
    field, dairy = (balance(f"farm:{market.farms[name]}:payable") for name in ("field", "dairy"))
    assert (field, dairy) == (-340 + 63, -204 + 38)
    agree(till)


def test_never_more_than_there_is(till: Till, market: SmallMarket) -> None:
    order_id = captured(till, market, {"kale": 2})
    kale = line_of(order_id, "kale")
    for wanted in ([(kale, 3)], [(kale, 0)], [(kale, -1)], [(kale, 1), (kale, 2)], [(999, 1)]):
        with pytest.raises(Invalid):
            refund_lines(order_id, wanted, "", "farm")
    for cents in (0, -5, 681):
        with pytest.raises(Invalid):
            refund_amount(order_id, cents, "", "farm")
    refund_lines(order_id, [(kale, 2)], "alles", "farm")
    with pytest.raises(Invalid):
        refund_amount(order_id, 1, "", "farm")
    drain()
    assert rows("SELECT payment_state FROM orders")[0].payment_state == "refunded"
    agree(till)


def test_before_capture_it_lowers_what_will_be_captured(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 2})
    refund_amount(order.id, 100, "weniger", "farm")
    assert fresh(order).owed_cents == 580
    with transaction():
        order = lock_order(order.id)
        assert order.lines[0].lowered_cents == 100
    pack(order.id)
    drain()
    assert payment(order).captured_cents == 580
    assert till.books()["refunds"] == [] or till.books()["refunds"] == {}
    collect(order.id)
    assert balance(f"farm:{market.farms['field']}:payable") == -580


def test_before_capture_borne_by_the_market_the_farm_gets_all(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 2})
    refund_amount(order.id, 100, "Kulanz", "market")
    pack(order.id)
    drain()
    assert payment(order).captured_cents == 580
    collect(order.id)
    assert balance(f"farm:{market.farms['field']}:payable") == -680
    assert balance("customer:clearing") == 0
    assert balance(f"market:{market.market}:commission") == 100


def test_bottles_come_back(till: Till, market: SmallMarket) -> None:
    order_id = captured(till, market, {"milk": 2})
    with transaction():
        refund_deposits(lock_order(order_id), 30)
    drain()
    assert balance(f"deposits:{market.market}") == 30
    assert balance(f"farm:{market.farms['dairy']}:payable") == -408
    agree(till)


def test_without_money_there_is_nothing_to_give_back(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 1}, payment_method="pay_at_pickup")
    with pytest.raises(Conflict):
        refund_amount(order.id, 100, "", "farm")
