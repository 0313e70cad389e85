"""What of a refund falls on whom: goods and deposit apart, by farm; theirs again when no goods stand behind it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from marketplace.kernel.database import db
from marketplace.kernel.money import split
from marketplace.ledger import chart
from marketplace.ledger.models import LedgerEntry, LedgerTxn
from marketplace.ledger.post import Entry, post
from marketplace.orders.models import Order, OrderLine
from marketplace.payments.models import Payment, Refund, RefundShare


@dataclass(frozen=True)
class FarmPart:
    """Cents of a refund that a farm bears; `part`: `refund` of goods, or `refund_deposit`."""

    farm_id: int
    part: str
    cents: int


def farm_parts(refund: Refund) -> list[FarmPart]:
    """The farms' parts of a refund, goods before deposit, by farm; they add up to the refund when it has shares."""
    sums: dict[tuple[int, str], int] = {}
    for share, line in _shares(refund.id):
        deposit = _deposit_in(share, line)
        for part, cents in (("refund", share.amount_cents - deposit), ("refund_deposit", deposit)):
            if cents:
                sums[line.farm_id, part] = sums.get((line.farm_id, part), 0) + cents
    return [FarmPart(farm_id, part, cents) for (farm_id, part), cents in sorted(sums.items())]


def _shares(refund_id: int) -> list[tuple[RefundShare, OrderLine]]:
    found = db.session.execute(
        select(RefundShare, OrderLine)
        .join(OrderLine, OrderLine.id == RefundShare.line_id)
        .where(RefundShare.refund_id == refund_id)
        .order_by(OrderLine.id)
    )
    return [(share, line) for share, line in found]


def _deposit_in(share: RefundShare, line: OrderLine) -> int:
    """The deposit of the units that come back; an amount without units takes the goods first, then the deposit."""
    earlier = db.session.scalars(
        select(RefundShare)
        .join(Refund, Refund.id == RefundShare.refund_id)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(RefundShare.line_id == line.id, RefundShare.refund_id < share.refund_id)
        .where(Refund.state != "failed", ~_only_lowered())
        .order_by(RefundShare.refund_id)
    ).all()
    goods_left = line.amount_cents - line.deposit_cents
    deposit = 0
    for one in (*earlier, share):
        of_units = one.quantity * line.unit_deposit_cents
        deposit = min(one.amount_cents, max(of_units, one.amount_cents - max(0, goods_left)))
        goods_left -= one.amount_cents - deposit
    return deposit


def _only_lowered():  # type: ignore[no-untyped-def]
    """Refunds that shrank the lines before anything was captured: no money moved."""
    return (
        (Refund.borne_by == "farm")
        & Refund.provider_ref.is_(None)
        & (Refund.state == "done")
        & (Payment.method != "pay_at_pickup")
    )


def bear_no_more_than(order: Order, payment: Payment, owed_cents: int) -> None:
    """Farms and market bear no refund of goods that nobody got: what they bore above `owed_cents` is theirs again.

    For a locked order that was packed for less than was given back already, or that ended without goods (0).
    """
    borne = _borne(order, payment)
    restored = _restored(order)
    cents = sum(entry.amount_cents for entry in borne) - restored - owed_cents
    if cents <= 0:
        return
    parts = split(cents, [entry.amount_cents for entry in borne])
    post(
        "correction",
        "correction",
        f"{order.number}:{restored}",
        order.market_id,
        [
            Entry(chart.CUSTOMER_CLEARING, cents, order_id=order.id),
            *(
                Entry(entry.account, -part, farm_id=entry.farm_id, order_id=order.id, part=entry.part)
                for entry, part in zip(borne, parts, strict=True)
            ),
        ],
        order_id=order.id,
    )


def _borne(order: Order, payment: Payment) -> list[Entry]:
    """What farms and market bear of this order's refunds, those on their way too."""
    refunds = db.session.scalars(
        select(Refund)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Refund.order_id == order.id,
            Refund.borne_by.in_(("farm", "market")),
            Refund.state.in_(("submitting", "done")),
            ~_only_lowered(),
        )
        .order_by(Refund.id)
    ).all()
    found: list[Entry] = []
    for refund in refunds:
        if refund.borne_by == "market":
            found.append(Entry(chart.market_commission(order.market_id), refund.amount_cents, part="refund"))
        else:
            found += [
                Entry(chart.farm_payable(part.farm_id), part.cents, farm_id=part.farm_id, part=part.part)
                for part in farm_parts(refund)
            ]
    return found


def borne_cents(order: Order, payment: Payment) -> int:
    """What farms and market bear of this payment's refunds, in cents."""
    return sum(entry.amount_cents for entry in _borne(order, payment))


def restored_cents(order: Order) -> int:
    """What of it was given back to them because no goods stood behind it."""
    return _restored(order)


def _restored(order: Order) -> int:
    found = db.session.scalar(
        select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0))
        .join(LedgerTxn, LedgerTxn.id == LedgerEntry.txn_id)
        .where(
            LedgerTxn.kind == "correction",
            LedgerEntry.order_id == order.id,
            LedgerEntry.account == chart.CUSTOMER_CLEARING,
        )
    )
    return int(found or 0)
