"""The parts of the commission, each with dates. Taken on gross less refunds, rounded once a statement (INTERFACE)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.errors import Invalid
from marketplace.kernel.money import BASIS_POINTS
from marketplace.kernel.words import N_


@dataclass(frozen=True)
class Fee:
    """`component`: host, platform, payment. `rate_bp`: basis points of gross less refunds."""

    component: str
    rate_bp: int


def fees_on(market_id: int, on_date: date) -> list[Fee]:
    """The components in force on a day, by name; one whose rate is 0 is left out."""
    found = rows(
        """
        SELECT DISTINCT ON (component) component, rate_bp FROM fee_component
        WHERE market_id = :market_id AND valid_from <= :on_date
        ORDER BY component, valid_from DESC
        """,
        market_id=market_id,
        on_date=on_date,
    )
    return [Fee(row.component, row.rate_bp) for row in found if row.rate_bp]


@command
def set_fee(market_id: int, component: str, rate_bp: int, valid_from: date) -> None:
    """From `valid_from` on a component costs `rate_bp` basis points. The same day again replaces it."""
    if not component or not 0 <= rate_bp <= BASIS_POINTS:
        raise Invalid({"rate_bp": N_("Ein Satz liegt zwischen 0 und 100 %.")})
    execute(
        """
        INSERT INTO fee_component (market_id, component, rate_bp, valid_from)
        VALUES (:market_id, :component, :rate_bp, :valid_from)
        ON CONFLICT (market_id, component, valid_from) DO UPDATE SET rate_bp = excluded.rate_bp
        """,
        market_id=market_id,
        component=component,
        rate_bp=rate_bp,
        valid_from=valid_from,
    )
