"""Two attempts to pay one order, both paid: whoever comes first, the order has its money once, and never none."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.checkout.cancel_order import cancel_order
from marketplace.kernel.database import db, rows, transaction
from marketplace.orders.steps import lock_order
from marketplace.payments.request import add_payment, open_session
from marketplace.payments.settle import settle
from tests.factories.paid import Till, drain, fresh, placed
from tests.factories.small_market import SmallMarket, small_market
from tests.payments.test_card import expire, pack
from tests.payments.test_edges import proven


def second(order: Any, *, capture_later: bool) -> int:
    """A second attempt with a page of its own beside the first, as after an answer that was lost."""
    with transaction():
        attempt_id = add_payment(lock_order(order.id), capture_later=capture_later).id
    assert open_session(attempt_id)
    return int(attempt_id)


def pay_both(till: Till, order: Any, *, capture_later: bool) -> list[int]:
    """Ids of both attempts, the older first; nobody is told."""
    second(order, capture_later=capture_later)
    found = rows("SELECT id, session_ref FROM payment WHERE order_id = :id ORDER BY id", id=order.id)
    db.session.rollback()
    for row in found:
        till.stand_in.order("pay", session=row.session_ref)
    return [row.id for row in found]


@pytest.mark.parametrize("older_first", [True, False])
def test_two_holds(till: Till, market: SmallMarket, older_first: bool) -> None:
    order = placed(market, {"kale": 1})
    ids = pay_both(till, order, capture_later=True)
    for payment_id in ids if older_first else reversed(ids):
        settle(payment_id)
    drain()
    assert (fresh(order).state, fresh(order).payment_state) == ("confirmed", "authorized")
    assert sorted(intent["status"] for intent in till.intents()) == ["canceled", "requires_capture"]
    pack(order.id)
    drain()
    assert fresh(order).payment_state == "captured"
    proven(till)


@pytest.mark.parametrize("older_first", [True, False])
def test_two_captures(till: Till, older_first: bool) -> None:
    order = placed(small_market(days_ahead=9), {"kale": 1})
    ids = pay_both(till, order, capture_later=False)
    for payment_id in ids if older_first else reversed(ids):
        settle(payment_id)
    drain()
    assert (fresh(order).state, fresh(order).payment_state) == ("confirmed", "captured")
    assert sum(row.amount_cents for row in rows("SELECT amount_cents FROM refund")) == 340
    db.session.rollback()
    proven(till)


@pytest.mark.parametrize("refunded_before", [True, False])
@pytest.mark.parametrize("days_ahead", [3, 9])
def test_both_too_late_and_the_goods_are_back_for_the_second(
    till: Till, days_ahead: int, refunded_before: bool
) -> None:
    """The first came while all was sold and goes back; the second came when there was some again."""
    market = small_market(capacity=1, days_ahead=days_ahead)
    order = placed(market, {"kale": 1})
    ids = pay_both(till, order, capture_later=days_ahead == 3)
    expire(order.id)
    other = placed(market, {"kale": 1})
    settle(ids[0])
    assert fresh(order).state == "expired"
    if refunded_before:
        drain()
    cancel_order(other.id)
    settle(ids[1])
    drain()
    now = fresh(order)
    with_money = [
        row.state
        for row in rows("SELECT state FROM payment WHERE order_id = :id", id=order.id)
        if row.state in ("authorized", "captured")
    ]
    db.session.rollback()
    assert len(with_money) == (1 if now.state == "confirmed" else 0)
    assert now.payment_state == (with_money[0] if with_money else now.payment_state)
    if now.state == "confirmed":
        pack(order.id)
        drain()
        assert fresh(order).payment_state == "captured"
    proven(till)
