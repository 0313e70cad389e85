"""Orders over the office's API: looked for, refunded."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.errors import Invalid
from marketplace.kernel.words import N_
from marketplace.orders.find import order_by_number
from marketplace.orders.states import ORDER
from marketplace.payments.models import Refund
from marketplace.payments.refund import refund_amount, refund_lines
from marketplace.web.access import allow, approver_or_operator, current_actor, fresh_second_factor, operator
from marketplace.web.api.fields import arguments, body
from marketplace.web.api.frame import api
from marketplace.web.api.paging import page_asked
from marketplace.web.api.slot_json import moment
from marketplace.web.office.order_rows import OrderRow, orders_of_office

MOST_CENTS = 10_000_000


@api.get("/office/orders")
@allow(approver_or_operator)
def office_orders() -> Any:
    """Orders of one's markets, the newest first. `?state=` (several with commas), `?date=` of the pickup."""
    page = page_asked(id=int)
    with arguments() as asked:
        typed = asked.text("state", None, most=200)
        day = asked.date("date", None)
        states = None if typed is None else tuple(part.strip() for part in typed.split(",") if part.strip())
        if any(state not in ORDER.states for state in states or ()):
            asked.note("state", N_("Diesen Zustand gibt es nicht."))
    before = page.after[0] if page.after else None
    markets = current_actor().office_market_ids
    found = orders_of_office(markets, states=states, day=day, limit=page.limit + 1, before_id=before)
    return page.answer(found, order_row_json, lambda row: (row.id,))


@api.post("/office/orders/<number>/refund")
@allow(operator)
def refund_office_order(number: str) -> Any:
    """`{lines: [{id, quantity}]}` or `{amount_cents}`, `reason`, `borne_by` (farm or market).

    Of a payment that is only authorised it lowers what will be captured.
    """
    order = order_by_number(number, markets=sorted(current_actor().operator_market_ids))
    fresh_second_factor()
    with body() as given:
        reason = given.text("reason", "", most=500)
        borne_by = given.text("borne_by", "farm", most=20)
        if ("lines" in given) == ("amount_cents" in given):
            given.note("lines", N_("Bitte entweder Zeilen oder einen Betrag angeben."))
        wanted = (
            [(line.id("id"), line.whole("quantity", most=100_000)) for line in given.objects("lines", most=200)]
            if "lines" in given
            else []
        )
        amount = given.whole("amount_cents", most=MOST_CENTS) if "amount_cents" in given else None
    if amount is None and not wanted:
        raise Invalid({"lines": N_("Es ist nichts zu erstatten.")})
    if amount is not None:
        refund = refund_amount(order.id, amount, reason, borne_by)
    else:
        refund = refund_lines(order.id, wanted, reason, borne_by)
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
