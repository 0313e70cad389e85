"""Transfers that nobody works on: their message was lost, or their outcome was never heard. Every minute."""

from __future__ import annotations

import logging

from marketplace.kernel.database import command, rows
from marketplace.kernel.errors import Refusal
from marketplace.payouts.bank import ProviderRefused, ProviderUnavailable
from marketplace.payouts.transfer import look_for_transfer, pay_statement

log = logging.getLogger(__name__)

QUIET_SECONDS = 300
# What a person stopped (a parked delivery) is looked for and not sent.
_STATEMENTS = """
SELECT s.id, EXISTS (SELECT 1 FROM fact f JOIN delivery d ON d.fact_id = f.id
                     WHERE f.kind = 'PayoutWanted' AND f.payload->>'statement_id' = s.id::text AND d.state = 'parked')
             AS is_parked
FROM statement s JOIN payout_run r ON r.id = s.run_id
WHERE r.state = 'paying' AND s.state = 'paying' AND s.paid_by = 'transfer'
  AND coalesce(s.tried_at, 'epoch') < clock_timestamp() - make_interval(secs => :quiet)
  AND NOT EXISTS (SELECT 1 FROM fact f LEFT JOIN delivery d ON d.fact_id = f.id
                  WHERE f.kind = 'PayoutWanted' AND f.payload->>'statement_id' = s.id::text
                    AND (f.fanned_out_at IS NULL OR d.state IN ('waiting', 'in_flight')))
ORDER BY s.id LIMIT 100
"""


@command
def _forgotten() -> list[tuple[int, bool]]:
    return [(row.id, row.is_parked) for row in rows(_STATEMENTS, quiet=QUIET_SECONDS)]


def pursue_transfers() -> int:
    """Pays what was forgotten, and notes what was paid after all; how many were looked at."""
    looked = 0
    for statement_id, is_parked in _forgotten():
        try:
            if is_parked:
                look_for_transfer(statement_id)
            else:
                pay_statement(statement_id)
        except (ProviderRefused, Refusal) as error:
            log.warning("statement %s: %s", statement_id, error)
        except ProviderUnavailable:
            return looked
        looked += 1
    return looked
