"""What everybody may read: markets, pickup slots, and the offers of a slot."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marketplace.catalogue.allergens import ALLERGENS
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.words import N_, Words
from marketplace.market_days.slots import SlotView, find_slot, list_slots
from marketplace.markets.find import all_markets, find_market
from marketplace.stock.offers import OfferFilter, OfferRow, offers_of_slot
from marketplace.web.access import allow, anyone
from marketplace.web.api.fields import Fields, arguments, yes_or_no
from marketplace.web.api.frame import api, described
from marketplace.web.api.paging import PAGE_ARGUMENTS, page_asked
from marketplace.web.api.slot_json import moment, slot_json

SLOT_ARGUMENTS = {"market": "id or slug", "open": "true: those that take orders now"}
OFFER_ARGUMENTS = {
    "q": "words to search for",
    "category": "slug of a category",
    "farm": "id of a farm",
    "organic": "true or false",
    "without": "allergens or their groups, separated by commas",
}


@api.get("/markets")
@allow(anyone)
@described(is_list=True, arguments=PAGE_ARGUMENTS)
def markets() -> Any:
    """Every market of this installation."""
    page = page_asked(name=str, id=int)
    everything = all_markets()
    if page.after is not None:
        everything = [market for market in everything if (market.name, market.id) > page.after]
    return page.answer(
        everything[: page.limit + 1],
        lambda market: {
            "id": str(market.id),
            "slug": market.slug,
            "name": market.name,
            "timezone": market.timezone,
            "sales_model": market.sales_model,
        },
        lambda market: (market.name, market.id),
    )


@api.get("/pickup-slots")
@allow(anyone)
@described(is_list=True, arguments=SLOT_ARGUMENTS | PAGE_ARGUMENTS)
def pickup_slots() -> Any:
    """Slots by time of pickup; `open=true`: those that take orders now."""
    page = page_asked(pickup_from=datetime, id=int)
    with arguments() as asked:
        market = asked.text("market", None, most=100)
        only_open = yes_or_no(asked, "open")
    found = list_slots(
        market_id=None if market is None else find_market(market).id,
        only_open=bool(only_open),
        after=page.after,
        limit=page.limit + 1,
    )
    return page.answer(found, slot_json, lambda slot: (slot.pickup_from, slot.id))


@api.get("/pickup-slots/<slot>/offers")
@allow(anyone)
@described(is_list=True, arguments=OFFER_ARGUMENTS | PAGE_ARGUMENTS)
def slot_offers(slot: str) -> Any:
    """What can be ordered for a slot now; sold-out goods with `available` 0."""
    chosen = find_slot(slot)
    page = page_asked(shelf=int, name=str, id=int)
    with arguments() as asked:
        wanted = filter_asked(asked)
    found = offers_of_slot(chosen.id, wanted, after=page.after, limit=page.limit + 1)
    return page.answer(found, lambda offer: offer_json(offer, chosen), lambda offer: offer.position)


def filter_asked(asked: Fields) -> OfferFilter:
    """`?q=&category=&farm=&organic=&without=`; `without` is a list of allergens or their groups."""
    without = tuple(code.strip().lower() for code in asked.text("without", "").split(",") if code.strip())
    for code in without:
        if code not in ALLERGENS:
            # Silently showing goods with what someone must not eat would be worse.
            asked.note("without", Words(N_("Unbekanntes Allergen: %(code)s."), {"code": code[:40]}))
    farm = asked.text("farm", None, most=100)
    farm_id = None if farm is None else id_from_text(farm) or 0  # what cannot be an id is a farm without offers
    return OfferFilter(
        q=asked.text("q", "", most=200),
        category=asked.text("category", "", most=100),
        farm_id=farm_id,
        organic=yes_or_no(asked, "organic"),
        without=without,
    )


def offer_json(offer: OfferRow, slot: SlotView) -> dict[str, Any]:
    return {
        "id": str(offer.id),
        "sku": offer.sku,
        "product": str(offer.product_id),
        "name": offer.name,
        "description": offer.description,
        "ingredients": offer.ingredients,
        "storage": offer.storage,
        "origin": offer.origin,
        "farm": {"id": str(offer.farm_id), "name": offer.farm_name},
        "category": offer.category,
        "sale_unit": offer.sale_unit,
        "net_quantity": offer.net_quantity,
        "net_unit": offer.net_unit,
        "price_cents": offer.price_cents,
        "unit_price_cents": offer.unit_price_cents,
        "unit_price_basis": offer.unit_price_basis,
        "deposit_cents": offer.deposit_cents,
        "organic": offer.organic,
        "allergens": list(offer.allergens),
        "catch_weight": offer.catch_weight,
        "min_age": offer.min_age,
        "available": offer.available,
        "orders_close_at": moment(offer.closes_at, slot.timezone),
        "picture": None if offer.picture is None else f"/bilder/{offer.picture}",
    }
