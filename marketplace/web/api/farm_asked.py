"""For which farm a farmer speaks."""

from __future__ import annotations

from marketplace.kernel.errors import NotFound
from marketplace.kernel.words import N_
from marketplace.web.access import current_actor
from marketplace.web.api.fields import Fields


def farm_asked(given: Fields) -> int:
    """The `farm` of the request, or one's only farm. A farm of others is NotFound."""
    own = sorted(current_actor().farm_ids)
    named = given.id("farm", None)
    if named is not None:
        if named not in own:
            raise NotFound()
        return int(named)
    if not own:
        raise NotFound()
    if len(own) > 1:
        given.note("farm", N_("Sie gehören zu mehreren Höfen. Bitte geben Sie an, für welchen."))
    return own[0]
