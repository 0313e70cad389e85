"""Putting things into the basket and taking them out. Quantities are whole sale units, 1 to 999 a line."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.basket.owner import Owner, find_basket, open_basket
from marketplace.kernel.database import command, execute, rows, scalar
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.words import N_

MOST_UNITS = 999
MOST_LINES = 200

PUT = """
INSERT INTO basket_line (basket_id, variant_id, quantity) VALUES (:basket_id, :variant_id, :quantity)
ON CONFLICT (basket_id, variant_id) DO UPDATE SET quantity = excluded.quantity
"""


@command
def set_quantity(owner: Owner, variant_id: int, quantity: int, *, slot_id: int | None = None) -> None:
    """So many units of a variant, 0 takes it out. The basket is made at the first thing that is put in.

    Refuses (Invalid) quantities outside of 0–999 and baskets with too many different things, and (NotFound) variants
    that nobody sells. What is there on a day is not asked here: the basket shows it, the order guards it.
    """
    if not 0 <= quantity <= MOST_UNITS:
        raise Invalid({"quantity": N_("Die Menge muss zwischen 1 und 999 liegen.")})
    if quantity == 0:
        _take_out(owner, variant_id)
        return
    if not rows(ON_SALE, variant_id=variant_id):
        raise NotFound()
    basket_id = open_basket(owner)
    execute(PUT, basket_id=basket_id, variant_id=variant_id, quantity=quantity)
    if scalar("SELECT count(*) FROM basket_line WHERE basket_id = :id", id=basket_id) > MOST_LINES:
        raise Invalid({"quantity": N_("Mehr als 200 verschiedene Artikel fasst der Korb nicht.")})
    if slot_id is not None:
        execute("UPDATE basket SET slot_id = :slot_id WHERE id = :id", slot_id=slot_id, id=basket_id)


ON_SALE = """
SELECT 1 FROM variant v JOIN product p ON p.id = v.product_id JOIN farm f ON f.id = v.farm_id
WHERE v.id = :variant_id AND NOT v.archived AND p.state = 'live' AND f.state IN ('live', 'paused')
"""


def _take_out(owner: Owner, variant_id: int) -> None:
    basket_id = find_basket(owner)
    if basket_id is not None:
        execute(
            "DELETE FROM basket_line WHERE basket_id = :basket_id AND variant_id = :variant_id",
            basket_id=basket_id,
            variant_id=variant_id,
        )


@command
def set_quantities(owner: Owner, units: Mapping[int, int]) -> None:
    """Several at once, by variant: what a customer accepts when there is less than was wanted."""
    for variant_id, quantity in sorted(units.items()):
        set_quantity(owner, variant_id, quantity)


@command
def put_back(owner: Owner, offers: Mapping[int, int]) -> int:
    """Puts the variants of earlier offers (units by offer id) into the basket again; how many are still on sale."""
    found = rows(
        """
        SELECT o.id, o.variant_id FROM offer o
        JOIN variant v ON v.id = o.variant_id JOIN product p ON p.id = v.product_id JOIN farm f ON f.id = v.farm_id
        WHERE o.id = ANY(:offers) AND NOT v.archived AND p.state = 'live' AND f.state IN ('live', 'paused')
        ORDER BY o.variant_id
        """,
        offers=list(offers),
    )
    for row in found:
        set_quantity(owner, row.variant_id, min(MOST_UNITS, offers[row.id]))
    return len(found)


@command
def remember_slot(owner: Owner, slot_id: int) -> None:
    """Notes the chosen slot in a basket that exists; its lines stay (they name variants, not offers)."""
    basket_id = find_basket(owner)
    if basket_id is not None:
        execute("UPDATE basket SET slot_id = :slot_id WHERE id = :id", slot_id=slot_id, id=basket_id)


@command
def take_out_ordered(owner: Owner, offers: Mapping[int, int]) -> None:
    """Takes out what was ordered (units by offer id); what was changed meanwhile, or not ordered, stays."""
    basket_id = find_basket(owner)
    if basket_id is None or not offers:
        return
    execute(
        """
        DELETE FROM basket_line l USING offer o,
               unnest(CAST(:offers AS bigint[]), CAST(:quantities AS bigint[])) AS u(offer_id, quantity)
        WHERE l.basket_id = :basket_id AND o.id = u.offer_id AND l.variant_id = o.variant_id AND l.quantity = u.quantity
        """,
        basket_id=basket_id,
        offers=list(offers),
        quantities=list(offers.values()),
    )
