"""A farm joins a market."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from marketplace.events.facts import FarmJoined
from marketplace.events.outbox import publish
from marketplace.farms.models import Farm, FarmTaxScheme
from marketplace.kernel.database import command, db
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.words import N_, Words

SCHEMES = ("regular", "paragraph24", "paragraph19")


@dataclass(frozen=True)
class NewFarm:
    """Who sells. Name and address are shown with every product (LMIV Art. 9); `lead_time_minutes` before pickup."""

    code: str
    slug: str
    name: str
    street: str
    postcode: str
    town: str
    email: str
    tax_scheme: str
    legal_name: str = ""
    phone: str = ""
    lat: float | None = None
    lon: float | None = None
    focus: str = ""
    organic_code: str | None = None
    organic_until: date | None = None
    lead_time_minutes: int = 0


def missing_of(farm: NewFarm) -> dict[str, str | Words]:
    """What a farm must have before it may sell (PRODUCT, sellers), by field."""
    needed = ("code", "slug", "name", "street", "postcode", "town", "email")
    missing: dict[str, str | Words] = {
        name: N_("Diese Angabe fehlt.") for name in needed if not getattr(farm, name).strip()
    }
    if farm.tax_scheme not in SCHEMES:
        missing["tax_scheme"] = N_("Diese Besteuerung gibt es nicht.")
    if farm.lead_time_minutes < 0:
        missing["lead_time_minutes"] = N_("Die Vorlaufzeit ist nicht negativ.")
    return missing


@command
def open_farm(market_id: int, farm: NewFarm, *, since: date) -> int:
    """The farm is in the market from now on, taxed by its scheme since `since`; its id. Publishes FarmJoined."""
    if missing := missing_of(farm):
        raise Invalid(missing)
    values = {name: getattr(farm, name) for name in farm.__dataclass_fields__ if name != "tax_scheme"}
    values["legal_name"] = farm.legal_name or farm.name
    try:
        with db.session.begin_nested():
            made = db.session.scalar(insert(Farm).values(market_id=market_id, **values).returning(Farm.id))
    except IntegrityError:
        raise Conflict(N_("Einen Hof mit diesem Kürzel gibt es schon.")) from None
    assert made is not None
    db.session.execute(insert(FarmTaxScheme).values(farm_id=made, valid_from=since, scheme=farm.tax_scheme))
    publish(FarmJoined(farm_id=made))
    return int(made)
