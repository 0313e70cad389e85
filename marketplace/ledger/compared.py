"""What the last comparison with the provider's books left unexplained: read by payouts, /readyz and the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from marketplace.kernel.database import db
from marketplace.ledger.models import Reconciliation

NO_MARKET = ""


@dataclass(frozen=True)
class Compared:
    """A finished run; times UTC on the machine's clock. `result`: the lists of `marketplace reconcile`.

    `unexplained`: cents by market id, and by `NO_MARKET` what belongs to none.
    """

    started_at: datetime
    finished_at: datetime
    since: datetime
    result: dict[str, Any]
    unexplained: dict[str, int]

    def cents_of(self, market_id: int) -> int:
        """Unexplained cents that concern a market: its own, and those of which nobody knows whose they are."""
        return self.unexplained.get(str(market_id), 0) + self.unexplained.get(NO_MARKET, 0)

    @property
    def total_cents(self) -> int:
        """All unexplained cents, without sign."""
        return sum(self.unexplained.values())


def last_result() -> Compared | None:
    """The last finished run that was not a dry one; None before the first."""
    row = db.session.scalar(
        select(Reconciliation)
        .where(Reconciliation.finished_at.is_not(None), Reconciliation.dry_run.is_(False))
        .order_by(Reconciliation.id.desc())
        .limit(1)
    )
    if row is None:
        return None
    assert row.finished_at is not None and row.result is not None
    return Compared(row.started_at, row.finished_at, row.since, row.result, row.unexplained)
