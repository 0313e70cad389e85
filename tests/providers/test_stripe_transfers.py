"""Paying farms through the official client, against the stand-in of the provider."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.kernel.settings import Settings
from marketplace.payouts.bank import AccountRequest, ProviderRefused, ProviderUnavailable, TransferRequest
from marketplace.providers.stripe_client import make_client
from marketplace.providers.stripe_transfers import StripeBank
from tests.providers.stand_in_stripe.running import KEY, Running


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[Running]:
    """A provider whose money is available at once."""
    running = Running(tmp_path / "state.db", {})
    yield running
    running.stop()


@pytest.fixture
def bank(stand_in: Running) -> StripeBank:
    return StripeBank(make_client(Settings(stripe_api_key=KEY, stripe_api_base=stand_in.url), retries=0))


def request(account: str, cents: int = 1000, key: str = "tr-1", intent: str = "1") -> TransferRequest:
    return TransferRequest(key, intent, "payout-run-1", account, cents, "Auszahlung 1")


def test_an_account_is_opened_once(bank: StripeBank) -> None:
    asked = AccountRequest("acct-1", 7, "Hof Brinkmöller", "brink@example.org")
    opened = bank.open_account(asked)
    assert opened.enabled and bank.open_account(asked) == opened == bank.account(opened.ref)


def test_a_transfer_is_made_once_and_found_again(bank: StripeBank, stand_in: Running) -> None:
    account = bank.open_account(AccountRequest("acct-1", 7, "Hof", "hof@example.org")).ref
    stand_in.v1.payment_intents.capture(stand_in.held(2500))
    assert bank.find_transfer(request(account)) is None
    made = bank.transfer(request(account))
    assert bank.transfer(request(account)) == made == bank.find_transfer(request(account))
    assert made.balance is not None
    assert (made.amount_cents, made.balance.kind, made.balance.net_cents, made.balance.source) == (
        1000,
        "transfer",
        -1000,
        made.ref,
    )
    assert bank.find_transfer(request(account, intent="2")) is None


def test_too_little_money_is_a_clear_no_of_its_own_kind(bank: StripeBank, stand_in: Running) -> None:
    account = bank.open_account(AccountRequest("acct-1", 7, "Hof", "hof@example.org")).ref
    with pytest.raises(ProviderRefused) as refused:
        bank.transfer(request(account))
    assert refused.value.code == "balance_insufficient"
    stand_in.v1.payment_intents.capture(stand_in.held(2500))
    # The provider keeps its answer to the old key: the next try needs a key of its own.
    with pytest.raises(ProviderRefused):
        bank.transfer(request(account))
    assert bank.transfer(request(account, key="tr-1-1")).amount_cents == 1000


def test_nobody_to_transfer_to(bank: StripeBank) -> None:
    with pytest.raises(ProviderRefused):
        bank.transfer(request("acct_nobody"))


def test_nobody_there() -> None:
    bank = StripeBank(make_client(Settings(stripe_api_key=KEY, stripe_api_base="http://127.0.0.1:9"), retries=0))
    with pytest.raises(ProviderUnavailable):
        bank.account("acct_1")
