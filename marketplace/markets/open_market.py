"""Opening a regional market."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from marketplace.kernel.database import command, db
from marketplace.kernel.errors import Conflict
from marketplace.kernel.words import N_
from marketplace.markets.models import Market
from marketplace.markets.vat import lay_down_rates


@command
def open_market(slug: str, name: str, *, legal: dict[str, Any], sales_model: str = "agency") -> int:
    """A new market with its imprint (`legal`: name, street, postcode, town, email, phone); its id.

    Lays down the VAT rates, too. A slug that is taken: Conflict.
    """
    lay_down_rates()
    try:
        with db.session.begin_nested():
            made = db.session.scalar(
                insert(Market).values(slug=slug, name=name, legal=legal, sales_model=sales_model).returning(Market.id)
            )
    except IntegrityError:
        raise Conflict(N_("Diesen Marktplatz gibt es schon.")) from None
    assert made is not None
    return int(made)
