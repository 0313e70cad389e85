"""The price beside which a lower one is announced: the lowest of the 30 days before (PAngV § 11).

The European Court of Justice measures a reduction against that lowest price (C-330/23), so it is the one struck out.
Nothing is announced when the price was as low within those days: what stays reduced becomes the price.
"""

from __future__ import annotations

DAYS = 30


def lowest_before(variant: str, price: str) -> str:
    """SQL for the lowest price (cents a sale unit) in the 30 days before `price` began, null unless it was higher.

    `variant`, `price`: columns of the query around it: a variant's id, and the cents asked for now.
    Counts the usual prices in force in those days, and what was asked on the market days that lay in them.
    """
    return f"""
    (SELECT min(asked.cents) FROM (
        SELECT CASE WHEN h.price_cents = {price} THEN h.at ELSE app_now() END AS began
        FROM price_change h WHERE h.variant_id = {variant} ORDER BY h.at DESC, h.id DESC LIMIT 1) since,
     LATERAL (
        SELECT usual.price_cents AS cents FROM (
            SELECT h.price_cents, h.at, lead(h.at) OVER (ORDER BY h.at, h.id) AS ended
            FROM price_change h WHERE h.variant_id = {variant}) usual
        WHERE usual.at < since.began
          AND (usual.ended IS NULL OR usual.ended > since.began - make_interval(days => {DAYS}))
        UNION ALL
        SELECT day.price_cents FROM offer day JOIN market_day d ON d.id = day.market_day_id
        JOIN market z ON z.id = d.market_id
        WHERE day.variant_id = {variant} AND NOT day.paused AND d.cancelled_at IS NULL
          AND d.date < (since.began AT TIME ZONE z.timezone)::date
          AND d.date >= (since.began AT TIME ZONE z.timezone)::date - {DAYS}) asked
     WHERE since.began > app_now() - make_interval(days => {DAYS})
     HAVING min(asked.cents) > {price})
    """  # noqa: S608 - put together of the names of columns
