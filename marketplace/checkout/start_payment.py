"""The page's own try to open the hosted page, right after the order is placed; the worker guarantees it."""

from __future__ import annotations

import logging

from marketplace.kernel.database import command
from marketplace.payments.gateway import ProviderRefused, ProviderUnavailable
from marketplace.payments.promise import promise_link
from marketplace.payments.request import open_session
from marketplace.payments.rows import open_attempt
from marketplace.payments.saved_payment import pay_with_means

log = logging.getLogger(__name__)


def start_payment(order_id: int) -> str | None:
    """The URL of the order's hosted payment page; None when none is needed, or the provider does not answer now.

    In the latter case the link is promised to the customer: it comes by mail.

    An order to be paid with a saved means is paid, or has another attempt with a hosted page if the means did not pay.
    """
    payment_id, by_means = _pending(order_id)
    if payment_id is None:
        return None
    try:
        if by_means:
            pay_with_means(payment_id)
            return None
        return open_session(payment_id)
    except (ProviderRefused, ProviderUnavailable) as error:
        log.warning("no payment, nor page, for payment %s yet: %s", payment_id, error)
        return None if by_means else promise_link(payment_id)


@command
def _pending(order_id: int) -> tuple[int | None, bool]:
    payment = open_attempt(order_id)
    return (None, False) if payment is None else (payment.id, payment.means_id is not None)
