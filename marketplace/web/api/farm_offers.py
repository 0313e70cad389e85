"""A farm's offers of a market day over the API."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.words import N_
from marketplace.stock.capacity import UNCHANGED, copy_offers, set_offer
from marketplace.stock.first_sale import put_on_sale_on
from marketplace.stock.own_offers import OwnOffer, next_day_of, own_offer, own_offers
from marketplace.web.access import allow, current_actor, farm_member
from marketplace.web.api.farm_asked import farm_asked
from marketplace.web.api.fields import MISSING, arguments, body
from marketplace.web.api.frame import api
from marketplace.web.api.paging import page_asked


@api.get("/farm/offers")
@allow(farm_member)
def farm_offers() -> Any:
    """What is on sale on `date`; without it on the next day for which something can still be said."""
    farm_ids = current_actor().farm_ids
    page = page_asked(sku=str, id=int)
    with arguments() as asked:
        day = asked.date("date", None)
    day = day or next_day_of(farm_ids)
    found = [] if day is None else own_offers(farm_ids, day, after=page.after, limit=page.limit + 1)
    return page.answer(found, own_offer_json, lambda offer: (offer.sku, offer.id))


@api.post("/farm/offers")
@allow(farm_member)
def new_farm_offer() -> Any:
    """Puts a variant on sale for a day on which it is not yet: `{variant, date, capacity}`."""
    with body() as given:
        variant = given.id("variant")
        day = given.date("date")
        capacity = given.whole("capacity", None, least=0, most=1_000_000)
        if "capacity" not in given:
            given.note("capacity", MISSING)
    farm_ids = sorted(current_actor().farm_ids)
    offer_id = put_on_sale_on(farm_ids, day, variant, capacity)
    return own_offer_json(own_offer(farm_ids, offer_id)), 201


@api.put("/farm/offers/<offer>")
@allow(farm_member)
def change_farm_offer(offer: str) -> Any:
    """`{capacity, price_cents?, paused?}`; capacity null: not limited. Never below what is reserved and sold: 409."""
    number = id_from_text(offer)
    if number is None:
        raise NotFound()
    farm_ids = sorted(current_actor().farm_ids)
    with body() as given:
        capacity = UNCHANGED if "capacity" not in given else given.given["capacity"]
        if capacity is not UNCHANGED and capacity is not None:
            capacity = given.whole("capacity", least=0, most=1_000_000)
        price_cents = given.whole("price_cents", None, least=0, most=100_000_00)
        paused = given.flag("paused", None)
    if capacity is UNCHANGED and price_cents is None and paused is None:
        raise Invalid({"capacity": MISSING})
    set_offer(number, capacity, price_cents, paused, farm_ids=farm_ids)
    return own_offer_json(own_offer(farm_ids, number))


@api.post("/farm/offers/copy")
@allow(farm_member)
def copy_farm_offers() -> Any:
    """ "Like last week": `{from, to}`, two dates."""
    with body() as given:
        farm_id = farm_asked(given)
        source, target = given.date("from"), given.date("to")
        if not given.errors and source == target:
            given.note("to", N_("Bitte wählen Sie zwei verschiedene Tage."))
    copied = copy_offers(farm_id, source, target)
    return {"copied": copied, "items": [own_offer_json(offer) for offer in own_offers([farm_id], target, limit=1000)]}


def own_offer_json(offer: OwnOffer) -> dict[str, Any]:
    return {
        "id": str(offer.id),
        "farm": str(offer.farm_id),
        "market_day": str(offer.market_day_id),
        "date": offer.date.isoformat(),
        "product": str(offer.product_id),
        "variant": str(offer.variant_id),
        "sku": offer.sku,
        "name": offer.name,
        "sale_unit": offer.sale_unit,
        "catch_weight": offer.catch_weight,
        "pooled": offer.pooled,
        "price_cents": offer.price_cents,
        "unit_price_cents": offer.unit_price_cents,
        "unit_price_basis": offer.unit_price_basis,
        "capacity": offer.capacity,
        "reserved": offer.reserved,
        "sold": offer.sold,
        "available": offer.available,
        "paused": offer.paused,
        "orders_close_at": offer.closes_at.isoformat(),
    }
