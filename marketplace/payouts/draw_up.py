"""Beginning a payout run: everything that is due until a date, a statement a farm."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from marketplace.kernel.database import command, db
from marketplace.kernel.errors import Conflict
from marketplace.kernel.words import N_
from marketplace.payouts.locks import lock_market
from marketplace.payouts.models import PayoutRun
from marketplace.payouts.statements import write_statements

OPEN = ("draft", "in_review", "approved", "paying")


@command
def draw_up_run(market_id: int, until: date, actor_account_id: int) -> PayoutRun:
    """A draft of all that is due until `until` (inclusive). Nothing due: a run without statements.

    Refuses while another run of the market is open (409): what is in it would be neither due nor paid.
    """
    lock_market(market_id)
    if db.session.scalar(select(PayoutRun.id).where(PayoutRun.market_id == market_id, PayoutRun.state.in_(OPEN))):
        raise Conflict(N_("Für diesen Markt ist noch ein Auszahlungslauf offen."))
    run = PayoutRun(market_id=market_id, until=until, state="draft", created_by=actor_account_id)
    db.session.add(run)
    db.session.flush()
    write_statements(run)
    return run
