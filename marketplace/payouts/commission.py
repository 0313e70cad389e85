"""The commission of a statement in the ledger: posted with the signature, reversed when no money goes (DECISIONS 4)."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from marketplace.kernel.database import db
from marketplace.ledger import chart
from marketplace.ledger.models import LedgerEntry, LedgerTxn
from marketplace.ledger.post import Entry, post
from marketplace.payouts.figures import FeeFigure
from marketplace.payouts.models import PayoutLine, Statement
from marketplace.payouts.statements import freeze


def post_commission(statement: Statement, posted: tuple[FeeFigure, ...]) -> None:
    """Once a component and statement; the farm's side is frozen into the statement at once."""
    payable = chart.farm_payable(statement.farm_id)
    for fee in posted:
        if not fee.amount_cents and not fee.vat_cents:
            continue
        txn_id = post(
            "commission",
            "commission",
            f"{statement.id}:{fee.component}",
            statement.market_id,
            [
                Entry(payable, fee.amount_cents, farm_id=statement.farm_id, part="commission"),
                Entry(chart.market_commission(statement.market_id), -fee.amount_cents, part="commission"),
                Entry(payable, fee.vat_cents, farm_id=statement.farm_id, part="commission_vat"),
                Entry(chart.VAT_COMMISSION, -fee.vat_cents, part="commission_vat"),
            ],
        )
        assert txn_id is not None, "a run is approved once"
        entries = db.session.execute(
            select(LedgerEntry.id, LedgerEntry.amount_cents).where(
                LedgerEntry.txn_id == txn_id, LedgerEntry.account == payable
            )
        )
        freeze(statement, {entry_id: -cents for entry_id, cents in entries})


def take_back_commission(statement: Statement) -> None:
    """Reverses what approval posted, and lets go of it: the statement will not be paid. Nothing when nothing was."""
    found = db.session.scalars(
        select(LedgerTxn)
        .where(LedgerTxn.kind == "commission", LedgerTxn.source_type == "commission")
        .where(LedgerTxn.source_id.like(f"{statement.id}:%"))
        .order_by(LedgerTxn.id)
    ).all()
    for txn in found:
        entries = db.session.scalars(select(LedgerEntry).where(LedgerEntry.txn_id == txn.id)).all()
        db.session.execute(
            delete(PayoutLine).where(
                PayoutLine.statement_id == statement.id,
                PayoutLine.ledger_entry_id.in_([entry.id for entry in entries]),
            )
        )
        post(
            "commission_reversal",
            "commission",
            txn.source_id,
            statement.market_id,
            [Entry(entry.account, -entry.amount_cents, farm_id=entry.farm_id, part=entry.part) for entry in entries],
            reverses_id=txn.id,
        )
    db.session.execute(update(Statement).where(Statement.carried_into == statement.id).values(carried_into=None))
