"""A farm objects to its statement: until the run is approved that stops the farm's money, and only that."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from marketplace.kernel.clock import now
from marketplace.kernel.database import command, db
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.words import N_
from marketplace.payouts.locks import lock_statement
from marketplace.payouts.models import PayoutRun, Statement
from marketplace.payouts.states import STATEMENT


@command
def object_to_statement(statement_id: int, farm_ids: Collection[int], reason: str) -> Statement:
    """`farm_ids`: the farms of who objects; statements of others are not found. Refuses after approval (Conflict)."""
    known = db.session.scalar(
        select(Statement.id)
        .join(PayoutRun, PayoutRun.id == Statement.run_id)
        .where(Statement.id == statement_id, Statement.farm_id.in_(farm_ids), PayoutRun.state != "draft")
    )
    if known is None:
        raise NotFound()
    if not reason.strip():
        raise Invalid({"reason": N_("Bitte schreiben Sie, was nicht stimmt.")})
    run, statement = lock_statement(statement_id)
    if run.state != "in_review":
        raise Conflict(N_("Dieser Lauf ist schon entschieden. Bitte wenden Sie sich an die Marktleitung."))
    statement.objection = reason.strip()[:2000]
    statement.objected_at = now()
    if statement.state != "held":
        STATEMENT.check(statement.state, "held")
        statement.state = "held"
        statement.paid_by = None
    statement.flags = sorted({*statement.flags, "objection"})
    db.session.flush()
    return statement
