"""The pickup host's app: the orders of a slot to work with offline, and handovers, one by one or many at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from pydantic import BaseModel, Field

from marketplace.kernel.errors import Invalid
from marketplace.kernel.words import N_
from marketplace.market_days.slots import find_slot
from marketplace.pickup.hand_over import Handover, Outcome, hand_over_all
from marketplace.pickup.pickup_list import CounterLine, SlotOrder, lines_at_counter, orders_of_slot, slot_of_host
from marketplace.web.access import allow, host
from marketplace.web.api.fields import arguments
from marketplace.web.api.frame import api, described, taken
from marketplace.web.api.kinds import Moment
from marketplace.web.api.paging import PAGE_ARGUMENTS, page_asked
from marketplace.web.api.slot_json import moment
from marketplace.web.api.validation import read
from marketplace.web.pickup.visit import host_here

MOST_AT_ONCE = 200


class Deposits(BaseModel):
    """Bottles or crates of one kind that came back."""

    deposit_cents: int = Field(ge=1, le=100_00)
    count: int = Field(ge=0, le=1000)


class OneHandover(BaseModel):
    """The order by its code or number; `at`: when it happened, if the phone was offline."""

    code: str | None = Field(None, max_length=60)
    number: str | None = Field(None, max_length=60)
    deposits_returned: list[Deposits] | None = Field(None, max_length=50)
    age_checked: bool | None = None
    at: Moment | None = None


class Handovers(BaseModel):
    """Handovers in any order; one that cannot be read does not stop the others."""

    handovers: list[OneHandover] = Field(max_length=MOST_AT_ONCE)


class AnyHandovers(BaseModel):
    """The same, before each of them is read by itself."""

    handovers: list[dict[str, Any]] = Field(max_length=MOST_AT_ONCE)


@api.get("/pickup/orders")
@allow(host)
@described(is_list=True, arguments={"slot": "id or slug of the pickup slot", **PAGE_ARGUMENTS})
def pickup_orders() -> Any:
    """The orders of `slot` (id or slug) by their large number, with what is in the crates."""
    here = host_here()
    page = page_asked(short_number=int)
    with arguments() as asked:
        named = asked.text("slot", most=200)
    slot = slot_of_host(find_slot(named).id, here)
    orders = orders_of_slot(slot.id, here, after=page.after[0] if page.after else 0, limit=page.limit + 1)
    lines: dict[int, list[CounterLine]] = {}
    for line in lines_at_counter([order.id for order in orders]):
        lines.setdefault(line.order_id, []).append(line)
    return page.answer(
        orders,
        lambda order: order_json(order, lines.get(order.id, []), slot.timezone),
        lambda order: (order.pickup_number,),
    )


@api.post("/pickup/handovers")
@allow(host)
@described(takes=Handovers, refuses=("validation",))
def handovers() -> Any:
    """`{handovers: [{code or number, deposits_returned?, age_checked?, at?}]}`; each item has its own outcome."""
    here = host_here()
    items = taken(AnyHandovers).handovers
    asked = [_read(item) for item in items]
    done = iter(hand_over_all([one for one in asked if isinstance(one, Handover)], here))
    outcomes = [next(done) if isinstance(one, Handover) else one for one in asked]
    return {"items": [outcome_json(item, outcome) for item, outcome in zip(items, outcomes, strict=True)]}


def _read(item: dict[str, Any]) -> Handover | Outcome:
    """The handover, or why it cannot be read."""
    try:
        told = read(OneHandover, item)
        if not told.code and not told.number:
            raise Invalid({"code": N_("Bitte nennen Sie Code oder Nummer.")})
    except Invalid as refusal:
        sent = item.get("number")
        detail = next(iter(refusal.errors.values()))
        return Outcome(sent[:60] if isinstance(sent, str) else "", problem=refusal.word, detail=detail)
    return Handover(
        code=told.code or "",
        number=told.number or "",
        deposits_returned=tuple((it.deposit_cents, it.count) for it in told.deposits_returned or ()),
        age_checked=bool(told.age_checked),
        at=told.at,
    )


def outcome_json(item: Mapping[str, Any], outcome: Outcome) -> dict[str, Any]:
    """`{number, state}` or `{number, problem, detail}`; with the `code` that was sent, if it was a code."""
    named: dict[str, Any] = {"number": outcome.number or None}
    if isinstance(item.get("code"), str):
        named["code"] = item["code"][:60]
    if outcome.problem is None:
        return named | {"state": outcome.state}
    detail = outcome.detail
    return named | {"problem": outcome.problem, "detail": _(detail.msgid, **detail.values) if detail else ""}


def order_json(order: SlotOrder, lines: list[CounterLine], zone: str) -> dict[str, Any]:
    """An order for the counter. `min_age`: look at the passport; `to_pay_cents`: what is still to be paid."""
    return {
        "number": order.number,
        "short_number": order.pickup_number,
        "pickup_code": order.pickup_code,
        "first_name": order.first_name,
        "state": order.state,
        "payment_method": order.payment_method,
        "payment_state": order.payment_state,
        "owed_cents": order.owed_cents,
        "to_pay_cents": order.to_pay_cents,
        "min_age": order.min_age,
        "ended_at": moment(order.ended_at, zone) if order.ended_at else None,
        "lines": [
            {
                "id": str(line.id),
                "farm": line.farm_name,
                "name": line.name,
                "sale_unit": line.sale_unit,
                "quantity": line.quantity,
                "packed_quantity": line.packed_quantity,
                "weight_g": line.weight_g,
                "deposit_cents": line.unit_deposit_cents * line.there,
                "min_age": line.min_age,
                "state": line.state,
                "reason": line.reason,
            }
            for line in lines
        ],
    }
