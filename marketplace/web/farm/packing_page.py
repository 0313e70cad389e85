"""The packing list of a day: by order, by product, by place; and what a phone needs to keep it without a network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, make_response, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel import clock
from marketplace.pickup.packing_list import (
    PackingDay,
    PackingLine,
    lines_by_order,
    past_days,
    totals_by_point,
    totals_by_product,
)
from marketplace.web.access import allow, packer
from marketplace.web.farm import blueprint
from marketplace.web.farm.packing_offline import KEEP_UNTIL, live
from marketplace.web.farm.packing_view import cards, places, point_name, product_cards, rows_of
from marketplace.web.farm.visit import FarmHere, days_and_chosen, farm_here
from marketplace.web.farm.words import day_tabs
from marketplace.web.look.filters import date_short, moment_near

VIEWS = ("bestellungen", "produkte", "abholorte")


@blueprint.get("/<int:farm_id>/packen")
@allow(packer)
def packing(farm_id: int) -> Response:
    """`tag`: the day; `ansicht`: bestellungen, produkte or abholorte."""
    return packing_page(farm_here(farm_id, packing=True))


def packing_page(
    farm: FarmHere,
    *,
    errors: Mapping[str, str] | None = None,
    unusual: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The page, also with what was wrong: `errors` by field, `unusual` weights that want to be sure of."""
    days, chosen = days_and_chosen(farm)
    view = request.values.get("ansicht", "")
    view = view if view in VIEWS else VIEWS[0]
    lines = lines_by_order([farm.id], [chosen.id]) if chosen else []
    response = make_response(
        render_template(
            "farm/packing.html",
            day=chosen,
            view=view,
            day_tabs=day_tabs(days, chosen, lambda date: page_url(farm, date, view)),
            past=_past(farm, view),
            view_tabs=_view_tabs(farm, chosen, view),
            state=_state(chosen),
            done=sum(1 for line in lines if line.state != "open"),
            total=len(lines),
            deliveries=deliveries(lines),
            errors=dict(errors or {}),
            unusual=dict(unusual or {}),
            live=live(farm, chosen, lines, by_product=view == "produkte") if chosen else None,
            **_shown(farm, chosen, lines, view, typed),
        )
    )
    if chosen and chosen.date >= farm.today and not errors:
        response.headers[KEEP_UNTIL] = str(_end_of(chosen))
    return response


def _shown(
    farm: FarmHere, day: PackingDay | None, lines: list[PackingLine], view: str, typed: Mapping[str, str] | None
) -> dict[str, Any]:
    """What the chosen view lists."""
    if day is None:
        return {"cards": [], "products": [], "places": []}
    if view == "abholorte":
        return {"cards": [], "products": [], "places": places(totals_by_point([farm.id], [day.id]))}
    by_product = view == "produkte"
    rows = rows_of(farm.id, lines, open_to_pack=day.closed, by_product=by_product, typed=typed)
    made = (product_cards if by_product else cards)(lines, rows, open_to_pack=day.closed)
    return {
        "cards": made,
        "products": totals_by_product([farm.id], [day.id]) if by_product else [],
        "places": [],
        "next_card": next((card for card in made if card.to_pack), None),
    }


def page_url(farm: FarmHere, day: Any, view: str) -> str:
    """The address of a view of a day."""
    return url_for("farm.packing", farm_id=farm.id, tag=day, ansicht=None if view == VIEWS[0] else view)


def _past(farm: FarmHere, view: str) -> list[dict[str, str]]:
    return [
        {"label": date_short(day.date), "url": page_url(farm, day.date, view)}
        for day in past_days([farm.id], farm.today)
    ]


def _end_of(day: PackingDay) -> int:
    """When a phone forgets the list: as the market day ends, in milliseconds since 1970, as browsers count."""
    midnight = datetime.combine(day.date + timedelta(days=1), time(), ZoneInfo(day.timezone))
    return int(midnight.timestamp()) * 1000


def _view_tabs(farm: FarmHere, day: PackingDay | None, view: str) -> list[dict[str, Any]]:
    names = {"produkte": _("Produkte"), "bestellungen": _("Bestellungen"), "abholorte": _("Abholorte")}
    return [
        {"label": label, "url": page_url(farm, day.date if day else None, key), "current": key == view}
        for key, label in names.items()
    ]


def _state(day: PackingDay | None) -> str:
    """How far this list can be trusted, in one sentence."""
    if day is None:
        return ""
    if not day.closed:
        return _("Bestellungen kommen noch bis %(when)s. Abhaken geht danach.", when=moment_near(day.orders_close_at))
    if day.unpaid and not day.final:
        return _(
            "Unbezahlt: %(count)s. Was bis %(when)s bezahlt wird, kommt dazu und ist markiert.",
            count=day.unpaid,
            when=moment_near(day.final_at),
        )
    if not day.final and clock.now() < day.final_at:
        return _("Endgültig ab %(when)s.", when=moment_near(day.final_at))
    return _("Diese Liste ist endgültig.")


def deliveries(lines: list[PackingLine]) -> list[dict[str, Any]]:
    """Where the crates go, and by when: each place once."""
    found: dict[int, dict[str, Any]] = {}
    for line in lines:
        place = found.setdefault(line.slot_id, {"name": point_name(line), "from": line.pickup_from, "orders": set()})
        place["orders"].add(line.order_id)
    return [{**place, "orders": len(place["orders"])} for place in found.values()]
