"""What is wanted of the provider and nobody works on: its message was lost, or it was parked. Every minute.

Before anything is asked for again, what an unanswered try may have done is looked for (payments/keys.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta

from marketplace.events.facts import PaymentWanted
from marketplace.events.outbox import publish
from marketplace.kernel.database import command, db, rows
from marketplace.kernel.errors import Refusal, TryLater
from marketplace.payments.bring_about import bring_about
from marketplace.payments.gateway import ProviderRefused, ProviderUnavailable
from marketplace.payments.make_refund import look_for_refund, make_refund
from marketplace.payments.rows import lock_payment

log = logging.getLogger(__name__)

QUIET = timedelta(minutes=5)
# A hold is captured so long before its end, packed or not.
BEFORE_THE_END = timedelta(hours=12)
UNPACKED = ("confirmed", "packing")


@command
def forgotten_payments(most: int = 100) -> list[int]:
    """Payments that want something of the provider and were not tried for five minutes."""
    found = rows(
        """
        SELECT id FROM payment
        WHERE wanted IS NOT NULL AND coalesce(tried_at, created_at) < clock_timestamp() - :quiet
        ORDER BY coalesce(tried_at, created_at) LIMIT :most
        """,
        quiet=QUIET,
        most=most,
    )
    return [row.id for row in found]


@command
def _tried(payment_id: int) -> None:
    rows("UPDATE payment SET tried_at = clock_timestamp() WHERE id = :id RETURNING id", id=payment_id)


def _bring_about(payment_id: int) -> None:
    _tried(payment_id)
    bring_about(payment_id)


def pursue_payments() -> int:
    """Brings about what forgotten payments want; how many were looked at."""
    return _each(forgotten_payments(), _bring_about)


# Nobody works on it: no delivery waits for it or is under way. One that is parked is a person's, and only looked for.
_REFUNDS = """
SELECT r.id FROM refund r
WHERE r.state = 'submitting' AND r.created_at < app_now() - :quiet
  AND {is_parked} EXISTS (
    SELECT 1 FROM fact f LEFT JOIN delivery d ON d.fact_id = f.id
    WHERE f.kind = 'RefundWanted' AND f.payload->>'refund_id' = r.id::text AND {state})
ORDER BY r.id LIMIT 100
"""


@command
def lost_refunds() -> list[int]:
    """Refunds on their way for five minutes that no delivery will make."""
    state = "(f.fanned_out_at IS NULL OR d.state IN ('waiting', 'in_flight', 'parked'))"
    return [row.id for row in rows(_REFUNDS.format(is_parked="NOT", state=state), quiet=QUIET)]


@command
def parked_refunds() -> list[int]:
    """Refunds whose delivery is parked: they may have been made, and the answer lost."""
    return [row.id for row in rows(_REFUNDS.format(is_parked="", state="d.state = 'parked'"), quiet=QUIET)]


def pursue_refunds() -> int:
    """Makes refunds that were lost, and books those that were made after all; how many were looked at."""
    return _each(lost_refunds(), make_refund) + _each(parked_refunds(), look_for_refund)


@command
def ending_holds() -> list[int]:
    """Holds that end within twelve hours, of orders that are not packed yet."""
    found = rows(
        """
        SELECT p.id FROM payment p JOIN orders o ON o.id = p.order_id
        WHERE p.state = 'authorized' AND p.wanted IS NULL AND NOT p.is_stray AND p.hold_lost_at IS NULL
          AND p.capture_before < app_now() + :before AND o.state = ANY(:unpacked)
        ORDER BY p.capture_before
        """,
        before=BEFORE_THE_END,
        unpacked=list(UNPACKED),
    )
    return [row.id for row in found]


@command
def take_whole(payment_id: int) -> None:
    """Captures a hold before it ends, whole; what is packed for less goes back then, as with capture at once."""
    order, payment = lock_payment(payment_id)
    if payment.state != "authorized" or payment.wanted is not None or order.state not in UNPACKED:
        return
    payment.capture_cents = payment.authorized_cents
    payment.wanted = "capture"
    publish(PaymentWanted(payment.id))


def take_ending_holds() -> int:
    """Takes all holds that are about to end; how many."""
    return _each(ending_holds(), take_whole)


def _each(ids: Iterable[int], do: Callable[[int], object]) -> int:
    """One after the other; stops at the first sign that the provider is away, the next minute goes on."""
    looked = 0
    for one in ids:
        try:
            do(one)
        except TryLater:
            db.session.rollback()
        except (ProviderRefused, Refusal) as error:
            db.session.rollback()
            log.warning("%s of %s: %s", getattr(do, "__name__", do), one, error)
        except ProviderUnavailable:
            return looked
        looked += 1
    return looked
