"""Refunds of a disputed payment: the provider makes none. Ours wait for the end, and fall away with a lost dispute.

Who asks for a refund is refused at once (`refuse_disputed`). What the house itself owes (a cancelled order, a shortage,
bottles that came back) is written down as ever and waits; `wake_waiting` sends it off when the dispute is won,
`drop_waiting` lets it go when it is lost: then the bank has given the customer everything.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from marketplace.events.facts import RefundWanted
from marketplace.events.outbox import publish
from marketplace.kernel.database import db
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import split
from marketplace.kernel.words import N_
from marketplace.ledger import chart
from marketplace.ledger.models import LedgerEntry, LedgerTxn
from marketplace.ledger.post import Entry, post
from marketplace.orders.models import Order, OrderLine
from marketplace.payments.dispute_bookings import WITHOUT_GOODS
from marketplace.payments.models import Dispute, Payment, Refund, RefundShare
from marketplace.payments.rows import move
from marketplace.payments.shares import borne_cents, restored_cents

UNDECIDED = ("needs_response", "under_review")


def is_undecided(payment_id: int) -> bool:
    """Has the bank taken this payment back, and nobody knows yet how it ends? An inquiry alone stops nothing."""
    return _disputes(payment_id, UNDECIDED) > 0


def is_lost(payment_id: int) -> bool:
    """Has the customer's bank given this payment back for good?"""
    return _disputes(payment_id, ("lost",)) > 0


def times_won(payment_id: int) -> int:
    """How many disputes of this payment ended well."""
    return _disputes(payment_id, ("won",))


def _disputes(payment_id: int, states: tuple[str, ...]) -> int:
    found = db.session.scalar(
        select(func.count()).select_from(Dispute).where(Dispute.payment_id == payment_id, Dispute.state.in_(states))
    )
    return int(found or 0)


def refuse_disputed(payment: Payment) -> None:
    """Conflict for a payment that the customer's bank has taken back, for now or for good."""
    if is_undecided(payment.id):
        raise Conflict(
            N_(
                "Die Bank hat diese Zahlung zurückgeholt, der Streitfall ist offen. "
                "Bis er entschieden ist, kann nichts erstattet werden."
            )
        )
    if is_lost(payment.id):
        raise Conflict(
            N_("Die Bank hat diese Zahlung an die Kundin zurückgegeben. Eine Erstattung käme ein zweites Mal an.")
        )


def wake_waiting(payment: Payment) -> None:
    """The dispute is won: refunds that waited for its end are made now."""
    for refund in _waiting(payment):
        publish(RefundWanted(refund.id))


def drop_waiting(order: Order, payment: Payment, why: str) -> None:
    """The dispute is lost: refunds that waited for its end are not made any more."""
    drop(order, payment, _waiting(payment), why)


def drop(order: Order, payment: Payment, refunds: Sequence[Refund], why: str) -> None:
    """Refunds that are not made after all: their lines are as before, and who bore them bears them no more."""
    for refund in refunds:
        refund.state = "failed"
        refund.last_error = why[:500]
        off_the_lines(refund)
    db.session.flush()
    _undo_relief(order, payment)


def note_all_gone(order: Order, payment: Payment) -> None:
    """An order without goods whose payment went back, by refund or by the bank: `refunded`, nothing is owed."""
    if order.state not in WITHOUT_GOODS or payment.state not in ("captured", "partially_refunded"):
        return
    by_bank = db.session.scalar(
        select(func.coalesce(func.sum(Dispute.withdrawn_cents), 0)).where(
            Dispute.payment_id == payment.id, Dispute.state == "lost"
        )
    )
    if payment.refunded_cents + int(by_bank or 0) >= payment.captured_cents:
        move(order, payment, "refunded")
    else:
        payment.last_error = "a dispute is lost, and less than the payment went back"


def off_the_lines(refund: Refund) -> None:
    """What a refund had taken from its lines can be refunded again."""
    for share in db.session.scalars(select(RefundShare).where(RefundShare.refund_id == refund.id)).all():
        line = db.session.get_one(OrderLine, share.line_id)
        line.refunded_quantity -= share.quantity
        line.refunded_cents -= share.amount_cents


def _waiting(payment: Payment) -> list[Refund]:
    return list(
        db.session.scalars(
            select(Refund)
            .where(Refund.payment_id == payment.id, Refund.state == "submitting")
            .order_by(Refund.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _undo_relief(order: Order, payment: Payment) -> None:
    """Who was relieved of a refund that never happened (`shares.bear_no_more_than`) gives that back to clearing."""
    owed = 0 if order.state in WITHOUT_GOODS else order.owed_cents
    given = restored_cents(order)
    cents = given - max(0, borne_cents(order, payment) - owed)
    if given <= 0 or cents <= 0:
        return
    relieved = db.session.execute(
        select(LedgerEntry.account, LedgerEntry.farm_id, LedgerEntry.part, -func.sum(LedgerEntry.amount_cents))
        .join(LedgerTxn, LedgerTxn.id == LedgerEntry.txn_id)
        .where(
            LedgerTxn.kind == "correction",
            LedgerEntry.order_id == order.id,
            LedgerEntry.account != chart.CUSTOMER_CLEARING,
        )
        .group_by(LedgerEntry.account, LedgerEntry.farm_id, LedgerEntry.part)
        .having(func.sum(LedgerEntry.amount_cents) < 0)
        .order_by(LedgerEntry.account, LedgerEntry.part)
    ).all()
    parts = split(cents, [int(row[3]) for row in relieved])
    post(
        "correction",
        "correction",
        f"{order.number}:back:{given}",
        order.market_id,
        [
            Entry(chart.CUSTOMER_CLEARING, -cents, order_id=order.id),
            *(
                Entry(row.account, part, farm_id=row.farm_id, order_id=order.id, part=row.part)
                for row, part in zip(relieved, parts, strict=True)
            ),
        ],
        order_id=order.id,
    )
