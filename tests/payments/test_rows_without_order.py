"""What the provider takes and gives by itself is in our books too, by a rule, once."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace

import pytest
from stripe import BalanceTransaction

from marketplace.kernel.database import rows, scalar
from marketplace.payments.poll import settle_balances
from marketplace.payments.row_kinds import OF_ORDERS, OF_PAYOUTS, OF_THE_BANK, OF_THE_PROVIDER, OF_TRANSFERS
from marketplace.payments.rows_without_order import book_without_order
from tests.factories.paid import Till, balance
from tests.factories.small_market import SmallMarket, small_market
from tests.payments.dispute_steps import collected, proved
from tests.payments.provider_books import provider_books


def test_a_monthly_fee_is_the_markets(till: Till, market: SmallMarket) -> None:
    collected(till, market, {"kale": 1})
    before = balance("stripe:fees")
    view = provider_books(till, "stripe_fee", -199)
    for _ in range(2):
        assert book_without_order(view)
    assert balance("stripe:fees") - before == 199
    assert scalar("SELECT count(*) FROM ledger_txn WHERE kind = 'stripe_fee'") == 1
    assert rows("SELECT source_type, source_id FROM ledger_txn WHERE kind = 'stripe_fee'")[0] == ("fee", view.ref)


@pytest.mark.parametrize(("kind", "cents"), [("adjustment", -50), ("tax_fee", -19), ("stripe_fx_fee", -3)])
def test_whatever_it_takes_is_in_the_books(till: Till, market: SmallMarket, kind: str, cents: int) -> None:
    collected(till, market, {"kale": 1})
    fees = balance("stripe:fees")
    assert book_without_order(provider_books(till, kind, cents))
    assert balance("stripe:fees") - fees == -cents


def test_money_put_in_from_the_bank_comes_from_there(till: Till, market: SmallMarket) -> None:
    assert book_without_order(provider_books(till, "topup", 5000, "tu_1"))
    assert (balance(f"bank:{market.market}"), balance("stripe:available")) == (-5000, 5000)
    assert book_without_order(provider_books(till, "topup_reversal", -2000, "tu_1"))
    assert (balance(f"bank:{market.market}"), balance("stripe:available")) == (-3000, 3000)
    proved(till)


def test_split_by_what_came_in_and_settled_when_it_is_there(till: Till, market: SmallMarket) -> None:
    other = small_market(slug="zweiter")
    collected(till, market, {"kale": 2})  # 680
    collected(till, other, {"kale": 1})  # 340
    assert book_without_order(provider_books(till, "adjustment", -100, after=3 * 86_400))
    assert book_without_order(provider_books(till, "stripe_fee", -100))
    shares = rows("SELECT id, market_id, net_cents FROM balance_transaction WHERE kind = 'stripe_fee' ORDER BY id")
    assert [row.net_cents for row in shares] == [-67, -33]
    assert all(row.id.endswith(f":{row.market_id}") for row in shares)
    till.stand_in.control("clock", advance=20 * 86_400)
    settle_balances()
    assert scalar("SELECT count(*) FROM balance_transaction WHERE NOT available") == 0
    assert balance("stripe:pending") == 0


@pytest.mark.parametrize("kind", [*OF_ORDERS, *OF_TRANSFERS, *OF_PAYOUTS])
def test_what_belongs_to_something_is_not_guessed(till: Till, market: SmallMarket, kind: str) -> None:
    view = provider_books(till, kind, -100)
    assert not book_without_order(view)
    assert scalar("SELECT count(*) FROM ledger_txn") == 0
    assert scalar("SELECT count(*) FROM balance_transaction") == 0


def test_a_kind_that_nobody_documented_is_an_exception(till: Till, market: SmallMarket) -> None:
    view = replace(provider_books(till, "adjustment", -100), kind="something_new")
    assert not book_without_order(view)
    assert scalar("SELECT count(*) FROM ledger_txn") == 0


def test_a_disputes_adjustment_is_the_disputes(till: Till, market: SmallMarket) -> None:
    assert not book_without_order(provider_books(till, "adjustment", -100, "du_somebody"))
    assert scalar("SELECT count(*) FROM ledger_txn") == 0


def test_every_kind_that_the_provider_documents_has_its_place() -> None:
    listed = re.search(r"Transaction type: (.*?)\. Learn", inspect.getsource(BalanceTransaction))
    assert listed is not None
    documented = set(re.findall(r"`(\w+)`", listed.group(1)))
    assert documented == {*OF_ORDERS, *OF_TRANSFERS, *OF_PAYOUTS, *OF_THE_BANK, *OF_THE_PROVIDER}
