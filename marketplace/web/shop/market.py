"""The market of a slot: that day's offers, by category, with search and filters in the address."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.basket.contents import Contents
from marketplace.basket.shelf import PAGE, Shelf, ShelfFilter, ShelfOffer, shelf
from marketplace.catalogue.allergens import GROUPS, allergen_name
from marketplace.market_days.slots import SlotView, find_slot
from marketplace.web.access import allow, anyone
from marketplace.web.look.filters import moment_near
from marketplace.web.shop import blueprint
from marketplace.web.shop.food_words import unbroken
from marketplace.web.shop.frame import shop_frame
from marketplace.web.shop.pictures import picture_url
from marketplace.web.shop.visit import choose, chosen_slug, visit

SCARCE = 3
# Chips of their own; the other allergens stand in the form behind "Filtern".
OFTEN_AVOIDED = ("milk", "gluten", "egg", "nuts")


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    slot: str
    q: str
    category: str
    organic: bool
    without: tuple[str, ...]
    page: int
    opened: bool

    @classmethod
    def read(cls, slot: str) -> Asked:
        """From the query; what makes no sense is as good as not asked."""
        page = request.args.get("seite", "1")
        return cls(
            slot=slot,
            q=" ".join(request.args.get("q", "").split())[:100],
            category=request.args.get("gruppe", "")[:80],
            organic=request.args.get("bio") == "1",
            without=tuple(code for code in GROUPS if code in request.args.getlist("ohne")),
            page=int(page) if page.isascii() and page.isdigit() and 0 < int(page[:4]) < 400 else 1,
            opened=request.args.get("filter") == "1",
        )

    def url(self, **changes: Any) -> str:
        """The address with something changed; the first page unless a page is asked for."""
        asked: dict[str, Any] = {
            "q": self.q,
            "category": self.category,
            "organic": self.organic,
            "without": self.without,
            "page": 1,
            "opened": False,
        }
        asked |= changes
        return url_for(
            "shop.market",
            slot=self.slot,
            q=asked["q"] or None,
            gruppe=asked["category"] or None,
            bio="1" if asked["organic"] else None,
            ohne=list(asked["without"]) or None,
            seite=asked["page"] if asked["page"] > 1 else None,
            filter="1" if asked["opened"] else None,
        )

    def toggled(self, code: str) -> str:
        """The address with an allergen avoided, or allowed again."""
        kept = tuple(c for c in GROUPS if (c in self.without) != (c == code))
        return self.url(without=kept)

    @property
    def is_filtered(self) -> bool:
        return bool(self.q or self.organic or self.without)


@blueprint.get("/markt")
@allow(anyone)
def market_of_choice() -> Response:
    """The market of the chosen slot, else the choice."""
    slug = chosen_slug()
    return redirect(url_for("shop.market", slot=slug) if slug else url_for("shop.start"), 302)  # type: ignore[return-value]


@blueprint.get("/markt/<slot>")
@allow(anyone)
def market(slot: str) -> str | Response:
    """The offers of a slot. Its address is a choice: who comes by a link shops for that slot."""
    if slot != chosen_slug():
        found = find_slot(slot)
        if slot != found.slug:
            return redirect(Asked.read(found.slug).url(), 302)  # type: ignore[return-value]
        choose(found)
    here = visit()
    if here.slot is None or here.slot.slug != slot:  # chosen long ago and gone since
        return redirect(url_for("shop.places"), 302)  # type: ignore[return-value]
    if here.slot.state != "open":
        return closed_market(here)
    asked = Asked.read(slot)
    wanted = ShelfFilter(q=asked.q, category=asked.category, organic=asked.organic, without=asked.without)
    return render_template("shop/market.html", **_page(here, asked, shelf(here.slot.id, wanted, page=asked.page)))


def closed_market(here: Contents) -> str:
    """A slot that takes no orders (any more): what is the matter, and where to go."""
    return render_template("shop/market_closed.html", slot=here.slot, **shop_frame())


def _page(here: Contents, asked: Asked, found: Shelf) -> dict[str, Any]:
    assert here.slot is not None
    groups = [
        {"name": name, "category": category, "offers": [card(offer, here.slot) for offer in offers]}
        for (category, name), offers in groupby(found.offers, key=lambda offer: (offer.category, offer.category_name))
    ]
    shown = min(PAGE * asked.page, found.total)
    return {
        "asked": asked,
        "found": found,
        "groups": groups,
        "shown": shown,
        "next_url": asked.url(page=asked.page + 1) if shown < found.total else None,
        "category_chips": _category_chips(asked, found),
        "filter_chips": _filter_chips(asked),
        "allergens": [(code, _(allergen_name(code)), code in asked.without) for code in GROUPS],
        **shop_frame(beside_slip=True),
    }


def _category_chips(asked: Asked, found: Shelf) -> list[dict[str, Any]]:
    everything = {
        "label": _("Alles"),
        "url": asked.url(category=""),
        "current": not asked.category,
        "count": found.everywhere,
    }
    return [everything] + [
        {"label": c.name, "url": asked.url(category=c.slug), "current": c.slug == asked.category, "count": c.count}
        for c in found.categories
    ]


def _filter_chips(asked: Asked) -> list[dict[str, Any]]:
    chips: list[dict[str, Any]] = [
        {
            "label": _("Filtern"),
            "url": asked.url() if asked.opened else asked.url(opened=True) + "#filtern",
            "current": asked.opened,
            "icon": "funnel",
        },
        {
            "label": _("Bio"),
            "url": asked.url(organic=not asked.organic),
            "current": asked.organic,
            "removable": asked.organic,
        },
    ]
    short = {"milk": _("Ohne Milch"), "gluten": _("Ohne Gluten"), "egg": _("Ohne Ei"), "nuts": _("Ohne Nüsse")}
    shown = [code for code in GROUPS if code in OFTEN_AVOIDED or code in asked.without]
    for code in sorted(shown, key=lambda c: (OFTEN_AVOIDED + GROUPS).index(c)):
        on = code in asked.without
        label = short.get(code) or _("Ohne %(allergen)s", allergen=_(allergen_name(code)))
        chips.append({"label": label, "url": asked.toggled(code), "current": on, "removable": on})
    if asked.q:
        chips.append({"label": f"„{asked.q}“", "url": asked.url(q=""), "current": True, "removable": True})
    return chips


def card(offer: ShelfOffer, slot: SlotView) -> dict[str, Any]:
    """An offer as the product macro shows it, with the form that puts it into the basket."""
    own_cut_off = offer.closes_at < slot.orders_close_at
    available = offer.available
    return {
        "variant_id": offer.variant_id,
        "name": unbroken(offer.name),
        "url": url_for("shop.product", product=offer.product_slug),
        "farm": offer.farm_name,
        "sale_unit": offer.sale_unit,
        "picture": picture_url(offer.picture),
        "price_cents": offer.price_cents,
        "unit_price_cents": offer.unit_price_cents,
        "unit_price_basis": offer.unit_price_basis,
        "catch_weight": offer.catch_weight,
        "deposit_cents": offer.deposit_cents,
        "organic": offer.organic,
        "min_age": offer.min_age,
        "allergens": [_(allergen_name(code)) for code in offer.allergens],
        "sold_out": available == 0,
        "left": available if available is not None and available <= SCARCE else None,
        "maximum": min((most for most in (available, offer.most_per_customer) if most is not None), default=None),
        "most": offer.most_per_customer,
        "was_cents": offer.lowest_cents,
        "lowest_cents": offer.lowest_cents,
        "closes_note": _("nur bis %(when)s", when=moment_near(offer.closes_at)) if own_cut_off else "",
        "quantity": visit().quantity_of(offer.variant_id),
    }
