"""Who is in the office, of which markets, and the second factor that money asks for."""

from __future__ import annotations

from flask import g, request

from marketplace.kernel.database import rows
from marketplace.kernel.errors import Invalid, NotFound, Refusal
from marketplace.kernel.ids import id_from_text
from marketplace.markets.find import MarketView, all_markets
from marketplace.web import access
from marketplace.web.access import current_actor, has_fresh_second_factor
from marketplace.web.api.problems import said


def my_markets() -> list[MarketView]:
    """The markets whose office this person may read, by name; the first one's zone is the page's."""
    if "my_markets" not in g:
        mine = current_actor().office_market_ids
        g.my_markets = [market for market in all_markets() if market.id in mine]
        if g.my_markets and "market_timezone" not in g:
            g.market_timezone = g.my_markets[0].timezone
    return g.my_markets  # type: ignore[no-any-return]


def market_here(market_id: int) -> MarketView:
    """One of them; NotFound. Its zone is the page's from now on."""
    for market in my_markets():
        if market.id == market_id:
            g.market_timezone = market.timezone
            return market
    raise NotFound()


def readable() -> frozenset[int]:
    """Ids of the markets that this person may read."""
    my_markets()
    return current_actor().office_market_ids


def own() -> frozenset[int]:
    """Ids of the markets that this person runs."""
    my_markets()
    return current_actor().operator_market_ids


def me() -> int:
    """The account of who acts."""
    account_id = current_actor().account_id
    assert account_id is not None
    return account_id


def confirm() -> dict[str, str]:
    """Takes the code of the form unless the second factor is fresh; what is wrong with it, by field."""
    if has_fresh_second_factor():
        return {}
    try:
        access.step_up(request.form.get("code", ""))
    except Invalid as refusal:
        return errors_of(refusal)
    return {}


def errors_of(refusal: Invalid) -> dict[str, str]:
    """What is wrong in the reader's words, by the id of the field (dots become dashes)."""
    return {name.replace(".", "-"): said(words) for name, words in refusal.errors.items()}


def why(refusal: Refusal) -> str:
    """What a refusal says, the first of its fields included."""
    if isinstance(refusal, Invalid) and refusal.errors:
        return said(next(iter(refusal.errors.values())))
    return said(refusal.detail)


def before_asked() -> int | None:
    """`?vor=`: the id before which a list goes on."""
    return id_from_text(request.args.get("vor", ""))


def names_of(account_ids: list[int | None]) -> dict[int | None, str]:
    """What people are called, by account id."""
    found = rows("SELECT id, name, email FROM account WHERE id = ANY(:ids)", ids=[one for one in account_ids if one])
    return {row.id: row.name or row.email for row in found}
