"""The steps of a run, and looking at what they left."""

from __future__ import annotations

from marketplace.kernel.database import db, rows
from marketplace.ledger.books import trial_balance
from marketplace.payouts.approve import approve_run
from marketplace.payouts.draw_up import draw_up_run
from marketplace.payouts.models import PayoutRun, Statement
from marketplace.payouts.submit import submit_run
from marketplace.payouts.transfer import pay_statement
from tests.payouts.scene import Scene, today


def drawn(scene: Scene) -> PayoutRun:
    return draw_up_run(scene.market, today(), scene.operator)


def submitted(scene: Scene) -> PayoutRun:
    return submit_run(drawn(scene).id, scene.operator)


def approved(scene: Scene) -> PayoutRun:
    return approve_run(submitted(scene).id, scene.approver)


def of(run: PayoutRun, scene: Scene, farm: str) -> Statement:
    return db.session.query(Statement).filter_by(run_id=run.id, farm_id=scene.farm(farm)).one()


def balance(account: str, scene: Scene) -> int:
    return next((one.balance_cents for one in trial_balance([scene.market]) if one.account == account), 0)


def work(run: PayoutRun) -> None:
    """What the workers do."""
    asked = "SELECT id FROM statement WHERE run_id = :id AND state = 'paying' AND paid_by = 'transfer'"
    for row in rows(asked, id=run.id):
        pay_statement(row.id)
    db.session.refresh(run)
