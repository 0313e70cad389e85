"""Whose farm this is, and which day is looked at. A farm of others is as unknown as one that does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import g, request

from marketplace.kernel import clock
from marketplace.kernel.database import rows
from marketplace.kernel.errors import NotFound
from marketplace.market_days.wall_clock import local_date
from marketplace.pickup.packing_list import PackingDay, packing_days
from marketplace.web.access import current_actor

FARMS = """
SELECT f.id, f.name, f.town, f.market_id, m.timezone FROM farm f JOIN market m ON m.id = f.market_id
WHERE f.id = ANY(:ids) ORDER BY f.name, f.id
"""


@dataclass(frozen=True)
class FarmHere:
    """A farm that the signed-in person runs, or helps at (`runs` false): helpers pack, and see no money."""

    id: int
    name: str
    town: str
    market_id: int
    timezone: str
    runs: bool = True

    @property
    def today(self) -> date:
        """The date on the market's calendar."""
        return local_date(clock.now(), self.timezone)


def my_farms() -> list[FarmHere]:
    """The farms at which the signed-in person packs, by name; those they run say so."""
    if "my_farms" not in g:
        person = current_actor()
        found = rows(FARMS, ids=sorted(person.packing_farm_ids))
        g.my_farms = [FarmHere(**row._mapping, runs=row.id in person.farm_ids) for row in found]
    return g.my_farms  # type: ignore[no-any-return]


def farm_here(farm_id: int, *, packing: bool = False) -> FarmHere:
    """The farm of the address, if one runs it, or with `packing` helps at it; NotFound."""
    for farm in my_farms():
        if farm.id == farm_id and (farm.runs or packing):
            g.farm_here = farm
            g.market_timezone = farm.timezone
            return farm
    raise NotFound()


def days_and_chosen(farm: FarmHere) -> tuple[list[PackingDay], PackingDay | None]:
    """The coming market days, and the one of `?tag=`; without it the next one. NotFound for a date without market."""
    asked = request.values.get("tag", "")
    coming = packing_days([farm.id], since=farm.today)
    if not asked:
        return coming, next((day for day in coming if not day.cancelled), None)
    chosen = date_from_text(asked)
    for day in coming or []:
        if day.date == chosen:
            return coming, day
    found = packing_days([farm.id], on=chosen)
    if not found:
        raise NotFound()
    return [found[0], *coming], found[0]


def date_from_text(text: str) -> date:
    """A date of an address (2026-11-26); NotFound for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound() from None


def date_or_none(text: str | None) -> date | None:
    """A date to go back to, None for anything else: what was typed does not go into an address as it came."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
