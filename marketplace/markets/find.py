"""Markets by what a reader calls them."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.kernel.database import rows
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import id_from_text


@dataclass(frozen=True)
class MarketView:
    """A market as it is shown; `timezone` is the zone of its wall clocks."""

    id: int
    slug: str
    name: str
    timezone: str
    sales_model: str


FIELDS = "id, slug, name, timezone, sales_model"


def all_markets() -> list[MarketView]:
    """Every market of the installation, by name."""
    return [MarketView(**row._mapping) for row in rows("SELECT " + FIELDS + " FROM market ORDER BY name, id")]  # noqa: S608 - a constant


def find_market(id_or_slug: object) -> MarketView:
    """The market of an id or a slug; NotFound for anything else."""
    found = rows(
        "SELECT " + FIELDS + " FROM market WHERE id = :id OR slug = :slug ORDER BY (id = :id) DESC LIMIT 1",  # noqa: S608 - a constant
        id=id_from_text(id_or_slug) or 0,
        slug=str(id_or_slug).replace("\0", ""),
    )
    if not found:
        raise NotFound()
    return MarketView(**found[0]._mapping)
