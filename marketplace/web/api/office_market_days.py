"""Market days over the API: planned, moved, cancelled."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for
from pydantic import BaseModel, Field

from marketplace.checkout.cancel_day import cancel_day
from marketplace.kernel.database import release_reads
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.words import N_
from marketplace.market_days.days import DayView, find_day, list_days
from marketplace.market_days.plan_day import SlotPlan
from marketplace.market_days.slots import slots_of_day, slots_of_days
from marketplace.markets.find import find_market
from marketplace.stock.open_day import change_market_day, open_market_day
from marketplace.web.access import allow, approver_or_operator, current_actor, operator
from marketplace.web.api.fields import arguments
from marketplace.web.api.frame import api, described, keeps_own_answer, parsed_body, taken
from marketplace.web.api.kept_answers import claim_of, repeatable
from marketplace.web.api.kinds import Day, IdText, Moment
from marketplace.web.api.paging import PAGE_ARGUMENTS, page_asked
from marketplace.web.api.slot_json import day_json


class PlannedSlot(BaseModel):
    """A window of handover at a pickup point, for `capacity` orders."""

    pickup_point: IdText
    pickup_from: Moment
    pickup_until: Moment
    capacity: int = Field(ge=1, le=100_000)


class PlannedDay(BaseModel):
    """A market day to plan. `market`: id or slug."""

    market: IdText
    date: Day
    orders_open_at: Moment
    orders_close_at: Moment
    slots: list[PlannedSlot] = Field(min_length=1, max_length=200)


class MovedDay(BaseModel):
    """New times of a market day; what is left out stays."""

    orders_open_at: Moment | None = None
    orders_close_at: Moment | None = None


@api.get("/office/market-days")
@allow(approver_or_operator)
@described(is_list=True, arguments={"market": "id or slug", "since": "a date", **PAGE_ARGUMENTS})
def office_market_days() -> Any:
    """The days of one's markets by date; `?market=` narrows it to one, `?since=` to later dates."""
    page = page_asked(date=date, id=int)
    market_ids = current_actor().office_market_ids
    with arguments() as asked:
        market = asked.text("market", None, most=100)
        since = asked.date("since", None)
    if market is not None:
        market_ids = frozenset({_own_market(market, market_ids)})
    found = list_days(market_ids, after=page.after, since=since, limit=page.limit + 1)
    slots = slots_of_days([day.id for day in found])
    return page.answer(found, lambda day: day_json(day, slots), lambda day: (day.date, day.id))


@api.get("/office/market-days/<day>")
@allow(approver_or_operator)
def office_market_day(day: str) -> Any:
    return _day_json(_own_day(day, current_actor().office_market_ids))


@api.post("/office/market-days")
@allow(operator)
@described(takes=PlannedDay, status=201, refuses=("validation", "conflict", "not-found"))
def plan_office_market_day() -> Any:
    """Plans a day; its offers stand at once. The same market and date again: 409."""
    asked = taken(PlannedDay)
    market_id = _own_market(asked.market, current_actor().operator_market_ids)
    slots = [
        SlotPlan(id_from_text(slot.pickup_point) or 0, slot.pickup_from, slot.pickup_until, slot.capacity)
        for slot in asked.slots
    ]
    day_id = open_market_day(market_id, asked.date, asked.orders_open_at, asked.orders_close_at, slots)
    made = find_day(day_id, [market_id])
    return _day_json(made), 201, {"Location": url_for("api.office_market_day", day=str(day_id))}


@api.patch("/office/market-days/<day>")
@allow(operator)
@described(takes=MovedDay, refuses=("validation", "conflict", "not-found"))
def change_office_market_day(day: str) -> Any:
    """`orders_close_at`, `orders_open_at`; a close in the past closes now."""
    own = _own_day(day, current_actor().operator_market_ids)
    asked = taken(MovedDay)
    if asked.orders_open_at is None and asked.orders_close_at is None:
        raise Invalid({"orders_close_at": N_("Diese Angabe fehlt.")})
    change_market_day(own.id, orders_open_at=asked.orders_open_at, orders_close_at=asked.orders_close_at)
    return _day_json(find_day(own.id, [own.market_id]))


@api.post("/office/market-days/<day>/cancel")
@allow(operator)
@keeps_own_answer  # each order is cancelled in a transaction of its own, and again is nothing
@described(refuses=("conflict", "not-found"))
def cancel_office_market_day(day: str) -> Any:
    """The day falls out and everybody gets the money back, once; safe to repeat."""
    person = current_actor()
    own = _own_day(day, person.operator_market_ids)
    release_reads()
    claim = claim_of(person, parsed_body())
    return _cancelled(own) if claim is None else repeatable(claim, lambda _is_first: _cancelled(own))


def _cancelled(own: DayView) -> tuple[dict[str, Any], int]:
    cancel_day(own.id)
    shown = _day_json(find_day(own.id, [own.market_id]))
    release_reads()
    return shown, 200


def _own_market(market: str, market_ids: Any) -> int:
    """The id of one of these markets; foreign and unknown ones are NotFound."""
    found = find_market(market)
    if found.id not in market_ids:
        raise NotFound()
    return found.id


def _own_day(day: str, market_ids: Any) -> DayView:
    number = id_from_text(day)
    if number is None:
        raise NotFound()
    return find_day(number, market_ids)


def _day_json(day: DayView) -> dict[str, Any]:
    return day_json(day, slots_of_day(day.id))
