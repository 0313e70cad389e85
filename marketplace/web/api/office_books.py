"""The books over the API, of one's markets alone."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.errors import NotFound
from marketplace.ledger.books import BookedEntry, entries_of_order, trial_balance
from marketplace.markets.find import find_market
from marketplace.orders.find import order_by_number
from marketplace.web.access import allow, approver_or_operator, current_actor
from marketplace.web.api.fields import arguments
from marketplace.web.api.frame import api


@api.get("/office/books/trial-balance")
@allow(approver_or_operator)
def office_trial_balance() -> Any:
    """Every account with its turnover; `balance_cents` is debit less credit. `?market=` narrows it to one."""
    markets = current_actor().office_market_ids
    with arguments() as asked:
        market = asked.text("market", None, most=100)
    if market is not None:
        found = find_market(market)
        if found.id not in markets:
            raise NotFound()
        markets = frozenset({found.id})
    return {
        "accounts": [
            {
                "account": one.account,
                "debit_cents": one.debit_cents,
                "credit_cents": one.credit_cents,
                "balance_cents": one.balance_cents,
            }
            for one in trial_balance(markets)
        ]
    }


@api.get("/office/books/entries")
@allow(approver_or_operator)
def office_entries() -> Any:
    """The entries that speak of an order (`?order=` its number), in the order of posting."""
    markets = sorted(current_actor().office_market_ids)
    with arguments() as asked:
        number = asked.text("order", most=40)
    order_by_number(number, markets=markets)
    return {"items": [entry_json(entry) for entry in entries_of_order(number, markets)], "next": None}


def entry_json(entry: BookedEntry) -> dict[str, Any]:
    """As the contract view `ledger_entries` has it."""
    return {
        "entry_id": str(entry.entry_id),
        "txn_id": str(entry.txn_id),
        "kind": entry.kind,
        "source_type": entry.source_type,
        "source_id": entry.source_id,
        "account": entry.account,
        "part": entry.part,
        "amount_cents": entry.amount_cents,
        "posted_at": entry.posted_at.isoformat(),
        "memo": entry.memo,
    }
