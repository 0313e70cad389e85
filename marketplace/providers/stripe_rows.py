"""Small things read from the provider's objects: a row of its books, an instant, a reference."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marketplace.payments.gateway import BalanceView
from marketplace.providers.stripe_client import plain


def at(seconds: int | None) -> datetime | None:
    """The provider's seconds as UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def ref_of(thing: Any) -> str | None:
    """The id of something that may have come expanded."""
    return thing if isinstance(thing, str) or thing is None else thing["id"]


def balance_view(found: Any) -> BalanceView | None:
    """A balance transaction; None when there is none, or only its id."""
    if found is None or isinstance(found, str):
        return None
    data = plain(found)
    return BalanceView(
        ref=data["id"],
        kind=data["type"],
        source=ref_of(data.get("source")) or "",
        amount_cents=data["amount"],
        fee_cents=data["fee"],
        net_cents=data["net"],
        available=data["status"] == "available",
        available_on=datetime.fromtimestamp(data["available_on"], UTC),
        created_at=datetime.fromtimestamp(data["created"], UTC),
    )
