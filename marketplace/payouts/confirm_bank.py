"""The bank has carried out the SEPA file: its payments are booked."""

from __future__ import annotations

from marketplace.kernel.database import command
from marketplace.kernel.errors import Conflict
from marketplace.kernel.words import N_
from marketplace.ledger import chart
from marketplace.payouts.locks import lock_market_and_run, lock_statements
from marketplace.payouts.models import PayoutRun
from marketplace.payouts.transfer import note_paid, post_payout


@command
def confirm_bank(run_id: int) -> PayoutRun:
    """Every statement in payment by SEPA is paid. Refuses when there is none: nothing is booked twice."""
    run = lock_market_and_run(run_id)
    waiting = [one for one in lock_statements(run) if one.state == "paying" and one.paid_by == "sepa"]
    if run.state != "paying" or not waiting:
        raise Conflict(N_("In diesem Lauf wartet keine Überweisung auf die Bank."))
    for statement in waiting:
        assert statement.provider_ref is not None
        post_payout(statement, "payout", statement.provider_ref, chart.bank(run.market_id))
        note_paid(run, statement, statement.provider_ref)
    return run
