"""Starting to pay an approved run: held farms are let go, the rest is handed to the workers or to the bank's file."""

from __future__ import annotations

from sqlalchemy import func, select

from marketplace.events.facts import PayoutWanted
from marketplace.events.outbox import publish
from marketplace.kernel.clock import now
from marketplace.kernel.database import command, db
from marketplace.kernel.errors import Changed, Conflict
from marketplace.kernel.words import N_
from marketplace.payouts.commission import take_back_commission
from marketplace.payouts.due import disputed
from marketplace.payouts.figures import hash_of_run
from marketplace.payouts.locks import lock_market_and_run, lock_statements, refuse_unmatched
from marketplace.payouts.models import PayoutRun, Statement
from marketplace.payouts.reasons import FarmStanding, standings
from marketplace.payouts.statements import let_go, settle_state, untouched
from marketplace.payouts.states import RUN, STATEMENT


@command
def pay_run(run_id: int) -> PayoutRun:
    """approved → paying (or paid at once when nobody gets anything). Called again while paying: failed ones try again.

    Refuses what nobody approved, figures that are not those that were signed (Changed), and books that do not agree
    with the provider's. A farm that must not be paid now is held and falls into the next run.
    """
    run = lock_market_and_run(run_id)
    again = run.state == "paying"
    if not again:
        RUN.check(run.state, "paying")
    refuse_unmatched(run.market_id)
    statements = lock_statements(run)
    refuse_changed(run, statements)
    standing = standings(run.market_id, [statement.farm_id for statement in statements])
    if again:
        _try_failed_again(statements, standing)
    else:
        for statement in statements:
            _start(statement, standing[statement.farm_id])
        run.state = "paying"
        db.session.flush()
    close_if_done(run)
    return run


def refuse_changed(run: PayoutRun, statements: list[Statement]) -> None:
    """What was signed is what stands here: every hash that still has its lines, and the run's hash over all."""
    let_go_already = run.state == "paying"
    with_lines = [one for one in statements if not (let_go_already and one.state == "held")]
    signed = hash_of_run((one.farm_id, one.figures_hash or b"") for one in statements)
    if signed != run.figures_hash or not untouched(run, with_lines):
        raise Changed()


def _start(statement: Statement, standing: FarmStanding) -> None:
    if statement.state != "held":
        settle_state(statement, standing)
        if statement.state == "due" and disputed([statement.id]):
            _hold_disputed(statement)
        if statement.state == "held":  # stopped between approval and payment
            take_back_commission(statement)
    if statement.state == "held":
        let_go(statement)
    elif statement.state == "due":
        _send(statement, standing)
    db.session.flush()


def _hold_disputed(statement: Statement) -> None:
    """A sale in it may cost the farm its money again: all falls into the next run, but that sale."""
    STATEMENT.check(statement.state, "held")
    statement.state = "held"
    statement.flags = sorted({*statement.flags, "disputed"})
    statement.paid_by = None
    db.session.flush()


def _send(statement: Statement, standing: FarmStanding) -> None:
    statement.state = "paying"
    statement.paid_by = standing.way
    statement.last_error = None
    if standing.way == "sepa":
        statement.provider_ref = end_to_end_id(statement)
    else:
        publish(PayoutWanted(statement.id))


def _try_failed_again(statements: list[Statement], standing: dict[int, FarmStanding]) -> None:
    failed = [statement for statement in statements if statement.state == "failed"]
    if not failed:
        raise Conflict(N_("Dieser Lauf wird schon ausgezahlt."))
    for statement in failed:
        found = standing[statement.farm_id]
        if statement.tried_at is None and disputed([statement.id]):
            _hold_disputed(statement)
            take_back_commission(statement)
            let_go(statement)
        elif not found.holds:
            STATEMENT.check(statement.state, "paying")
            _send(statement, found)
    db.session.flush()


def end_to_end_id(statement: Statement) -> str:
    """The reference in the bank's file and on the farm's account statement; at most 35 characters."""
    return f"PM-{statement.run_id}-{statement.id}"


def close_if_done(run: PayoutRun) -> None:
    """A locked run in payment is paid when every farm that is neither held nor carried is."""
    open_ones = db.session.scalar(
        select(func.count()).where(Statement.run_id == run.id, Statement.state.in_(("due", "paying", "failed")))
    )
    if run.state == "paying" and not open_ones:
        run.state = "paid"
        run.paid_at = now()
        db.session.flush()
