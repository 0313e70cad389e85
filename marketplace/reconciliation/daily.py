"""The comparison that nobody has to ask for: once a day, and every hour while cents are unexplained."""

from __future__ import annotations

import logging
from datetime import timedelta

from marketplace.events.turns import end_turn, take_turn, turn_of
from marketplace.kernel.database import command
from marketplace.ledger.compared import last_result
from marketplace.payments.gateway import ProviderUnavailable
from marketplace.reconciliation.run import reconcile

log = logging.getLogger(__name__)

DAILY, HOURLY = timedelta(days=1), timedelta(hours=1)


def reconcile_daily() -> int:
    """The sweep. One run a turn, however many clocks tick; a provider that is away is asked again in some minutes.

    How many runs were finished.
    """
    job, every = ("reconcile-open", HOURLY) if _is_open() else ("reconcile", DAILY)
    due_at = turn_of(every)
    if not take_turn(job, due_at):
        return 0
    try:
        reconcile()
    except ProviderUnavailable as error:
        log.warning("the provider's books could not be read: %s", error)
        return 0
    end_turn(job, due_at)
    return 1


@command
def _is_open() -> bool:
    last = last_result()
    return last is not None and bool(last.unexplained)
