"""Where somebody may go: the ways from the account into the rooms of each role, and safe returns."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _

from marketplace.people.person import Person
from marketplace.web.language import safe_return


@dataclass(frozen=True)
class Way:
    """A room one may enter."""

    label: str
    url: str
    icon: str


def ways_of(person: Person) -> list[Way]:
    """The rooms of one's roles; customers have none but the shop."""
    ways = []
    if person.office_market_ids:
        ways.append(Way(_("Marktleitung"), "/leitung/", "chart-bar"))
    if person.packing_farm_ids and not person.is_admin:
        ways.append(Way(_("Mein Hof"), "/hof/", "storefront"))
    if person.host_market_ids or person.pickup_point_ids:
        ways.append(Way(_("Abholung"), "/abholung/", "tray"))
    return ways


def asked_for() -> str:
    """The page that asked for the sign-in: a path of ours, or empty."""
    target = safe_return(request.values.get("next"))
    own_door = target.startswith(("/konto/anmelden", "/konto/code", "/konto/bestaetigen", "/konto/abmelden"))
    return "" if target == "/" or own_door else target


def home_of(person: Person) -> str:
    """Where one lands after signing in without having asked for a page."""
    ways = ways_of(person)
    return ways[0].url if ways else "/konto/"
