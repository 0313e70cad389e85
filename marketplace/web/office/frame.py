"""What stands around every page of the office: its market, its navigation with what waits, who is here."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from marketplace.kernel.database import rows
from marketplace.web.access import current_actor, has_fresh_second_factor
from marketplace.web.office import blueprint
from marketplace.web.office.visit import my_markets, own

SIGN_OUT = "/konto/abmelden"

_WAITING = """
SELECT count(*) FILTER (WHERE r.state = 'in_review' AND :me NOT IN (r.created_by, coalesce(r.submitted_by, 0))) AS runs
FROM payout_run r WHERE r.market_id = ANY(:markets) AND r.state = 'in_review'
"""


@blueprint.context_processor
def around() -> dict[str, Any]:
    """The variables of layouts/office.html."""
    person = current_actor()
    markets = my_markets()
    runs = rows(_WAITING, me=person.account_id or 0, markets=[market.id for market in markets])[0].runs
    payouts = ("runs", "run", "statement", "take_back", "sign", "start_paying")
    items: tuple[tuple[str, str, str, tuple[str, ...], int], ...] = (
        (_("Heute"), "office.front", "tray", ("front",), 0),
        (_("Markttage"), "office.days", "calendar-blank", ("days", "day", "new_day", "plan_day", "cancel_day_now"), 0),
        (_("Bestellungen"), "office.orders", "receipt", ("orders", "order", "refund", "cancel"), 0),
        (_("Auszahlungen"), "office.runs", "coins", payouts, runs),
        (_("Konten der Höfe"), "office.farm_accounts", "bank", ("farm_accounts",), 0),
        (_("Geld"), "office.money", "scales", ("money", "compare_now"), 0),
        (_("Bücher"), "office.books", "book-open", ("books", "entries"), 0),
        (_("Zustellungen"), "office.deliveries", "truck", ("deliveries",), 0),
    )
    if own():  # an approver reads and signs, and changes nothing
        settings = ("market_settings", "change_market_setting")
        items = (*items, (_("Einstellungen"), "office.market_settings", "gear", settings, 0))
    here = (request.endpoint or "").removeprefix("office.")
    return {
        "home_url": url_for("office.front"),
        "frame_subtitle": markets[0].name if len(markets) == 1 else _("%(n)s Märkte", n=len(markets)),
        "frame_user": {"name": person.full_name or person.email, "role": _role()},
        "sign_out_url": SIGN_OUT,
        "search_url": url_for("office.orders") + "#suche",
        "needs_code": not has_fresh_second_factor(),
        "office_place": place_name,
        "many_markets": len(markets) > 1,
        "market_names": {market.id: market.name for market in markets},
        "nav_items": [
            {"label": label, "url": url_for(page), "icon": icon, "current": here in pages, "count": count}
            for label, page, icon, pages, count in items
        ],
    }


def place_name(place: Any) -> str:
    """`Nottuln, Stiftsplatz` of anything with a `point_name` and its town."""
    town = getattr(place, "point_town", None) or place.town
    if place.point_name.startswith(town + " "):
        return f"{town}, {place.point_name.removeprefix(town).strip()}"
    return str(place.point_name) if town in place.point_name else f"{town}, {place.point_name}"


def _role() -> str:
    if current_actor().is_admin:
        return _("Verwaltung")
    return _("Marktleitung") if own() else _("Kasse des Markts")
