"""Writing a run's statements: what is due is frozen into lines, the figures made of it stand beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select

from marketplace.kernel.database import db, rows
from marketplace.markets.fees import Fee, fees_on
from marketplace.markets.vat import rates_on
from marketplace.payouts.due import FarmDue, due_entries, frozen_entries
from marketplace.payouts.figures import FeeFigure, Figures, figures_of, hash_of, hash_of_run
from marketplace.payouts.models import PayoutLine, PayoutRun, Statement, StatementFee
from marketplace.payouts.reasons import FarmStanding, standings
from marketplace.payouts.states import STATEMENT


@dataclass(frozen=True)
class Drawn:
    """A farm's part of a run: what is due, and the figures made of it."""

    due: FarmDue
    figures: Figures
    digest: bytes


@dataclass(frozen=True)
class Terms:
    """What commission costs in a run: the components and the VAT on them, as on the run's day."""

    fees: tuple[Fee, ...]
    vat_bp: int


def terms_of(run: PayoutRun) -> Terms:
    """Dated rows as they hold on the run's last day, or on the day it was drawn up when that lies ahead."""
    on_date = min(run.until, drawn_up_on(run))
    return Terms(tuple(fees_on(run.market_id, on_date)), rates_on(on_date)["standard"])


def drawn_up_on(run: PayoutRun) -> date:
    """The day in the market's zone on which the run was begun: its hold days count from there, also at approval."""
    found: date = rows(
        "SELECT (r.created_at AT TIME ZONE m.timezone)::date AS day FROM payout_run r JOIN market m"
        " ON m.id = r.market_id WHERE r.id = :id",
        id=run.id,
    )[0].day
    return found


def carried_balances(run: PayoutRun) -> dict[int, int]:
    """What earlier statements left over, by farm: at most zero, not yet taken into another one."""
    found = rows(
        """
        SELECT s.farm_id, sum(s.payout_cents)::bigint AS cents
        FROM statement s JOIN payout_run r ON r.id = s.run_id
        WHERE s.market_id = :market_id AND s.run_id <> :run_id AND s.state = 'carried' AND r.state = 'paid'
          AND (s.carried_into IS NULL OR s.carried_into IN (SELECT id FROM statement WHERE run_id = :run_id))
        GROUP BY s.farm_id
        """,
        market_id=run.market_id,
        run_id=run.id,
    )
    return {row.farm_id: row.cents for row in found}


def draw(run: PayoutRun) -> list[Drawn]:
    """The run computed afresh from the ledger, a farm each; writes nothing."""
    terms, carried = terms_of(run), carried_balances(run)
    drawn = []
    for due in due_entries(run.market_id, run.id, run.until, drawn_up_on(run)):
        figures = figures_of(due, terms.fees, terms.vat_bp, carried.get(due.farm_id, 0))
        drawn.append(Drawn(due, figures, hash_of(due, figures)))
    return drawn


def digest_of(drawn: list[Drawn]) -> bytes:
    """The hash of the whole run."""
    return hash_of_run((one.due.farm_id, one.digest) for one in drawn)


def untouched(run: PayoutRun, statements: Sequence[Statement]) -> bool:
    """Do frozen entries, written figures and hashes of these statements still agree with each other?"""
    frozen = frozen_entries([statement.id for statement in statements])
    vat_bp = terms_of(run).vat_bp
    for statement in statements:
        due = frozen.get(statement.id) or FarmDue(statement.farm_id, 0, 0, 0, 0, (), ())
        fees = [Fee(fee.component, fee.rate_bp) for fee in statement.fees]
        figures = figures_of(due, fees, vat_bp, statement.carried_cents)
        if figures.payout_cents != statement.payout_cents or hash_of(due, figures) != statement.figures_hash:
            return False
    return True


def write_statements(run: PayoutRun) -> list[Statement]:
    """Draws up the statements of a run that nobody signed: anew, keeping what farms objected to."""
    drawn = draw(run)
    db.session.execute(delete(PayoutLine).where(PayoutLine.run_id == run.id))
    existing = {
        statement.farm_id: statement
        for statement in db.session.scalars(select(Statement).where(Statement.run_id == run.id))
    }
    standing = standings(run.market_id, [one.due.farm_id for one in drawn])
    kept = []
    for one in drawn:
        statement = existing.pop(one.due.farm_id, None)
        kept.append(_write(run, statement, one, standing[one.due.farm_id]))
    for gone in existing.values():
        db.session.execute(delete(StatementFee).where(StatementFee.statement_id == gone.id))
        db.session.execute(delete(Statement).where(Statement.id == gone.id))
        db.session.expunge(gone)
    db.session.flush()
    for statement, one in zip(kept, drawn, strict=True):
        freeze(statement, dict(zip(one.due.entry_ids, one.due.amounts, strict=True)))
    run.figures_hash = digest_of(drawn)
    db.session.flush()
    return kept


def _write(run: PayoutRun, statement: Statement | None, one: Drawn, standing: FarmStanding) -> Statement:
    figures = one.figures
    values = {
        "gross_cents": figures.gross_cents,
        "refunds_cents": figures.refunds_cents,
        "fees_cents": figures.fees_cents,
        "fees_vat_cents": figures.fees_vat_cents,
        "deposits_cents": figures.deposits_cents,
        "corrections_cents": figures.corrections_cents,
        "carried_cents": figures.carried_cents,
        "payout_cents": figures.payout_cents,
        "figures_hash": one.digest,
    }
    if statement is None:
        statement = Statement(run_id=run.id, farm_id=figures.farm_id, market_id=run.market_id, state="due")
        statement.objection = ""
        db.session.add(statement)
    else:
        db.session.execute(delete(StatementFee).where(StatementFee.statement_id == statement.id))
    for name, value in values.items():
        setattr(statement, name, value)
    settle_state(statement, standing)
    db.session.flush()
    _write_fees(statement, figures.fees)
    db.session.expire(statement, ["fees"])
    return statement


def _write_fees(statement: Statement, fees: tuple[FeeFigure, ...]) -> None:
    if fees:
        db.session.execute(
            insert(StatementFee),
            [
                {
                    "statement_id": statement.id,
                    "component": fee.component,
                    "rate_bp": fee.rate_bp,
                    "base_cents": fee.base_cents,
                    "amount_cents": fee.amount_cents,
                    "vat_cents": fee.vat_cents,
                }
                for fee in fees
            ],
        )


def settle_state(statement: Statement, standing: FarmStanding) -> None:
    """due, held or carried, and the flags, of a statement whose run is not paid yet."""
    flags = [*standing.holds, *standing.flags]
    if statement.objection:
        flags.append("objection")
    if statement.payout_cents < 0:
        flags.append("negative")
    if standing.unusual(statement.payout_cents):
        flags.append("unusual")
    stopped = bool(statement.objection) or "on_hold" in standing.holds
    if statement.payout_cents <= 0 and not stopped:
        state = "carried"
    elif stopped or standing.holds:
        state = "held"
    else:
        state = "due"
    if statement.state != state:
        STATEMENT.check(statement.state, state)
        statement.state = state
    statement.flags = sorted(flags)
    statement.paid_by = standing.way if state == "due" else None


def freeze(statement: Statement, entries: Mapping[int, int]) -> None:
    """Takes entries (ledger entry id → cents in the farm's view) into a statement; each into one only (I20)."""
    if entries:
        db.session.execute(
            insert(PayoutLine),
            [
                {
                    "run_id": statement.run_id,
                    "statement_id": statement.id,
                    "farm_id": statement.farm_id,
                    "ledger_entry_id": entry_id,
                    "amount_cents": cents,
                }
                for entry_id, cents in entries.items()
            ],
        )


def let_go(statement: Statement) -> None:
    """The entries of a statement are free for the next run."""
    db.session.execute(delete(PayoutLine).where(PayoutLine.statement_id == statement.id))
