"""For which farm a farmer speaks."""

from __future__ import annotations

from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.words import N_
from marketplace.web.access import current_actor


def farm_asked(named: str | None) -> int:
    """The farm that was named, or one's only farm. A farm of others is NotFound."""
    own = sorted(current_actor().farm_ids)
    if named is not None:
        number = id_from_text(named)
        if number not in own:
            raise NotFound()
        return number
    if len(own) > 1:
        raise Invalid({"farm": N_("Sie gehören zu mehreren Höfen. Bitte geben Sie an, für welchen.")})
    if not own:
        raise NotFound()
    return own[0]
