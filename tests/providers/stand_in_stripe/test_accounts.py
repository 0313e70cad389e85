"""Connected accounts: the provider's page, what it wants, what it stops, and who leaves."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request

import pytest
import stripe

from tests.providers.stand_in_stripe.conftest import Start
from tests.providers.stand_in_stripe.running import Receiver, Running
from tests.providers.stand_in_stripe.test_payments import books


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: object) -> None:
        """Follow nothing."""


def visit(stand_in: Running, url: str, **entries: str) -> tuple[int, str, str]:
    """(status, where it leads, text) of the provider's page, sent when there are entries."""
    data = urllib.parse.urlencode(entries).encode() if entries else None
    address = stand_in.url + urllib.parse.urlsplit(url).path
    try:
        with urllib.request.build_opener(_Stay).open(address, data, timeout=20) as answer:
            return answer.status, "", answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.headers.get("Location", ""), answer.read().decode()


def link(stand_in: Running, farm: str) -> str:
    return stand_in.v1.account_links.create(
        {
            "account": farm,
            "type": "account_onboarding",
            "return_url": "http://shop.test/hof/konto",
            "refresh_url": "http://shop.test/hof/konto/neu",
        }
    ).url


def transfer(stand_in: Running, farm: str, cents: int = 500) -> stripe.Transfer:
    return stand_in.v1.transfers.create({"amount": cents, "currency": "eur", "destination": farm})


@pytest.fixture
def strict(stand_in: Running) -> Running:
    """Accounts are active only after the onboarding."""
    stand_in.order("switches", accounts_want_papers=True)
    return stand_in


def test_active_at_once_unless_papers_are_wanted(stand_in: Running) -> None:
    assert stand_in.v1.accounts.retrieve(stand_in.farm()).payouts_enabled
    stand_in.order("switches", accounts_want_papers=True)
    account = stand_in.v1.accounts.retrieve(stand_in.farm())
    assert (account.details_submitted, account.payouts_enabled, account.charges_enabled) == (False, False, False)
    assert account.capabilities.transfers == "inactive"
    assert account.requirements.disabled_reason == "requirements.past_due" and account.requirements.currently_due


def test_a_farm_fills_in_the_page(strict: Running) -> None:
    farm = strict.farm()
    strict.paid(5000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        transfer(strict, farm)
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    url = link(strict, farm)
    status, _, text = visit(strict, url)
    assert status == 200 and 'for="iban"' in text
    assert visit(strict, url)[:2] == (303, "http://shop.test/hof/konto/neu")  # it opens once
    status, _, text = visit(strict, url, name="Hof", iban=" ")
    assert status == 422 and "Bitte füllen Sie dieses Feld aus." in text
    assert not strict.v1.accounts.retrieve(farm).payouts_enabled
    assert visit(strict, url, name="Hof", iban="DE89370400440532013000")[:2] == (303, "http://shop.test/hof/konto")
    account = strict.v1.accounts.retrieve(farm)
    assert account.payouts_enabled and account.details_submitted and account.requirements.currently_due == []
    assert transfer(strict, farm).amount == 500
    assert visit(strict, url, name="Hof", iban="x")[:2] == (303, "http://shop.test/hof/konto/neu")


def test_later_and_too_late(strict: Running) -> None:
    farm = strict.farm()
    url = link(strict, farm)
    visit(strict, url)
    assert visit(strict, url, later="1")[:2] == (303, "http://shop.test/hof/konto")
    old = link(strict, farm)
    strict.order("clock", advance=301)
    assert visit(strict, old)[:2] == (303, "http://shop.test/hof/konto/neu")
    assert visit(strict, "http://x/c/onboarding/nobody")[0] == 404
    assert not strict.v1.accounts.retrieve(farm).details_submitted


def test_a_link_wants_an_account_and_addresses(stand_in: Running) -> None:
    farm = stand_in.farm()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand_in.v1.account_links.create({"account": farm, "type": "account_onboarding", "return_url": "http://a.b"})
    assert refused.value.param == "refresh_url"
    with pytest.raises(stripe.InvalidRequestError):
        link(stand_in, "acct_none")


def test_the_provider_stops_and_frees_an_account(start: Start, receiver: Receiver) -> None:
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)
    farm = stand_in.farm()
    stopped = stand_in.order("accounts", account=farm, act="disable", reason="rejected.other", due=["tos_acceptance"])
    assert (stopped["requirements"]["disabled_reason"], stopped["payouts_enabled"]) == ("rejected.other", False)
    stand_in.paid(2500)
    with pytest.raises(stripe.InvalidRequestError):
        transfer(stand_in, farm)
    stand_in.order("accounts", account=farm, act="enable")
    assert transfer(stand_in, farm).amount == 500
    receiver.wait(lambda got: receiver.types().count("account.updated") == 2, "both changes")


def test_a_farm_that_leaves_is_unknown(start: Start, receiver: Receiver) -> None:
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)
    farm = stand_in.farm()
    stand_in.paid(2500)
    stand_in.order("accounts", account=farm, act="deauthorize")
    with pytest.raises(stripe.PermissionError) as refused:
        stand_in.v1.accounts.retrieve(farm)
    assert refused.value.error.code == "account_invalid"
    with pytest.raises(stripe.PermissionError):
        stand_in.v1.balance.retrieve({}, {"stripe_account": farm})
    with pytest.raises(stripe.InvalidRequestError):
        transfer(stand_in, farm)
    receiver.wait(lambda got: "account.application.deauthorized" in receiver.types(), "the news")
    body, header = receiver.got[receiver.types().index("account.application.deauthorized")]
    event = stripe.Webhook.construct_event(body, header, "whsec_standin")
    assert (event.account, event.data.object["object"]) == (farm, "application")


def test_a_farms_own_balance_and_payouts(stand_in: Running) -> None:
    farm = stand_in.farm()
    stand_in.paid(2500)
    moved = transfer(stand_in, farm, 1200)

    def available() -> int:
        return stand_in.v1.balance.retrieve({}, {"stripe_account": farm}).available[0].amount

    assert available() == 1200
    payout = stand_in.order("payouts", account=farm)["payout"]
    assert (payout["amount"], available()) == (1200, 0)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand_in.v1.transfers.reversals.create(moved.id, {"amount": 1000})
    assert refused.value.code == "balance_insufficient" and available() == 0
    failed = stand_in.order("payouts/fail", account=farm, payout=payout["id"], code="invalid_account_number")
    assert failed["failure_code"] == "invalid_account_number" and available() == 1200
    stand_in.v1.transfers.reversals.create(moved.id, {"amount": 1000})
    assert available() == 200
    stand_in.order("payouts", account=farm)
    stand_in.order("switches", reversals_overdraw=True)
    stand_in.v1.transfers.reversals.create(moved.id)
    assert available() == -200
    assert books(stand_in)["by_type"]["transfer_refund"] == 1200
