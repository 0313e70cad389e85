"""A farm's packing list over the API: read it, and say what was packed."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from pydantic import BaseModel, Field

from marketplace.kernel import clock
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import id_from_text
from marketplace.pickup.pack import LONGEST_REASON, pack_line
from marketplace.pickup.packing_list import PackingDay, PackingLine, line_to_pack, lines_by_order, packing_days
from marketplace.web.access import allow, current_actor, packer
from marketplace.web.api.fields import arguments
from marketplace.web.api.frame import api, described, taken
from marketplace.web.api.kinds import Units
from marketplace.web.api.paging import PAGE_ARGUMENTS, page_asked
from marketplace.web.api.slot_json import moment

MOST_GRAMS = 1_000_000_000


class PackedLine(BaseModel):
    """What was packed of a line: sale units, the grams of all of them when weighed, why something is missing."""

    packed_quantity: Units
    weight_g: int | None = Field(None, ge=0, le=MOST_GRAMS)
    reason: str | None = Field(None, max_length=LONGEST_REASON)


@api.get("/farm/packing-list")
@allow(packer)
@described(is_list=True, arguments={"date": "the market day", **PAGE_ARGUMENTS})
def packing_list() -> Any:
    """Lines by order on `date`; without it on the next market day. Empty when there is no market then.

    Before the cut-off it is what was ordered so far. `late`: paid after the cut-off; nobody joins after `final_at`.
    """
    farm_ids = current_actor().packing_farm_ids
    page = page_asked(pickup_from=datetime, slot=int, number=int)
    with arguments() as asked:
        date = asked.date("date", None)
    since = clock.now().date() if date is None else None
    days = packing_days(farm_ids, on=date, since=since, limit=1 if date is None else 20)
    lines = lines_by_order(farm_ids, [day.id for day in days], after=page.after, orders=page.limit + 1)
    orders = [list(group) for _number, group in groupby(lines, lambda line: line.number)]
    by_day = {day.id: day for day in days}
    zone = days[0].timezone if days else "UTC"
    answer: dict[str, Any] = page.answer(
        orders,
        lambda group: order_json(group, zone),
        lambda group: (group[0].pickup_from, group[0].slot_id, group[0].pickup_number),
    )
    return answer | {"days": [day_json(day) for day in by_day.values()]}


@api.post("/farm/packing-list/<line>/pack")
@allow(packer)
@described(takes=PackedLine, refuses=("validation", "conflict", "not-found"))
def pack(line: str) -> Any:
    """`{packed_quantity, weight_g?, reason?}`: written once. Without grams: the usual weight."""
    line_id = id_from_text(line)
    if line_id is None:
        raise NotFound()
    farm_ids = current_actor().packing_farm_ids
    told = taken(PackedLine)
    pack_line(line_id, farm_ids, told.packed_quantity, told.weight_g, told.reason or "", complete=False)
    packed = line_to_pack(farm_ids, line_id)
    if packed is None:
        raise NotFound()
    return line_json(packed) | {"order": packed.number, "order_state": packed.order_state}


def day_json(day: PackingDay) -> dict[str, Any]:
    """How far the list of a day can be trusted."""
    return {
        "market_day": str(day.id),
        "date": day.date.isoformat(),
        "orders_close_at": moment(day.orders_close_at, day.timezone),
        "closed": day.closed,
        "final_at": moment(day.final_at, day.timezone),
        "final": day.final,
        "unpaid_orders": day.unpaid,
    }


def order_json(lines: list[PackingLine], zone: str) -> dict[str, Any]:
    """An order as its farm sees it: numbers and the first name, no contact data."""
    first = lines[0]
    return {
        "number": first.number,
        "short_number": first.pickup_number,
        "first_name": first.first_name,
        "state": first.order_state,
        "late": first.late,
        "pickup_slot": str(first.slot_id),
        "pickup_point": {"id": str(first.point_id), "name": first.point_name, "town": first.point_town},
        "pickup_from": moment(first.pickup_from, zone),
        "pickup_until": moment(first.pickup_until, zone),
        "lines": [line_json(line) for line in lines],
    }


def line_json(line: PackingLine) -> dict[str, Any]:
    """A line to pack; `amount_cents` and `deposit_cents` of the whole line, `price_cents` a sale unit.

    Who only helps at the farm sees no money: it is null.
    """
    money = line.farm_id in current_actor().farm_ids
    return {
        "id": str(line.id),
        "offer": str(line.offer_id),
        "farm": str(line.farm_id),
        "sku": line.sku,
        "name": line.name,
        "sale_unit": line.sale_unit,
        "quantity": line.quantity,
        "packed_quantity": line.packed_quantity,
        "catch_weight": line.catch_weight,
        "usual_weight_g": line.usual_g,
        "weight_g": line.weight_g,
        "price_cents": line.price_cents if money else None,
        "unit_price_cents": line.unit_price_cents if money else None,
        "deposit_cents": line.deposit_cents if money else None,
        "amount_cents": line.amount_cents if money else None,
        "state": line.state,
        "reason": line.reason,
    }
