"""The books over the API, of one's markets alone."""

from __future__ import annotations

from typing import Any

from flask import request

from marketplace.kernel.errors import Invalid
from marketplace.kernel.words import N_
from marketplace.ledger.books import BookedEntry, entries_of_order, trial_balance
from marketplace.orders.find import order_by_number
from marketplace.web.access import allow, approver_or_operator, current_actor
from marketplace.web.api.frame import api, described
from marketplace.web.api.office_asked import office_markets
from marketplace.web.api.paging import PAGE_ARGUMENTS, page_asked


@api.get("/office/books/trial-balance")
@allow(approver_or_operator)
@described(arguments={"market": "id or slug"})
def office_trial_balance() -> Any:
    """Every account with its turnover; `balance_cents` is debit less credit. `?market=` narrows it to one."""
    return {
        "accounts": [
            {
                "account": one.account,
                "debit_cents": one.debit_cents,
                "credit_cents": one.credit_cents,
                "balance_cents": one.balance_cents,
            }
            for one in trial_balance(office_markets())
        ]
    }


@api.get("/office/books/entries")
@allow(approver_or_operator)
@described(
    is_list=True, arguments={"order": "the number of an order", **PAGE_ARGUMENTS}, refuses=("validation", "not-found")
)
def office_entries() -> Any:
    """The entries that speak of an order (`?order=` its number), in the order of posting."""
    markets = sorted(current_actor().office_market_ids)
    page = page_asked(txn=int, entry=int)
    number = request.args.get("order", "")[:40]
    if not number:
        raise Invalid({"order": N_("Diese Angabe fehlt.")})
    order_by_number(number, markets=markets)
    found = [entry for entry in entries_of_order(number, markets) if page.after is None or _place(entry) > page.after]
    return page.answer(found, entry_json, _place)


def _place(entry: BookedEntry) -> tuple[int, int]:
    """Where an entry stands in the list."""
    return entry.txn_id, entry.entry_id


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
