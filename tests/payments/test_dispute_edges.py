"""Disputes that go other ways: inquiries, debits, a part of the payment, a second round, and the mail about them."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.checkout.cancel_order import cancel_order
from marketplace.kernel.database import db, execute, rows, scalar, transaction
from marketplace.notifications.letters import letter_of
from marketplace.notifications.models import Notification
from marketplace.payments.refund import refund_amount
from marketplace.people.models import Account, Membership
from tests.factories.paid import Till, balance, drain, fresh, paid, payment
from tests.factories.small_market import SmallMarket, small_market
from tests.payments.dispute_steps import FEE, borne_by_farms, charge, collected, decided, opened, proved, states, tell
from tests.payments.provider_books import bank_asks, bank_goes_on


def test_an_inquiry_takes_nothing_and_stops_no_refund(till: Till, market: SmallMarket) -> None:
    order = collected(till, market, {"kale": 2})
    asked = bank_asks(till, charge())
    tell(asked)
    assert states() == [("warning", "general", 0, "market")]
    assert balance("disputes:held") == 0
    refund_amount(order.id, 100, "Bruch", "market")
    drain()
    assert payment(order).refunded_cents == 100
    tell(bank_goes_on(till, asked["id"], "warning_closed"))
    assert states()[0][0] == "won"
    assert rows("SELECT closed_at IS NOT NULL AS closed FROM dispute")[0].closed
    db.session.rollback()
    proved(till)


def test_an_inquiry_that_becomes_a_dispute(till: Till, market: SmallMarket) -> None:
    collected(till, market, {"kale": 2})
    asked = bank_asks(till, charge())
    tell(asked)
    tell(bank_goes_on(till, asked["id"], "needs_response", -680, 2000), "charge.dispute.funds_withdrawn")
    assert states()[0][:3] == ("needs_response", "general", 680)
    tell(bank_goes_on(till, asked["id"], "under_review"), "charge.dispute.updated")
    assert states()[0][0] == "under_review"
    tell(bank_goes_on(till, asked["id"], "lost"), "charge.dispute.closed")
    assert (balance("disputes:held"), balance(f"market:{market.market}:commission")) == (0, 680)
    proved(till)


def test_a_debit_is_lost_at_once(till: Till, market: SmallMarket) -> None:
    """The bank of a debit asks nobody (https://docs.stripe.com/payments/sepa-debit)."""
    borne_by_farms(market)
    collected(till, market, {"kale": 2})
    tell(bank_asks(till, charge(), status="lost", takes=680))
    assert states() == [("lost", "general", 680, "farm")]
    assert balance(f"farm:{market.farms['field']}:payable") == 0
    kinds = rows("SELECT kind FROM ledger_txn WHERE source_type = 'dispute' ORDER BY id")
    assert [row.kind for row in kinds] == ["dispute_withdrawn", "dispute_lost"]
    db.session.rollback()
    proved(till)


def test_a_part_of_the_payment(till: Till, market: SmallMarket) -> None:
    borne_by_farms(market)
    collected(till, market, {"kale": 2, "milk": 1})  # 680 and 204
    tell(bank_asks(till, charge(), status="lost", takes=101))
    field, dairy = (balance(f"farm:{market.farms[name]}:payable") for name in ("field", "dairy"))
    assert field + dairy == -(680 + 204 - 101)
    assert (field, dairy) == (-680 + 78, -204 + 23)  # 101 by largest remainder
    proved(till)


def test_a_fee_that_comes_back_with_the_money(till: Till, market: SmallMarket) -> None:
    collected(till, market, {"kale": 2})
    fees = balance("stripe:fees")
    dispute = opened(till)
    tell(bank_goes_on(till, dispute["id"], "won", 680, -FEE), "charge.dispute.closed")
    assert balance("stripe:fees") == fees
    assert balance("disputes:held") == 0
    proved(till)


def test_closed_before_the_money_is_back(till: Till, market: SmallMarket) -> None:
    collected(till, market, {"kale": 2})
    dispute = opened(till)
    tell(bank_goes_on(till, dispute["id"], "won"), "charge.dispute.closed")
    assert (states()[0][0], balance("disputes:held")) == ("won", 680)
    tell(bank_goes_on(till, dispute["id"], "won", 680), "charge.dispute.funds_reinstated")
    assert (states()[0][2], balance("disputes:held")) == (0, 0)
    proved(till)


def test_lost_stays_lost_and_money_that_comes_all_the_same_is_whose_loss_it_was(
    till: Till, market: SmallMarket
) -> None:
    collected(till, market, {"kale": 2})
    dispute = opened(till)
    decided(till, dispute, won=False)
    tell(bank_goes_on(till, dispute["id"], "won", 680), "charge.dispute.funds_reinstated")
    assert states()[0][0] == "lost"
    assert (balance("disputes:held"), balance(f"market:{market.market}:commission")) == (0, 0)
    proved(till)


def test_more_than_was_left_of_a_cancelled_order_is_the_markets(till: Till, settings: object) -> None:
    """Refunded in part already, cancelled, and the bank takes the whole payment: the rest of it nobody has."""
    market = small_market(days_ahead=9)
    borne_by_farms(market)
    order = paid(till, market, {"kale": 2})
    refund_amount(order.id, 200, "Bruch", "farm")
    drain()
    dispute = bank_asks(till, charge(), status="needs_response", takes=680)
    tell(dispute)
    cancel_order(order.id)
    drain()
    tell(bank_goes_on(till, dispute["id"], "lost"), "charge.dispute.closed")
    drain()
    assert fresh(order).payment_state == "refunded"
    assert (balance("customer:clearing"), balance(f"market:{market.market}:commission")) == (0, 200)
    assert balance(f"farm:{market.farms['field']}:payable") == 0
    proved(till)


def test_two_disputes_of_one_payment(till: Till, market: SmallMarket) -> None:
    collected(till, market, {"kale": 2})
    first = bank_asks(till, charge(), status="needs_response", takes=100)
    second = bank_asks(till, charge(), status="needs_response", takes=200)
    for one in (second, first):
        tell(one)
    assert balance("disputes:held") == 300
    tell(bank_goes_on(till, first["id"], "won", 100))
    tell(bank_goes_on(till, second["id"], "lost"))
    assert (balance("disputes:held"), balance(f"market:{market.market}:commission")) == (0, 200)
    proved(till)


def operator(market: SmallMarket, email: str, role: str = "operator") -> None:
    with transaction():
        account = Account(email=email, email_key=email, name=email)
        db.session.add(account)
        db.session.flush()
        db.session.add(Membership(account_id=account.id, role=role, market_id=market.market))


def letters(kind: str) -> list[Any]:
    found = db.session.query(Notification).filter_by(kind=kind).order_by(Notification.recipient).all()
    made = [(one.recipient, letter_of(one)) for one in found]
    db.session.rollback()
    return made


@pytest.mark.parametrize(("won", "words"), [(True, "gewonnen"), (False, "verloren")])
def test_the_operators_of_the_market_are_told(till: Till, market: SmallMarket, won: bool, words: str) -> None:
    operator(market, "ruth@example.org")
    operator(market, "bernd@example.org", "approver")
    operator(small_market(slug="zweiter"), "fremd@example.org")
    order = collected(till, market, {"kale": 2})
    dispute = opened(till)
    tell(dispute)
    drain()
    [(recipient, letter)] = letters("dispute_opened")
    due = rows("SELECT evidence_due_by AT TIME ZONE 'Europe/Berlin' AS due FROM dispute")[0].due
    db.session.rollback()
    assert recipient == "ruth@example.org"
    assert order.number in letter.subject
    assert any(f"{due.day}." in text and "Abholcode" in text for text in letter.paragraphs)
    assert "6,80" in letter.rows[0].amount
    decided(till, dispute, won=won, times=2)
    [(recipient, letter)] = letters("dispute_closed")
    assert recipient == "ruth@example.org" and words in letter.subject


def test_the_setting_of_the_day_it_opened_holds(till: Till, market: SmallMarket) -> None:
    collected(till, market, {"kale": 2})
    dispute = opened(till)
    borne_by_farms(market)
    decided(till, dispute, won=False)
    assert states()[0][3] == "market"
    assert balance(f"market:{market.market}:commission") == 680


def test_the_database_refuses_a_way_back(till: Till, market: SmallMarket) -> None:
    collected(till, market, {"kale": 2})
    decided(till, opened(till), won=False)
    with pytest.raises(Exception, match="no step of dispute"), transaction():
        execute("UPDATE dispute SET state = 'won'")
    assert states()[0][0] == "lost"
    assert scalar("SELECT count(*) FROM audit WHERE object LIKE 'dispute:%'") > 0
    db.session.rollback()
