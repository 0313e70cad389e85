"""What a farm has coming and no run holds yet: by pickup date, with the day from which it is due (DECISIONS 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.kernel import installation
from marketplace.kernel.database import rows

# Entries of the farm's payable in no run: sales by pickup date, the rest together (due by the day it was posted). What
# the market has not been paid for yet, or what a bank may still take back from the farm, waits: `why`.
_OPEN = """
SELECT CASE WHEN t.kind = 'fulfilment' THEN 'sale' ELSE 'rest' END AS kind,
       CASE WHEN t.kind = 'fulfilment' THEN d.date END AS day,
       CASE WHEN t.kind <> 'fulfilment' THEN ''
            WHEN o.payment_state NOT IN ('captured', 'partially_refunded', 'refunded') THEN 'unpaid'
            WHEN EXISTS (SELECT 1 FROM dispute x WHERE x.order_id = o.id AND x.borne_by = 'farm'
                         AND x.state NOT IN ('won', 'lost')) THEN 'disputed' ELSE '' END AS why,
       count(DISTINCT e.order_id) AS orders, -sum(e.amount_cents)::bigint AS cents
FROM ledger_entry e
JOIN ledger_txn t ON t.id = e.txn_id
LEFT JOIN orders o ON o.id = e.order_id
LEFT JOIN market_day d ON d.id = o.market_day_id
WHERE e.farm_id = :farm_id AND e.account = 'farm:' || e.farm_id || '\\:payable'
  AND t.source_type NOT IN ('commission', 'transfer', 'payout')
  AND NOT EXISTS (SELECT 1 FROM payout_line l WHERE l.ledger_entry_id = e.id)
GROUP BY 1, 2, 3
ORDER BY 2 NULLS LAST, 3
"""

# Paid for or agreed, and not handed over yet: what will be due if all of it is packed and collected.
_EXPECTED = """
SELECT d.date AS day, count(DISTINCT o.id) AS orders, sum(l.amount_cents)::bigint AS cents
FROM farm f
JOIN market_day d ON d.market_id = f.market_id AND d.date >= :since
JOIN orders o ON o.market_day_id = d.id AND o.state IN ('confirmed', 'packing', 'ready')
JOIN order_line l ON l.order_id = o.id AND l.farm_id = f.id AND l.state <> 'cancelled' AND l.amount_cents > 0
WHERE f.id = :farm_id
GROUP BY d.date ORDER BY d.date
"""

_IN_RUNS = """
SELECT s.id AS statement_id, r.state AS run_state, r.until, s.state, s.payout_cents, s.flags
FROM statement s JOIN payout_run r ON r.id = s.run_id
WHERE s.farm_id = :farm_id
  AND (r.state IN ('draft', 'in_review', 'approved', 'paying') OR (r.state = 'paid' AND s.state = 'failed')
       OR (r.state = 'paid' AND s.state = 'carried' AND s.carried_into IS NULL AND s.payout_cents <> 0))
ORDER BY s.id
"""
SINCE_DAYS = 60  # an order that was not ended after so long is the office's


@dataclass(frozen=True)
class OpenSum:
    """Cents before commission, deposits included. `kind`: sale, rest (refunds, corrections …), expected.

    `why` it waits: unpaid, disputed, or "". `due_from`: None for the rest, which is due at once.
    """

    kind: str
    day: date | None
    why: str
    orders: int
    cents: int
    due_from: date | None


@dataclass(frozen=True)
class SumInRun:
    """A statement that is on its way, failed, or carried over; `payout_cents` after commission."""

    statement_id: int
    run_state: str
    until: date
    state: str
    payout_cents: int
    flags: tuple[str, ...]


def due_from(day: date) -> date:
    """The first day on which a run may hold a sale with this pickup date."""
    return day + timedelta(days=installation.settings().payout_hold_days)


def open_sums(farm_id: int, today: date) -> list[OpenSum]:
    """What no run holds: sales by pickup date, then the rest, then what is still to be handed over."""
    found = [
        OpenSum(row.kind, row.day, row.why, row.orders, row.cents, due_from(row.day) if row.day else None)
        for row in rows(_OPEN, farm_id=farm_id)
        if row.cents
    ]
    coming = rows(_EXPECTED, farm_id=farm_id, since=today - timedelta(days=SINCE_DAYS))
    return found + [OpenSum("expected", row.day, "", row.orders, row.cents, due_from(row.day)) for row in coming]


def sums_in_runs(farm_id: int) -> list[SumInRun]:
    """Statements of open runs (also of drafts), failed ones, and balances that wait for the next statement."""
    return [SumInRun(**{**row._mapping, "flags": tuple(row.flags)}) for row in rows(_IN_RUNS, farm_id=farm_id)]
