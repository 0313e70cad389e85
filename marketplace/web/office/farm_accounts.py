"""Whose account of the ledger it is."""

from __future__ import annotations

from collections.abc import Collection

from marketplace.kernel.database import rows
from marketplace.ledger.chart import farm_payable, farm_receivable


def farm_names(market_ids: Collection[int]) -> dict[str, str]:
    """Names of farms by the codes of their accounts."""
    names = {}
    for row in rows("SELECT id, name FROM farm WHERE market_id = ANY(:markets)", markets=list(market_ids)):
        names[farm_payable(row.id)] = names[farm_receivable(row.id)] = row.name
    return names
