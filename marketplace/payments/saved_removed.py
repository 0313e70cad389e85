"""Saved means that end or change at the provider: detached because we asked, or by its own doing."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.kernel.clock import now
from marketplace.kernel.database import command, db, in_transaction
from marketplace.payments.gateway import UNKNOWN, ProviderRefused, gateway
from marketplace.payments.models import SavedMeans
from marketplace.payments.saved_means import lock_customer, remove
from marketplace.payments.saved_port import MeansView


def detach(means_id: int) -> None:
    """The worker's part of a removal: the provider lets the card go. May run twice."""
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    found = _removed(means_id)
    if found is None:
        return
    ref, key = found
    try:
        gateway().detach_means(ref, f"det-{key}")
    except ProviderRefused as error:
        # Unknown there, or detached already by a try whose answer was lost: it hangs on nobody, which is what we want.
        if error.code != UNKNOWN and gateway().means(ref).customer_ref is not None:
            raise
    _detached(means_id)


@command
def _removed(means_id: int) -> tuple[str, str] | None:
    means = db.session.get(SavedMeans, means_id)
    if means is None or means.removed_at is None or means.detached_at is not None:
        return None
    return means.provider_ref, str(means.uuid)


@command
def _detached(means_id: int) -> None:
    db.session.get_one(SavedMeans, means_id).detached_at = now()


def hear_means(ref: str) -> bool:
    """An event spoke of a card: what the provider says of ours now. False when it is none of ours."""
    means_id = _by_ref(ref)
    if means_id is None:
        return False
    _follow(means_id, gateway().means(ref))
    return True


@command
def _by_ref(ref: str) -> int | None:
    return db.session.scalar(select(SavedMeans.id).where(SavedMeans.provider_ref == ref))  # type: ignore[no-any-return]


@command
def _follow(means_id: int, view: MeansView) -> None:
    means = db.session.get_one(SavedMeans, means_id)
    lock_customer(means.account_id)
    db.session.refresh(means)
    means.exp_month, means.exp_year = view.exp_month, view.exp_year  # banks renew cards by themselves
    if view.customer_ref is None and means.removed_at is None:
        remove(means)
