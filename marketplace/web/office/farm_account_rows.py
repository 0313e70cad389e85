"""Where each farm's money goes, and whether it can get there now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from marketplace.kernel.database import rows

_ACCOUNTS = """
SELECT f.id, f.name, f.town, f.market_id, b.iban, b.holder, b.created_at AS bank_since, c.provider_ref, c.enabled,
       coalesce(seen.once, false) AS was_enabled, coalesce(seen.at, c.created_at) AS since,
       coalesce(h.reason, '') AS hold_reason,
       -coalesce((SELECT sum(e.amount_cents) FROM ledger_entry e
                  WHERE e.account = 'farm:' || f.id || ':' || 'payable'), 0)::bigint AS payable_cents
FROM farm f
LEFT JOIN LATERAL (SELECT iban, holder, created_at FROM farm_bank_account a
                   WHERE a.farm_id = f.id AND a.ended_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1) b ON true
LEFT JOIN farm_connected_account c ON c.farm_id = f.id
LEFT JOIN LATERAL (SELECT bool_or(a.after::jsonb ->> 'enabled' = 'true') AS once, max(a.at) AS at FROM audit a
                   WHERE a.object = 'farm:' || f.id AND a.action LIKE 'farm!_connected!_account.%' ESCAPE '!'
                     AND a.after::jsonb ? 'enabled') seen ON c.farm_id IS NOT NULL
LEFT JOIN payout_hold h ON h.farm_id = f.id AND h.lifted_at IS NULL
WHERE f.market_id = ANY(:markets)
ORDER BY (c.farm_id IS NOT NULL AND NOT c.enabled AND coalesce(seen.once, false)) DESC, f.name, f.id
"""


@dataclass(frozen=True)
class FarmAccount:
    """A farm's accounts. `since`: when the provider last changed its mind; `payable_cents`: what it has to get."""

    id: int
    name: str
    town: str
    market_id: int
    iban: str | None
    holder: str | None
    bank_since: datetime | None
    provider_ref: str | None
    enabled: bool | None
    was_enabled: bool
    since: datetime | None
    hold_reason: str
    payable_cents: int

    @property
    def stage(self) -> str:
        """none, waiting (never enabled yet), enabled, disabled (was enabled once)."""
        if self.provider_ref is None:
            return "none"
        if self.enabled:
            return "enabled"
        return "disabled" if self.was_enabled else "waiting"


def farm_accounts_of(market_ids: Collection[int]) -> list[FarmAccount]:
    """The farms of these markets, those whose account was disabled first, then by name."""
    return [FarmAccount(**row._mapping) for row in rows(_ACCOUNTS, markets=list(market_ids))]
