"""Laying a run before a second person: its figures are drawn up anew and hashed; that is what will be signed."""

from __future__ import annotations

from marketplace.events.facts import PayoutRunSubmitted
from marketplace.events.outbox import publish
from marketplace.kernel.clock import now
from marketplace.kernel.database import command
from marketplace.payouts.locks import lock_market_and_run
from marketplace.payouts.models import PayoutRun
from marketplace.payouts.statements import write_statements
from marketplace.payouts.states import RUN


@command
def submit_run(run_id: int, actor_account_id: int) -> PayoutRun:
    """draft → in_review. Again while it is in review: the new figures take the place of the old ones."""
    run = lock_market_and_run(run_id)
    if run.state != "in_review":
        RUN.check(run.state, "in_review")
    write_statements(run)
    run.state = "in_review"
    run.submitted_by = actor_account_id
    run.submitted_at = now()
    publish(PayoutRunSubmitted(run.id))
    return run
