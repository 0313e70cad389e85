"""Putting a variant on sale for a day on which it is not: a new product, or one that had no pattern."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.words import N_
from marketplace.stock.amounts import MOST_UNITS, is_whole
from marketplace.stock.opening import CLOSES_AT, FIRST_PICKUP
from marketplace.stock.resting import rest_in_pauses


@command
def put_on_sale(farm_id: int, market_day_id: int, variant_id: int, capacity: int | None) -> int:
    """Puts a variant on sale for a day on which it is not yet; the offer's id. The first time a product is sold.

    While the farm pauses on that day it rests until the pause is over. Another farm's variant is NotFound; one whose
    lead time is over, or a day that is closed, is a Conflict.
    """
    if capacity is not None and not is_whole(capacity, MOST_UNITS):
        raise Invalid({"capacity": N_("Bitte geben Sie eine ganze Zahl ab 0 an.")})
    found = rows(
        "SELECT d.id, d.market_id, v.farm_id, v.pooled, v.price_cents, v.unit_price_cents, "  # noqa: S608 - of our own texts alone
        + CLOSES_AT
        + " AS closes_at, d.cancelled_at IS NOT NULL OR "
        + CLOSES_AT
        + " <= app_now() AS closed FROM variant v JOIN product p ON p.id = v.product_id AND p.state = 'live'"
        " JOIN farm f ON f.id = v.farm_id JOIN market_day d ON d.market_id = f.market_id "
        + FIRST_PICKUP
        # Whoever closes the day waits for this offer and moves its cut-off too, or this waits and finds it closed.
        + " WHERE v.id = :variant_id AND v.farm_id = :farm_id AND d.id = :day_id AND NOT v.archived FOR SHARE OF d",
        variant_id=variant_id,
        farm_id=farm_id,
        day_id=market_day_id,
    )
    if not found:
        raise NotFound()
    if found[0].closed:
        raise Conflict(N_("Dafür ist der Bestellschluss vorbei."))
    at = {"farm_id": farm_id, "variant_id": variant_id, "day": None if found[0].pooled else market_day_id}
    execute(
        "INSERT INTO stock (farm_id, variant_id, market_day_id, capacity)"
        " VALUES (:farm_id, :variant_id, :day, :capacity) ON CONFLICT DO NOTHING",
        capacity=capacity,
        **at,
    )
    made = rows(
        """
        INSERT INTO offer (market_id, market_day_id, farm_id, variant_id, stock_id, price_cents, unit_price_cents,
            closes_at)
        SELECT :market_id, :day_id, s.farm_id, s.variant_id, s.id, :price, :unit_price, :closes_at
        FROM stock s WHERE s.variant_id = :variant_id AND s.market_day_id IS NOT DISTINCT FROM CAST(:day AS bigint)
        ON CONFLICT (market_day_id, variant_id) DO NOTHING RETURNING id
        """,
        market_id=found[0].market_id,
        day_id=market_day_id,
        price=found[0].price_cents,
        unit_price=found[0].unit_price_cents,
        closes_at=found[0].closes_at,
        variant_id=variant_id,
        day=at["day"],
    )
    if not made:
        raise Conflict(N_("Das steht an diesem Tag schon zum Verkauf."))
    rest_in_pauses([made[0].id])
    return int(made[0].id)


@command
def put_on_sale_on(farm_ids: Iterable[int], day: date, variant_id: int, capacity: int | None) -> int:
    """As `put_on_sale`, by the date of the market day, for a variant of one of these farms."""
    found = rows(
        """
        SELECT v.farm_id, d.id AS day_id FROM variant v JOIN farm f ON f.id = v.farm_id
        JOIN market_day d ON d.market_id = f.market_id AND d.date = :day
        WHERE v.id = :variant_id AND v.farm_id = ANY(:farm_ids)
        """,
        day=day,
        variant_id=variant_id,
        farm_ids=sorted(farm_ids),
    )
    if not found:
        raise NotFound()
    return put_on_sale(found[0].farm_id, found[0].day_id, variant_id, capacity)
