"""What lies outside of the time that a comparison reads: known all the same, and never forgotten by a shorter look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from marketplace.kernel.clock import machine_now
from marketplace.kernel.database import execute, transaction
from marketplace.payouts.locks import unmatched_cents
from marketplace.reconciliation.last import last_result
from marketplace.reconciliation.run import reconcile
from tests.factories.paid import Till
from tests.factories.small_market import SmallMarket
from tests.payments.dispute_steps import collected, decided, opened

Agree = Callable[[], None]


def test_a_dispute_that_comes_back_weeks_after_it_was_taken(till: Till, market: SmallMarket, agree: Agree) -> None:
    """Only its last row is read; the earlier one with its fee is in the books since long."""
    collected(till, market, {"kale": 2})
    dispute = opened(till)
    till.stand_in.control("clock", advance=20 * 86_400)
    decided(till, dispute, won=True)
    back = max(row["created"] for row in till.stand_in.client.v1.balance_transactions.list({"limit": 100}).data)
    found = reconcile(datetime.fromtimestamp(back, UTC))
    assert found["differs"] == []
    assert unmatched_cents(market.market) == 0
    agree()


def test_a_short_look_does_not_clear_an_older_difference(till: Till, market: SmallMarket) -> None:
    till.stand_in.paid(700)
    reconcile()
    cents = unmatched_cents(market.market)
    assert cents > 0
    till.stand_in.control("clock", advance=9 * 86_400)
    reconcile(machine_now() + timedelta(days=8))
    assert unmatched_cents(market.market) == cents


def test_a_short_look_does_not_skip_what_was_never_compared(till: Till, market: SmallMarket) -> None:
    """Nothing was compared for a week; somebody looks at the last hour; the week is not forgotten by that."""
    reconcile()
    with transaction():
        execute("UPDATE reconciliation SET started_at = started_at - interval '7 days'")
    reconcile(machine_now() - timedelta(hours=1))
    compared = last_result()
    assert compared is not None
    assert compared.since < machine_now() - timedelta(days=8)
