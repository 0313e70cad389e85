"""The provider is away while orders are placed: they are accepted, and the link to pay comes by mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from marketplace.checkout.expire_unpaid import expire_unpaid
from marketplace.checkout.start_payment import start_payment
from marketplace.kernel.database import db, execute, rows, transaction
from tests.factories.paid import Till, drain, fresh, payment, placed, stock_of
from tests.factories.small_market import SmallMarket
from tests.reconciliation.test_healing import quiet

Agree = Callable[[], None]


def away(till: Till) -> None:
    till.stand_in.order("faults", kind="error", status=503, count=1000)


def back(till: Till) -> None:
    till.stand_in.order("faults/clear")


def links() -> list[str]:
    found = [row.recipient for row in rows("SELECT recipient FROM notification WHERE kind = 'payment_link'")]
    db.session.rollback()
    return found


def test_the_order_is_accepted_and_the_link_comes_once(till: Till, market: SmallMarket, agree: Agree) -> None:
    away(till)
    order = placed(market, {"kale": 2})
    drain()
    assert fresh(order).state == "awaiting_payment"
    assert stock_of(market, "kale")[1] == 2
    assert (payment(order).session_url, links()) == (None, [])
    back(till)
    quiet()
    drain()
    assert payment(order).session_url is not None
    assert links() == ["lisa@example.org"]
    quiet()
    drain()
    assert links() == ["lisa@example.org"]
    till.pay(order)
    drain()


def test_the_time_to_pay_begins_when_there_is_a_link(till: Till, market: SmallMarket) -> None:
    away(till)
    order = placed(market, {"kale": 2})
    back(till)
    with transaction():
        execute("UPDATE orders SET expires_at = app_now() + interval '1 minute' WHERE id = :id", id=order.id)
    before = fresh(order).expires_at
    drain()
    assert fresh(order).expires_at - before > timedelta(minutes=15)
    kept = rows("SELECT expires_at FROM reservation WHERE order_id = :id", id=order.id)
    db.session.rollback()
    assert {row.expires_at for row in kept} == {fresh(order).expires_at}


def test_nobody_is_told_of_a_page_that_is_there_at_once(till: Till, market: SmallMarket) -> None:
    order = placed(market, {"kale": 2})
    assert payment(order).session_url is not None
    drain()
    assert links() == []


def test_who_tries_again_by_hand_is_told_once(till: Till, market: SmallMarket) -> None:
    """The button opened the page: its link is mailed all the same, for the one who closed the window."""
    away(till)
    order = placed(market, {"kale": 2})
    back(till)
    assert start_payment(order.id) == start_payment(order.id)
    drain()
    assert links() == ["lisa@example.org"]


def test_an_order_that_ended_meanwhile_gets_no_link(till: Till, market: SmallMarket, agree: Agree) -> None:
    away(till)
    order = placed(market, {"kale": 2})
    with transaction():
        execute("UPDATE orders SET expires_at = app_now() - interval '1 minute' WHERE id = :id", id=order.id)
    expire_unpaid()
    back(till)
    quiet()
    drain()
    assert (fresh(order).state, links()) == ("expired", [])
