"""The whole way with the real client: paid, taken back by hand at the provider, heard by webhook, booked once."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from marketplace.events import inbox
from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.kernel.settings import Settings
from marketplace.payments.poll import settle_balances
from marketplace.payouts import bank
from marketplace.payouts.approve import approve_run
from marketplace.payouts.check_books import check_books
from marketplace.payouts.draw_up import draw_up_run
from marketplace.payouts.locks import unmatched_cents
from marketplace.payouts.pay import pay_run
from marketplace.payouts.reverse_transfer import reverse_transfer
from marketplace.payouts.submit import submit_run
from marketplace.people.models import Account, Membership
from marketplace.providers.stripe_client import make_client
from marketplace.providers.stripe_transfers import StripeBank
from marketplace.reconciliation.run import reconcile
from tests.factories.paid import Till, balance, drain
from tests.factories.small_market import SmallMarket
from tests.payments.conftest import market, stand_in, till
from tests.payments.dispute_steps import collected, proved
from tests.payouts.scene import today
from tests.providers.stand_in_stripe.running import KEY

__all__ = ["market", "stand_in", "till"]


@pytest.fixture
def started(till: Till, market: SmallMarket) -> Iterator[int]:
    """The field farm's share of a sale is about to be paid to its account at the provider; the run."""
    before = bank._bank
    made = StripeBank(make_client(Settings(stripe_api_key=KEY, stripe_api_base=till.stand_in.url), retries=0))
    bank.use(made)
    collected(till, market, {"kale": 4})
    till.stand_in.control("clock", advance=20 * 86_400)
    settle_balances()
    people = []
    with transaction():
        execute("UPDATE market_day SET date = :day WHERE id = :id", day=today().replace(year=2025), id=market.day)
        execute(
            "INSERT INTO farm_connected_account (farm_id, provider_ref, enabled) VALUES (:farm, :ref, true)",
            farm=market.farms["field"],
            ref=till.stand_in.farm(),
        )
        for name, role in (("ruth", "operator"), ("bernd", "approver")):
            account = Account(email=f"{name}@example.org", email_key=f"{name}@example.org", name=name)
            db.session.add(account)
            db.session.flush()
            db.session.add(Membership(account_id=account.id, role=role, market_id=market.market))
            people.append(account.id)
    run = draw_up_run(market.market, today(), people[0])
    submit_run(run.id, people[0])
    approve_run(run.id, people[1])
    pay_run(run.id)
    yield run.id
    bank._bank = before


@pytest.fixture
def paid_out(started: int) -> str:
    """It is paid; the transfer."""
    drain()
    return str(rows("SELECT provider_ref FROM statement WHERE state = 'paid'")[0].provider_ref)


def tell(transfer: str, times: int = 1) -> None:
    db.session.rollback()
    for number in range(times):
        name = f"evt_{number}"
        about = {"id": transfer, "object": "transfer"}
        event = {"id": name, "type": "transfer.reversed", "data": {"object": about}}
        inbox.store(name, "transfer.reversed", None, json.dumps(event).encode())
        drain()


def test_taken_back_by_hand_is_the_farms_again(till: Till, market: SmallMarket, paid_out: str) -> None:
    assert balance(f"farm:{market.farms['field']}:payable") == 0
    till.stand_in.v1.transfers.reversals.create(paid_out, {"amount": 300})
    tell(paid_out, times=2)
    assert balance(f"farm:{market.farms['field']}:payable") == -300
    found = rows("SELECT state, created_by, provider_ref FROM transfer_reversal")
    assert [(row.state, row.created_by) for row in found] == [("done", "provider")]
    posted = rows("SELECT source_type, source_id FROM ledger_txn WHERE kind = 'transfer_reversal'")
    assert [tuple(row) for row in posted] == [("transfer_reversal", found[0].provider_ref)]
    db.session.rollback()
    assert {row.state for row in rows("SELECT state FROM inbox_event")} == {"done"}
    proved(till)


def test_taken_back_by_us_and_told_of_it(till: Till, market: SmallMarket, paid_out: str) -> None:
    statement = rows("SELECT id FROM statement WHERE state = 'paid'")[0].id
    db.session.rollback()
    reverse_transfer(statement, 100, "Doppelt verkauft")
    drain()
    tell(paid_out)
    assert balance(f"farm:{market.farms['field']}:payable") == -100
    assert len(rows("SELECT id FROM transfer_reversal")) == 1
    proved(till)
    assert check_books().differences == ()


def test_a_transfer_that_is_not_what_was_owed_stops_no_comparison(
    till: Till, market: SmallMarket, started: int
) -> None:
    """Somebody paid the farm by hand, under our name, another amount: nothing mends that, and the rest is compared."""
    till.stand_in.control("faults", kind="drop", moment="before", count=1, method="POST", path="/v1/transfers")
    assert drain()["again"] == 1
    owed = rows("SELECT id, uuid, payout_cents FROM statement WHERE state = 'paying'")[0]
    account = rows("SELECT provider_ref FROM farm_connected_account")[0].provider_ref
    db.session.rollback()
    made = till.stand_in.v1.transfers.create(
        {
            "amount": owed.payout_cents - 1,
            "currency": "eur",
            "destination": account,
            "metadata": {"intent": str(owed.uuid)},
            "transfer_group": f"payout-run-{started}",
        }
    )
    found = reconcile()
    assert [one["id"] for one in found["missing_in_ledger"]] == [made.id]
    assert unmatched_cents(market.market) == owed.payout_cents - 1
