"""Accounts of farms at the provider, asked for through the real client: papers wanted, filled in, stopped, gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from marketplace.kernel.settings import Settings
from marketplace.payouts.bank import LEFT, AccountRequest, ProviderRefused
from marketplace.payouts.connect import stage_of
from marketplace.providers.stripe_client import make_client
from marketplace.providers.stripe_transfers import StripeBank
from tests.providers.stand_in_stripe.running import KEY, Running

BACK, AGAIN = "https://markt.example/zurueck", "https://markt.example/weiter"
ASKED = AccountRequest("acct-1", 7, "Hof Brinkmöller", "brink@example.org")


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "state.db", {})
    running.control("switches", accounts_want_papers=True)
    yield running
    running.stop()


@pytest.fixture
def bank(stand_in: Running) -> StripeBank:
    return StripeBank(make_client(Settings(stripe_api_key=KEY, stripe_api_base=stand_in.url), retries=0))


def test_from_the_first_question_to_the_last_word(bank: StripeBank, stand_in: Running) -> None:
    opened = bank.open_account(ASKED)
    assert stage_of(opened) == "begin" and opened.missing
    stand_in.control("accounts", account=opened.ref, act="onboard")
    assert stage_of(bank.account(opened.ref)) == "enabled"
    stand_in.control("accounts", account=opened.ref, act="disable", reason="requirements.past_due", due=["tax_id"])
    stopped = bank.account(opened.ref)
    assert stage_of(stopped) == "disabled" and "tax_id" in stopped.missing
    stand_in.control("accounts", account=opened.ref, act="deauthorize")
    left = bank.account(opened.ref)
    assert (stage_of(left), left.disabled) == ("disabled", LEFT)


def test_a_link_leads_to_the_providers_page_and_back(bank: StripeBank, stand_in: Running) -> None:
    opened = bank.open_account(ASKED)
    links = {bank.onboarding_link(opened.ref, BACK, AGAIN) for _ in range(2)}
    assert len(links) == 2
    page = urlsplit(links.pop()).path
    assert requests.get(stand_in.url + page, timeout=10).status_code == 200


def test_no_link_for_an_account_of_nobody(bank: StripeBank) -> None:
    with pytest.raises(ProviderRefused):
        bank.onboarding_link("acct_unknown", BACK, AGAIN)
