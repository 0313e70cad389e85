"""A page of the market: the offers of the chosen slot, with what the chips above them say. One statement."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from marketplace.catalogue.allergens import covered_by
from marketplace.kernel.database import rows
from marketplace.stock.offers import OFFERS, OfferRow

PAGE = 24
MOST_PAGES = 400
ALL = 1_000_000


@dataclass(frozen=True)
class ShelfFilter:
    """What the customer asks for: words, a category, a farm, only organic, `without` allergens or their groups."""

    q: str = ""
    category: str = ""
    farm_id: int | None = None
    organic: bool = False
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class CategoryCount:
    slug: str
    name: str
    count: int


@dataclass(frozen=True)
class Shelf:
    """`total` offers fit, `offers` are those of the pages shown; `hidden` would fit but contain what is avoided."""

    offers: tuple[OfferRow, ...]
    total: int
    hidden: int
    categories: tuple[CategoryCount, ...]

    @property
    def everywhere(self) -> int:
        """Offers of all categories that fit."""
        return sum(category.count for category in self.categories)


SHELF = f"""
WITH found AS ({OFFERS}),
fitting AS (SELECT f.*, NOT f.allergens && CAST(:avoided AS text[]) AS allowed FROM found f
            WHERE f.organic OR NOT :only_organic),
counted AS (
    SELECT (SELECT count(*) FROM fitting WHERE allowed AND (:shelf = '' OR category = :shelf)) AS total,
           (SELECT count(*) FROM fitting WHERE NOT allowed AND (:shelf = '' OR category = :shelf)) AS hidden,
           (SELECT coalesce(jsonb_agg(jsonb_build_array(c.category, c.name, c.n) ORDER BY c.place), '[]') FROM (
                SELECT category, min(category_name) AS name, count(*) AS n, min(category_position) AS place
                FROM fitting WHERE allowed GROUP BY category) c) AS categories)
SELECT counted.*, page.* FROM counted LEFT JOIN (
    SELECT * FROM fitting WHERE allowed AND (:shelf = '' OR category = :shelf)
    ORDER BY category_position, sort_key, id LIMIT :page OFFSET :skip) page ON true
ORDER BY page.category_position, page.sort_key, page.id
"""  # noqa: S608 - put together of constants

FIELDS = tuple(field.name for field in fields(OfferRow))


def shelf(slot_id: int, wanted: ShelfFilter, *, page: int = 1, whole: bool = False) -> Shelf:
    """Page `page` (24 offers each) of what fits, by category and name; `whole`: all pages up to it.

    Sold-out offers are there, with 0 available; closed ones are not. A page beyond the last is empty.
    """
    page = max(1, min(page, MOST_PAGES))
    q = " ".join(wanted.q.replace("\0", "").split())[:100]
    found = rows(
        SHELF,
        slot_id=slot_id,
        closed=False,
        category="",
        farm_id=wanted.farm_id,
        product_id=None,
        organic=None,
        without=[],
        q=q,
        like=q.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_"),
        after_category=None,
        after_key="",
        after_id=0,
        limit=ALL,
        avoided=covered_by(wanted.without),
        only_organic=wanted.organic,
        shelf=wanted.category.replace("\0", "")[:80],
        page=PAGE * page if whole else PAGE,
        skip=0 if whole else PAGE * (page - 1),
    )
    first = found[0]
    return Shelf(
        offers=tuple(_offer(row._mapping) for row in found if row.id is not None),
        total=first.total,
        hidden=first.hidden,
        categories=tuple(CategoryCount(*category) for category in first.categories),
    )


def _offer(row: Any) -> OfferRow:
    return OfferRow(**{name: row[name] for name in FIELDS})
