"""What stands around every page of a host."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from marketplace.pickup.pickup_list import CounterOrder, HostSlot
from marketplace.web.look.filters import date_short, time_window
from marketplace.web.pickup import blueprint

SIGN_OUT = "/konto/abmelden"


def place_name(place: HostSlot | CounterOrder) -> str:
    """`Nottuln, Stiftsplatz`."""
    if place.point_name.startswith(place.point_town + " "):
        return f"{place.point_town}, {place.point_name.removeprefix(place.point_town).strip()}"
    return place.point_name if place.point_town in place.point_name else f"{place.point_town}, {place.point_name}"


def window_of(place: HostSlot | CounterOrder) -> str:
    """`Do, 26.11., 16:30–18:30 Uhr` in the market's zone."""
    return f"{date_short(place.date)}, {time_window(place.pickup_from, place.pickup_until, place.timezone)}"


def at_place(place: HostSlot | CounterOrder) -> None:
    """This page is about that place: its name stands in the head, its zone holds."""
    g.place_here = place
    g.market_timezone = place.timezone


@blueprint.context_processor
def around() -> dict[str, Any]:
    """The variables of layouts/pickup.html."""
    place: HostSlot | CounterOrder | None = g.get("place_here")
    items = [{"label": _("Heute"), "url": url_for("pickup.slots"), "current": request.endpoint == "pickup.slots"}]
    if place is not None:
        slot_id = place.id if isinstance(place, HostSlot) else place.slot_id
        items.append(
            {
                "label": _("Ausgeben"),
                "url": url_for("pickup.slot", slot_id=slot_id),
                "current": request.endpoint != "pickup.slots",
            }
        )
    return {
        "frame_title": place.point_town if place else "",
        "frame_subtitle": window_of(place) if place else "",
        "home_url": url_for("pickup.slots"),
        "sign_out_url": SIGN_OUT,
        "nav_items": items,
        "place_name": place_name,
        "window_of": window_of,
    }
