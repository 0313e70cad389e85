"""Orders over the office's API: looked for, refunded."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.errors import Invalid
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.plain_text import one_line
from marketplace.kernel.words import N_
from marketplace.orders.find import order_by_number
from marketplace.orders.states import ORDER
from marketplace.payments.models import Refund
from marketplace.payments.refund import refund_amount, refund_lines
from marketplace.web.access import allow, approver_or_operator, current_actor, fresh_second_factor, operator
from marketplace.web.api.frame import api, described, taken
from marketplace.web.api.office_asked import STATE_ARGUMENT, RefundAsked, date_asked, states_asked
from marketplace.web.api.paging import PAGE_ARGUMENTS, page_asked
from marketplace.web.api.slot_json import moment
from marketplace.web.office.order_rows import OrderRow, orders_of_office


@api.get("/office/orders")
@allow(approver_or_operator)
@described(
    is_list=True,
    arguments={"state": STATE_ARGUMENT, "date": "of the pickup", **PAGE_ARGUMENTS},
    refuses=("validation",),
)
def office_orders() -> Any:
    """Orders of one's markets, the newest first. `?state=` (several with commas), `?date=` of the pickup."""
    page = page_asked(id=int)
    states, day = states_asked(ORDER.states), date_asked()
    before = page.after[0] if page.after else None
    markets = current_actor().office_market_ids
    found = orders_of_office(markets, states=states, day=day, limit=page.limit + 1, before_id=before)
    return page.answer(found, order_row_json, lambda row: (row.id,))


@api.post("/office/orders/<number>/refund")
@allow(operator)
@described(takes=RefundAsked, status=201, refuses=("validation", "conflict", "second-factor", "not-found"))
def refund_office_order(number: str) -> Any:
    """`{lines: [{id, quantity}]}` or `{amount_cents}`, `reason`, `borne_by` (farm or market).

    Of a payment that is only authorised it lowers what will be captured.
    """
    order = order_by_number(number, markets=sorted(current_actor().operator_market_ids))
    fresh_second_factor()
    asked = taken(RefundAsked)
    if (asked.lines is None) == (asked.amount_cents is None):
        raise Invalid({"lines": N_("Bitte entweder Zeilen oder einen Betrag angeben.")})
    reason = one_line(asked.reason)
    if asked.amount_cents is not None:
        refund = refund_amount(order.id, asked.amount_cents, reason, asked.borne_by)
    else:
        wanted = [(id_from_text(line.id) or 0, line.quantity) for line in asked.lines or ()]
        refund = refund_lines(order.id, wanted, reason, asked.borne_by)
    return refund_json(refund, number), 201


def refund_json(refund: Refund, number: str) -> dict[str, Any]:
    """What was decided; the provider is asked by the workers (`state` submitting until it has answered)."""
    return {
        "id": str(refund.id),
        "order": number,
        "amount_cents": refund.amount_cents,
        "reason": refund.reason,
        "borne_by": refund.borne_by,
        "state": refund.state,
        "provider_ref": refund.provider_ref,
    }


def order_row_json(row: OrderRow) -> dict[str, Any]:
    """An order in a list; `GET /orders/{number}` has all of it."""
    return {
        "number": row.number,
        "market": str(row.market_id),
        "state": row.state,
        "payment_state": row.payment_state,
        "payment_method": row.payment_method,
        "total_cents": row.total_cents,
        "owed_cents": row.owed_cents,
        "customer": {"name": row.customer_name, "email": row.email},
        "date": row.date.isoformat(),
        "pickup_slot": str(row.slot_id),
        "pickup_number": row.pickup_number,
        "placed_at": moment(row.placed_at, row.timezone),
    }
