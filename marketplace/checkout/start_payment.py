"""The page's own try to open the hosted page, right after the order is placed; the worker guarantees it."""

from __future__ import annotations

import logging

from marketplace.kernel.database import command
from marketplace.payments.gateway import ProviderRefused, ProviderUnavailable
from marketplace.payments.request import open_session
from marketplace.payments.rows import open_attempt

log = logging.getLogger(__name__)


def start_payment(order_id: int) -> str | None:
    """The URL of the order's hosted payment page; None when none is needed, or the provider does not answer now."""
    payment_id = _pending(order_id)
    if payment_id is None:
        return None
    try:
        return open_session(payment_id)
    except (ProviderRefused, ProviderUnavailable) as error:
        log.warning("no payment page for payment %s yet: %s", payment_id, error)
        return None


@command
def _pending(order_id: int) -> int | None:
    payment = open_attempt(order_id)
    return None if payment is None else payment.id
