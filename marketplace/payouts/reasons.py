"""Why a farm's money is held, and what two people should look at before they sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.kernel.database import rows
from marketplace.markets.settings import setting

# A sum is far from the usual when it is three times the mean of the farm's last statements, or a third of it.
_UNUSUAL_TIMES = 3

_LOOK = """
SELECT f.id AS farm_id,
       EXISTS (SELECT 1 FROM payout_hold h WHERE h.farm_id = f.id AND h.lifted_at IS NULL) AS on_hold,
       b.id IS NOT NULL AS has_bank,
       coalesce(b.created_at > app_now() - make_interval(days => :cooling), false) AS bank_is_young,
       EXISTS (SELECT 1 FROM farm_bank_account e WHERE e.farm_id = f.id AND e.id < b.id) AS bank_changed,
       c.provider_ref, coalesce(c.enabled, false) AS enabled,
       NOT EXISTS (SELECT 1 FROM farm_tax_scheme x WHERE x.farm_id = f.id) AS tax_missing,
       EXISTS (SELECT 1 FROM statement p WHERE p.farm_id = f.id AND p.state = 'paid') AS paid_before,
       (SELECT avg(payout_cents)::bigint FROM (
            SELECT p.payout_cents FROM statement p WHERE p.farm_id = f.id AND p.state = 'paid'
            ORDER BY p.id DESC LIMIT 4) last) AS usual_cents
FROM farm f
LEFT JOIN LATERAL (SELECT id, created_at FROM farm_bank_account a WHERE a.farm_id = f.id AND a.ended_at IS NULL
                   ORDER BY created_at DESC, id DESC LIMIT 1) b ON true
LEFT JOIN farm_connected_account c ON c.farm_id = f.id
WHERE f.id = ANY(:farms)
"""


@dataclass(frozen=True)
class FarmStanding:
    """`holds`: reasons why nothing may be paid now. `way`: transfer, sepa, or None when there is no account."""

    farm_id: int
    holds: tuple[str, ...]
    flags: tuple[str, ...]
    way: str | None
    connected_ref: str | None
    usual_cents: int | None

    def unusual(self, payout_cents: int) -> bool:
        """Is the sum far from what the farm usually gets?"""
        if self.usual_cents is None or payout_cents <= 0:
            return False
        return payout_cents > self.usual_cents * _UNUSUAL_TIMES or payout_cents * _UNUSUAL_TIMES < self.usual_cents


def standings(market_id: int, farm_ids: Sequence[int]) -> dict[int, FarmStanding]:
    """How the farms stand today, by id.

    Held: `on_hold`, `bank_changed` (cooling-off, DECISIONS 23), `account_disabled`, `no_account`.
    """
    cooling = int(setting(market_id, "cooling_off_days", 3))
    found = rows(_LOOK, farms=list(farm_ids), cooling=cooling)
    return {row.farm_id: _standing(row) for row in found}


def _standing(row: Any) -> FarmStanding:
    holds, flags = [], []
    if row.on_hold:
        holds.append("on_hold")
    if row.bank_is_young and row.bank_changed:
        holds.append("bank_changed")
    if row.provider_ref is not None:
        way = "transfer"
        if not row.enabled:
            holds.append("account_disabled")
    elif row.has_bank:
        way = "sepa"
    else:
        way = None
        holds.append("no_account")
    if not row.bank_changed and not row.paid_before:
        flags.append("first_account")
    if row.tax_missing:
        flags.append("tax_data_missing")
    return FarmStanding(row.farm_id, tuple(holds), tuple(flags), way, row.provider_ref, row.usual_cents)
