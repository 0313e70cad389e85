"""A payout to the bank that failed or was called off: reversed in our books, once, and paid out again later."""

from __future__ import annotations

import pytest

from marketplace.kernel.database import db, rows, scalar
from marketplace.payments.poll import settle_balances
from marketplace.payouts.check_books import check_books
from tests.factories.paid import Till, balance
from tests.factories.small_market import SmallMarket, small_market
from tests.payments.provider_books import payout_comes_back
from tests.payments.test_bank_payouts import pay_out, sold, tell
from tests.payments.test_refunds import agree


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_reversed_once_and_paid_out_again(till: Till, market: SmallMarket, status: str) -> None:
    other = small_market(slug="zweiter")
    sold(till, market, 2)
    sold(till, other, 1)
    payout = pay_out(till)
    tell(payout, "payout.paid")
    payout_comes_back(till, payout["id"], status)
    for kind in ("payout.failed", "payout.updated"):
        tell(payout, kind)
    assert (balance(f"bank:{market.market}"), balance(f"bank:{other.market}")) == (0, 0)
    assert balance("stripe:available") == payout["amount"]
    posted = rows("SELECT kind, reverses_id IS NOT NULL FROM ledger_txn WHERE source_type = 'payout' ORDER BY id")
    assert [tuple(row) for row in posted] == [("payout", False), ("payout_failure", True)]
    db.session.rollback()
    agree(till)
    second = till.stand_in.order("payouts")["payout"]
    tell(second, "payout.created")
    settle_balances()
    assert balance("stripe:available") == 0
    assert balance(f"bank:{market.market}") + balance(f"bank:{other.market}") == payout["amount"]
    db.session.rollback()
    assert check_books().differences == ()
    agree(till)


def test_heard_of_only_when_it_had_come_back(till: Till, market: SmallMarket) -> None:
    sold(till, market, 1)
    payout = pay_out(till)
    payout_comes_back(till, payout["id"])
    tell(payout, "payout.failed")
    assert scalar("SELECT count(*) FROM ledger_txn WHERE source_type = 'payout'") == 2
    assert balance(f"bank:{market.market}") == 0
    db.session.rollback()
    assert check_books().differences == ()
    agree(till)
