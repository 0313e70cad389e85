"""What a person has to see to: exceptions of one's markets, and the slots of the coming week."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.kernel.database import rows

# Money that should be in and is not: the capture failed, or the pickup has begun and nothing was captured (I9).
_MONEY = """
SELECT o.number, p.authorized_cents, o.owed_cents, p.last_error, s.pickup_from, m.timezone,
       EXISTS (SELECT 1 FROM payment n WHERE n.order_id = o.id AND n.id > p.id AND n.state = 'pending') AS asked_again
FROM payment p
JOIN orders o ON o.id = p.order_id
JOIN pickup_slot s ON s.id = o.slot_id
JOIN market m ON m.id = o.market_id
WHERE o.market_id = ANY(:markets) AND p.state = 'authorized'
  AND o.state IN ('confirmed', 'packing', 'ready', 'collected', 'not_collected')
  AND ((p.wanted IS NULL AND p.last_error IS NOT NULL)
       OR (s.pickup_from < app_now() - interval '5 minutes' AND o.owed_cents > 0))
ORDER BY s.pickup_from, o.id LIMIT 50
"""

_REFUNDS = """
SELECT o.number, r.amount_cents, r.last_error, r.provider_ref IS NOT NULL AS came_back
FROM refund r JOIN orders o ON o.id = r.order_id
WHERE o.market_id = ANY(:markets) AND r.state IN ('submitting', 'failed') AND r.last_error IS NOT NULL
  AND NOT (r.state = 'failed' AND r.provider_ref IS NULL)  -- needless: the bank or somebody else gave the money back
  AND NOT EXISTS (SELECT 1 FROM refund n WHERE n.order_id = r.order_id AND n.id > r.id AND n.state <> 'failed'
                  AND n.amount_cents >= r.amount_cents)
ORDER BY r.id LIMIT 50
"""

# An account that was enabled once and is not any more; `since` the change, `payable_cents` what the farm has to get.
_DISABLED = """
SELECT f.id, f.name, f.market_id,
       coalesce((SELECT max(a.at) FROM audit a WHERE a.object = 'farm:' || f.id
                 AND a.action = 'farm_connected_account.update' AND a.after::jsonb ->> 'enabled' = 'false'),
                c.created_at) AS since,
       -coalesce((SELECT sum(e.amount_cents) FROM ledger_entry e
                  WHERE e.account = 'farm:' || f.id || ':' || 'payable'), 0)::bigint AS payable_cents
FROM farm f JOIN farm_connected_account c ON c.farm_id = f.id
WHERE f.market_id = ANY(:markets) AND NOT c.enabled
  AND EXISTS (SELECT 1 FROM audit a WHERE a.object = 'farm:' || f.id
              AND a.action IN ('farm_connected_account.insert', 'farm_connected_account.update')
              AND a.after::jsonb ->> 'enabled' = 'true')
ORDER BY f.name
"""

_DISPUTES = """
SELECT d.id, d.provider_ref, d.amount_cents, d.withdrawn_cents, d.reason, d.state, d.evidence_due_by, d.opened_at,
       d.borne_by, o.number, m.timezone
FROM dispute d JOIN orders o ON o.id = d.order_id JOIN market m ON m.id = d.market_id
WHERE d.market_id = ANY(:markets) AND d.state NOT IN ('won', 'lost')
ORDER BY d.evidence_due_by NULLS LAST, d.id LIMIT 100
"""

_BY_DEFAULT = """
SELECT d.date, count(*) AS orders FROM orders o JOIN market_day d ON d.id = o.market_day_id
WHERE o.market_id = ANY(:markets) AND o.packed_by_default AND o.state = 'ready'
GROUP BY d.date ORDER BY d.date
"""

_FAILED = """
SELECT s.id, s.run_id, f.name, s.payout_cents, s.last_error
FROM statement s JOIN farm f ON f.id = s.farm_id
WHERE s.market_id = ANY(:markets) AND s.state = 'failed' ORDER BY s.id
"""

_RUNS = """
SELECT r.id, r.state, r.until, r.created_by, r.submitted_by, r.market_id, count(s.id) AS farms,
       coalesce(sum(s.payout_cents) FILTER (WHERE s.state = 'due'), 0)::bigint AS payout_cents,
       coalesce(sum(s.payout_cents) FILTER (WHERE s.state = 'paying' AND s.paid_by = 'sepa'), 0)::bigint AS sepa_cents
FROM payout_run r LEFT JOIN statement s ON s.run_id = r.id
WHERE r.market_id = ANY(:markets) AND r.state IN ('in_review', 'approved', 'paying') GROUP BY r.id ORDER BY r.id
"""

_WEEK = """
SELECT s.id, d.id AS day_id, d.date, p.name AS point_name, p.town AS point_town, s.pickup_from, s.pickup_until,
       s.booked, s.capacity, d.orders_close_at, m.timezone,
       coalesce((SELECT sum(o.total_cents) FROM orders o WHERE o.slot_id = s.id
                 AND o.state NOT IN ('awaiting_payment', 'cancelled', 'expired')), 0)::bigint AS total_cents
FROM pickup_slot s
JOIN market_day d ON d.id = s.market_day_id
JOIN pickup_point p ON p.id = s.pickup_point_id
JOIN market m ON m.id = s.market_id
WHERE s.market_id = ANY(:markets) AND s.cancelled_at IS NULL AND d.cancelled_at IS NULL
  AND s.pickup_until > app_now() AND s.pickup_from < app_now() + interval '7 days'
ORDER BY s.pickup_from, s.id LIMIT 60
"""


@dataclass(frozen=True)
class WeekSlot:
    """A slot of the coming days; `total_cents` of its orders that are paid or will be at the pickup."""

    id: int
    day_id: int
    date: date
    point_name: str
    point_town: str
    pickup_from: datetime
    pickup_until: datetime
    booked: int
    capacity: int
    orders_close_at: datetime
    timezone: str
    total_cents: int


def money_missing(market_ids: Collection[int]) -> list[Any]:
    """Orders whose money should be in: number, cents, what the provider said, whether the customer was asked again."""
    return rows(_MONEY, markets=list(market_ids))


def refunds_stuck(market_ids: Collection[int]) -> list[Any]:
    """Refunds that the provider refused, or that came back, and that no later one has made good."""
    return rows(_REFUNDS, markets=list(market_ids))


def open_disputes(market_ids: Collection[int]) -> list[Any]:
    """Disputes that are not decided, the nearest deadline first: number, cents, reason, state, evidence_due_by."""
    return rows(_DISPUTES, markets=list(market_ids))


def accounts_disabled(market_ids: Collection[int]) -> list[Any]:
    """Farms whose account at the provider was enabled and is not any more: since when, what they have to get."""
    return rows(_DISABLED, markets=list(market_ids))


def packed_by_default(market_ids: Collection[int]) -> list[Any]:
    """How many orders of a day counted as packed because nobody said anything."""
    return rows(_BY_DEFAULT, markets=list(market_ids))


def failed_statements(market_ids: Collection[int]) -> list[Any]:
    """Payouts that the provider refused."""
    return rows(_FAILED, markets=list(market_ids))


def open_runs(market_ids: Collection[int]) -> list[Any]:
    """Runs that wait for somebody: a signature, the start, the bank."""
    return rows(_RUNS, markets=list(market_ids))


def week_slots(market_ids: Collection[int]) -> list[WeekSlot]:
    """The slots of the coming seven days."""
    return [WeekSlot(**row._mapping) for row in rows(_WEEK, markets=list(market_ids))]
