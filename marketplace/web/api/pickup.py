"""The pickup host's app: the orders of a slot to work with offline, and handovers, one by one or many at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from marketplace.kernel.errors import Invalid
from marketplace.kernel.words import N_
from marketplace.market_days.slots import find_slot
from marketplace.pickup.hand_over import Handover, Outcome, hand_over_all
from marketplace.pickup.pickup_list import CounterLine, SlotOrder, lines_at_counter, orders_of_slot, slot_of_host
from marketplace.web.access import allow, host
from marketplace.web.api.fields import Fields, arguments, body
from marketplace.web.api.frame import api
from marketplace.web.api.paging import page_asked
from marketplace.web.api.slot_json import moment
from marketplace.web.pickup.visit import host_here

MOST_AT_ONCE = 200
LONGEST_NAME = 60


@api.get("/pickup/orders")
@allow(host)
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
def handovers() -> Any:
    """`{handovers: [{code or number, deposits_returned?, age_checked?, at?}]}`; each item has its own outcome."""
    here = host_here()
    with body() as given:
        items = given.given.get("handovers")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            given.note("handovers", N_("Hier wird eine Liste erwartet."))
        elif len(items) > MOST_AT_ONCE:
            given.note("handovers", N_("So viele Ausgaben gehen nicht auf einmal."))
    read = [_read(item) for item in items or []]
    done = iter(hand_over_all([one for one in read if isinstance(one, Handover)], here))
    outcomes = [next(done) if isinstance(one, Handover) else one for one in read]
    return {"items": [outcome_json(item, outcome) for item, outcome in zip(items or [], outcomes, strict=True)]}


def _read(item: Mapping[str, Any]) -> Handover | Outcome:
    """The handover, or why it cannot be read."""
    try:
        return handover_from(item)
    except Invalid as refusal:
        sent = item.get("number")
        detail = next(iter(refusal.errors.values()), refusal.detail)
        return Outcome(sent[:LONGEST_NAME] if isinstance(sent, str) else "", problem=refusal.word, detail=detail)


def handover_from(item: Mapping[str, Any]) -> Handover:
    """One handover as it was sent; Invalid when it cannot be read."""
    given = Fields(item)
    code, number = given.text("code", "", most=LONGEST_NAME), given.text("number", "", most=LONGEST_NAME)
    if not code and not number:
        given.note("code", N_("Bitte nennen Sie Code oder Nummer."))
    deposits = tuple(
        (it.whole("deposit_cents", least=1, most=100_00), it.whole("count", least=0, most=1000))
        for it in given.objects("deposits_returned", most=50)
    ) if given.given.get("deposits_returned") is not None else ()
    age_checked = False if given.given.get("age_checked") is None else given.flag("age_checked")
    at = None if given.given.get("at") is None else given.instant("at")
    given.refuse()
    return Handover(code=code, number=number, deposits_returned=deposits, age_checked=age_checked, at=at)


def outcome_json(item: Mapping[str, Any], outcome: Outcome) -> dict[str, Any]:
    """`{number, state}` or `{number, problem, detail}`; with the `code` that was sent, if it was a code."""
    named: dict[str, Any] = {"number": outcome.number or None}
    if isinstance(item.get("code"), str):
        named["code"] = item["code"][:LONGEST_NAME]
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
