"""What the workers have to do and could not do, of the markets of who looks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.events.models import DELIVERY_STATES
from marketplace.kernel.database import rows
from marketplace.kernel.errors import NotFound

# The market of a fact is that of what it speaks of; of a webhook that of the payment or farm account it is about. What
# speaks of no market is for every office. (`json`, not `jsonb`: a body may hold what jsonb refuses.)
_DELIVERIES = """
SELECT d.id, f.kind, d.consumer, d.state, d.attempts, d.last_error, d.created_at, f.payload, o.number AS order_number,
       f.created_at AS since, i.type AS event, fa.name AS farm_name,
       extract(epoch FROM clock_timestamp() - d.created_at)::bigint AS age_seconds, x.market_id
FROM delivery d
JOIN fact f ON f.id = d.fact_id
LEFT JOIN inbox_event i ON i.id = (f.payload ->> 'inbox_id')::bigint
LEFT JOIN LATERAL (SELECT convert_from(i.body, 'UTF8')::json #> '{data,object}' AS about) w ON i.id IS NOT NULL
LEFT JOIN LATERAL (SELECT h.id FROM payment h WHERE h.provider_ref IN (w.about ->> 'id', w.about ->> 'payment_intent')
                   OR h.session_ref = w.about ->> 'id' LIMIT 1) hp ON w.about IS NOT NULL
LEFT JOIN farm_connected_account ac ON ac.provider_ref = w.about ->> 'id'
LEFT JOIN payment p ON p.id = coalesce((f.payload ->> 'payment_id')::bigint, hp.id)
LEFT JOIN refund r ON r.id = (f.payload ->> 'refund_id')::bigint
LEFT JOIN notification n ON n.id = (f.payload ->> 'notification_id')::bigint
LEFT JOIN dispute di ON di.id = (f.payload ->> 'dispute_id')::bigint
LEFT JOIN orders o
       ON o.id = coalesce((f.payload ->> 'order_id')::bigint, p.order_id, r.order_id, n.order_id, di.order_id)
LEFT JOIN market_day md ON md.id = (f.payload ->> 'market_day_id')::bigint
LEFT JOIN transfer_reversal tr ON tr.id = (f.payload ->> 'reversal_id')::bigint
LEFT JOIN statement s ON s.id = coalesce((f.payload ->> 'statement_id')::bigint, tr.statement_id)
LEFT JOIN farm fa ON fa.id = coalesce((f.payload ->> 'farm_id')::bigint, s.farm_id, ac.farm_id)
LEFT JOIN payout_run pr ON pr.id = (f.payload ->> 'run_id')::bigint
CROSS JOIN LATERAL (SELECT coalesce(o.market_id, fa.market_id, md.market_id, s.market_id, pr.market_id, n.market_id)
                    AS market_id) x
WHERE (x.market_id IS NULL OR x.market_id = ANY(:markets)) AND d.state = ANY(:states)
"""


@dataclass(frozen=True)
class DeliveryRow:
    """A fact for one consumer. `age_seconds` since it was made or put on its way again; `since`: when it happened.
    `event`: the kind of the provider's message, if it is one.
    """

    id: int
    kind: str
    consumer: str
    state: str
    attempts: int
    last_error: str | None
    created_at: datetime
    payload: dict[str, Any]
    order_number: str | None
    since: datetime
    event: str | None
    farm_name: str | None
    age_seconds: int
    market_id: int | None


def deliveries_of(
    market_ids: Collection[int], states: Collection[str], *, limit: int = 50, before_id: int | None = None
) -> list[DeliveryRow]:
    """Deliveries in these states, the newest first, older than `before_id`."""
    found = rows(
        _DELIVERIES
        + " AND (CAST(:before AS bigint) IS NULL OR d.id < :before) ORDER BY d.id DESC LIMIT :limit",
        markets=list(market_ids),
        states=list(states),
        before=before_id,
        limit=limit,
    )
    return [DeliveryRow(**row._mapping) for row in found]


def find_delivery(delivery_id: int, market_ids: Collection[int]) -> DeliveryRow:
    """One of them; NotFound for foreign and unknown ones."""
    found = rows(
        _DELIVERIES + " AND d.id = :id", markets=list(market_ids), states=list(DELIVERY_STATES), id=delivery_id
    )
    if not found:
        raise NotFound()
    return DeliveryRow(**found[0]._mapping)
