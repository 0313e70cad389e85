"""Market days: the list, one day with its slots, closing and cancelling it."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.checkout.cancel_day import cancel_day
from marketplace.kernel import clock
from marketplace.kernel.database import rows
from marketplace.kernel.errors import Refusal
from marketplace.market_days.days import DayView, find_day, list_days
from marketplace.market_days.slots import slots_of_day
from marketplace.stock.open_day import change_market_day
from marketplace.web.access import allow, approver_or_operator, operator
from marketplace.web.office import blueprint
from marketplace.web.office.visit import confirm, market_here, own, readable, why
from marketplace.web.office.words import day_state

BACK = timedelta(days=60)
MOST = 200

_COUNTS = """
SELECT count(*) FILTER (WHERE o.state NOT IN ('awaiting_payment', 'cancelled', 'expired')) AS orders,
       count(*) FILTER (WHERE o.state = 'awaiting_payment') AS unpaid,
       count(*) FILTER (WHERE o.state = 'collected') AS collected,
       coalesce(sum(o.total_cents) FILTER (
           WHERE o.state NOT IN ('awaiting_payment', 'cancelled', 'expired')), 0)::bigint AS total_cents
FROM orders o WHERE o.market_day_id = :id
"""
_FARMS = """
SELECT f.name, count(*) AS offers, coalesce(sum(s.reserved + s.sold), 0)::bigint AS sold,
       count(*) FILTER (WHERE s.capacity = 0) AS empty
FROM offer x JOIN farm f ON f.id = x.farm_id JOIN stock s ON s.id = x.stock_id
WHERE x.market_day_id = :id AND NOT x.paused GROUP BY f.id, f.name ORDER BY f.name
"""


@blueprint.get("/markttage")
@allow(approver_or_operator)
def days() -> str:
    """The coming days; `?frueher=1` those of the last two months."""
    earlier = bool(request.args.get("frueher"))
    today = clock.now().date()
    found = list_days(readable(), since=today - BACK if earlier else today, limit=MOST)
    if earlier:
        found = [day for day in reversed(found) if day.date < today]
    return render_template("office/days.html", days=found, earlier=earlier, state=day_state, may_plan=bool(own()))


@blueprint.get("/markttage/<int:day_id>")
@allow(approver_or_operator)
def day(day_id: int) -> str:
    """One day: figures, slots, farms; and for operators closing and cancelling."""
    found = find_day(day_id, readable())
    return _page(found, {})


def _page(found: DayView, errors: dict[str, str]) -> str:
    market_here(found.market_id)
    return render_template(
        "office/day.html",
        day=found,
        errors=errors,
        slots=slots_of_day(found.id),
        counts=rows(_COUNTS, id=found.id)[0],
        farms=rows(_FARMS, id=found.id),
        state=day_state,
        mine=found.market_id in own(),
        asks=request.args.get("frage") == "absagen" or "code" in errors,
    )


@blueprint.post("/markttage/<int:day_id>/schluss")
@allow(operator)
def close_day(day_id: int) -> Response:
    """Closes orders now."""
    found = find_day(day_id, own())
    try:
        change_market_day(found.id, orders_close_at=clock.now())
        flash(_("Der Bestellschluss ist jetzt. Die Höfe bekommen ihre Packlisten."), "ok")
    except Refusal as refusal:
        flash(why(refusal), "stop")
    return redirect(url_for("office.day", day_id=found.id), 303)  # type: ignore[return-value]


@blueprint.post("/markttage/<int:day_id>/absagen")
@allow(operator)
def cancel_day_now(day_id: int) -> str | Response | tuple[str, int]:
    """The day falls out; everybody gets the money back, once."""
    found = find_day(day_id, own())
    if errors := confirm():
        return _page(found, errors), 422
    try:
        count = cancel_day(found.id)
        flash(_("Der Markttag ist abgesagt.") + " " + _told(count), "ok")
    except Refusal as refusal:
        flash(why(refusal), "stop")
    return redirect(url_for("office.day", day_id=found.id), 303)  # type: ignore[return-value]


def _told(count: int) -> str:
    return ngettext(
        "1 Bestellung ist storniert, das Geld geht zurück.",
        "%(num)d Bestellungen sind storniert, das Geld geht zurück.",
        count,
    )
