"""How a farm is taxed on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from marketplace.farms.open_farm import SCHEMES
from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.errors import Invalid
from marketplace.kernel.words import N_


def schemes_on(farm_ids: Iterable[int], on_date: date) -> dict[int, str]:
    """The scheme of each farm on a day; a farm without any row is `regular`."""
    wanted = sorted(set(farm_ids))
    found = rows(
        """
        SELECT DISTINCT ON (farm_id) farm_id, scheme FROM farm_tax_scheme
        WHERE farm_id = ANY(:farm_ids) AND valid_from <= :on_date ORDER BY farm_id, valid_from DESC
        """,
        farm_ids=wanted,
        on_date=on_date,
    )
    return dict.fromkeys(wanted, "regular") | {row.farm_id: row.scheme for row in found}


def scheme_on(farm_id: int, on_date: date) -> str:
    """regular, paragraph24 or paragraph19, as it holds on a day."""
    return schemes_on([farm_id], on_date)[farm_id]


def schemes_of(farm_id: int) -> list[tuple[date, str]]:
    """Every scheme of the farm and since when, the newest first; coming ones too."""
    found = rows(
        "SELECT valid_from, scheme FROM farm_tax_scheme WHERE farm_id = :id ORDER BY valid_from DESC", id=farm_id
    )
    return [(row.valid_from, row.scheme) for row in found]


@command
def change_scheme(farm_id: int, scheme: str, valid_from: date) -> None:
    """From `valid_from` on the farm is taxed by `scheme`. The same day again replaces it."""
    if scheme not in SCHEMES:
        raise Invalid({"scheme": N_("Diese Besteuerung gibt es nicht.")})
    execute(
        """
        INSERT INTO farm_tax_scheme (farm_id, valid_from, scheme) VALUES (:farm_id, :valid_from, :scheme)
        ON CONFLICT (farm_id, valid_from) DO UPDATE SET scheme = excluded.scheme
        """,
        farm_id=farm_id,
        valid_from=valid_from,
        scheme=scheme,
    )
