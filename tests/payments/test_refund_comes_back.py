"""Refunds that the provider could not carry out after all, and refunds whose answer was lost a day ago."""

from __future__ import annotations

from marketplace.checkout.cancel_order import cancel_order
from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.payments.hear import hear
from marketplace.payments.poll import poll_payments, settle_balances
from marketplace.payments.refund import refund_amount, refund_lines
from marketplace.payments.settle import settle
from marketplace.payouts.check_books import check_books
from tests.factories.paid import Till, balance, drain, fresh, paid, payment, placed
from tests.factories.small_market import SmallMarket, small_market
from tests.payments.test_card import collect, pack
from tests.payments.test_refunds import agree, line_of

REFUND_FAILS = "4000000000005126"
REFUND_PENDING = "4000000000007726"
DAYS = 86_400


def paid_with(till: Till, market: SmallMarket, card: str) -> int:
    """A collected order of two kale, 680 cents."""
    order = placed(market, {"kale": 2})
    till.pay(order, card=card)
    settle(payment(order).id)
    pack(order.id)
    drain()
    collect(order.id)
    return order.id


def tell(kind: str) -> None:
    """The provider's event about the only refund."""
    ref = rows("SELECT provider_ref FROM refund")[0].provider_ref
    found = rows("SELECT provider_ref FROM payment")[0].provider_ref
    db.session.rollback()
    assert hear(kind, {"id": ref, "object": "refund", "payment_intent": found})


def test_a_refund_that_failed_is_taken_back_in_the_books_and_can_be_made_again(till: Till, market: SmallMarket) -> None:
    order_id = paid_with(till, market, REFUND_FAILS)
    refund_lines(order_id, [(line_of(order_id, "kale"), 1)], "welk", "farm")
    drain()
    till.stand_in.control("clock", advance=20 * DAYS)
    for _ in range(2):
        tell("refund.failed")
    settle_balances()
    order = fresh(rows("SELECT id FROM orders")[0])
    assert (order.payment_state, payment(order).refunded_cents) == ("captured", 0)
    assert (order.lines[0].refunded_quantity, order.lines[0].refunded_cents) == (0, 0)
    assert rows("SELECT state FROM refund")[0].state == "failed"
    assert balance(f"farm:{market.farms['field']}:payable") == -680
    assert check_books().differences == ()
    agree(till)
    refund_lines(order_id, [(line_of(order_id, "kale"), 2)], "welk", "farm")
    drain()
    assert fresh(order).payment_state == "refunded"
    agree(till)


def test_a_refund_of_all_that_failed(till: Till, market: SmallMarket) -> None:
    order = placed(market, {"kale": 2})
    till.pay(order, card=REFUND_FAILS)
    settle(payment(order).id)
    pack(order.id)
    drain()
    cancel_order(order.id, by_office=True)
    drain()
    assert fresh(order).payment_state == "refunded"
    till.stand_in.control("clock", advance=20 * DAYS)
    tell("refund.updated")
    settle_balances()
    assert fresh(order).payment_state == "captured"
    assert balance("customer:clearing") == -680
    assert check_books().differences == ()
    agree(till)


def test_a_refund_on_its_way_is_booked_once(till: Till, market: SmallMarket) -> None:
    order_id = paid_with(till, market, REFUND_PENDING)
    refund_amount(order_id, 100, "", "market")
    drain()
    agree(till)
    till.stand_in.control("clock", advance=20 * DAYS)
    tell("refund.updated")
    settle_balances()
    assert rows("SELECT state FROM refund")[0].state == "done"
    agree(till)


def test_a_key_that_the_provider_has_forgotten_refunds_nothing_twice(till: Till, market: SmallMarket) -> None:
    order_id = paid_with(till, market, "4242424242424242")
    refund_amount(order_id, 100, "", "market")
    till.stand_in.control("faults", kind="drop", moment="after", count=1, method="POST", path="/v1/refunds")
    assert drain()["again"] == 1
    till.stand_in.control("clock", advance=2 * DAYS)  # keys live for a day
    with transaction():
        execute("UPDATE delivery SET available_at = clock_timestamp()")
        execute("UPDATE refund SET created_at = app_now() - interval '2 days'")
    drain()
    assert len(till.books()["refunds"]) == 1
    assert payment(fresh(rows("SELECT id FROM orders")[0])).refunded_cents == 100
    agree(till)


def test_a_charge_whose_row_of_the_books_was_late_is_asked_for(till: Till, market: SmallMarket) -> None:
    order = paid(till, market, {"kale": 1})
    pack(order.id)
    drain()
    with transaction():
        execute("DELETE FROM balance_transaction")
        execute("UPDATE payment SET tried_at = clock_timestamp() - interval '3 minutes'")
    poll_payments()
    assert len(rows("SELECT id FROM balance_transaction")) == 1


def test_a_farms_refund_and_the_rest_of_a_cancelled_order_come_back(till: Till, settings: object) -> None:
    """What the customer should have got is the customer's, not the farm's."""
    market = small_market(days_ahead=9)
    order = placed(market, {"kale": 2})
    till.pay(order, card=REFUND_FAILS)
    settle(payment(order).id)
    refund_lines(order.id, [(line_of(order.id, "kale"), 1)], "welk", "farm")
    drain()
    cancel_order(order.id)
    drain()
    assert fresh(order).payment_state == "refunded"
    till.stand_in.control("clock", advance=20 * DAYS)
    found = payment(order).provider_ref
    refs = [row.provider_ref for row in rows("SELECT provider_ref FROM refund ORDER BY id")]
    db.session.rollback()
    for ref in refs:
        hear("refund.failed", {"id": ref, "object": "refund", "payment_intent": found})
    settle_balances()
    assert (fresh(order).payment_state, payment(order).refunded_cents) == ("captured", 0)
    assert balance(f"farm:{market.farms['field']}:payable") == 0
    assert balance("customer:clearing") == -680
    assert check_books().differences == ()
    agree(till)


def test_what_comes_back_of_a_cancelled_order_again_and_again_is_a_persons(till: Till, market: SmallMarket) -> None:
    """A card that takes no money back: a few tries, then the office sends it once more, and nobody bears it."""
    order = placed(market, {"kale": 2})
    till.pay(order, card=REFUND_FAILS)
    settle(payment(order).id)
    pack(order.id)
    drain()
    cancel_order(order.id, by_office=True)
    drain()
    for _ in range(5):
        till.stand_in.control("clock", advance=20 * DAYS)
        ref = rows("SELECT provider_ref FROM refund ORDER BY id DESC LIMIT 1")[0].provider_ref
        found = payment(order).provider_ref
        assert hear("refund.failed", {"id": ref, "object": "refund", "payment_intent": found})
        settle(payment(order).id)
        drain()
    assert [row.state for row in rows("SELECT state FROM refund")] == ["failed"] * 3
    db.session.rollback()
    assert (fresh(order).payment_state, balance("customer:clearing")) == ("captured", -680)
    refund_amount(order.id, 680, "Noch einmal", "market")
    drain()
    settle_balances()
    assert (fresh(order).payment_state, balance("customer:clearing")) == ("refunded", 0)
    assert balance(f"market:{market.market}:commission") == 0
    assert check_books().differences == ()
    agree(till)
