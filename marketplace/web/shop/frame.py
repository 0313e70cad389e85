"""What the layouts of the shop show around a page: navigation, slot band, basket bar and slip."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.basket.contents import Contents
from marketplace.kernel import clock
from marketplace.market_days.slots import SlotView, list_slots
from marketplace.web.look.filters import date_long, time_window
from marketplace.web.shop import blueprint
from marketplace.web.shop.food_words import unbroken
from marketplace.web.shop.visit import chosen_slug, visit

SOON = timedelta(hours=3)


@blueprint.app_template_filter("place_name")
def place_name(slot: SlotView) -> str:
    """`Nottuln, Stiftsplatz`: the town, then the place without the town before it."""
    if slot.point_name.startswith(slot.town + " "):
        return f"{slot.town}, {slot.point_name.removeprefix(slot.town).strip()}"
    return slot.point_name if slot.town in slot.point_name else f"{slot.town}, {slot.point_name}"


@blueprint.app_template_filter("slot_when")
def slot_when(slot: SlotView) -> Markup:
    """`Do, 26. November, 16:30–18:30 Uhr` in the slot's own zone; the window stays on one line."""
    window = time_window(slot.pickup_from, slot.pickup_until, slot.timezone)
    return Markup('{}, <span class="nowrap">{}</span>').format(date_long(slot.date), window)


@blueprint.context_processor
def around() -> dict[str, Any]:
    """The navigation of every page of the shop."""
    slug = chosen_slug()
    market_url = url_for("shop.market", slot=slug) if slug else url_for("shop.start")
    items = (
        (_("Markt"), market_url, ("shop.market", "shop.product")),
        (_("Höfe"), url_for("shop.farms"), ("shop.farms", "shop.farm")),
        (_("Abholorte"), url_for("shop.places"), ("shop.places", "shop.start", "shop.change_slot")),
        (_("So geht’s"), url_for("shop.how"), ("shop.how",)),
        (_("Warenkorb"), url_for("shop.basket"), ("shop.basket",)),
    )
    return {
        "nav_items": [
            {"label": label, "url": url, "current": request.endpoint in pages} for label, url, pages in items
        ],
        "account_url": "/konto/",
        "search_url": f"{market_url}#suche" if slug else None,
    }


def shop_frame(*, beside_slip: bool = False) -> dict[str, Any]:
    """Band and bar for the pages that show offers; a slip beside them replaces the bar on wide screens."""
    here = visit()
    return {"slot_band": band(here.slot), "basket_bar": bar(here, stays=not beside_slip), "visit": here}


def band(slot: SlotView | None) -> dict[str, Any] | None:
    """Arguments of the slot band; None without a slot that could still be shown."""
    if slot is None or slot.state in ("cancelled", "planned"):
        return None
    now = clock.now()
    closed = None if slot.state == "open" else next_market(slot)
    return {
        "date": slot.date,
        "place": place_name(slot),
        "start": slot.pickup_from,
        "end": slot.pickup_until,
        "closes_at": slot.orders_close_at,
        "change_url": url_for("shop.places"),
        "soon": closed is None and slot.orders_close_at - now < SOON,
        "closed": closed,
        "now": now,
    }


def next_market(slot: SlotView) -> str:
    """What the band of a closed slot says about the next one at the same place."""
    for other in list_slots(market_id=slot.market_id, only_open=True, limit=200):
        if other.point_id == slot.point_id and other.places_left > 0:
            return _("Nächster Markt hier: %(day)s.", day=date_long(other.date))
    return _("Bitte wählen Sie einen anderen Abholort.")


def bar(here: Contents, *, stays: bool) -> dict[str, Any] | None:
    """Arguments of the basket bar; None while nothing lies in the basket."""
    if not here.lines:
        return None
    return {
        "count": here.units,
        "sum_cents": here.total_cents,
        "deposit_cents": here.deposit_cents,
        "approx": here.is_weighed,
        "url": url_for("shop.basket"),
        "stays": stays,
    }


def slip(here: Contents) -> dict[str, Any]:
    """Arguments of the slip beside the offers."""
    return {
        "groups": [
            {
                "farm": farm.farm_name,
                "lines": [
                    {
                        "count": line.quantity,
                        "name": unbroken(line.name),
                        "amount_cents": line.amount_cents,
                        "approx": line.catch_weight,
                    }
                    for line in farm.lines
                ],
            }
            for farm in here.farms(orderable_only=True)
        ],
        "total_cents": here.total_cents,
        "deposit_cents": here.deposit_cents,
        "approx": here.is_weighed,
        "url": url_for("shop.basket"),
    }


def register_global(name: str, function: Callable[..., Any]) -> None:
    """Makes a function callable in every template of the application."""
    blueprint.record_once(lambda state: state.app.jinja_env.globals.__setitem__(name, function))


register_global("slip_of", slip)
blueprint.add_app_template_filter(unbroken)
