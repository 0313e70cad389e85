"""Rows that the provider writes into its own books by itself: no order of ours has anything to do with them."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.database import db
from marketplace.payments.gateway import BalanceView, gateway
from marketplace.providers.stand_ins.stripe.app import EXTENSION
from marketplace.providers.stand_ins.stripe.books import post
from marketplace.providers.stand_ins.stripe.objects.money import dispute
from marketplace.providers.stand_ins.stripe.transaction import public
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


def bank_asks(till: Till, charge: str, **changes: Any) -> dict[str, Any]:
    """A dispute as the bank opens it: an inquiry that takes nothing, or with `takes` cents, in any `status`."""
    takes = changes.pop("takes", 0)
    with till.stand_in.app.extensions[EXTENSION].store.transaction() as tx:
        body = tx.insert("dispute", dispute(tx.now, tx.get("charge", charge), "general"))
        body |= {"status": "warning_needs_response", **changes}
        if takes:
            body |= {"amount": takes, "balance_transactions": [public(post(tx, "adjustment", -takes, body["id"]))]}
            tx.save(tx.get("charge", charge) | {"disputed": True})
        tx.save(body)
    db.session.rollback()
    return public(body)


def bank_goes_on(till: Till, ref: str, status: str, cents: int = 0, fee: int = 0) -> dict[str, Any]:
    """The dispute's next status; `cents` are taken (less than nothing) or given back, `fee` is kept of them."""
    with till.stand_in.app.extensions[EXTENSION].store.transaction() as tx:
        body = tx.get("dispute", ref)
        if cents:
            body["balance_transactions"].append(public(post(tx, "adjustment", cents, ref, fee=fee)))
        tx.save(body | {"status": status})
    db.session.rollback()
    return public(body)
