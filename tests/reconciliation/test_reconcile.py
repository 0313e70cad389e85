"""Whatever we missed of the provider: the comparison finds it, mends it, and says so. A dry run only says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from marketplace.kernel.clock import machine_now
from marketplace.kernel.database import db, execute, rows, scalar, transaction
from marketplace.kernel.errors import Conflict
from marketplace.payments.gateway import ProviderUnavailable
from marketplace.payouts.locks import refuse_unmatched, unmatched_cents
from marketplace.reconciliation.daily import reconcile_daily
from marketplace.reconciliation.last import last_result
from marketplace.reconciliation.run import reconcile
from tests.factories.paid import Till, drain, fresh, paid, payment, placed
from tests.factories.small_market import SmallMarket
from tests.payments.test_refunds import captured
from tests.servers import Servers

Agree = Callable[[], None]
LISTS = ("missing_in_ledger", "missing_at_provider", "differs", "repaired", "orders")


def ids(found: dict[str, Any], name: str) -> list[str]:
    return [one["id"] for one in found[name]]


def clean(found: dict[str, Any]) -> bool:
    return not any(found[name] for name in LISTS if name != "repaired")


def everything() -> list[Any]:
    """What a dry run must not touch."""
    found = [
        scalar(f"SELECT coalesce(string_agg(x::text, '|' ORDER BY x::text), '') FROM {table} x")
        for table in ("orders", "payment", "refund", "ledger_txn", "ledger_entry", "balance_transaction", "fact")
    ]
    found.append(scalar("SELECT count(*) FROM reconciliation"))
    db.session.rollback()
    return found


def test_nothing_to_do(till: Till, market: SmallMarket, agree: Agree) -> None:
    captured(till, market, {"kale": 2})
    found = reconcile()
    assert clean(found)
    assert found["repaired"] == []
    compared = last_result()
    assert compared is not None
    assert (compared.total_cents, compared.result) == (0, found)
    assert tuple(found) == LISTS


def paid_unseen(till: Till, market: SmallMarket) -> tuple[Any, str]:
    """Paid, and nobody told us: no webhook, no return of the browser."""
    order = placed(market, {"kale": 2})
    return order, till.pay(order)


def test_a_payment_of_which_nobody_told_us(till: Till, market: SmallMarket, agree: Agree) -> None:
    order, intent = paid_unseen(till, market)
    before = everything()
    dry = reconcile(dry_run=True)
    assert ids(dry, "orders") == [intent]
    assert dry["repaired"] == []
    assert everything() == before
    found = reconcile()
    assert found["repaired"] == [intent]
    assert clean(found)
    assert fresh(order).state == "confirmed"


def test_captured_money_that_is_in_no_book(till: Till, market: SmallMarket, agree: Agree) -> None:
    """The capture was made, the answer lost, and the worker's row forgotten."""
    order = paid(till, market, {"kale": 2})
    intent = payment(order).provider_ref
    till.stand_in.client.v1.payment_intents.capture(intent)
    charge = till.intents()[0]["latest_charge"]
    dry = reconcile(dry_run=True)
    assert ids(dry, "missing_in_ledger") == [charge]
    assert dry["missing_in_ledger"][0]["provider_cents"] == sum(till.books()["sums"].values())
    found = reconcile()
    assert clean(found)
    assert set(found["repaired"]) == {charge, intent}
    assert payment(order).state == "captured"
    agree()


def test_a_refund_that_is_in_no_book(till: Till, market: SmallMarket, agree: Agree) -> None:
    order_id = captured(till, market, {"kale": 2})
    intent = till.intents()[0]["id"]
    made = till.stand_in.client.v1.refunds.create({"payment_intent": intent, "amount": 100})
    found = reconcile()
    assert made.id in found["repaired"]
    assert clean(found)
    assert rows("SELECT refunded_cents FROM payment WHERE order_id = :id", id=order_id)[0].refunded_cents == 100
    db.session.rollback()


def test_a_dispute_and_a_payout_that_are_in_no_book(till: Till, market: SmallMarket, agree: Agree) -> None:
    captured(till, market, {"kale": 2})
    charge = till.intents()[0]["latest_charge"]
    till.stand_in.control("clock", advance=20 * 86_400)
    till.stand_in.order("payouts")
    dispute = till.stand_in.control("disputes", charge=charge, reason="fraudulent")["id"]
    found = reconcile()
    assert {dispute, till.books()["payouts"][0]["id"]} <= set(found["repaired"])
    assert clean(found)


def by_hand(servers: Servers, database: str, statement: str) -> None:
    with psycopg.connect(servers.superuser_url(database), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # without the triggers
        connection.execute(statement)


def test_money_of_nobody_locks_the_payouts(till: Till, market: SmallMarket) -> None:
    """Somebody uses the provider's account for something else: a person must say what it is."""
    stranger = till.stand_in.paid(700)
    found = reconcile()
    assert ids(found, "missing_in_ledger") == [stranger.latest_charge]
    assert found["repaired"] == []
    cents = sum(till.books()["sums"].values())
    assert unmatched_cents(market.market) == cents
    with pytest.raises(Conflict):
        refuse_unmatched(market.market)
    db.session.rollback()


def test_what_is_left_is_looked_at_again(till: Till, market: SmallMarket) -> None:
    """However old it gets: the next run reads from the oldest difference."""
    till.stand_in.paid(700)
    assert not clean(reconcile())
    with transaction():
        execute("UPDATE reconciliation SET started_at = started_at + interval '9 days'")
    assert not clean(reconcile())


def test_a_posting_without_money_is_found(
    till: Till, market: SmallMarket, servers: Servers, worker_database: str
) -> None:
    order_id = captured(till, market, {"kale": 2})
    by_hand(
        servers,
        worker_database,
        "WITH t AS (INSERT INTO ledger_txn (kind, source_type, source_id, market_id)"
        f" VALUES ('charge', 'charge', 'ch_forged', {market.market}) RETURNING id)"
        " INSERT INTO ledger_entry (txn_id, account, market_id, order_id, amount_cents)"
        f" SELECT t.id, a.account, {market.market}, {order_id}, a.cents"
        " FROM t, (VALUES ('stripe:pending', 500), ('customer:clearing', -500)) a(account, cents)",
    )
    found = reconcile()
    assert ids(found, "missing_at_provider") == ["ch_forged"]
    assert found["missing_at_provider"][0]["ledger_cents"] == 500
    assert unmatched_cents(market.market) == 500
    db.session.rollback()


def test_another_amount_differs(till: Till, market: SmallMarket, servers: Servers, worker_database: str) -> None:
    captured(till, market, {"kale": 2})
    by_hand(
        servers,
        worker_database,
        "UPDATE ledger_entry e SET amount_cents = amount_cents + sign(amount_cents)::int FROM ledger_txn t"
        " WHERE t.id = e.txn_id AND t.kind = 'charge';"
        " UPDATE balance_transaction SET amount_cents = amount_cents + 1, net_cents = net_cents + 1",
    )
    found = reconcile()
    [one] = found["differs"]
    assert one["ledger_cents"] - one["provider_cents"] == 1
    compared = last_result()
    assert compared is not None
    assert compared.cents_of(market.market) == 1
    db.session.rollback()
    assert unmatched_cents(market.market) == 1  # our rows and our books agree with each other, and both are wrong
    db.session.rollback()


def test_a_fee_that_we_keep_otherwise_differs(
    till: Till, market: SmallMarket, servers: Servers, worker_database: str
) -> None:
    captured(till, market, {"kale": 2})
    by_hand(servers, worker_database, "UPDATE balance_transaction SET fee_cents = fee_cents - 3")
    assert len(reconcile()["differs"]) == 1


def test_a_page_that_can_still_be_paid_is_closed(till: Till, market: SmallMarket, agree: Agree) -> None:
    order = placed(market, {"kale": 2})
    with transaction():
        execute("UPDATE orders SET state = 'expired' WHERE id = :id", id=order.id)
        execute("UPDATE payment SET state = 'cancelled', wanted = NULL WHERE order_id = :id", id=order.id)
    page = payment(order).session_ref
    found = reconcile()
    assert found["repaired"] == [page]
    assert clean(found)
    assert till.books()["sessions"][0]["status"] == "expired"


def test_a_hold_that_nobody_wants_is_let_go(till: Till, market: SmallMarket, agree: Agree) -> None:
    order = paid(till, market, {"kale": 2})
    with transaction():
        execute("UPDATE orders SET state = 'cancelled' WHERE id = :id", id=order.id)
    intent = payment(order).provider_ref
    assert reconcile()["repaired"] == [intent]
    assert till.intents()[0]["status"] == "canceled"


def test_an_order_without_money_is_told(till: Till, market: SmallMarket) -> None:
    order = placed(market, {"kale": 2})
    with transaction():
        execute("UPDATE orders SET state = 'confirmed' WHERE id = :id", id=order.id)
    [one] = reconcile()["orders"]
    assert (one["order"], one["problem"]) == (order.number, "order_without_money")


def test_once_a_day_however_many_clocks_tick(till: Till, market: SmallMarket) -> None:
    assert reconcile_daily() + reconcile_daily() == 1
    assert scalar("SELECT count(*) FROM reconciliation") == 1
    db.session.rollback()


def test_a_provider_that_is_away_is_asked_again(till: Till, market: SmallMarket) -> None:
    till.stand_in.order("faults", kind="error", status=500, count=1)
    assert reconcile_daily() == 0
    assert last_result() is None
    db.session.rollback()
    with transaction():
        execute("UPDATE due_job SET started_at = started_at - interval '11 minutes'")
    assert reconcile_daily() == 1


def test_by_hand_it_says_that_the_provider_is_away(till: Till, market: SmallMarket) -> None:
    till.stand_in.order("faults", kind="drop", count=1)
    with pytest.raises(ProviderUnavailable):
        reconcile()


def test_since_reads_further_back(till: Till, market: SmallMarket, agree: Agree) -> None:
    order = paid(till, market, {"kale": 2})
    till.stand_in.client.v1.payment_intents.capture(payment(order).provider_ref)
    with transaction():  # the last run was long after
        execute(
            "INSERT INTO reconciliation (started_at, finished_at, since, result)"
            " VALUES (clock_timestamp() + interval '9 days', clock_timestamp(), clock_timestamp(), '{}')"
        )
    assert ids(reconcile(dry_run=True), "missing_in_ledger") == []
    assert len(reconcile(machine_now() - timedelta(days=1))["repaired"]) == 2
    drain()
