"""A farm that has told everything opens itself."""

from __future__ import annotations

from marketplace.farms.trader import missing_before_live
from marketplace.kernel.database import command, execute, scalar
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.words import N_


@command
def go_live(farm_id: int) -> None:
    """draft ⇒ live. Conflict while something is missing, or when the market has paused or closed the farm."""
    state = scalar("SELECT state FROM farm WHERE id = :id FOR NO KEY UPDATE", id=farm_id)
    if state is None:
        raise NotFound()
    if state != "draft":
        raise Conflict(N_("Das entscheidet die Marktleitung."))
    if missing := missing_before_live(farm_id):
        raise Conflict(N_("Es fehlen noch %(count)s Angaben."), {"missing": missing}, count=len(missing))
    execute("UPDATE farm SET state = 'live' WHERE id = :id", id=farm_id)
