"""A slow debit: in process for days, never expired meanwhile, freed at the cut-off, refunded when it comes too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marketplace.checkout.debit import debit_is_possible
from marketplace.checkout.expire_unpaid import expire_unpaid, free_debits_in_process
from marketplace.checkout.place_order import place_order
from marketplace.checkout.start_payment import start_payment
from marketplace.kernel import installation
from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.kernel.errors import Invalid
from marketplace.orders.steps import lock_order
from marketplace.payments.bookings import book_refund
from marketplace.payments.models import Refund
from marketplace.payments.settle import settle
from tests.factories.paid import Till, balance, drain, fresh, payment, request_for, stock_of
from tests.factories.small_market import SmallMarket, small_market

GOOD, BAD = "DE89370400440532013000", "DE62370400440532013001"
DAYS = 86_400


@pytest.fixture
def market(till: Till, monkeypatch: pytest.MonkeyPatch) -> SmallMarket:
    """A market that takes debits, pickup in three weeks."""
    offered = replace(installation.settings(), payment_methods=("card", "sepa_debit"))
    monkeypatch.setattr(installation, "settings", lambda: offered)
    return small_market(days_ahead=21)


def in_process(till: Till, market: SmallMarket, iban: str) -> Any:
    order = place_order(request_for(market, {"kale": 2}, payment_method="sepa_debit"))
    start_payment(order.id)
    till.pay(order, iban=iban)
    settle(payment(order).id)
    return fresh(order)


def test_in_process_is_held_and_never_expires(till: Till, market: SmallMarket) -> None:
    order = in_process(till, market, GOOD)
    assert (order.state, order.payment_state, order.expires_at) == ("awaiting_payment", "pending", None)
    assert rows("SELECT state, expires_at FROM reservation")[0] == ("live", None)
    assert expire_unpaid() == 0
    assert free_debits_in_process() == 0
    till.stand_in.control("clock", advance=10 * DAYS)
    assert settle(payment(order).id) == "captured"
    assert fresh(order).state == "confirmed"
    assert stock_of(market, "kale") == (10, 0, 2)


def test_a_debit_that_fails_frees_the_goods(till: Till, market: SmallMarket) -> None:
    order = in_process(till, market, BAD)
    till.stand_in.control("clock", advance=10 * DAYS)
    assert settle(payment(order).id) == "failed"
    assert expire_unpaid() == 1
    drain()
    assert fresh(order).state == "expired"
    assert fresh(order).payment_state in ("failed", "cancelled")
    assert stock_of(market, "kale") == (10, 0, 0)


def close(market: SmallMarket) -> None:
    with transaction():
        execute("UPDATE market_day SET orders_close_at = app_now() WHERE id = :id", id=market.day)
        execute("UPDATE offer SET closes_at = app_now()")


@pytest.mark.parametrize("iban", [GOOD, BAD])
def test_in_process_at_the_cut_off_is_cancelled_and_the_money_goes_back(
    till: Till, market: SmallMarket, iban: str
) -> None:
    order = in_process(till, market, iban)
    close(market)
    assert free_debits_in_process() == 1
    drain()
    assert fresh(order).state == "cancelled"
    assert stock_of(market, "kale") == (10, 0, 0)
    till.stand_in.control("clock", advance=10 * DAYS)
    from marketplace.payments.poll import poll_payments

    with transaction():
        execute("UPDATE payment SET tried_at = clock_timestamp() - interval '3 minutes'")
    poll_payments()
    drain()
    assert fresh(order).payment_state == ("refunded" if iban == GOOD else "cancelled")


def test_offered_only_when_the_money_can_be_there_in_time(till: Till, market: SmallMarket) -> None:
    soon = small_market(days_ahead=5, slug="bald")
    with pytest.raises(Invalid) as refusal:
        place_order(request_for(soon, {"kale": 1}, payment_method="sepa_debit"))
    assert "payment_method" in refusal.value.errors


def test_banking_days() -> None:
    monday = datetime(2026, 6, 8, 9, tzinfo=UTC)
    assert not debit_is_possible(monday, monday + timedelta(days=7), "Europe/Berlin")  # five: Tue to Mon
    assert debit_is_possible(monday, monday + timedelta(days=8), "Europe/Berlin")
    # Good Friday and Easter Monday (3 and 6 April 2026) are none.
    before_easter = datetime(2026, 3, 30, 9, tzinfo=UTC)
    assert not debit_is_possible(before_easter, before_easter + timedelta(days=9), "Europe/Berlin")
    assert debit_is_possible(before_easter, before_easter + timedelta(days=10), "Europe/Berlin")


def test_a_debits_refund_goes_back_through_the_provider_whatever_its_id(till: Till, market: SmallMarket) -> None:
    """The provider calls a debit's refund `pyr_…`; it is no cash of the market."""
    order = in_process(till, market, GOOD)
    till.stand_in.control("clock", advance=10 * DAYS)
    settle(payment(order).id)
    before = balance("stripe:pending")
    with transaction():
        refund = Refund(
            order_id=order.id,
            payment_id=payment(order).id,
            amount_cents=100,
            reason="Bruch",
            borne_by="market",
            provider_ref="pyr_1Example",
            created_by="provider",
        )
        db.session.add(refund)
        db.session.flush()
        book_refund(lock_order(order.id), refund)
    assert balance("stripe:pending") == before - 100
    assert balance(f"cash:{market.market}") == 0
