"""The offers of a market day: how they come to stand, and how they follow the day's cut-off."""

from __future__ import annotations

from marketplace.kernel.database import command, execute, rows
from marketplace.stock.locks import lock_stock

# When a variant's orders close: with the day, or its lead time before the first pickup, whichever is earlier. The
# longer of the farm's and the product's lead time holds. Used by both statements below; needs d, f, p and `first`.
CLOSES_AT = (
    "least(d.orders_close_at, first.pickup_from - make_interval(mins => greatest(f.lead_time_minutes,"
    " p.lead_time_minutes)::int))"
)
FIRST_PICKUP = (
    "JOIN LATERAL (SELECT min(s.pickup_from) AS pickup_from FROM pickup_slot s"
    " WHERE s.market_day_id = d.id AND s.cancelled_at IS NULL) first ON true"
)

# What opens on a day: the weekly pattern of its weekday, else as on the last such weekday, else as on the last day.
# A variant that was never on sale has neither and stays off until its farmer says how much there is.
OPENING = (
    """
SELECT d.id AS market_day_id, d.market_id, v.farm_id, v.id AS variant_id, v.pooled, v.price_cents, v.unit_price_cents,
       """  # noqa: S608 - of our own texts alone
    + CLOSES_AT
    + """ AS closes_at,
       CASE WHEN w.variant_id IS NOT NULL THEN w.capacity ELSE last.capacity END AS capacity,
       pause.id AS pause_id,
       pause.id IS NOT NULL OR (w.variant_id IS NULL AND last.paused) AS paused
FROM market_day d
JOIN farm f ON f.market_id = d.market_id AND f.state = 'live'
JOIN product p ON p.farm_id = f.id AND p.state = 'live'
    AND (cardinality(p.season_months) = 0 OR extract(month FROM d.date)::smallint = ANY(p.season_months))
JOIN variant v ON v.product_id = p.id AND NOT v.archived
"""
    + FIRST_PICKUP
    + """
LEFT JOIN farm_pause pause ON pause.farm_id = f.id AND d.date BETWEEN pause.from_date AND pause.until_date
LEFT JOIN weekly_offer w ON w.variant_id = v.id AND w.weekday = extract(isodow FROM d.date)
LEFT JOIN LATERAL (
    SELECT ps.capacity, po.paused AND po.pause_id IS NULL AS paused FROM offer po
    JOIN market_day pd ON pd.id = po.market_day_id AND pd.date < d.date AND pd.cancelled_at IS NULL
    JOIN stock ps ON ps.id = po.stock_id
    WHERE po.variant_id = v.id AND w.variant_id IS NULL
    ORDER BY extract(isodow FROM pd.date) = extract(isodow FROM d.date) DESC, pd.date DESC LIMIT 1
) last ON true
WHERE d.id = :day_id AND (w.variant_id IS NOT NULL OR last.paused IS NOT NULL)
"""
)

OPEN_STOCK = (
    "WITH opening AS ("
    + OPENING
    + """)
INSERT INTO stock (farm_id, variant_id, market_day_id, capacity)
SELECT farm_id, variant_id, CASE WHEN pooled THEN NULL ELSE market_day_id END, capacity
FROM opening WHERE closes_at > app_now() ORDER BY variant_id
ON CONFLICT DO NOTHING
"""
)

OPEN_OFFERS = (
    "WITH opening AS ("
    + OPENING
    + """)
INSERT INTO offer (market_id, market_day_id, farm_id, variant_id, stock_id, price_cents, unit_price_cents, closes_at,
    paused, pause_id)
SELECT o.market_id, o.market_day_id, o.farm_id, o.variant_id, s.id, o.price_cents, o.unit_price_cents, o.closes_at,
    o.paused, o.pause_id
FROM opening o
JOIN stock s ON s.variant_id = o.variant_id
    AND s.market_day_id IS NOT DISTINCT FROM CASE WHEN o.pooled THEN NULL ELSE o.market_day_id END
WHERE o.closes_at > app_now() ORDER BY o.variant_id
ON CONFLICT (market_day_id, variant_id) DO NOTHING
"""
)

FOLLOW = (
    "UPDATE offer o SET closes_at = new.closes_at, updated_at = clock_timestamp() FROM (SELECT of.id, "  # noqa: S608 - of our own texts alone
    + CLOSES_AT
    + """ AS closes_at FROM market_day d
JOIN offer of ON of.market_day_id = d.id
JOIN farm f ON f.id = of.farm_id
JOIN variant v ON v.id = of.variant_id
JOIN product p ON p.id = v.product_id
"""
    + FIRST_PICKUP
    + """
WHERE d.id = :day_id AND (CAST(:farm_id AS bigint) IS NULL OR f.id = CAST(:farm_id AS bigint))) new
WHERE o.id = new.id AND o.closes_at IS DISTINCT FROM new.closes_at
"""
)


@command
def open_offers(market_day_id: int) -> int:
    """Opens what is on sale on the day and not open yet; how many offers that made. Safe to repeat.

    Not opened: goods out of season on the pickup date, farms and products that are not live, and whatever has its
    lead time behind it already. The price is the variant's own. A pool keeps the one stock row it has.
    """
    # A pause that is being entered is waited for, and then seen; orders do not wait (they need the farm's key alone).
    rows(
        "SELECT f.id FROM farm f JOIN market_day d ON d.market_id = f.market_id WHERE d.id = :id ORDER BY f.id"
        " FOR SHARE OF f",
        id=market_day_id,
    )
    execute(OPEN_STOCK, day_id=market_day_id)
    return execute(OPEN_OFFERS, day_id=market_day_id)


@command
def hold_back_orders(market_day_id: int) -> None:
    """Until this transaction ends nobody reserves for the day, and whoever did so has committed.

    For closing at this second: what is accepted has then been accepted before the cut-off (I12).
    """
    lock_stock(row.stock_id for row in rows("SELECT stock_id FROM offer WHERE market_day_id = :id", id=market_day_id))


@command
def follow_cut_off(market_day_id: int) -> int:
    """After the day's times moved: each offer closes with the day or by its lead time. How many moved."""
    return execute(FOLLOW, day_id=market_day_id, farm_id=None)


@command
def follow_lead_time(farm_id: int) -> None:
    """After the farm's lead time changed: its offers of the days that still take orders close accordingly."""
    days = rows(
        "SELECT d.id FROM market_day d JOIN farm f ON f.market_id = d.market_id WHERE f.id = :farm_id"
        " AND d.cancelled_at IS NULL AND d.closed_at IS NULL AND d.orders_close_at > app_now() ORDER BY d.id",
        farm_id=farm_id,
    )
    for day in days:
        execute(FOLLOW, day_id=day.id, farm_id=farm_id)
