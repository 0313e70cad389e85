"""The organic mark: shown only while the certificate holds (Regulation (EU) 2018/848, Art. 35)."""

from __future__ import annotations

from datetime import date

from marketplace.farms.models import Farm


def mark_holds(farm: Farm, on_date: date) -> bool:
    """May goods of this farm carry the organic mark on a day? Without code or expiry date: no."""
    return bool(farm.organic_code) and farm.organic_until is not None and on_date <= farm.organic_until


# The same rule for a statement that joins `farm f` and `market_day d`.
MARK_HOLDS = "(f.organic_code IS NOT NULL AND f.organic_until IS NOT NULL AND d.date <= f.organic_until)"
