"""Transfers taken back, and what a farm's account holds, through the official client."""

from __future__ import annotations

import pytest

from marketplace.payouts.bank import AccountRequest, ProviderRefused
from marketplace.providers.stripe_transfers import StripeBank
from tests.providers.stand_in_stripe.running import Running
from tests.providers.test_stripe_transfers import bank, request, stand_in

__all__ = ["bank", "stand_in"]


def transferred(bank: StripeBank, stand_in: Running) -> tuple[str, str]:
    """(account, transfer) of 1000 cents."""
    account = bank.open_account(AccountRequest("acct-1", 7, "Hof", "hof@example.org")).ref
    stand_in.v1.payment_intents.capture(stand_in.held(2500))
    return account, bank.transfer(request(account)).ref


def test_taken_back_once_a_key_and_found_by_its_intent(bank: StripeBank, stand_in: Running) -> None:
    account, transfer = transferred(bank, stand_in)
    assert bank.account_balance(account) == 1000
    made = bank.reverse(transfer, 400, "rv-1", "uuid-1")
    assert bank.reverse(transfer, 400, "rv-1", "uuid-1") == made
    assert made.balance is not None
    assert (made.amount_cents, made.intent, made.balance.kind, made.balance.net_cents) == (
        400,
        "uuid-1",
        "transfer_refund",
        400,
    )
    assert bank.reversals(transfer) == [made]
    assert bank.account_balance(account) == 600


def test_more_than_is_left_is_a_clear_no(bank: StripeBank, stand_in: Running) -> None:
    account, transfer = transferred(bank, stand_in)
    with pytest.raises(ProviderRefused):
        bank.reverse(transfer, 1001, "rv-1", "uuid-1")
    assert bank.reversals(transfer) == []
    assert bank.account_balance(account) == 1000


def test_an_account_without_the_money_says_so(bank: StripeBank, stand_in: Running) -> None:
    account, transfer = transferred(bank, stand_in)
    stand_in.v1.payouts.create({"amount": 900, "currency": "eur"}, {"stripe_account": account})
    with pytest.raises(ProviderRefused) as refused:
        bank.reverse(transfer, 1000, "rv-1", "uuid-1")
    assert refused.value.code == "balance_insufficient"
    assert bank.account_balance(account) == 100
