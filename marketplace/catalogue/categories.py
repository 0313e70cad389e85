"""The shelves of the shop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.catalogue.names import slug
from marketplace.kernel.database import execute, rows


@dataclass(frozen=True)
class CategoryView:
    slug: str
    name: str


def all_categories() -> list[CategoryView]:
    """Every shelf, in the order of the row."""
    return [CategoryView(row.slug, row.name) for row in rows("SELECT slug, name FROM category ORDER BY position, slug")]


def lay_out(names: Iterable[str]) -> dict[str, str]:
    """Makes the shelves that are missing, in this order; slug by name."""
    slugs = {name: slug(name) for name in names}
    for position, (name, made) in enumerate(slugs.items(), start=1):
        execute(
            "INSERT INTO category (slug, name, position) VALUES (:slug, :name, :position) ON CONFLICT DO NOTHING",
            slug=made,
            name=name,
            position=position,
        )
    return slugs
