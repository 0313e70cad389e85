"""The provider's own payouts to the bank: one transaction, split by the markets whose money it was (DECISIONS 11)."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from marketplace.kernel.database import command, db, in_transaction, rows
from marketplace.kernel.errors import TryLater
from marketplace.kernel.money import split
from marketplace.ledger import chart
from marketplace.ledger.post import Entry, post
from marketplace.payments.gateway import PayoutView, gateway
from marketplace.payments.models import BalanceTransaction

GONE = ("pending", "in_transit", "paid")


def hear_payout(ref: str) -> bool:
    """Looks at a payout that an event spoke of and posts it, once. False for one that did not leave.

    Raises TryLater while it pays out money that is not in our books yet; ProviderRefused, ProviderUnavailable.
    """
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    view = gateway().payout(ref)
    if view.status not in GONE or view.row is None:
        return False
    _book(view)
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
    for market_id, cents in shares.items():
        # The provider has one row; ours are one a market, so that each market's books agree with its own.
        own = view.row.ref if len(shares) == 1 else f"{view.row.ref}:{market_id}"
        row = {
            "id": own,
            "market_id": market_id,
            "kind": view.row.kind,
            "source": view.row.source,
            "amount_cents": -cents,
            "fee_cents": 0,
            "net_cents": -cents,
            "available": True,
            "available_on": view.row.available_on,
            "created_at": view.row.created_at,
        }
        db.session.execute(insert(BalanceTransaction).values(row).on_conflict_do_nothing())


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
    known = db.session.execute(
        select(BalanceTransaction.market_id, BalanceTransaction.net_cents).where(BalanceTransaction.id.in_(view.items))
    ).all()
    sums: dict[int, int] = defaultdict(int)
    for market_id, cents in known:
        sums[market_id] += cents
    if len(known) != len(view.items) or sum(sums.values()) != view.amount_cents:
        raise TryLater(f"{view.ref} pays out what is not in our books yet")
    return {market_id: cents for market_id, cents in sorted(sums.items()) if cents}
