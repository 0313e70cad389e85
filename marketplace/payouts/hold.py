"""Holding a farm's payouts, and lifting it: a word of the office that the next signature and payment obey."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.kernel.database import command, db, execute
from marketplace.kernel.errors import Invalid
from marketplace.kernel.words import N_
from marketplace.payouts.models import PayoutHold


def open_hold(farm_id: int) -> PayoutHold | None:
    """The hold that stands, None when the farm may be paid."""
    return db.session.scalar(  # type: ignore[no-any-return]
        select(PayoutHold).where(PayoutHold.farm_id == farm_id, PayoutHold.lifted_at.is_(None))
    )


@command
def hold_farm(farm_id: int, reason: str, actor_account_id: int) -> None:
    """Nothing is paid to the farm until it is lifted; holding twice is one hold. Refuses an empty reason."""
    if not reason.strip():
        raise Invalid({"reason": N_("Bitte geben Sie einen Grund an.")})
    execute(
        "INSERT INTO payout_hold (farm_id, reason, created_by) VALUES (:farm, :reason, :by)"
        " ON CONFLICT (farm_id) WHERE lifted_at IS NULL DO NOTHING",
        farm=farm_id,
        reason=reason.strip()[:500],
        by=actor_account_id,
    )


@command
def lift_hold(farm_id: int) -> None:
    """The farm may be paid again; nothing when it was not held."""
    execute("UPDATE payout_hold SET lifted_at = app_now() WHERE farm_id = :farm AND lifted_at IS NULL", farm=farm_id)
