"""The provider's own payouts to the bank: one transaction, split by the markets whose money it was (DECISIONS 11).

A payout that the bank sends back, or that is called off, is reversed the same way; its money is available again.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from marketplace.kernel.database import command, db, in_transaction, rows
from marketplace.kernel.errors import TryLater
from marketplace.kernel.money import split
from marketplace.ledger import chart
from marketplace.ledger.models import LedgerEntry, LedgerTxn
from marketplace.ledger.post import Entry, post
from marketplace.payments.gateway import BalanceView, PayoutView, gateway
from marketplace.payments.models import BalanceTransaction

CAME_BACK = ("failed", "canceled")


def hear_payout(ref: str) -> bool:
    """Posts a payout that an event spoke of, once, and its return, once. False for one that moved nothing.

    Raises TryLater while it pays out money that is not in our books yet, or its return has no row yet;
    ProviderRefused, ProviderUnavailable.
    """
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    view = gateway().payout(ref)
    if view.row is None:
        return False
    _book(view)
    if view.status in CAME_BACK:
        if view.failure is None:
            raise TryLater(f"{view.ref} came back, and the provider has no row of it yet")
        _book_return(view, view.failure)
    return True


@command
def _book(view: PayoutView) -> None:
    assert view.row is not None
    shares = _by_market(view)
    if not shares:
        return
    entries = [
        entry
        for market_id, cents in shares.items()
        for entry in (
            Entry(chart.bank(market_id), cents, part="payout", market_id=market_id),
            Entry(chart.STRIPE_AVAILABLE, -cents, part="payout", market_id=market_id),
        )
    ]
    if post("payout", "payout", view.ref, min(shares), entries) is None:
        return
    _keep_rows(view.row, {market_id: -cents for market_id, cents in shares.items()})


@command
def _book_return(view: PayoutView, back: BalanceView) -> None:
    made = db.session.scalar(
        select(LedgerTxn.id).where(
            LedgerTxn.kind == "payout", LedgerTxn.source_type == "payout", LedgerTxn.source_id == view.ref
        )
    )
    if made is None:  # it paid out nothing of ours
        return
    entries = db.session.scalars(select(LedgerEntry).where(LedgerEntry.txn_id == made).order_by(LedgerEntry.id)).all()
    reversed_entries = [
        Entry(one.account, -one.amount_cents, part="payout_failure", market_id=one.market_id) for one in entries
    ]
    first = min(one.market_id for one in entries)
    if post("payout_failure", "payout", view.ref, first, reversed_entries, reverses_id=made) is None:
        return
    _keep_rows(back, {one.market_id: -one.amount_cents for one in entries if one.account == chart.STRIPE_AVAILABLE})


def _keep_rows(row: BalanceView, shares: dict[int, int]) -> None:
    """The provider has one row; ours are one a market, so that each market's books agree with its own."""
    for market_id, cents in shares.items():
        values = {
            "id": row.ref if len(shares) == 1 else f"{row.ref}:{market_id}",
            "market_id": market_id,
            "kind": row.kind,
            "source": row.source,
            "amount_cents": cents,
            "fee_cents": 0,
            "net_cents": cents,
            "available": True,
            "available_on": row.available_on,
            "created_at": row.created_at,
        }
        db.session.execute(insert(BalanceTransaction).values(values).on_conflict_do_nothing())


def _by_market(view: PayoutView) -> dict[int, int]:
    """Cents by market: what its rows in the payout add up to; by what each has available when it names none."""
    if not view.items:
        found = rows(
            "SELECT market_id, sum(amount_cents)::bigint AS cents FROM ledger_entry WHERE account = :account"
            " GROUP BY market_id HAVING sum(amount_cents) > 0 ORDER BY market_id",
            account=chart.STRIPE_AVAILABLE,
        )
        if not found:
            raise TryLater(f"{view.ref} pays out what is not in our books")
        parts = split(view.amount_cents, [row.cents for row in found])
        return {row.market_id: int(part) for row, part in zip(found, parts, strict=True) if part}
    item = func.split_part(BalanceTransaction.id, ":", 1)  # a market's share of a row is `<row>:<market>`
    known = db.session.execute(
        select(item, BalanceTransaction.market_id, BalanceTransaction.net_cents).where(item.in_(view.items))
    ).all()
    sums: dict[int, int] = defaultdict(int)
    for _, market_id, cents in known:
        sums[market_id] += cents
    if {ref for ref, _, _ in known} != set(view.items) or sum(sums.values()) != view.amount_cents:
        raise TryLater(f"{view.ref} pays out what is not in our books yet")
    return {market_id: cents for market_id, cents in sorted(sums.items()) if cents}
