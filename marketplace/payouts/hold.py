"""Holding a farm's payouts, and lifting it: a word of the office that the next signature and payment obey."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.kernel.clock import now
from marketplace.kernel.database import command, db
from marketplace.kernel.errors import Invalid
from marketplace.kernel.words import N_
from marketplace.payouts.models import PayoutHold


@command
def hold_farm(farm_id: int, reason: str, actor_account_id: int) -> None:
    """Nothing is paid to the farm until it is lifted; holding twice is one hold. Refuses an empty reason."""
    if not reason.strip():
        raise Invalid({"reason": N_("Bitte geben Sie einen Grund an.")})
    if _open_hold(farm_id) is None:
        db.session.add(PayoutHold(farm_id=farm_id, reason=reason.strip()[:500], created_by=actor_account_id))
        db.session.flush()


@command
def lift_hold(farm_id: int) -> None:
    """The farm may be paid again; nothing when it was not held."""
    hold = _open_hold(farm_id)
    if hold is not None:
        hold.lifted_at = now()
        db.session.flush()


def _open_hold(farm_id: int) -> PayoutHold | None:
    return db.session.scalar(  # type: ignore[no-any-return]
        select(PayoutHold).where(PayoutHold.farm_id == farm_id, PayoutHold.lifted_at.is_(None)).with_for_update()
    )
