"""What money does to the ledger: captures, fees, settlements, refunds. Each fact once, whoever comes again (I17)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from marketplace.kernel.database import db
from marketplace.ledger import chart
from marketplace.ledger.models import LedgerEntry, LedgerTxn
from marketplace.ledger.post import Entry, post
from marketplace.orders.models import Order
from marketplace.payments.gateway import BalanceView
from marketplace.payments.models import BalanceTransaction, Payment, Refund
from marketplace.payments.row_kinds import SETTLED_KINDS
from marketplace.payments.shares import FarmPart


def book_charge(order: Order, payment: Payment, amount_cents: int) -> None:
    """A capture: the provider owes us the gross, until the goods are handed over it is the customer's."""
    post(
        "charge",
        "charge",
        payment.charge_ref or payment.provider_ref or str(payment.uuid),
        order.market_id,
        [
            Entry(chart.STRIPE_PENDING, amount_cents, order_id=order.id),
            Entry(chart.CUSTOMER_CLEARING, -amount_cents, order_id=order.id),
        ],
        order_id=order.id,
    )


def book_balance(market_id: int, view: BalanceView, order_id: int | None = None) -> None:
    """Keeps a row of the provider's books and posts its fee and, once it is available, its settlement."""
    row = {
        "id": view.ref,
        "market_id": market_id,
        "kind": view.kind,
        "source": view.source,
        "amount_cents": view.amount_cents,
        "fee_cents": view.fee_cents,
        "net_cents": view.net_cents,
        "available": view.available,
        "available_on": view.available_on,
        "created_at": view.created_at,
    }
    statement = insert(BalanceTransaction).values(row)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"available": statement.excluded.available})
    )
    if view.fee_cents:
        post(
            "fee",
            "fee",
            view.ref,
            market_id,
            [
                Entry(chart.STRIPE_FEES, view.fee_cents, order_id=order_id),
                Entry(chart.STRIPE_PENDING, -view.fee_cents, order_id=order_id),
            ],
            order_id=order_id,
        )
    if view.available and view.net_cents and view.kind in SETTLED_KINDS:
        post(
            "settlement",
            "settlement",
            view.ref,
            market_id,
            [
                Entry(chart.STRIPE_AVAILABLE, view.net_cents, order_id=order_id),
                Entry(chart.STRIPE_PENDING, -view.net_cents, order_id=order_id),
            ],
            order_id=order_id,
        )


def book_refund(order: Order, refund: Refund, parts: Sequence[FarmPart] = ()) -> None:
    """A refund that was made: `parts` lower the payable of the farms that bear it."""
    if refund.borne_by == "farm":
        debits = [
            Entry(chart.farm_payable(one.farm_id), one.cents, farm_id=one.farm_id, order_id=order.id, part=one.part)
            for one in parts
        ]
    else:
        account = {
            "market": chart.market_commission(order.market_id),
            "deposits": chart.deposits(order.market_id),
            "clearing": chart.CUSTOMER_CLEARING,
        }[refund.borne_by]
        debits = [Entry(account, refund.amount_cents, order_id=order.id, part="refund")]
    # Whatever the provider calls it: `re_…` of a card, `pyr_…` of a debit.
    source = chart.cash(order.market_id) if refund.provider_ref is None else chart.STRIPE_PENDING
    post(
        "refund",
        "refund",
        refund.provider_ref or str(refund.uuid),
        order.market_id,
        [*debits, Entry(source, -refund.amount_cents, order_id=order.id)],
        order_id=order.id,
        memo=refund.reason,
    )


def book_refund_came_back(order: Order, refund: Refund) -> None:
    """The provider could not carry a refund out after all: its posting is reversed, the money is here again.

    Of an order that ended without goods nobody bears a refund any more (`shares.bear_no_more_than`): what came back is
    the customer's.
    """
    assert refund.provider_ref is not None
    made = db.session.scalar(
        select(LedgerTxn.id).where(
            LedgerTxn.kind == "refund", LedgerTxn.source_type == "refund", LedgerTxn.source_id == refund.provider_ref
        )
    )
    entries = db.session.scalars(select(LedgerEntry).where(LedgerEntry.txn_id == made).order_by(LedgerEntry.id)).all()
    post(
        "refund_failure",
        "refund",
        refund.provider_ref,
        order.market_id,
        [
            Entry(chart.CUSTOMER_CLEARING, -one.amount_cents, order_id=one.order_id)
            if one.amount_cents > 0 and order.state in ("cancelled", "expired")
            else Entry(one.account, -one.amount_cents, farm_id=one.farm_id, order_id=one.order_id, part=one.part)
            for one in entries
        ],
        order_id=order.id,
        reverses_id=made,
    )


def book_cash(order: Order, payment: Payment, amount_cents: int) -> None:
    """Paid at the pickup: recorded, never a till (PRODUCT, "Pay")."""
    post(
        "charge",
        "charge",
        str(payment.uuid),
        order.market_id,
        [
            Entry(chart.cash(order.market_id), amount_cents, order_id=order.id),
            Entry(chart.CUSTOMER_CLEARING, -amount_cents, order_id=order.id),
        ],
        order_id=order.id,
    )


def book_lowered(order: Order, refund: Refund) -> None:
    """The market bears a reduction before anything was captured: its income pays what the customer will not."""
    post(
        "refund",
        "refund",
        str(refund.uuid),
        order.market_id,
        [
            Entry(chart.market_commission(order.market_id), refund.amount_cents, order_id=order.id, part="refund"),
            Entry(chart.CUSTOMER_CLEARING, -refund.amount_cents, order_id=order.id),
        ],
        order_id=order.id,
        memo=refund.reason,
    )
