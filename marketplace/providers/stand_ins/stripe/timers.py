"""Things that happen by themselves when the stand-in's clock gets there."""

from __future__ import annotations

from collections.abc import Callable

from .books import make_available
from .operations import attempts, disputes, intents, payouts, refunds, sessions
from .settings import StandInSettings
from .transaction import Transaction

IDEMPOTENCY_SECONDS = 24 * 3600

_TIMERS: dict[str, Callable[[Transaction, StandInSettings, str], None]] = {
    "session_expiry": lambda tx, _, object_id: sessions.expire_on_time(tx, object_id),
    "hold_expiry": lambda tx, _, object_id: intents.expire_hold(tx, object_id),
    "funds_available": lambda tx, _, object_id: make_available(tx, object_id),
    "debit_outcome": attempts.settle_debit,
    "payout_arrival": lambda tx, _, object_id: payouts.arrive(tx, object_id),
    "dispute_due": lambda tx, _, object_id: disputes.pass_due(tx, object_id),
    "refund_outcome": lambda tx, _, object_id: refunds.finish(tx, object_id),
}


def anything_due(tx: Transaction) -> bool:
    """Whether a timer has run out."""
    return tx.connection.execute("SELECT 1 FROM timers WHERE due <= ? LIMIT 1", (tx.now,)).fetchone() is not None


def run_due(tx: Transaction, settings: StandInSettings) -> int:
    """Do what is due, in the order it became due; also forget old idempotency keys. Gives how many were done."""
    due = tx.connection.execute(
        "SELECT kind, object_id, account FROM timers WHERE due <= ? ORDER BY due, rowid", (tx.now,)
    ).fetchall()
    for timer in due:
        tx.drop_timer(timer["kind"], timer["object_id"])
        with tx.acting_for(timer["account"]):
            _TIMERS[timer["kind"]](tx, settings, timer["object_id"])
    tx.connection.execute("DELETE FROM idempotency WHERE created <= ?", (tx.now - IDEMPOTENCY_SECONDS,))
    return len(due)
