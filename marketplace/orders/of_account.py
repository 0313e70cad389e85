"""The orders of an account, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.kernel.database import db
from marketplace.orders.models import Order


def orders_of_account(account_id: int, *, limit: int = 20) -> Sequence[Order]:
    """At most `limit` orders that were placed while signed in."""
    return db.session.scalars(  # type: ignore[no-any-return]
        select(Order).where(Order.account_id == account_id).order_by(Order.id.desc()).limit(limit)
    ).all()
