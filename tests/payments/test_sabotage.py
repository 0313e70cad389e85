"""Somebody with the keys of the database changes the books by hand: the proof finds it, whatever it was."""

from __future__ import annotations

import psycopg
import pytest

from marketplace.payments.poll import settle_balances
from marketplace.payments.refund import refund_lines
from marketplace.payouts.check_books import check_books
from tests.factories.paid import Till, drain
from tests.factories.small_market import SmallMarket
from tests.payments.test_refunds import captured, line_of
from tests.servers import Servers

FORGED = """
WITH t AS (INSERT INTO ledger_txn (kind, source_type, source_id, market_id)
           SELECT 'correction', 'correction', 'forged', id FROM market RETURNING id, market_id)
INSERT INTO ledger_entry (txn_id, account, market_id, part, amount_cents)
SELECT t.id, a.account, t.market_id, '', a.cents
FROM t, (VALUES ('customer:clearing', 500), ('stripe:fees', -500)) a(account, cents)
"""
OF = "WHERE txn_id IN (SELECT id FROM ledger_txn WHERE kind = '{kind}')"


def gone(kind: str) -> str:
    """Every trace of this kind of fact is taken out of the ledger."""
    return f"DELETE FROM ledger_entry {OF.format(kind=kind)}; DELETE FROM ledger_txn WHERE kind = '{kind}'"


@pytest.mark.parametrize(
    "sabotage",
    [
        gone("charge"),
        gone("fee"),
        gone("settlement"),
        gone("fulfilment"),
        gone("refund"),
        f"UPDATE ledger_entry SET amount_cents = amount_cents + 1 {OF.format(kind='fulfilment')} AND amount_cents > 0",
        f"UPDATE ledger_entry SET amount_cents = amount_cents * 2 {OF.format(kind='fee')}",
        f"UPDATE ledger_entry SET account = 'farm:' || (SELECT max(id) FROM farm) || ':payable',"
        f" farm_id = (SELECT max(id) FROM farm) {OF.format(kind='fulfilment')} AND farm_id IS NOT NULL",
        FORGED,
        "DELETE FROM refund_share; DELETE FROM refund",
        "UPDATE payment SET refunded_cents = 0",
        "UPDATE payment SET captured_cents = captured_cents - 1",
        "UPDATE orders SET state = 'confirmed'",
        "UPDATE order_line SET amount_cents = amount_cents - 1",
        "DELETE FROM balance_transaction WHERE kind = 'refund'",
    ],
)
def test_it_is_found(till: Till, market: SmallMarket, servers: Servers, worker_database: str, sabotage: str) -> None:
    order_id = captured(till, market, {"kale": 2, "milk": 1})
    refund_lines(order_id, [(line_of(order_id, "kale"), 1)], "welk", "farm")
    drain()
    till.stand_in.control("clock", advance=20 * 86_400)
    settle_balances()
    assert check_books().differences == ()
    with psycopg.connect(servers.superuser_url(worker_database), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # without the triggers
        connection.execute(
            "INSERT INTO ledger_account (code, kind) VALUES ('stripe:fees', 'expense') ON CONFLICT DO NOTHING"
        )
        connection.execute(sabotage)
    assert check_books().differences != ()
