"""Market days over the API: planned, moved, cancelled."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for

from marketplace.checkout.cancel_day import cancel_day
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.words import N_
from marketplace.market_days.days import DayView, find_day, list_days
from marketplace.market_days.plan_day import SlotPlan
from marketplace.market_days.slots import slots_of_day, slots_of_days
from marketplace.markets.find import find_market
from marketplace.stock.open_day import change_market_day, open_market_day
from marketplace.web.access import allow, approver_or_operator, current_actor, operator
from marketplace.web.api.fields import Fields, arguments, body
from marketplace.web.api.frame import api
from marketplace.web.api.paging import page_asked
from marketplace.web.api.slot_json import day_json


@api.get("/office/market-days")
@allow(approver_or_operator)
def office_market_days() -> Any:
    """The days of one's markets by date; `?market=` narrows it to one, `?since=` to later dates."""
    page = page_asked(date=date, id=int)
    market_ids = current_actor().office_market_ids
    with arguments() as asked:
        market = asked.text("market", None, most=100)
        since = asked.date("since", None)
    if market is not None:
        market_ids = {_own_market(market, market_ids)}
    found = list_days(market_ids, after=page.after, since=since, limit=page.limit + 1)
    slots = slots_of_days([day.id for day in found])
    return page.answer(found, lambda day: day_json(day, slots), lambda day: (day.date, day.id))


@api.get("/office/market-days/<day>")
@allow(approver_or_operator)
def office_market_day(day: str) -> Any:
    return _day_json(_own_day(day, current_actor().office_market_ids))


@api.post("/office/market-days")
@allow(operator)
def plan_office_market_day() -> Any:
    """Plans a day; its offers stand at once. The same market and date again: 409."""
    with body() as given:
        market = given.text("market", most=100)
        day = given.date("date")
        opens, closes = given.instant("orders_open_at"), given.instant("orders_close_at")
        slots = [slot_asked(item) for item in given.objects("slots", most=200)]
    market_id = _own_market(market, current_actor().operator_market_ids)
    day_id = open_market_day(market_id, day, opens, closes, slots)
    made = find_day(day_id, [market_id])
    return _day_json(made), 201, {"Location": url_for("api.office_market_day", day=str(day_id))}


@api.patch("/office/market-days/<day>")
@allow(operator)
def change_office_market_day(day: str) -> Any:
    """`orders_close_at`, `orders_open_at`; a close in the past closes now."""
    own = _own_day(day, current_actor().operator_market_ids)
    with body() as given:
        opens, closes = given.instant("orders_open_at", None), given.instant("orders_close_at", None)
    if opens is None and closes is None:
        raise Invalid({"orders_close_at": N_("Diese Angabe fehlt.")})
    change_market_day(own.id, orders_open_at=opens, orders_close_at=closes)
    return _day_json(find_day(own.id, [own.market_id]))


@api.post("/office/market-days/<day>/cancel")
@allow(operator)
def cancel_office_market_day(day: str) -> Any:
    """The day falls out and everybody gets the money back, once; safe to repeat."""
    own = _own_day(day, current_actor().operator_market_ids)
    cancelled = cancel_day(own.id)
    return _day_json(find_day(own.id, [own.market_id])) | {"orders_cancelled": cancelled}


def slot_asked(given: Fields) -> SlotPlan:
    return SlotPlan(
        pickup_point_id=given.id("pickup_point"),
        pickup_from=given.instant("pickup_from"),
        pickup_until=given.instant("pickup_until"),
        capacity=given.whole("capacity"),
    )


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
