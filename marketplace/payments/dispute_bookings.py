"""What a dispute does to the ledger: taken, given back, lost, and on whom a loss falls. Each fact once (I17)."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from marketplace.kernel.database import db
from marketplace.kernel.money import split
from marketplace.ledger import chart
from marketplace.ledger.models import LedgerEntry, LedgerTxn
from marketplace.ledger.post import Entry, post
from marketplace.orders.models import Order
from marketplace.payments.bookings import book_balance
from marketplace.payments.gateway import BalanceView
from marketplace.payments.models import BalanceTransaction, Dispute

# Of an order that ended so, no goods were given: what was paid for it is the customer's.
WITHOUT_GOODS = ("cancelled", "expired")


def book_rows(order: Order, dispute: Dispute, views: tuple[BalanceView, ...]) -> None:
    """The provider's rows of a dispute: what it took is held, what it gave back is ours again; its fee is ours."""
    for view in views:
        if view.amount_cents and not _is_posted(dispute, view.ref):
            kind = "dispute_withdrawn" if view.amount_cents < 0 else "dispute_reinstated"
            post(
                kind,
                "dispute",
                _source(dispute, kind),
                order.market_id,
                [
                    Entry(chart.DISPUTES_HELD, -view.amount_cents, order_id=order.id),
                    Entry(chart.STRIPE_PENDING, view.amount_cents, order_id=order.id),
                ],
                order_id=order.id,
                memo=view.ref,
            )
        book_balance(order.market_id, view, order.id)
    # From all rows that were ever seen, so that an older look never takes a newer one back (I14).
    taken = db.session.scalar(
        select(func.coalesce(func.sum(BalanceTransaction.amount_cents), 0)).where(
            BalanceTransaction.source == dispute.provider_ref
        )
    )
    dispute.withdrawn_cents = -int(taken or 0)
    db.session.flush()


def book_loss(order: Order, dispute: Dispute) -> None:
    """For a dispute that is lost: what still stands as held falls on somebody. Again, and nothing is left to book."""
    cents = held_cents(dispute)
    if cents == 0:
        return
    post(
        "dispute_lost",
        "dispute",
        _source(dispute, "dispute_lost"),
        order.market_id,
        [*_bearers(order, dispute, cents), Entry(chart.DISPUTES_HELD, -cents, order_id=order.id)],
        order_id=order.id,
        memo=dispute.reason,
    )


def carry_losses_over(order: Order) -> None:
    """Goods were handed over although the bank had taken the payment back: what clearing lacks falls on who bears it.

    For a locked order whose fulfilment was just posted; nothing for one without a lost dispute.
    """
    lost = select(Dispute).where(Dispute.order_id == order.id, Dispute.state == "lost").order_by(Dispute.id)
    for dispute in db.session.scalars(lost).all():
        cents = min(cents_on(chart.CUSTOMER_CLEARING, order), _on_clearing(dispute))
        if cents > 0:
            post(
                "dispute_borne",
                "dispute",
                _source(dispute, "dispute_borne"),
                order.market_id,
                [*_fall_on(order, dispute, cents), Entry(chart.CUSTOMER_CLEARING, -cents, order_id=order.id)],
                order_id=order.id,
            )


def held_cents(dispute: Dispute) -> int:
    """What of this dispute stands on disputes:held."""
    return _cents(dispute, LedgerEntry.account == chart.DISPUTES_HELD)


def cents_on(account: str, order: Order) -> int:
    """What an order has on an account, debit positive."""
    found = db.session.scalar(
        select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0)).where(
            LedgerEntry.account == account, LedgerEntry.order_id == order.id
        )
    )
    return int(found or 0)


def _bearers(order: Order, dispute: Dispute, cents: int) -> list[Entry]:
    """Money that still waits on clearing (no goods were given for it yet, or never) pays first; the rest is lost."""
    waiting = max(0, -cents_on(chart.CUSTOMER_CLEARING, order))
    from_clearing = min(max(cents, 0), waiting)
    entries = [Entry(chart.CUSTOMER_CLEARING, from_clearing, order_id=order.id, part="dispute")]
    return entries + _fall_on(order, dispute, cents - from_clearing)


def _fall_on(order: Order, dispute: Dispute, cents: int) -> list[Entry]:
    """The market, or the farms by their shares of the order; no farm for goods that nobody got."""
    has_goods = order.state not in WITHOUT_GOODS and any(line.amount_cents for line in order.lines)
    if dispute.borne_by == "farm" and has_goods:
        sign = -1 if cents < 0 else 1
        return [
            Entry(chart.farm_payable(farm_id), sign * part, farm_id=farm_id, order_id=order.id, part="dispute")
            for farm_id, part in _by_farm(order, abs(cents))
        ]
    return [Entry(chart.market_commission(order.market_id), cents, order_id=order.id, part="dispute")]


def _by_farm(order: Order, cents: int) -> list[tuple[int, int]]:
    """(farm id, its part), by largest remainder: by what was not given back of its goods, as far as that goes; what is
    above it by all that the goods cost.
    """
    cost: dict[int, int] = {}
    left: dict[int, int] = {}
    for line in order.lines:
        cost[line.farm_id] = cost.get(line.farm_id, 0) + line.amount_cents
        left[line.farm_id] = left.get(line.farm_id, 0) + max(0, line.amount_cents - line.refunded_cents)
    farms = sorted(cost)
    first = min(cents, sum(left.values()))
    parts = split(first, [left[farm_id] for farm_id in farms])
    rest = split(cents - first, [cost[farm_id] for farm_id in farms])
    return [(farm_id, part + more) for farm_id, part, more in zip(farms, parts, rest, strict=True)]


def _on_clearing(dispute: Dispute) -> int:
    return _cents(
        dispute,
        LedgerEntry.account == chart.CUSTOMER_CLEARING,
        LedgerTxn.kind.in_(("dispute_lost", "dispute_borne")),
    )


def _of(dispute: Dispute):  # type: ignore[no-untyped-def]
    ref = dispute.provider_ref
    return (LedgerTxn.source_type == "dispute") & or_(
        LedgerTxn.source_id == ref, func.starts_with(LedgerTxn.source_id, f"{ref}:")
    )


def _cents(dispute: Dispute, *which) -> int:  # type: ignore[no-untyped-def]
    found = db.session.scalar(
        select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0))
        .join(LedgerTxn, LedgerTxn.id == LedgerEntry.txn_id)
        .where(_of(dispute), *which)
    )
    return int(found or 0)


def _is_posted(dispute: Dispute, row_ref: str) -> bool:
    return db.session.scalar(select(LedgerTxn.id).where(_of(dispute), LedgerTxn.memo == row_ref)) is not None


def _source(dispute: Dispute, kind: str) -> str:
    """The dispute's own id; a second fact of the same kind is numbered."""
    before = db.session.scalar(select(func.count()).select_from(LedgerTxn).where(_of(dispute), LedgerTxn.kind == kind))
    return f"{dispute.provider_ref}:{before + 1}" if before else dispute.provider_ref
