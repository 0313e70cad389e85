"""The provider pays its balance out to the bank: posted from its events, once, each market its own share."""

from __future__ import annotations

import json
from typing import Any

from marketplace.events import inbox
from marketplace.kernel.database import db, rows
from marketplace.payments.poll import settle_balances
from marketplace.payouts.check_books import check_books
from tests.factories.paid import Till, balance, drain, paid
from tests.factories.small_market import SmallMarket, small_market
from tests.payments.test_card import collect, pack
from tests.payments.test_refunds import agree


def sold(till: Till, market: SmallMarket, units: int) -> None:
    order = paid(till, market, {"kale": units})
    pack(order.id)
    drain()
    collect(order.id)


def pay_out(till: Till) -> dict[str, Any]:
    till.stand_in.control("clock", advance=20 * 86_400)
    settle_balances()
    payout: dict[str, Any] = till.stand_in.order("payouts")["payout"]
    return payout


def tell(payout: dict[str, Any], kind: str, **more: str) -> None:
    event = {"id": f"evt_{kind}", "type": kind, "data": {"object": {"id": payout["id"], "object": "payout"}}, **more}
    inbox.store(f"evt_{kind}", kind, None, json.dumps(event).encode())
    drain()


def test_posted_once_and_split_by_market(till: Till, market: SmallMarket) -> None:
    other = small_market(slug="zweiter")
    sold(till, market, 2)
    sold(till, other, 1)
    payout = pay_out(till)
    for kind in ("payout.created", "payout.paid"):
        tell(payout, kind)
    first, second = balance(f"bank:{market.market}"), balance(f"bank:{other.market}")
    assert first + second == payout["amount"]
    assert first > second > 0
    assert (balance("stripe:available"), balance("stripe:pending")) == (0, 0)
    assert rows("SELECT kind, source_type, source_id FROM ledger_txn WHERE source_type = 'payout'") == [
        ("payout", "payout", payout["id"])
    ]
    db.session.rollback()
    assert check_books().differences == ()
    agree(till)


def test_what_a_farm_pays_out_of_its_own_account_is_not_ours(till: Till, market: SmallMarket) -> None:
    sold(till, market, 2)
    tell(pay_out(till), "payout.paid", account="acct_of_a_farm")
    assert balance(f"bank:{market.market}") == 0
    assert rows("SELECT state FROM inbox_event")[0].state == "ignored"


def test_a_payout_of_money_that_we_have_not_seen_is_waited_for(till: Till, market: SmallMarket) -> None:
    from marketplace.kernel.database import execute, transaction

    sold(till, market, 1)
    with transaction():
        execute("DELETE FROM balance_transaction")
    payout = pay_out(till)
    tell(payout, "payout.paid")
    assert rows("SELECT state FROM inbox_event")[0].state == "waiting"
    assert balance(f"bank:{market.market}") == 0
