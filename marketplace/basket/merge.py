"""A guest signs in: the guest's basket becomes, or joins, that of the account."""

from __future__ import annotations

from marketplace.basket.owner import Owner, find_basket, open_basket
from marketplace.kernel.database import command, execute


@command
def merge_baskets(token: str | None, account_id: int) -> None:
    """Moves all lines of the guest's basket into the account's; of the same variant the larger quantity stays.

    A token without basket is nothing; so is the second time. The slot chosen last, the guest's, holds.
    """
    guest = find_basket(Owner(token=token)) if token else None
    if guest is None:
        return
    own = open_basket(Owner(account_id=account_id))
    execute(
        """
        INSERT INTO basket_line (basket_id, variant_id, quantity, added_at)
        SELECT :own, variant_id, quantity, added_at FROM basket_line WHERE basket_id = :guest
        ON CONFLICT (basket_id, variant_id) DO UPDATE SET quantity = greatest(basket_line.quantity, excluded.quantity)
        """,
        own=own,
        guest=guest,
    )
    execute(
        """
        UPDATE basket SET slot_id = coalesce((SELECT slot_id FROM basket WHERE id = :guest), slot_id) WHERE id = :own
        """,
        own=own,
        guest=guest,
    )
    execute("DELETE FROM basket WHERE id = :guest", guest=guest)
