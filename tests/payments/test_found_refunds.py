"""Refunds that somebody made in the provider's dashboard, and ours whose answer nobody saw."""

from __future__ import annotations

from typing import Any

from marketplace.checkout.cancel_order import cancel_order
from marketplace.kernel.database import db, rows, scalar
from marketplace.payments.hear import hear
from marketplace.payments.refund import refund_amount
from marketplace.payments.settle import settle
from tests.factories.paid import Till, balance, drain, fresh, paid, payment, placed
from tests.factories.small_market import SmallMarket, small_market
from tests.payments.dispute_steps import collected, proved
from tests.payments.test_card import collect, pack

REFUND_FAILS = "4000000000005126"


def by_hand(till: Till, order: Any, cents: int) -> dict[str, Any]:
    """In the dashboard; not heard yet."""
    found: dict[str, Any] = till.stand_in.v1.refunds.create(
        {"payment_intent": payment(order).provider_ref, "amount": cents}
    ).to_dict()
    db.session.rollback()
    return found


def told(order: Any, refund: dict[str, Any], kind: str = "refund.created") -> None:
    about = (
        {"id": payment(order).charge_ref, "object": "charge", "payment_intent": refund["payment_intent"]}
        if kind == "charge.refunded"
        else refund
    )
    db.session.rollback()
    assert hear(kind, about)


def test_is_a_refund_of_ours_and_the_markets_loss(till: Till, market: SmallMarket) -> None:
    order = collected(till, market, {"kale": 2})
    refund = by_hand(till, order, 200)
    for kind in ("charge.refunded", "refund.created", "refund.updated", "charge.refunded"):
        told(order, refund, kind)
    found = rows("SELECT state, amount_cents, created_by, borne_by, provider_ref FROM refund")
    assert [tuple(row) for row in found] == [("done", 200, "provider", "market", refund["id"])]
    db.session.rollback()
    assert (fresh(order).payment_state, payment(order).refunded_cents) == ("partially_refunded", 200)
    assert balance(f"market:{market.market}:commission") == 200
    proved(till)


def test_two_equal_ones_are_two(till: Till, market: SmallMarket) -> None:
    order = collected(till, market, {"kale": 2})
    first, second = by_hand(till, order, 100), by_hand(till, order, 100)
    told(order, second, "charge.refunded")
    told(order, first)
    assert scalar("SELECT sum(amount_cents) FROM refund WHERE state = 'done'") == 200
    proved(till)


def test_of_an_order_without_goods_nobody_bears_it_and_ours_is_needless(till: Till, settings: object) -> None:
    """The office cancelled, and was quicker at the provider than our worker."""
    market = small_market(days_ahead=9)
    order = paid(till, market, {"kale": 2})
    cancel_order(order.id)
    by_hand(till, order, 680)
    drain()
    found = rows("SELECT state, borne_by, created_by FROM refund ORDER BY state")
    assert [(row.state, row.borne_by) for row in found] == [("done", "clearing"), ("failed", "clearing")]
    db.session.rollback()
    assert scalar("SELECT count(*) FROM delivery WHERE state = 'parked'") == 0
    assert fresh(order).payment_state == "refunded"
    assert balance("customer:clearing") == 0
    assert len(till.books()["refunds"]) == 1
    proved(till)


def test_ours_whose_answer_was_lost_is_taken_for_ours(till: Till, market: SmallMarket) -> None:
    order = collected(till, market, {"kale": 2})
    refund_amount(order.id, 100, "Bruch", "farm")
    till.stand_in.control("faults", kind="drop", moment="after", count=1, method="POST", path="/v1/refunds")
    assert drain()["again"] == 1
    made = till.books()["refunds"][0]
    told(order, made)
    found = rows("SELECT state, borne_by, provider_ref FROM refund")
    assert [tuple(row) for row in found] == [("done", "farm", made["id"])]
    db.session.rollback()
    drain()
    assert len(till.books()["refunds"]) == 1
    proved(till)


def test_one_by_hand_that_comes_back(till: Till, market: SmallMarket) -> None:
    order = placed(market, {"kale": 2})
    till.pay(order, card=REFUND_FAILS)
    settle(payment(order).id)
    pack(order.id)
    drain()
    collect(order.id)
    refund = by_hand(till, order, 300)
    told(order, refund)
    till.stand_in.control("clock", advance=20 * 86_400)
    for _ in range(2):
        told(order, refund, "refund.failed")
    assert rows("SELECT state FROM refund")[0].state == "failed"
    assert (fresh(order).payment_state, payment(order).refunded_cents) == ("captured", 0)
    assert balance(f"market:{market.market}:commission") == 0
    proved(till)


def test_first_heard_of_when_it_had_come_back(till: Till, market: SmallMarket) -> None:
    order = placed(market, {"kale": 2})
    till.pay(order, card=REFUND_FAILS)
    settle(payment(order).id)
    pack(order.id)
    drain()
    collect(order.id)
    refund = by_hand(till, order, 300)
    till.stand_in.control("clock", advance=20 * 86_400)
    told(order, refund, "refund.failed")
    assert rows("SELECT state FROM refund")[0].state == "failed"
    assert balance(f"market:{market.market}:commission") == 0
    proved(till)


def test_a_hold_that_was_let_go_in_part_is_no_refund(till: Till, market: SmallMarket) -> None:
    till.stand_in.control("switches", releases_as_refunds=True)
    order = paid(till, market, {"kale": 2})
    pack(order.id, "kale", 300)
    drain()
    shown = till.books()["refunds"]
    assert len(shown) == 1
    hear("refund.created", shown[0])
    hear("charge.refunded", {"id": payment(order).charge_ref, "payment_intent": shown[0]["payment_intent"]})
    assert scalar("SELECT count(*) FROM refund") == 0
    assert payment(order).refunded_cents == 0
    proved(till)
