"""Rows of the provider's books that belong to no order: its monthly fees, adjustments, money put in from the bank.

The rule (DECISIONS 11): each market bears its share by what its payments brought in during the 30 days before it
is posted (largest remainder); when nothing came in, the first market does. What the provider takes or gives is
stripe:fees, what comes from the bank or goes back there is bank:<market>.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import or_, select

from marketplace.kernel.database import command, db, rows
from marketplace.kernel.money import split
from marketplace.ledger import chart
from marketplace.ledger.post import Entry, post
from marketplace.payments.bookings import book_balance
from marketplace.payments.gateway import BalanceView
from marketplace.payments.models import BalanceTransaction
from marketplace.payments.row_kinds import OF_THE_BANK, OF_THE_PROVIDER

LOOK_BACK = timedelta(days=30)
DISPUTES = ("dp_", "du_")


@command
def book_without_order(view: BalanceView) -> bool:
    """Posts a row that belongs to no order, once. False for kinds that do: charges, refunds, disputes, transfers …

    A row of a kind that is not documented yet is refused (False): an exception for the office, never a guess.
    """
    if view.kind not in (*OF_THE_BANK, *OF_THE_PROVIDER) or view.source.startswith(DISPUTES):
        return False
    if _is_known(view.ref):
        return True
    nets, fees = _by_market(view.net_cents), _by_market(view.fee_cents)
    entries = []
    for market_id, net in nets.items():
        fee = fees.get(market_id, 0)
        account = chart.bank(market_id) if view.kind in OF_THE_BANK else chart.STRIPE_FEES
        entries += [
            Entry(chart.STRIPE_PENDING, net + fee, part=view.kind, market_id=market_id),
            Entry(account, -net - fee, part=view.kind, market_id=market_id),
        ]
    if any(entry.amount_cents for entry in entries):
        source_type = "payout" if view.kind in OF_THE_BANK else "fee"
        post(view.kind, source_type, view.ref, min(nets), entries, memo=view.source)
    for market_id, net in nets.items():
        fee = fees.get(market_id, 0)
        ref = view.ref if len(nets) == 1 else f"{view.ref}:{market_id}"
        book_balance(market_id, replace(view, ref=ref, amount_cents=net + fee, fee_cents=fee, net_cents=net))
    return True


def _is_known(ref: str) -> bool:
    known = select(BalanceTransaction.id).where(
        or_(BalanceTransaction.id == ref, BalanceTransaction.id.startswith(f"{ref}:", autoescape=True))
    )
    return db.session.scalar(known.limit(1)) is not None


def _by_market(cents: int) -> dict[int, int]:
    """Cents by market, by the rule above; every market that has a share in the turnover, in id order."""
    found = rows(
        """
        SELECT e.market_id, sum(e.amount_cents)::bigint AS cents
        FROM ledger_entry e JOIN ledger_txn t ON t.id = e.txn_id
        WHERE t.kind = 'charge' AND e.account = :account
          AND t.posted_at > app_now() - :look_back
        GROUP BY e.market_id HAVING sum(e.amount_cents) > 0 ORDER BY e.market_id
        """,
        account=chart.STRIPE_PENDING,
        look_back=LOOK_BACK,
    )
    if not found:
        return {int(rows("SELECT min(id) AS id FROM market")[0].id): cents}
    sign = -1 if cents < 0 else 1
    parts = split(abs(cents), [row.cents for row in found])
    return {row.market_id: sign * part for row, part in zip(found, parts, strict=True)}
