"""What one customer gets at most of an offer (DECISIONS 19): by account, and by the normalised address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.kernel.database import rows
from marketplace.kernel.errors import OverLimit
from marketplace.kernel.words import N_
from marketplace.orders.models import Order

HAD = """
SELECT l.offer_id, sum(l.quantity)::bigint AS had FROM order_line l JOIN orders o ON o.id = l.order_id
WHERE l.offer_id = ANY(:offers) AND o.state NOT IN ('cancelled', 'expired')
  AND (o.email_key = :email_key OR o.account_id = CAST(:account_id AS bigint))
GROUP BY l.offer_id
"""


@dataclass(frozen=True)
class Limited:
    """So many sale units of an offer are wanted, and `most` is what one customer gets of it on its market day."""

    offer_id: int
    name: str
    quantity: int
    most: int


def refuse_over_limit(wanted: Sequence[Limited], email_key: str, account_id: int | None) -> None:
    """Raises OverLimit with the numbers. Called with the stock rows locked: two orders at once see each other."""
    if not wanted:
        return
    found = rows(HAD, offers=[one.offer_id for one in wanted], email_key=email_key, account_id=account_id)
    had = {row.offer_id: row.had for row in found}
    over = [one for one in wanted if had.get(one.offer_id, 0) + one.quantity > one.most]
    if over:
        raise OverLimit(
            N_("Von „%(name)s“ bekommt jede Kundin höchstens %(most)s, bestellt sind schon %(had)s."),
            {
                "limits": [
                    {
                        "offer": str(one.offer_id),
                        "requested": one.quantity,
                        "had": had.get(one.offer_id, 0),
                        "most": one.most,
                    }
                    for one in over
                ]
            },
            name=over[0].name,
            most=over[0].most,
            had=had.get(over[0].offer_id, 0),
        )


def refuse_late_over_limit(order: Order) -> None:
    """For an expired order whose payment came late: its customer may have ordered the same again meanwhile."""
    found = rows(
        "SELECT l.offer_id, l.name, l.quantity, v.most_per_customer AS most FROM order_line l"
        " JOIN offer f ON f.id = l.offer_id JOIN variant v ON v.id = f.variant_id"
        " WHERE l.order_id = :id AND v.most_per_customer IS NOT NULL",
        id=order.id,
    )
    refuse_over_limit([Limited(**row._mapping) for row in found], order.email_key, order.account_id)
