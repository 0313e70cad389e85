"""The provider did not answer when an order was placed: its link to pay is promised, and mailed when there is one."""

from __future__ import annotations

from datetime import timedelta

from marketplace.events.facts import PaymentLinkReady
from marketplace.events.outbox import publish
from marketplace.kernel import clock, installation
from marketplace.kernel.database import command, execute, scalar
from marketplace.orders.models import Order
from marketplace.payments.models import Payment
from marketplace.payments.rows import lock_payment


@command
def promise_link(payment_id: int) -> str | None:
    """Notes the promise; the page's address when the worker was faster and there is nothing to promise."""
    order, payment = lock_payment(payment_id)
    if order.state != "awaiting_payment" or payment.state != "pending":
        return None
    if payment.session_ref is None:
        payment.link_promised = True
    return payment.session_url


def keep_promise(order: Order, payment: Payment) -> None:
    """For a locked payment whose page has just opened: the customer is told, and has the usual time from now on.

    Never beyond the cut-off plus that time (DECISIONS 21).
    """
    if not payment.link_promised or order.state != "awaiting_payment":
        return
    payment.link_promised = False
    publish(PaymentLinkReady(payment.id))
    if order.expires_at is None:
        return
    ttl = timedelta(seconds=installation.settings().order_ttl_seconds)
    cut_off = scalar("SELECT orders_close_at FROM market_day WHERE id = :id", id=order.market_day_id)
    order.expires_at = max(order.expires_at, min(clock.now(), cut_off) + ttl)
    execute(
        "UPDATE reservation SET expires_at = :until WHERE order_id = :id AND state = 'live'",
        until=order.expires_at,
        id=order.id,
    )
