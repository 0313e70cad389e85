"""Disputes, payouts that came back, fees without an order, refunds by hand: found and booked though nobody told us."""

from __future__ import annotations

from collections.abc import Callable

from marketplace.kernel.database import db, rows
from marketplace.payouts.check_books import check_books
from marketplace.reconciliation.run import reconcile
from tests.factories.paid import Till, balance, payment
from tests.factories.small_market import SmallMarket, small_market
from tests.payments.dispute_steps import charge, collected, opened
from tests.payments.provider_books import bank_asks, bank_goes_on, payout_comes_back, provider_books
from tests.payments.test_bank_payouts import pay_out

Agree = Callable[[], None]


def mended() -> None:
    """Compared twice: all is explained the first time, nothing is left to do the second."""
    db.session.rollback()
    found = reconcile()
    assert {name: found[name] for name in found if name != "repaired"} == {
        "missing_in_ledger": [],
        "missing_at_provider": [],
        "differs": [],
        "orders": [],
    }
    assert found["repaired"]
    assert reconcile()["repaired"] == []
    assert check_books().differences == ()


def test_a_dispute_of_which_nobody_told_us(till: Till, market: SmallMarket, agree: Agree) -> None:
    collected(till, market, {"kale": 2})
    dispute = opened(till, heard=False)
    mended()
    assert balance("disputes:held") == 680
    till.stand_in.order("disputes", dispute=dispute["id"], won=True)
    mended()
    assert rows("SELECT state FROM dispute")[0].state == "won"
    assert balance("disputes:held") == 0


def test_one_that_takes_twice(till: Till, market: SmallMarket, agree: Agree) -> None:
    collected(till, market, {"kale": 2})
    dispute = bank_asks(till, charge(), status="needs_response", takes=300)
    mended()
    bank_goes_on(till, dispute["id"], "needs_response", -100)
    mended()
    assert balance("disputes:held") == 400


def test_a_refund_by_hand_of_which_nobody_told_us(till: Till, market: SmallMarket, agree: Agree) -> None:
    order = collected(till, market, {"kale": 2})
    till.stand_in.v1.refunds.create({"payment_intent": payment(order).provider_ref, "amount": 200})
    mended()
    assert payment(order).refunded_cents == 200


def test_fees_of_several_markets(till: Till, market: SmallMarket, agree: Agree) -> None:
    other = small_market(slug="zweiter")
    collected(till, market, {"kale": 2})
    collected(till, other, {"kale": 1})
    provider_books(till, "stripe_fee", -100)
    provider_books(till, "topup", 5000, "tu_1")
    mended()
    assert balance(f"bank:{market.market}") + balance(f"bank:{other.market}") == -5000


def test_a_payout_that_came_back(till: Till, market: SmallMarket, agree: Agree) -> None:
    collected(till, market, {"kale": 2})
    payout = pay_out(till)
    payout_comes_back(till, payout["id"])
    mended()
    assert balance(f"bank:{market.market}") == 0
