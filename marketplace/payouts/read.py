"""Looking at runs and statements, each within the markets or farms of who looks: foreign is unknown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.farms.models import Farm
from marketplace.kernel.database import db, rows
from marketplace.kernel.errors import NotFound
from marketplace.payouts.models import PayoutRun, Statement

SUMS = (
    "gross_cents",
    "refunds_cents",
    "fees_cents",
    "fees_vat_cents",
    "deposits_cents",
    "corrections_cents",
    "carried_cents",
    "payout_cents",
)


@dataclass(frozen=True)
class StatementRow:
    """A statement and whose it is."""

    statement: Statement
    farm_name: str
    run: PayoutRun


def runs_of(market_ids: Collection[int], limit: int = 50, before_id: int | None = None) -> list[PayoutRun]:
    """The runs of these markets, the newest first, older than `before_id`."""
    query = select(PayoutRun).where(PayoutRun.market_id.in_(market_ids)).order_by(PayoutRun.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(PayoutRun.id < before_id)
    return list(db.session.scalars(query))


def find_run(run_id: int, market_ids: Collection[int]) -> PayoutRun:
    """A run of these markets; NotFound for others."""
    run = db.session.scalar(select(PayoutRun).where(PayoutRun.id == run_id, PayoutRun.market_id.in_(market_ids)))
    if run is None:
        raise NotFound()
    return run  # type: ignore[no-any-return]


def statements_of(run: PayoutRun) -> list[StatementRow]:
    """The statements of a run by the farms' names."""
    found = db.session.execute(
        select(Statement, Farm.name)
        .join(Farm, Farm.id == Statement.farm_id)
        .where(Statement.run_id == run.id)
        .options(selectinload(Statement.fees))
        .order_by(Farm.name, Statement.id)
    )
    return [StatementRow(statement, name, run) for statement, name in found]


def statements_of_farms(farm_ids: Collection[int], limit: int = 50, before_id: int | None = None) -> list[StatementRow]:
    """What these farms may see of their statements: from the submit of a run on, the newest first."""
    query = _visible(farm_ids).order_by(Statement.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(Statement.id < before_id)
    return [StatementRow(*row) for row in db.session.execute(query)]


def find_statement(statement_id: int, farm_ids: Collection[int]) -> StatementRow:
    """A statement of these farms; NotFound for others, and for drafts."""
    found = db.session.execute(_visible(farm_ids).where(Statement.id == statement_id)).first()
    if found is None:
        raise NotFound()
    return StatementRow(*found)


def _visible(farm_ids: Collection[int]) -> Any:
    return (
        select(Statement, Farm.name, PayoutRun)
        .join(Farm, Farm.id == Statement.farm_id)
        .join(PayoutRun, PayoutRun.id == Statement.run_id)
        .where(Statement.farm_id.in_(farm_ids), PayoutRun.state.not_in(("draft", "rejected")))
        .options(selectinload(Statement.fees))
    )


def find_statement_of_run(run: PayoutRun, statement_id: int) -> StatementRow:
    """A statement of this run; NotFound for others."""
    for row in statements_of(run):
        if row.statement.id == statement_id:
            return row
    raise NotFound()


def sums_of(statements: Collection[Statement]) -> dict[str, int]:
    """The sums of a run's columns, in cents."""
    return {name: sum(getattr(statement, name) for statement in statements) for name in SUMS}


def orders_of_statement(statement_id: int) -> list[Any]:
    """What a statement consists of, an order a row: number, date, goods, deposit, refund and rest, in cents."""
    return rows(
        """
        SELECT o.number, d.date,
               coalesce(sum(l.amount_cents) FILTER (WHERE e.part = 'goods'), 0)::bigint AS goods_cents,
               coalesce(sum(l.amount_cents) FILTER (WHERE e.part IN ('deposit', 'refund_deposit')), 0)::bigint
                   AS deposit_cents,
               coalesce(sum(l.amount_cents) FILTER (WHERE e.part = 'refund'), 0)::bigint AS refund_cents,
               coalesce(sum(l.amount_cents) FILTER (
                   WHERE e.part NOT IN ('goods', 'deposit', 'refund_deposit', 'refund')), 0)::bigint AS other_cents
        FROM payout_line l
        JOIN ledger_entry e ON e.id = l.ledger_entry_id
        JOIN ledger_txn t ON t.id = e.txn_id AND t.source_type <> 'commission'
        LEFT JOIN orders o ON o.id = e.order_id
        LEFT JOIN market_day d ON d.id = o.market_day_id
        WHERE l.statement_id = :id
        GROUP BY o.id, o.number, d.date
        ORDER BY d.date, o.id
        """,
        id=statement_id,
    )
