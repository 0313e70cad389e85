"""Payout runs and statements as the API shows them (INTERFACE.md, "A statement")."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marketplace.payouts.models import PayoutRun
from marketplace.payouts.read import SUMS, StatementRow, statements_of, sums_of


def statement_json(row: StatementRow) -> dict[str, Any]:
    """A statement; `payout = gross − refunds − fees − fees_vat + deposits + corrections + carried`, all in cents."""
    statement = row.statement
    return {
        "id": str(statement.id),
        "run": str(row.run.id),
        "until": row.run.until.isoformat(),
        "run_state": row.run.state,
        "farm": str(statement.farm_id),
        "farm_name": row.farm_name,
        "state": statement.state,
        "fees": [
            {
                "component": fee.component,
                "rate_bp": fee.rate_bp,
                "base_cents": fee.base_cents,
                "amount_cents": fee.amount_cents,
            }
            for fee in statement.fees
        ],
        **{name: getattr(statement, name) for name in SUMS},
        "flags": list(statement.flags),
        "objection": statement.objection or None,
        "paid_by": statement.paid_by,
        "provider_ref": statement.provider_ref,
        "paid_at": _moment(statement.paid_at),
        "last_error": statement.last_error,
    }


def run_head(run: PayoutRun) -> dict[str, Any]:
    """A run without its statements."""
    return {
        "id": str(run.id),
        "market": str(run.market_id),
        "until": run.until.isoformat(),
        "state": run.state,
        "created_by": str(run.created_by),
        "created_at": _moment(run.created_at),
        "submitted_by": _id(run.submitted_by),
        "submitted_at": _moment(run.submitted_at),
        "approved_by": _id(run.approved_by),
        "approved_at": _moment(run.approved_at),
        "paid_at": _moment(run.paid_at),
        "note": run.note,
    }


def run_json(run: PayoutRun) -> dict[str, Any]:
    """A run with its statements and their sums."""
    found = statements_of(run)
    return {
        **run_head(run),
        "totals": sums_of([row.statement for row in found]),
        "statements": [statement_json(row) for row in found],
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _id(number: int | None) -> str | None:
    return None if number is None else str(number)
