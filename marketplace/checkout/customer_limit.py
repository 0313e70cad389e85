"""What one customer gets at most of an offer (DECISIONS 19): by account, and by the normalised address."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.checkout.quote import QuotedLine
from marketplace.kernel.database import rows
from marketplace.kernel.errors import OverLimit
from marketplace.kernel.words import N_

HAD = """
SELECT l.offer_id, sum(l.quantity)::bigint AS had FROM order_line l JOIN orders o ON o.id = l.order_id
WHERE l.offer_id = ANY(:offers) AND o.state NOT IN ('cancelled', 'expired')
  AND (o.email_key = :email_key OR o.account_id = CAST(:account_id AS bigint))
GROUP BY l.offer_id
"""


def refuse_over_limit(lines: Sequence[QuotedLine], email_key: str, account_id: int | None) -> None:
    """Raises OverLimit with the numbers. Called with the stock rows locked: two orders at once see each other."""
    limited = [line for line in lines if line.most_per_customer is not None]
    if not limited:
        return
    found = rows(HAD, offers=[line.offer_id for line in limited], email_key=email_key, account_id=account_id)
    had = {row.offer_id: row.had for row in found}
    over = [line for line in limited if had.get(line.offer_id, 0) + line.quantity > (line.most_per_customer or 0)]
    if over:
        first = over[0]
        raise OverLimit(
            N_("Von „%(name)s“ bekommt jede Kundin höchstens %(most)s, bestellt sind schon %(had)s."),
            {
                "limits": [
                    {
                        "offer": str(line.offer_id),
                        "requested": line.quantity,
                        "had": had.get(line.offer_id, 0),
                        "most": line.most_per_customer,
                    }
                    for line in over
                ]
            },
            name=first.name,
            most=first.most_per_customer,
            had=had.get(first.offer_id, 0),
        )
