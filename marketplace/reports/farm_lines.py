"""The lines behind a farm's sums: order number, short number, product, what was packed, the amount. No contact data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.kernel.database import rows

_LINE = """
SELECT l.id, o.number, o.pickup_number, d.date AS day, l.name, l.sale_unit, l.quantity, l.packed_quantity, l.weight_g,
       l.amount_cents - least(l.deposit_cents, l.amount_cents) AS goods_cents,
       least(l.deposit_cents, l.amount_cents) AS deposit_cents
"""
# Sums of what was handed over are posted by order: an entry of the order stands for all its lines of the farm.
_ENTRIES = """
FROM (SELECT DISTINCT e.order_id FROM ledger_entry e JOIN ledger_txn t ON t.id = e.txn_id AND t.kind = 'fulfilment'
      LEFT JOIN payout_line p ON p.ledger_entry_id = e.id
      WHERE e.farm_id = :farm_id AND e.account = 'farm:' || e.farm_id || '\\:payable'
        AND p.statement_id IS NOT DISTINCT FROM CAST(:statement_id AS bigint)) sold
JOIN orders o ON o.id = sold.order_id
JOIN market_day d ON d.id = o.market_day_id
JOIN order_line l ON l.order_id = o.id AND l.farm_id = :farm_id AND l.amount_cents > 0
WHERE l.id > :after AND (CAST(:day AS date) IS NULL OR d.date = :day)
  AND (NOT :deposits OR least(l.deposit_cents, l.amount_cents) > 0)
ORDER BY l.id LIMIT :limit
"""
_COMING = """
FROM farm f
JOIN market_day d ON d.market_id = f.market_id AND d.date = :day
JOIN orders o ON o.market_day_id = d.id AND o.state IN ('confirmed', 'packing', 'ready')
JOIN order_line l ON l.order_id = o.id AND l.farm_id = f.id AND l.state <> 'cancelled' AND l.amount_cents > 0
WHERE f.id = :farm_id AND l.id > :after
ORDER BY l.id LIMIT :limit
"""

# What is not a sale: a refund with its reason and goods, a loss of a dispute, a correction. The farm's view: what it
# gets is positive.
_OTHERS = """
SELECT e.id, o.number, o.pickup_number, (t.posted_at AT TIME ZONE m.timezone)::date AS day, e.part, t.kind, t.memo,
       -e.amount_cents AS cents,
       coalesce((SELECT string_agg(DISTINCT l.name, ', ') FROM refund r
                 JOIN refund_share s ON s.refund_id = r.id
                 JOIN order_line l ON l.id = s.line_id AND l.farm_id = :farm_id
                 WHERE r.order_id = e.order_id AND (r.provider_ref = t.source_id OR r.uuid::text = t.source_id)), '')
           AS goods
FROM ledger_entry e
JOIN ledger_txn t ON t.id = e.txn_id AND t.kind <> 'fulfilment'
     AND t.source_type NOT IN ('commission', 'transfer', 'payout')
JOIN market m ON m.id = e.market_id
LEFT JOIN payout_line p ON p.ledger_entry_id = e.id
LEFT JOIN orders o ON o.id = e.order_id
WHERE e.farm_id = :farm_id AND e.account = 'farm:' || e.farm_id || '\\:payable'
  AND p.statement_id IS NOT DISTINCT FROM CAST(:statement_id AS bigint)
  AND (:part = 'all' OR :part = CASE WHEN e.part IN ('refund', 'dispute') THEN e.part
       WHEN e.part IN ('deposit', 'refund_deposit') THEN 'deposit_back' ELSE 'correction' END)
  AND e.id > :after
ORDER BY e.id LIMIT :limit
"""

_PARTS = """
SELECT * FROM (
SELECT CASE WHEN e.part = 'goods' THEN 'sales' WHEN e.part IN ('refund', 'dispute') THEN e.part
            WHEN e.part = 'deposit' AND t.kind = 'fulfilment' THEN 'deposit'
            WHEN e.part IN ('deposit', 'refund_deposit') THEN 'deposit_back' ELSE 'correction' END AS kind,
       CASE WHEN e.part = 'goods' THEN d.date END AS day,
       count(DISTINCT e.order_id) AS orders, sum(p.amount_cents)::bigint AS cents
FROM payout_line p
JOIN ledger_entry e ON e.id = p.ledger_entry_id
JOIN ledger_txn t ON t.id = e.txn_id AND t.source_type <> 'commission'
LEFT JOIN orders o ON o.id = e.order_id
LEFT JOIN market_day d ON d.id = o.market_day_id
WHERE p.statement_id = :statement_id
GROUP BY 1, 2) parts
ORDER BY array_position(ARRAY['sales', 'refund', 'deposit', 'deposit_back', 'correction', 'dispute'], kind), day
"""


@dataclass(frozen=True)
class SoldLine:
    """A line of an order; `packed_quantity` None: not packed yet. Cents of the whole line, grams."""

    id: int
    number: str
    pickup_number: int
    day: date
    name: str
    sale_unit: str
    quantity: int
    packed_quantity: int | None
    weight_g: int | None
    goods_cents: int
    deposit_cents: int


@dataclass(frozen=True)
class OtherLine:
    """An entry that is no sale, dated by its posting. `goods`: the farm's goods that a refund is for, or ""."""

    id: int
    number: str | None
    pickup_number: int | None
    day: date
    part: str
    kind: str
    memo: str
    cents: int
    goods: str


@dataclass(frozen=True)
class Part:
    """A sum of a statement; positive is the farm's.

    `kind`: sales (by pickup date), refund, deposit, deposit_back, correction, dispute.
    """

    kind: str
    day: date | None
    orders: int
    cents: int


def parts_of_statement(statement_id: int) -> list[Part]:
    """The sums that a statement's frozen entries make, without the commission."""
    return [Part(**row._mapping) for row in rows(_PARTS, statement_id=statement_id)]


def sold_lines(
    farm_id: int, statement_id: int | None, day: date | None, after: int, limit: int, *, deposits: bool = False
) -> list[SoldLine]:
    """Lines handed over in a statement, or in none (`statement_id` None); with `deposits` those with a deposit."""
    found = rows(
        _LINE + _ENTRIES,
        farm_id=farm_id,
        statement_id=statement_id,
        day=day,
        after=after,
        limit=limit,
        deposits=deposits,
    )
    return [SoldLine(**row._mapping) for row in found]


def coming_lines(farm_id: int, day: date, after: int, limit: int) -> list[SoldLine]:
    """Lines ordered for a day and not handed over yet."""
    return [
        SoldLine(**row._mapping) for row in rows(_LINE + _COMING, farm_id=farm_id, day=day, after=after, limit=limit)
    ]


def other_lines(farm_id: int, statement_id: int | None, part: str, after: int, limit: int) -> list[OtherLine]:
    """Entries that are no sales, in a statement or in none.

    `part`: refund, deposit_back, correction, dispute, or all. Deposits of sales stand in `sold_lines`.
    """
    found: list[Any] = rows(_OTHERS, farm_id=farm_id, statement_id=statement_id, part=part, after=after, limit=limit)
    return [OtherLine(**row._mapping) for row in found]
