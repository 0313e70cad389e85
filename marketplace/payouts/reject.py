"""Sending a run back: its entries are free for a new one, and what its approval posted is taken back."""

from __future__ import annotations

from marketplace.kernel.database import command
from marketplace.payouts.commission import take_back_commission
from marketplace.payouts.locks import lock_market_and_run, lock_statements
from marketplace.payouts.models import PayoutRun
from marketplace.payouts.statements import let_go
from marketplace.payouts.states import RUN


@command
def reject_run(run_id: int, note: str = "") -> PayoutRun:
    """draft, in_review or approved → rejected. Refuses once paying has begun."""
    run = lock_market_and_run(run_id)
    RUN.check(run.state, "rejected")
    for statement in lock_statements(run):
        take_back_commission(statement)
        let_go(statement)
    run.state = "rejected"
    run.note = note.strip()[:500]
    return run
