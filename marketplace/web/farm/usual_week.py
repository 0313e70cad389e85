"""What a farm usually has, weekday by weekday: coming market days fill themselves from it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.ids import id_from_text
from marketplace.stock.weekly import NOT_OFFERED, WeeklyRow, market_weekdays, set_weekly, weekly_rows
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.units_typed import units_typed
from marketplace.web.farm.visit import FarmHere, farm_here
from marketplace.web.farm.words import said

EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


@blueprint.get("/<int:farm_id>/woche")
@allow(farm_member)
def usual_week(farm_id: int) -> str:
    """`tag`: the weekday, 1 is Monday; without it the market's first."""
    farm = farm_here(farm_id)
    return _page(farm, _weekday(farm))


@blueprint.post("/<int:farm_id>/woche")
@allow(farm_member)
def save_week(farm_id: int) -> str | Response | tuple[str, int]:
    """The amounts of one weekday, `menge-<variant>`: empty means not offered, `∞` not limited."""
    farm = farm_here(farm_id)
    weekday = _weekday(farm)
    typed = {
        variant_id: request.form[field].strip()
        for field in request.form
        if field.startswith("menge-") and (variant_id := id_from_text(field.removeprefix("menge-"))) is not None
    }
    try:
        changed = set_weekly(farm.id, {(number, weekday): _amount(text) for number, text in typed.items()})
    except Invalid as refusal:
        errors = {f"menge-{name.partition('-')[0]}": said(words) for name, words in refusal.errors.items()}
        return _page(farm, weekday, errors, typed), 422
    flash(
        ngettext("%(num)d Artikel geändert.", "%(num)d Artikel geändert.", changed)
        if changed
        else _("Es war schon so."),
        "ok",
    )
    return redirect(url_for("farm.usual_week", farm_id=farm.id, tag=weekday), 303)  # type: ignore[return-value]


def _amount(text: str) -> int | object | None:
    return units_typed(text) if text else NOT_OFFERED


def _weekdays(farm: FarmHere) -> list[int]:
    return market_weekdays(farm.id) or EVERY_DAY


def _weekday(farm: FarmHere) -> int:
    days = _weekdays(farm)
    asked = request.values.get("tag", str(days[0]))
    if asked not in {str(day) for day in days}:
        raise NotFound()
    return int(asked)


def _page(
    farm: FarmHere, weekday: int, errors: dict[str, str] | None = None, typed: dict[int, str] | None = None
) -> str:
    names = get_locale().days["stand-alone"]["wide"]
    tabs = [
        {
            "label": names[day - 1],
            "url": url_for("farm.usual_week", farm_id=farm.id, tag=day),
            "current": day == weekday,
        }
        for day in _weekdays(farm)
    ]
    return render_template(
        "farm/usual_week.html",
        weekday=weekday,
        weekday_name=names[weekday - 1],
        tabs=tabs,
        rows=[_shown(row, weekday, typed or {}) for row in weekly_rows(farm.id)],
        errors=errors or {},
        has_bar=True,
    )


def _shown(row: WeeklyRow, weekday: int, typed: dict[int, str]) -> dict[str, Any]:
    offered = weekday in row.amounts
    amount = row.amounts.get(weekday)
    value = typed.get(row.variant_id, "∞" if offered and amount is None else "" if amount is None else str(amount))
    return {"id": row.variant_id, "name": row.name, "unit": row.sale_unit, "pooled": row.pooled, "value": value}
