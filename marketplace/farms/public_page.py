"""What a farm says of itself on its public page."""

from __future__ import annotations

from marketplace.farms.models import Farm
from marketplace.kernel.database import command, db
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.plain_text import one_line, paragraphs
from marketplace.kernel.words import N_, Words

MOST = {"focus": 200, "story": 4000, "farming": 2000}


@command
def save_public_page(farm_id: int, focus: str, story: str, farming: str) -> None:
    """`focus` in one line what it is known for; `story`; `farming`: how it farms. Invalid by field, NotFound."""
    told = {"focus": one_line(focus), "story": paragraphs(story), "farming": paragraphs(farming)}
    errors: dict[str, str | Words] = {
        name: Words(N_("Höchstens %(most)s Zeichen."), {"most": MOST[name]})
        for name, text in told.items()
        if len(text) > MOST[name]
    }
    if errors:
        raise Invalid(errors)
    farm = db.session.get(Farm, farm_id, with_for_update={"key_share": True})
    if farm is None:
        raise NotFound()
    for name, text in told.items():
        setattr(farm, name, text)
    db.session.flush()
