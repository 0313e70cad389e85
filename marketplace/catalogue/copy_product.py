"""A product once more as a draft, put away, and taken out again."""

from __future__ import annotations

from dataclasses import replace

from marketplace.catalogue.products import own_product
from marketplace.catalogue.save_product import create_product
from marketplace.kernel.database import command, rows
from marketplace.kernel.errors import NotFound

LONGEST_NAME = 200


@command
def copy_product(farm_id: int, product_id: int, name: str) -> int:
    """A draft with everything that was said of the product but its article numbers and pictures; its id. NotFound."""
    said = own_product([farm_id], product_id).as_input()
    units = tuple(replace(unit, id=None, sku="") for unit in said.variants if not unit.archived)
    return create_product(farm_id, replace(said, name=name[:LONGEST_NAME], variants=units, state="draft", slug=""))


@command
def archive_product(farm_id: int, product_id: int) -> None:
    """Not on sale any more; what was ordered stays ordered. NotFound."""
    _to_state(farm_id, product_id, "archived")


@command
def unarchive_product(farm_id: int, product_id: int) -> None:
    """A draft again: what the law wants is looked at before it goes live. NotFound."""
    _to_state(farm_id, product_id, "draft")


def _to_state(farm_id: int, product_id: int, state: str) -> None:
    changed = rows(
        "UPDATE product SET state = :state WHERE id = :id AND farm_id = :farm_id RETURNING id",
        state=state,
        id=product_id,
        farm_id=farm_id,
    )
    if not changed:
        raise NotFound()
