"""What the workers have to do, over the API: seen, and put on its way again."""

from __future__ import annotations

from typing import Any

from marketplace.events.deliveries import retry
from marketplace.events.models import DELIVERY_STATES
from marketplace.kernel.ids import id_from_text
from marketplace.web.access import allow, approver_or_operator, current_actor, operator
from marketplace.web.api.frame import api, described
from marketplace.web.api.office_asked import STATE_ARGUMENT, states_asked
from marketplace.web.api.paging import PAGE_ARGUMENTS, page_asked
from marketplace.web.office.delivery_rows import DeliveryRow, deliveries_of, find_delivery

OPEN = ("waiting", "in_flight", "parked")


@api.get("/office/deliveries")
@allow(approver_or_operator)
@described(is_list=True, arguments={"state": STATE_ARGUMENT, **PAGE_ARGUMENTS}, refuses=("validation",))
def office_deliveries() -> Any:
    """Deliveries, the newest first. `?state=waiting,in_flight,done,parked`; without it all that are not done."""
    page = page_asked(id=int)
    asked = states_asked(DELIVERY_STATES)
    states = OPEN if asked is None else asked
    before = page.after[0] if page.after else None
    found = deliveries_of(current_actor().office_market_ids, states, limit=page.limit + 1, before_id=before)
    return page.answer(found, delivery_json, lambda row: (row.id,))


@api.post("/office/deliveries/<delivery>/retry")
@allow(operator)
@described(refuses=("not-found",))
def retry_office_delivery(delivery: str) -> Any:
    """Lets a parked one run again; 404 for others."""
    markets = current_actor().operator_market_ids
    found = find_delivery(id_from_text(delivery) or 0, markets)
    retry(found.id)
    return delivery_json(find_delivery(found.id, markets))


def delivery_json(row: DeliveryRow) -> dict[str, Any]:
    """A delivery; `payload` holds the ids that the fact speaks of."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "consumer": row.consumer,
        "state": row.state,
        "attempts": row.attempts,
        "age_seconds": row.age_seconds,
        "last_error": row.last_error,
        "order": row.order_number,
        "payload": {name: str(value) for name, value in row.payload.items()},
        "created_at": row.created_at.isoformat(),
    }
