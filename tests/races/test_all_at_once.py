"""Everything that can happen to an order, at the same time: whoever comes first, stock, states and books agree."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from marketplace.checkout.cancel_order import cancel_order
from marketplace.checkout.expire_unpaid import expire_unpaid
from marketplace.events import deliveries
from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.kernel.errors import Refusal
from marketplace.payments.gateway import gateway, use
from marketplace.payments.poll import poll_payments, settle_balances
from marketplace.payments.refund import refund_amount
from marketplace.payments.settle import settle
from marketplace.payouts.check_books import check_books
from marketplace.pickup.begin_packing import begin_packing
from marketplace.pickup.hand_over import Handover, collect
from marketplace.pickup.pack_by_default import pack_order_by_default
from tests.factories.paid import Till, balance, drain, placed, till_of
from tests.factories.small_market import SmallMarket, small_market
from tests.providers.stand_in_stripe.running import Running

ORDERS, HANDS, TURNS = 8, 6, 25


@pytest.fixture
def till(db: object, settings: object, tmp_path: Path) -> Iterator[Till]:
    before = gateway()
    running = Running(tmp_path / "books.sqlite3", {})
    yield till_of(running, settings)  # type: ignore[arg-type]
    use(before)
    running.stop()


def work_a_little() -> None:
    """A relay and a worker of one's own."""
    from workers.deliver import deliver
    from workers.routes import BY_KIND

    deliveries.fan_out(BY_KIND)
    for item in deliveries.claim(most=5):
        deliver(item.id, item.token)


def begin(market: SmallMarket) -> None:
    """The cut-off is over and the pickup begins."""
    with transaction():
        execute("UPDATE market_day SET orders_close_at = app_now() WHERE id = :id", id=market.day)
        execute("UPDATE pickup_slot SET pickup_from = app_now() WHERE market_day_id = :id", id=market.day)


def overdue(order_id: int) -> None:
    with transaction():
        execute(
            "UPDATE orders SET expires_at = app_now() - interval '1 s' WHERE id = :id AND state = 'awaiting_payment'",
            id=order_id,
        )
    expire_unpaid()


def hands(market: SmallMarket, order_id: int, payment_id: int) -> list[Callable[[], object]]:
    return [
        lambda: cancel_order(order_id),
        lambda: cancel_order(order_id, by_office=True),
        lambda: settle(payment_id),
        lambda: settle(payment_id),
        lambda: overdue(order_id),
        lambda: begin_packing(market.day),
        lambda: pack_order_by_default(order_id),
        lambda: collect(order_id, Handover(deposits_returned=((15, 1),))),
        lambda: refund_amount(order_id, 50, "", "farm"),
        lambda: refund_amount(order_id, 70, "", "market"),
        work_a_little,
        work_a_little,
        work_a_little,
    ]


@pytest.mark.parametrize("days_ahead", [3, 9])
@pytest.mark.parametrize("seed", [1, 2])
def test_books_stock_and_states_agree(app: Flask, till: Till, days_ahead: int, seed: int) -> None:
    market = small_market(capacity=100, days_ahead=days_ahead)
    chosen = random.Random(seed)
    known: list[tuple[int, int]] = []
    for number in range(ORDERS):
        order = placed(market, {"kale": 2, "cabbage": 1, "milk": 2}, checkout_key=f"k{number}")
        known.append((order.id, rows("SELECT id FROM payment WHERE order_id = :id", id=order.id)[0].id))
        till.pay(order)
        if chosen.random() < 0.7:
            settle(known[-1][1])
    if chosen.random() < 0.8:
        begin(market)

    def one(seed: int) -> None:
        mine = random.Random(seed)
        with app.app_context():
            try:
                for _ in range(TURNS):
                    order_id, payment_id = mine.choice(known)
                    try:
                        mine.choice(hands(market, order_id, payment_id))()
                    except Refusal:
                        pass
                    finally:
                        db.session.rollback()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(one, [seed * 100 + number for number in range(HANDS)]))
    come_to_rest(till)
    assert rows("SELECT last_error FROM delivery WHERE state = 'parked'") == []
    assert check_books().differences == ()
    sums = till.books()["sums"]
    assert balance("stripe:pending") + balance("stripe:available") == sums["available"] + sums["pending"]
    assert rows(DRIFT) == []
    assert rows(UNLIKELY) == []
    assert rows("SELECT 1 FROM payment WHERE wanted IS NOT NULL") == []
    db.session.rollback()


def come_to_rest(till: Till) -> None:
    for _ in range(3):
        with transaction():
            execute("UPDATE delivery SET available_at = clock_timestamp(), lease_until = clock_timestamp()")
            execute("UPDATE payment SET tried_at = clock_timestamp() - interval '5 minutes'")
        drain()
        poll_payments()
        settle_balances()
    till.stand_in.control("clock", advance=int(timedelta(days=1).total_seconds()))


# Counters of stock that their reservations do not explain (I2).
DRIFT = """
SELECT s.id, s.reserved, s.sold FROM stock s LEFT JOIN reservation r ON r.stock_id = s.id
GROUP BY s.id HAVING s.reserved <> coalesce(sum(r.quantity) FILTER (WHERE r.state = 'live'), 0)
    OR s.sold <> coalesce(sum(r.quantity) FILTER (WHERE r.state = 'consumed'), 0)
"""
# States of order and payment that must not stand together (DECISIONS 3), or a mirror that differs.
UNLIKELY = """
SELECT o.number, o.state, o.payment_state, p.state FROM orders o JOIN payment p ON p.order_id = o.id
WHERE o.payment_state <> p.state
   OR (o.state IN ('confirmed', 'packing', 'ready', 'collected', 'not_collected')
       AND p.state NOT IN ('authorized', 'captured', 'partially_refunded', 'refunded'))
   OR (o.state IN ('expired', 'cancelled') AND p.state NOT IN ('none', 'failed', 'cancelled', 'refunded'))
   OR (o.state IN ('ready', 'collected') AND p.state = 'authorized')
"""
