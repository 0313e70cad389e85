"""Goods that run out: the farm is told as it likes, once a stock and occasion."""

from __future__ import annotations

from marketplace.kernel.database import rows
from marketplace.notifications.occasion import Occasion

# What an order took of, and is now as low as its farm wants to know.
RUN_OUT = """
SELECT DISTINCT s.id, s.farm_id, f.market_id, f.email, o.id AS offer_id,
       CASE WHEN s.capacity - s.reserved - s.sold <= 0 THEN 'stock_sold_out' ELSE 'stock_low' END AS kind, s.capacity
FROM reservation r JOIN offer o ON o.id = r.offer_id JOIN stock s ON s.id = r.stock_id JOIN farm f ON f.id = s.farm_id
WHERE r.order_id = :order_id AND s.capacity IS NOT NULL AND s.capacity > 0 AND f.email <> ''
  AND ((f.tells_sold_out AND s.capacity - s.reserved - s.sold <= 0)
       OR (s.capacity - s.reserved - s.sold BETWEEN 1 AND f.low_stock_at))
ORDER BY s.id
"""


def scarce(order_id: int) -> list[Occasion]:
    """What the order's farms want to be told. Again only when the amount was changed in between."""
    return [
        Occasion(
            row.kind,
            row.email,
            f"stock:{row.id}:{row.capacity}",
            row.market_id,
            values={"offer": row.offer_id, "farm": row.farm_id},
        )
        for row in rows(RUN_OUT, order_id=order_id)
    ]
