"""Who is in the shop: the chosen slot and the basket's token, both in the signed session cookie.

A page asks the database once for slot and basket together; a visitor without either asks nothing.
"""

from __future__ import annotations

from flask import g, session

from marketplace.basket.contents import Contents, contents
from marketplace.basket.merge import merge_baskets
from marketplace.basket.owner import Owner
from marketplace.kernel.ids import new_token
from marketplace.market_days.slots import SlotView
from marketplace.web.access import current_actor

SLOT = "slot"
BASKET = "basket"


def owner() -> Owner:
    """Whose basket this visitor sees: the account's when signed in, else that of the cookie."""
    account_id = current_actor().account_id
    if account_id is None:
        return Owner(token=session.get(BASKET))
    if BASKET in session:  # signed in since: what the guest had chosen comes along
        merge_baskets(session.pop(BASKET), account_id)
    return Owner(account_id=account_id)


def owner_for_writing() -> Owner:
    """As `owner`; a guest without a basket gets a token, at the first thing that is put in."""
    found = owner()
    if found.is_known:
        return found
    session[BASKET] = new_token()
    session.permanent = True
    return Owner(token=session[BASKET])


def chosen_slot_id() -> int | None:
    """The slot in the session, None while none was chosen."""
    chosen = session.get(SLOT)
    return chosen["id"] if isinstance(chosen, dict) and isinstance(chosen.get("id"), int) else None


def chosen_slug() -> str | None:
    """How the chosen slot is called in addresses."""
    chosen = session.get(SLOT)
    return chosen.get("slug") if isinstance(chosen, dict) else None


def choose(slot: SlotView) -> None:
    """From now on this visitor shops for that slot."""
    if chosen_slot_id() != slot.id:
        session[SLOT] = {"id": slot.id, "slug": slot.slug}
        session.permanent = True
        forget_reading()


def visit() -> Contents:
    """Slot and basket of this request, read once."""
    if "shop_visit" not in g:
        whose, slot_id = owner(), chosen_slot_id()
        known = whose.is_known or slot_id is not None
        g.shop_visit = contents(whose, slot_id) if known else Contents(None, ())
        if g.shop_visit.slot is not None:
            g.market_timezone = g.shop_visit.slot.timezone
    return g.shop_visit  # type: ignore[no-any-return]


def forget_reading() -> None:
    """Something was changed: the next `visit` reads again."""
    g.pop("shop_visit", None)
