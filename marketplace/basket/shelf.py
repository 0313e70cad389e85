"""A page of the market: the offers of the chosen slot, with what the chips above them say. One statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from marketplace.catalogue.allergens import covered_by
from marketplace.kernel.database import rows
from marketplace.stock.lowest_price import lowest_before
from marketplace.stock.offers import OFFERS

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
class ShelfOffer:
    """An offer as a card shows it: the short fields of stock.offers.OfferRow, cents and sale units as there.

    `most_per_customer`: sale units, None when not limited. `lowest_cents`: of a reduced price, see stock.lowest_price.
    """

    id: int
    variant_id: int
    product_id: int
    product_slug: str
    name: str
    farm_name: str
    category: str
    category_name: str
    sale_unit: str
    price_cents: int
    unit_price_cents: int | None
    unit_price_basis: str | None
    deposit_cents: int
    organic: bool
    allergens: Sequence[str]
    catch_weight: bool
    min_age: int
    available: int | None
    closes_at: datetime
    picture: str | None
    most_per_customer: int | None
    lowest_cents: int | None


@dataclass(frozen=True)
class Shelf:
    """`total` offers fit, `offers` are those of the pages shown; `hidden` would fit but contain what is avoided."""

    offers: tuple[ShelfOffer, ...]
    total: int
    hidden: int
    categories: tuple[CategoryCount, ...]

    @property
    def everywhere(self) -> int:
        """Offers of all categories that fit."""
        return sum(category.count for category in self.categories)


FIELDS = tuple(field.name for field in fields(ShelfOffer))
# Read for every offer of the day, so that the chips can count; the rest is looked up for the page alone.
OF_THE_PAGE = ("picture", "most_per_customer", "lowest_cents")
SHORT = ", ".join(f"f.{name}" for name in FIELDS if name not in OF_THE_PAGE)

SHELF = f"""
WITH fitting AS MATERIALIZED (
    SELECT {SHORT}, f.category_position, f.sort_key, NOT f.allergens && CAST(:avoided AS text[]) AS allowed
    FROM ({OFFERS}) f WHERE f.organic OR NOT :only_organic),
counted AS (
    SELECT (SELECT count(*) FROM fitting WHERE allowed AND (:shelf = '' OR category = :shelf)) AS total,
           (SELECT count(*) FROM fitting WHERE NOT allowed AND (:shelf = '' OR category = :shelf)) AS hidden,
           (SELECT coalesce(jsonb_agg(jsonb_build_array(c.category, c.name, c.n) ORDER BY c.place), '[]') FROM (
                SELECT category, min(category_name) AS name, count(*) AS n, min(category_position) AS place
                FROM fitting WHERE allowed GROUP BY category) c) AS categories)
SELECT counted.*, page.*,
       (SELECT i.media_key FROM picture i WHERE i.product_id = page.product_id
        ORDER BY i.position, i.id LIMIT 1) AS picture,
       (SELECT v.most_per_customer FROM variant v WHERE v.id = page.variant_id) AS most_per_customer,
       {lowest_before("page.variant_id", "page.price_cents")} AS lowest_cents
FROM counted LEFT JOIN (
    SELECT * FROM fitting WHERE allowed AND (:shelf = '' OR category = :shelf)
    ORDER BY category_position, sort_key, id LIMIT :page OFFSET :skip) page ON true
ORDER BY page.category_position, page.sort_key, page.id
"""  # noqa: S608 - put together of constants


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


def _offer(row: Any) -> ShelfOffer:
    return ShelfOffer(**{name: row[name] for name in FIELDS})
