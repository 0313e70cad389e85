"""What has become due: each sweep looks for "not yet done" (ARCHITECTURE, habit 6) and fails alone."""

from __future__ import annotations

import logging
from collections.abc import Callable

from marketplace.checkout.expire_unpaid import expire_unpaid, free_debits_in_process
from marketplace.events.heartbeat import beat
from marketplace.events.purge import purge
from marketplace.exchange.tidy import tidy_imports
from marketplace.kernel.actor import acting
from marketplace.kernel.database import db
from marketplace.payments.catch_up import catch_up_hourly
from marketplace.payments.overdue import pursue_payments, pursue_refunds, take_ending_holds
from marketplace.payments.poll import poll_payments, settle_balances
from marketplace.payments.saved_setup import poll_setups
from marketplace.payouts.overdue import pursue_transfers
from marketplace.reconciliation.daily import reconcile_daily
from workers import market_days

log = logging.getLogger(__name__)

SWEEPS: tuple[Callable[[], object], ...] = (
    expire_unpaid,
    free_debits_in_process,
    market_days.close_days,
    market_days.finish_cancelled_days,
    market_days.begin_slots,
    market_days.finish_slots,
    take_ending_holds,
    poll_payments,
    pursue_payments,
    pursue_refunds,
    pursue_transfers,
    poll_setups,
    settle_balances,
    catch_up_hourly,
    reconcile_daily,
    market_days.roll_calendars,
    tidy_imports,
    purge,
)


def sweep() -> None:
    """Runs every sweep once."""
    with acting("worker", "sweep"):
        beat("worker")
        for task in SWEEPS:
            try:
                task()
            except Exception:
                db.session.rollback()
                log.exception("sweep %s failed", task.__name__)
