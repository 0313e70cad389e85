"""Rows that the provider writes into its own books by itself: no order of ours has anything to do with them."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.database import db
from marketplace.payments.gateway import BalanceView, gateway
from marketplace.providers.stand_ins.stripe.app import EXTENSION
from marketplace.providers.stand_ins.stripe.books import post
from tests.factories.paid import Till


def provider_books(till: Till, kind: str, cents: int, source: str = "", **more: Any) -> BalanceView:
    """The provider posts `cents` (less a `fee`, on a later day with `after` seconds); the row as our port sees it."""
    after = more.pop("after", 0)
    with till.stand_in.app.extensions[EXTENSION].store.transaction() as tx:
        row = post(tx, kind, cents, source or f"src_{kind}", available_on=tx.now + after, **more)
    db.session.rollback()
    return gateway().balance(row["id"])


def payout_comes_back(till: Till, payout: str, status: str = "failed") -> None:
    """The bank does not take a payout, or it is called off: its money is back on the balance."""
    with till.stand_in.app.extensions[EXTENSION].store.transaction() as tx:
        body = tx.get("payout", payout)
        kind = "payout_failure" if status == "failed" else "payout_cancel"
        back = post(tx, kind, body["amount"], payout)
        tx.save(body | {"status": status, "failure_balance_transaction": back["id"]})
