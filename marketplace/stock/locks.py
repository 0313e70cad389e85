"""Stock rows are locked in id order, late and once (docs/locks.md): the only order in which anybody takes them."""

from __future__ import annotations

from collections.abc import Iterable

from marketplace.kernel.database import rows


def lock_stock(stock_ids: Iterable[int]) -> int:
    """Locks the rows FOR UPDATE in id order until the end of the transaction; how many there are."""
    wanted = sorted(set(stock_ids))
    if not wanted:
        return 0
    return len(rows("SELECT id FROM stock WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=wanted))
