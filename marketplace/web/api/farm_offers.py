"""A farm's offers of a market day over the API."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.words import N_
from marketplace.stock.capacity import UNCHANGED, copy_offers, set_offer
from marketplace.stock.first_sale import put_on_sale_on
from marketplace.stock.own_offers import OwnOffer, next_day_of, own_offer, own_offers
from marketplace.web.access import allow, current_actor, farm_member
from marketplace.web.api.farm_asked import farm_asked
from marketplace.web.api.fields import arguments
from marketplace.web.api.frame import api, described, taken
from marketplace.web.api.kinds import Day, IdText, PriceCents, Units
from marketplace.web.api.paging import PAGE_ARGUMENTS, page_asked


class NewOffer(BaseModel):
    """A variant to put on sale on a market day; `capacity` null: not limited."""

    variant: IdText
    date: Day
    capacity: Units | None


class ChangedOffer(BaseModel):
    """What a farmer says of an offer; what is left out stays."""

    capacity: Units | None = None
    price_cents: PriceCents | None = None
    paused: bool | None = None


class CopiedDay(BaseModel):
    """Two dates; `farm` when one belongs to several."""

    source: Day = Field(alias="from")
    target: Day = Field(alias="to")
    farm: IdText | None = None


@api.get("/farm/offers")
@allow(farm_member)
@described(is_list=True, arguments={"date": "the market day", **PAGE_ARGUMENTS})
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
@described(takes=NewOffer, status=201, refuses=("validation", "conflict", "not-found"))
def new_farm_offer() -> Any:
    """Puts a variant on sale for a day on which it is not yet."""
    asked = taken(NewOffer)
    farm_ids = sorted(current_actor().farm_ids)
    offer_id = put_on_sale_on(farm_ids, asked.date, id_from_text(asked.variant) or 0, asked.capacity)
    return own_offer_json(own_offer(farm_ids, offer_id)), 201


@api.put("/farm/offers/<offer>")
@allow(farm_member)
@described(takes=ChangedOffer, refuses=("validation", "conflict", "not-found"))
def change_farm_offer(offer: str) -> Any:
    """`{capacity, price_cents?, paused?}`; capacity null: not limited. Never below what is reserved and sold: 409."""
    number = id_from_text(offer)
    if number is None:
        raise NotFound()
    asked = taken(ChangedOffer)
    if not asked.model_fields_set:
        raise Invalid({"capacity": N_("Diese Angabe fehlt.")})
    farm_ids = sorted(current_actor().farm_ids)
    capacity = asked.capacity if "capacity" in asked.model_fields_set else UNCHANGED
    set_offer(number, capacity, asked.price_cents, asked.paused, farm_ids=farm_ids)
    return own_offer_json(own_offer(farm_ids, number))


@api.post("/farm/offers/copy")
@allow(farm_member)
@described(takes=CopiedDay, refuses=("validation", "conflict", "not-found"))
def copy_farm_offers() -> Any:
    """ "Like last week": the amounts, prices and pauses of one day for another."""
    asked = taken(CopiedDay)
    farm_id = farm_asked(asked.farm)
    if asked.source == asked.target:
        raise Invalid({"to": N_("Bitte wählen Sie zwei verschiedene Tage.")})
    copied = copy_offers(farm_id, asked.source, asked.target)
    return {
        "copied": copied,
        "items": [own_offer_json(offer) for offer in own_offers([farm_id], asked.target, limit=1000)],
    }


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
