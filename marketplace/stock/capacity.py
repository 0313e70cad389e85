"""How much a farmer has of it: said for a market day, at a price of that day, or paused; "like last week"."""

from __future__ import annotations

from datetime import date
from typing import Any

from marketplace.catalogue.unit_price import unit_price
from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.words import N_
from marketplace.stock.amounts import MOST_CENTS, MOST_UNITS, is_whole
from marketplace.stock.first_sale import put_on_sale
from marketplace.stock.locks import lock_stock
from marketplace.stock.resting import rest_in_pauses
from marketplace.stock.several import set_several

__all__ = ["UNCHANGED", "copy_offers", "put_on_sale", "set_offer"]

UNCHANGED = object()

OFFER = """
SELECT o.id, o.stock_id, o.price_cents, v.net_quantity, v.net_unit, v.drained_g, v.catch_weight, s.reserved, s.sold,
       s.capacity, d.cancelled_at, d.closed_at IS NOT NULL OR d.orders_close_at <= app_now() AS closed
FROM offer o
JOIN stock s ON s.id = o.stock_id
JOIN variant v ON v.id = o.variant_id
JOIN market_day d ON d.id = o.market_day_id
WHERE o.id = :offer_id AND (CAST(:farm_ids AS bigint[]) IS NULL OR o.farm_id = ANY(CAST(:farm_ids AS bigint[])))
FOR NO KEY UPDATE OF o
"""


@command
def set_offer(
    offer_id: int,
    capacity: int | object | None = UNCHANGED,
    price_cents: int | None = None,
    paused: bool | None = None,
    *,
    farm_ids: list[int] | None = None,
    unit_price_cents: int | None = None,
) -> None:
    """Says how many sale units there are (None: not limited), the price of this day, or that nothing is sold.

    What is left out stays. `farm_ids`: only an offer of these farms, others are NotFound. Refuses a capacity below
    what is reserved and sold, with the numbers (Conflict), and days whose cut-off has passed. Orders that stand keep
    their price. `unit_price_cents`: the price a kilogram or litre, where it is known; else it is computed from the
    price. A pool's capacity counts everything that was ever sold from it.
    """
    if capacity is not UNCHANGED and capacity is not None and not is_whole(capacity, MOST_UNITS):
        raise Invalid({"capacity": N_("Bitte geben Sie eine ganze Zahl ab 0 an.")})
    if price_cents is not None and not is_whole(price_cents, MOST_CENTS):
        raise Invalid({"price_cents": N_("Bitte geben Sie einen Preis an.")})
    stock_id = _stock_of(offer_id, farm_ids)
    lock_stock([stock_id])
    offer = rows(OFFER, offer_id=offer_id, farm_ids=farm_ids)[0]
    if offer.cancelled_at is not None or offer.closed:
        raise Conflict(N_("Der Bestellschluss dieses Markttags ist vorbei."))
    if capacity is not UNCHANGED:
        taken = offer.reserved + offer.sold
        if isinstance(capacity, int) and capacity < taken:
            raise Conflict(
                N_("Davon sind schon %(taken)s bestellt; weniger als das geht nicht."),
                {"reserved": offer.reserved, "sold": offer.sold, "minimum": taken},
                taken=taken,
            )
        execute("UPDATE stock SET capacity = :capacity WHERE id = :id", capacity=capacity, id=stock_id)
    if price_cents is not None or paused is not None:
        price = offer.price_cents if price_cents is None else price_cents
        execute(
            """
            UPDATE offer SET price_cents = :price, paused = coalesce(CAST(:paused AS boolean), paused),
                rests = CASE WHEN CAST(:paused AS boolean) IS NULL THEN rests END,
                pause_id = CASE WHEN CAST(:paused AS boolean) IS NOT false THEN pause_id END,
                unit_price_cents = CASE WHEN :price = price_cents AND NOT :known THEN unit_price_cents
                                        ELSE :unit_price END,
                updated_at = clock_timestamp()
            WHERE id = :id
            """,
            price=price,
            known=unit_price_cents is not None,
            unit_price=_unit_price(offer, price) if unit_price_cents is None else unit_price_cents,
            paused=paused,
            id=offer_id,
        )


def _unit_price(offer: Any, price_cents: int) -> int | None:
    """Of goods in liquid that of the drained weight (PAngV § 5)."""
    if offer.drained_g is not None:
        return unit_price(price_cents, offer.drained_g, "g")[0]
    return unit_price(price_cents, offer.net_quantity, offer.net_unit)[0]


COPY = """
SELECT t.id AS offer_id, t.stock_id, fs.capacity, fo.price_cents, fo.unit_price_cents,
       CASE WHEN t.pause_id IS NULL THEN fo.paused AND fo.pause_id IS NULL ELSE t.paused END AS paused,
       ts.reserved + ts.sold AS taken
FROM offer fo
JOIN market_day fd ON fd.id = fo.market_day_id AND fd.date = :from_date
JOIN stock fs ON fs.id = fo.stock_id AND fs.market_day_id IS NOT NULL
JOIN offer t ON t.variant_id = fo.variant_id
JOIN market_day td ON td.id = t.market_day_id AND td.date = :to_date AND td.market_id = fd.market_id
JOIN stock ts ON ts.id = t.stock_id
WHERE fo.farm_id = :farm_id AND td.cancelled_at IS NULL AND td.closed_at IS NULL AND t.closes_at > app_now()
ORDER BY t.stock_id
"""


@command
def copy_offers(farm_id: int, from_date: date, to_date: date) -> int:
    """ "Like last week": the farm's amounts, prices and pauses of one day for another; how many offers it set.

    What only the first day had is put on sale for the second, unless it is out of season by then. Never below what is
    sold there; pools stay as they are. NotFound when the farm had nothing on the first day, or the market has no such
    second day; Conflict when its cut-off is over.
    """
    days = rows(
        """
        SELECT (SELECT d.id FROM market_day d WHERE d.market_id = f.market_id AND d.date = :from_date) AS source,
               (SELECT d.id FROM market_day d WHERE d.market_id = f.market_id AND d.date = :to_date
                AND d.cancelled_at IS NULL) AS target,
               (SELECT d.closed_at IS NOT NULL OR d.orders_close_at <= app_now() FROM market_day d
                WHERE d.market_id = f.market_id AND d.date = :to_date) AS closed
        FROM farm f WHERE f.id = :farm_id
        """,
        farm_id=farm_id,
        from_date=from_date,
        to_date=to_date,
    )
    if not days or days[0].source is None or days[0].target is None or from_date == to_date:
        raise NotFound()
    if days[0].closed:
        raise Conflict(N_("Der Bestellschluss dieses Markttags ist vorbei."))
    first = rows(COPY, farm_id=farm_id, from_date=from_date, to_date=to_date)
    lock_stock(row.stock_id for row in first)
    _open_missing(farm_id, days[0].source, days[0].target)  # locks the day, which comes after stock
    copied = rows(COPY, farm_id=farm_id, from_date=from_date, to_date=to_date)
    set_several(
        {
            row.offer_id: [
                None if row.capacity is None else max(row.capacity, row.taken),
                row.paused,
                row.price_cents,
                row.unit_price_cents,
            ]
            for row in copied
        }
    )
    rest_in_pauses(row.offer_id for row in copied)
    return len(copied)


def _open_missing(farm_id: int, source: int, target: int) -> None:
    wanted = rows(
        """
        SELECT o.variant_id, s.capacity FROM offer o
        JOIN stock s ON s.id = o.stock_id
        JOIN variant v ON v.id = o.variant_id AND NOT v.archived
        JOIN market_day d ON d.id = :target
        JOIN product p ON p.id = v.product_id AND p.state = 'live'
            AND (cardinality(p.season_months) = 0 OR extract(month FROM d.date)::smallint = ANY(p.season_months))
        WHERE o.farm_id = :farm_id AND o.market_day_id = :source
          AND NOT EXISTS (SELECT 1 FROM offer t WHERE t.market_day_id = :target AND t.variant_id = o.variant_id)
        ORDER BY o.variant_id
        """,
        farm_id=farm_id,
        source=source,
        target=target,
    )
    for row in wanted:
        try:
            put_on_sale(farm_id, target, row.variant_id, row.capacity)
        except Conflict:
            continue


def _stock_of(offer_id: int, farm_ids: list[int] | None) -> int:
    found = rows(
        "SELECT stock_id FROM offer WHERE id = :offer_id"
        " AND (CAST(:farm_ids AS bigint[]) IS NULL OR farm_id = ANY(CAST(:farm_ids AS bigint[])))",
        offer_id=offer_id,
        farm_ids=farm_ids,
    )
    if not found:
        raise NotFound()
    return int(found[0].stock_id)
