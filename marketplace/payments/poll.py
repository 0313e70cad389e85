"""Looking after what no webhook told us: overdue payments and balances that became available. Every minute."""

from __future__ import annotations

import logging
from dataclasses import replace

from sqlalchemy import select

from marketplace.kernel.clock import machine_now
from marketplace.kernel.database import command, db, rows
from marketplace.kernel.errors import Refusal
from marketplace.payments.bookings import book_balance
from marketplace.payments.bring_about import bring_about
from marketplace.payments.gateway import BalanceView, ProviderRefused, ProviderUnavailable, gateway
from marketplace.payments.models import BalanceTransaction
from marketplace.payments.settle import settle

log = logging.getLogger(__name__)
QUIET_SECONDS = 120


@command
def quiet_payments(most: int = 200) -> list[int]:
    """Payments with an open page or under way at the provider of which we heard nothing for two minutes.

    And captured ones whose row of the provider's books we have not seen: its fee is not posted yet.
    """
    found = rows(
        """
        SELECT p.id FROM payment p
        WHERE ((p.state = 'pending' AND p.session_ref IS NOT NULL)
               OR (p.charge_ref IS NOT NULL AND p.state IN ('captured', 'partially_refunded', 'refunded')
                   AND p.captured_cents > 0
                   AND NOT EXISTS (SELECT 1 FROM balance_transaction b WHERE b.source = p.charge_ref)))
          AND coalesce(p.tried_at, p.created_at) < clock_timestamp() - make_interval(secs => :quiet)
        ORDER BY coalesce(p.tried_at, p.created_at) LIMIT :most
        """,
        quiet=QUIET_SECONDS,
        most=most,
    )
    return [row.id for row in found]


@command
def _tried(payment_id: int) -> None:
    rows("UPDATE payment SET tried_at = clock_timestamp() WHERE id = :id RETURNING id", id=payment_id)


def poll_payments() -> int:
    """Looks at the quiet ones; stops at the first sign that the provider is away. How many it looked at."""
    looked = 0
    for payment_id in quiet_payments():
        try:
            _tried(payment_id)
            if settle(payment_id) == "pending":
                bring_about(payment_id)  # a debit that could not be cancelled while it was in process, say
        except (ProviderRefused, Refusal) as error:
            db.session.rollback()
            log.warning("payment %s: %s", payment_id, error)
        except ProviderUnavailable:
            return looked
        looked += 1
    return looked


@command
def _pending_balances() -> list[tuple[str, int]]:
    found = db.session.execute(
        select(BalanceTransaction.id, BalanceTransaction.market_id)
        .where(BalanceTransaction.available.is_(False))
        .order_by(BalanceTransaction.available_on)
        .limit(200)
    )
    return [(ref, market_id) for ref, market_id in found]


@command
def _book(ref: str, market_id: int, view: BalanceView) -> None:
    """`ref` is our row's: a market's share of the provider's row keeps its own cents."""
    if view.ref != ref:
        own = db.session.get_one(BalanceTransaction, ref)
        cents = {name: getattr(own, name) for name in ("amount_cents", "fee_cents", "net_cents")}
        view = replace(view, ref=ref, **cents)
    book_balance(market_id, view)


def settle_balances() -> int:
    """Posts what has become available at the provider since we last looked. How many rows it looked at.

    In the order in which they become available: the first that is not, before its time, ends it. So the provider is
    asked once a minute while nothing is due, not once for every row.
    """
    looked = 0
    for ref, market_id in _pending_balances():
        try:
            view = gateway().balance(ref.partition(":")[0])
            _book(ref, market_id, view)
            if not view.available and view.available_on > machine_now():
                return looked + 1
        except ProviderRefused as error:
            log.warning("balance transaction %s: %s", ref, error)
        except ProviderUnavailable:
            return looked
        looked += 1
    return looked
