"""The second signature: another person, unchanged figures; commission is posted in the same transaction (I20)."""

from __future__ import annotations

from sqlalchemy import select, update

from marketplace.events.facts import PayoutRunApproved
from marketplace.events.outbox import publish
from marketplace.kernel.clock import now
from marketplace.kernel.database import command, db
from marketplace.kernel.errors import Changed, Forbidden
from marketplace.kernel.words import N_
from marketplace.payouts.commission import post_commission
from marketplace.payouts.locks import lock_market_and_run, lock_statements, refuse_unmatched
from marketplace.payouts.models import PayoutRun, Statement
from marketplace.payouts.reasons import standings
from marketplace.payouts.statements import Drawn, digest_of, draw, settle_state, untouched
from marketplace.payouts.states import RUN
from marketplace.people.models import Membership


@command
def approve_run(run_id: int, actor_account_id: int, note: str = "") -> PayoutRun:
    """in_review → approved. The web asks for a fresh second factor before.

    Refuses who made or submitted the run, who is neither approver nor operator of its market (nor admin), who is a
    member of a farm in it (Forbidden); figures that changed since `submit` (Changed); books that do not agree with
    the provider's (Conflict).
    """
    run = lock_market_and_run(run_id)
    _refuse_signer(run, actor_account_id)
    RUN.check(run.state, "approved")
    refuse_unmatched(run.market_id)
    statements = lock_statements(run)
    drawn = draw(run)
    if digest_of(drawn) != run.figures_hash or not untouched(run, statements):
        raise Changed()
    _sign(run, statements, {one.due.farm_id: one for one in drawn})
    run.state = "approved"
    run.approved_by = actor_account_id
    run.approved_at = now()
    run.note = note.strip()[:500]
    publish(PayoutRunApproved(run.id))
    return run


def _sign(run: PayoutRun, statements: list[Statement], drawn: dict[int, Drawn]) -> None:
    standing = standings(run.market_id, list(drawn))
    for statement in statements:
        settle_state(statement, standing[statement.farm_id])
        if statement.state == "held":
            continue
        post_commission(statement, drawn[statement.farm_id].figures.posted)
        if statement.carried_cents:
            _take_carried(statement)


def _take_carried(statement: Statement) -> None:
    """What earlier statements left over is in this one now."""
    db.session.execute(
        update(Statement)
        .where(
            Statement.farm_id == statement.farm_id,
            Statement.state == "carried",
            Statement.carried_into.is_(None),
            Statement.run_id.in_(select(PayoutRun.id).where(PayoutRun.state == "paid")),
        )
        .values(carried_into=statement.id)
    )


def _refuse_signer(run: PayoutRun, account_id: int) -> None:
    roles = db.session.scalars(select(Membership).where(Membership.account_id == account_id)).all()
    signs_here = any(
        role.role == "admin" or (role.role in ("operator", "approver") and role.market_id == run.market_id)
        for role in roles
    )
    if not signs_here:
        raise Forbidden()
    if account_id in (run.created_by, run.submitted_by):
        raise Forbidden(N_("Wer einen Lauf vorbereitet hat, gibt ihn nicht frei. Das muss eine zweite Person tun."))
    farms = {role.farm_id for role in roles if role.farm_id is not None}
    if db.session.scalar(select(Statement.id).where(Statement.run_id == run.id, Statement.farm_id.in_(farms)).limit(1)):
        raise Forbidden(N_("Sie gehören zu einem Hof dieses Laufs und können ihn nicht freigeben."))
