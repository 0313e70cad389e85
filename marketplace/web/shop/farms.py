"""Who sells: the farms, and the page of one farm with what it has on the chosen day."""

from __future__ import annotations

from itertools import groupby

from flask import render_template
from flask_babel import gettext as _

from marketplace.basket.product_page import FarmView, farm_page, selling_farms
from marketplace.basket.shelf import ShelfFilter, shelf
from marketplace.web.access import allow, anyone
from marketplace.web.shop import blueprint
from marketplace.web.shop.frame import shop_frame
from marketplace.web.shop.market import card
from marketplace.web.shop.pictures import picture_url
from marketplace.web.shop.visit import visit

WHOLE = 400


@blueprint.get("/wer-verkauft-hier")
@allow(anyone)
def farms() -> str:
    """Every farm with its town and what it is known for, by market."""
    by_market = [
        {"name": name, "farms": list(found)}
        for name, found in groupby(selling_farms(), key=lambda farm: farm.market_name)
    ]
    return render_template("shop/farms.html", markets=by_market)


@blueprint.get("/hof-laden/<slug>")
@allow(anyone)
def farm(slug: str) -> str:
    """A farm: who it is, and its offers for the chosen slot."""
    here = visit()
    view = farm_page(slug, here.slot.market_id if here.slot else None)
    is_open = here.slot is not None and here.slot.state == "open"
    found = shelf(here.slot.id, ShelfFilter(farm_id=view.id), page=WHOLE, whole=True) if here.slot and is_open else None
    return render_template(
        "shop/farm.html",
        farm=view,
        facts=facts_of(view),
        pictures=[(picture_url(key), alt or view.name) for key, alt in view.pictures],
        cards=[card(offer, here.slot) for offer in found.offers] if found and here.slot else [],
        is_open=is_open,
        **shop_frame(),
    )


def facts_of(view: FarmView) -> list[tuple[str, str]]:
    """Name, address and contact of the trader, and who sells in law."""
    address = ", ".join(part for part in (view.street, f"{view.postcode} {view.town}".strip()) if part)
    sells = (
        _("Der Hof verkauft selbst und stellt den Beleg aus; %(market)s vermittelt.", market=view.market_name)
        if view.sales_model == "agency"
        else _("%(market)s verkauft im eigenen Namen.", market=view.market_name)
    )
    rows = [
        (_("Betrieb"), view.legal_name or view.name),
        (_("Anschrift"), address),
        (_("E-Mail"), view.email),
        (_("Telefon"), view.phone),
        (_("Öko-Kontrollstelle"), view.organic_code or ""),
        (_("Verkauf"), sells),
    ]
    return [(term, text) for term, text in rows if text]
