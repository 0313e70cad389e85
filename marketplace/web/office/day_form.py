"""A new market day: filled in from the weekly pattern, changed by hand, planned."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel import clock
from marketplace.kernel.database import rows
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.ids import id_from_text
from marketplace.market_days.plan_day import SlotPlan
from marketplace.market_days.wall_clock import instant, local_date
from marketplace.markets.find import MarketView
from marketplace.stock.open_day import open_market_day
from marketplace.web.access import allow, operator
from marketplace.web.office import blueprint
from marketplace.web.office.visit import errors_of, market_here, my_markets, own, why

SLOT = ("pickup_point", "pickup_from", "pickup_until", "capacity")
BLANK_ROWS = 3
MOST_ROWS = 40

_PATTERN = """
SELECT w.pickup_point_id AS pickup_point, to_char(w.pickup_from, 'HH24:MI') AS pickup_from,
       to_char(w.pickup_until, 'HH24:MI') AS pickup_until, w.capacity,
       w.opens_days_before, w.closes_days_before, to_char(w.closes_at, 'HH24:MI') AS closes_at
FROM weekly_slot w JOIN pickup_point p ON p.id = w.pickup_point_id
WHERE p.market_id = :market_id AND p.active AND w.weekday = :weekday ORDER BY p.town, p.name, w.pickup_from
"""
_POINTS = """
SELECT id, CASE WHEN starts_with(name, town) THEN name ELSE town || ', ' || name END AS name
FROM pickup_point WHERE market_id = :market_id AND active ORDER BY 2
"""


@blueprint.get("/markttage/neu")
@allow(operator)
def new_day() -> str:
    """The form; `?datum=` fills it from the weekday's pattern, without it the day in a week."""
    market = _market()
    try:
        day = date.fromisoformat(request.args.get("datum", ""))
    except ValueError:
        day = local_date(clock.now() + timedelta(days=7), market.timezone)
    return _form(market, _typed_from_pattern(market, day), {})


@blueprint.post("/markttage/neu")
@allow(operator)
def plan_day() -> str | Response | tuple[str, int]:
    """Plans the day; its offers stand at once."""
    market = _market()
    typed = _typed()
    try:
        day, opens, closes, slots = _read(typed, market.timezone)
        day_id = open_market_day(market.id, day, opens, closes, slots)
    except Invalid as refusal:
        return _form(market, typed, errors_of(refusal)), 422
    except Conflict as refusal:
        return _form(market, typed, {"date": why(refusal)}), 409
    flash(_("Der Markttag steht, die Angebote auch."), "ok")
    return redirect(url_for("office.day", day_id=day_id), 303)  # type: ignore[return-value]


def _market() -> MarketView:
    """The market of `?markt=` or of the form, if it is one's own; else the first of one's own."""
    mine = own()
    asked = id_from_text(request.values.get("markt", ""))
    if asked is not None and asked in mine:
        return market_here(asked)
    return market_here(next(market.id for market in my_markets() if market.id in mine))


def _form(market: MarketView, typed: dict[str, Any], errors: dict[str, str]) -> str:
    blank = [dict.fromkeys(SLOT, "") for _row in range(1 if typed["slots"] else BLANK_ROWS)]
    return render_template(
        "office/day_new.html",
        market=market,
        markets=[(one.id, one.name) for one in my_markets() if one.id in own()],
        points=[(row.id, row.name) for row in rows(_POINTS, market_id=market.id)],
        typed=typed,
        slots=[*typed["slots"], *blank],
        errors=errors,
    )


def _typed_from_pattern(market: MarketView, day: date) -> dict[str, Any]:
    found = rows(_PATTERN, market_id=market.id, weekday=day.isoweekday())
    first = found[0] if found else None
    opens = day - timedelta(days=first.opens_days_before if first else 14)
    closes = day - timedelta(days=first.closes_days_before if first else 1)
    slots = [{name: getattr(row, name) for name in SLOT} for row in found]
    return {
        "date": day.isoformat(),
        "orders_open_at": f"{opens.isoformat()}T08:00",
        "orders_close_at": f"{closes.isoformat()}T{first.closes_at if first else '18:00'}",
        "slots": slots,
    }


def _typed() -> dict[str, Any]:
    columns = [request.form.getlist(name)[:MOST_ROWS] for name in SLOT]
    slots = [dict(zip(SLOT, row, strict=True)) for row in zip(*columns, strict=False) if row[0]]
    given = {name: request.form.get(name, "")[:40] for name in ("date", "orders_open_at", "orders_close_at")}
    return {**given, "slots": slots}


def _read(typed: dict[str, Any], zone: str) -> tuple[date, datetime, datetime, list[SlotPlan]]:
    """What was typed as values; Invalid with every field that cannot be read. """
    errors: dict[str, Any] = {}
    day = _value(errors, "date", typed["date"], date.fromisoformat)
    moments = {}
    for name in ("orders_open_at", "orders_close_at"):
        wall = _value(errors, name, typed[name], datetime.fromisoformat)
        moments[name] = instant(wall.date(), wall.time().replace(tzinfo=None), zone) if wall else clock.now()
    slots = []
    for index, row in enumerate(typed["slots"]):
        begins = _value(errors, f"slots-{index}-pickup_from", row["pickup_from"], time.fromisoformat)
        ends = _value(errors, f"slots-{index}-pickup_until", row["pickup_until"], time.fromisoformat)
        capacity = _value(errors, f"slots-{index}-capacity", row["capacity"], _whole)
        if None not in (day, begins, ends, capacity):
            point = id_from_text(row["pickup_point"]) or 0
            slots.append(SlotPlan(point, instant(day, begins, zone), instant(day, ends, zone), capacity))
    if errors:
        raise Invalid(errors)
    return day, moments["orders_open_at"], moments["orders_close_at"], slots


def _value(errors: dict[str, Any], name: str, typed: str, kind: Any) -> Any:
    try:
        return kind(typed)
    except ValueError:
        errors[name] = _("Diese Angabe fehlt oder ist nicht zu lesen.")
        return None


def _whole(typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or len(typed) > 6:
        raise ValueError
    return int(typed)
