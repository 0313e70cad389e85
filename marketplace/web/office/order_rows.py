"""Orders as the office looks for them, of its markets alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from marketplace.kernel.database import rows

_ORDERS = """
SELECT o.id, o.number, o.state, o.payment_state, o.payment_method, o.customer_name, o.email, o.total_cents,
       o.owed_cents, o.placed_at, d.date, o.slot_id, p.name AS point_name, p.town AS point_town,
       s.pickup_from, s.pickup_until,
       o.pickup_number, o.market_id, m.timezone
FROM orders o
JOIN market_day d ON d.id = o.market_day_id
JOIN pickup_slot s ON s.id = o.slot_id
JOIN pickup_point p ON p.id = s.pickup_point_id
JOIN market m ON m.id = o.market_id
WHERE o.market_id = ANY(:markets)
  AND (CAST(:states AS text[]) IS NULL OR o.state = ANY(CAST(:states AS text[])))
  AND (CAST(:day AS date) IS NULL OR d.date = :day)
  AND (CAST(:slot_id AS bigint) IS NULL OR o.slot_id = :slot_id)
  AND (CAST(:words AS text) IS NULL OR upper(o.number) = upper(:words) OR o.pickup_code = upper(:words)
       OR o.email_key = lower(:words) OR o.customer_name ILIKE :like ESCAPE '!'
       OR (CAST(:ref AS text) IS NOT NULL AND o.id IN (
           SELECT order_id FROM payment WHERE :ref IN (provider_ref, session_ref, charge_ref)
           UNION ALL SELECT order_id FROM refund WHERE provider_ref = :ref
           UNION ALL SELECT order_id FROM dispute WHERE provider_ref = :ref
           UNION ALL SELECT e.order_id FROM statement s JOIN payout_line l ON l.statement_id = s.id
                     JOIN ledger_entry e ON e.id = l.ledger_entry_id WHERE s.provider_ref = :ref
                     OR s.id IN (SELECT statement_id FROM transfer_reversal WHERE provider_ref = :ref))))
  AND (CAST(:before AS bigint) IS NULL OR o.id < :before)
ORDER BY o.id DESC LIMIT :limit
"""

# How the provider's numbers begin: payment, page, charge (card, debit), refund (card, debit), dispute (two kinds),
# transfer and its reversal.
PROVIDER_REFS = ("pi_", "cs_", "ch_", "py_", "re_", "pyr_", "dp_", "du_", "tr_", "trr_")


@dataclass(frozen=True)
class OrderRow:
    """An order in a list; cents."""

    id: int
    number: str
    state: str
    payment_state: str
    payment_method: str
    customer_name: str
    email: str
    total_cents: int
    owed_cents: int
    placed_at: datetime
    date: date
    slot_id: int
    point_name: str
    point_town: str
    pickup_from: datetime
    pickup_until: datetime
    pickup_number: int
    market_id: int
    timezone: str


def orders_of_office(
    market_ids: Collection[int],
    *,
    states: Collection[str] | None = None,
    day: date | None = None,
    slot_id: int | None = None,
    words: str = "",
    limit: int = 50,
    before_id: int | None = None,
) -> list[OrderRow]:
    """Orders, the newest first. `words`: a number, a pickup code, an address, part of a name, or a number of the
    provider (pi_, cs_, ch_, py_, re_, dp_, tr_): whole, as it stands there.
    """
    like = "".join(f"!{letter}" if letter in "!%_" else letter for letter in words)
    found = rows(
        _ORDERS,
        markets=list(market_ids),
        states=list(states) if states else None,
        day=day,
        slot_id=slot_id,
        words=words or None,
        like=f"%{like}%",
        ref=words if words.startswith(PROVIDER_REFS) else None,
        before=before_id,
        limit=limit,
    )
    return [OrderRow(**row._mapping) for row in found]
