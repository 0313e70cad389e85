"""What became of an order's money, moment by moment: from the rows and what the triggers noted, in one read.

The audit says when a payment changed (in business time, as everything here), the rows say how much, why and by whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.kernel.database import rows

# Each part gives: at, kind, cents, method, state, who, text, until, refs, run_id, statement_id.
_PAYMENTS = """
WITH p AS (SELECT *, row_number() OVER (ORDER BY id) AS nth FROM payment WHERE order_id = :order_id),
said AS (SELECT p.id AS payment_id, a.at, a.actor, a.before::jsonb AS was, a.after::jsonb AS now
         FROM p JOIN audit a ON a.object = 'payment:' || p.id)
SELECT coalesce(s.at, p.created_at) AS at, 10 AS rank,
       CASE WHEN p.is_stray THEN 'stray' WHEN p.method = 'pay_at_pickup' THEN 'agreed'
            WHEN p.nth > 1 THEN 'asked_again' ELSE 'asked' END AS kind,
       p.amount_cents AS cents, p.method, p.state, coalesce(s.actor, '') AS who, '' AS text,
       NULL::timestamptz AS until, ARRAY[p.session_ref] AS refs, NULL::bigint AS run_id, NULL::bigint AS statement_id
FROM p LEFT JOIN said s ON s.payment_id = p.id AND s.was IS NULL
UNION ALL
SELECT s.at, 30, CASE s.now ->> 'state'
           WHEN 'authorized' THEN 'authorized'
           WHEN 'captured' THEN CASE WHEN p.method = 'pay_at_pickup' THEN 'cash' ELSE 'captured' END
           WHEN 'failed' THEN 'payment_failed'
           WHEN 'cancelled' THEN CASE WHEN p.authorized_cents > 0 THEN 'released' ELSE 'page_closed' END
           ELSE 'taken_over' END,
       CASE s.now ->> 'state'
           WHEN 'authorized' THEN p.authorized_cents
           WHEN 'captured' THEN (s.now ->> 'captured_cents')::bigint
           WHEN 'cancelled' THEN nullif(p.authorized_cents, 0) END,
       p.method, p.state, s.actor, '',
       CASE WHEN s.now ->> 'state' = 'authorized' AND p.hold_lost_at IS NULL THEN p.capture_before END,
       CASE WHEN s.now ->> 'state' = 'captured' THEN ARRAY[p.charge_ref, p.provider_ref] ELSE ARRAY[p.provider_ref] END,
       NULL, NULL
FROM said s JOIN p ON p.id = s.payment_id
WHERE s.was IS NOT NULL
  AND (s.now ->> 'state' IN ('authorized', 'failed', 'cancelled')
       OR (s.now ->> 'state' = 'captured' AND s.now ? 'captured_cents')
       OR (s.now ->> 'state' = 'refunded' AND s.was ->> 'state' = 'authorized'))
UNION ALL
-- The last try that came to nothing. It is noted by the machine's clock: told here in business time.
SELECT coalesce(p.hold_lost_at, p.tried_at + (app_now() - clock_timestamp()),
                (SELECT max(at) FROM said WHERE payment_id = p.id), p.created_at), 35,
       CASE WHEN p.last_error LIKE '%hold has ended%' THEN 'hold_lost' WHEN p.state = 'authorized' THEN 'capture_failed'
                ELSE 'try_failed' END,
       CASE WHEN p.state = 'authorized' THEN coalesce(p.capture_cents, p.authorized_cents) ELSE p.amount_cents END,
       p.method, p.state, '', p.last_error, NULL, ARRAY[p.provider_ref], NULL, NULL
FROM p WHERE p.last_error IS NOT NULL
"""

_REFUNDS = """
SELECT r.created_at, 40, CASE
           WHEN r.borne_by = 'deposits' THEN 'deposit_back'
           WHEN p.method = 'pay_at_pickup' THEN 'cash_back'
           WHEN r.state = 'done' AND r.provider_ref IS NULL THEN 'lowered'
           ELSE 'refund' END,
       r.amount_cents, r.borne_by, r.state, r.created_by, r.reason, NULL, ARRAY[r.provider_ref], NULL, NULL
FROM refund r JOIN payment p ON p.id = r.payment_id WHERE r.order_id = :order_id
UNION ALL
SELECT coalesce((SELECT max(a.at) FROM audit a WHERE a.object = 'refund:' || r.id), r.created_at), 45,
       CASE WHEN r.provider_ref IS NULL THEN 'refund_refused' ELSE 'refund_came_back' END,
       r.amount_cents, r.borne_by, r.state, '', coalesce(r.last_error, ''), NULL, ARRAY[r.provider_ref], NULL, NULL
FROM refund r WHERE r.order_id = :order_id AND (r.state = 'failed' OR r.last_error IS NOT NULL)
"""

_REST = """
SELECT h.at, 20, 'step', NULL, '', h.to_state, h.actor, '', NULL, ARRAY[]::text[], NULL, NULL
FROM order_history h WHERE h.order_id = :order_id
UNION ALL
SELECT t.posted_at, 50, t.kind, sum(e.amount_cents) FILTER (WHERE e.amount_cents > 0), '', '', '', t.memo, NULL,
       ARRAY[CASE WHEN t.source_id LIKE '%\\_%' THEN t.source_id END], NULL, NULL
FROM ledger_entry e JOIN ledger_txn t ON t.id = e.txn_id
WHERE e.order_id = :order_id AND t.kind IN ('fulfilment', 'fee', 'correction')
GROUP BY t.id
UNION ALL
SELECT coalesce(s.paid_at, r.approved_at, r.submitted_at, r.created_at), 60, 'payout', sum(l.amount_cents),
       coalesce(s.paid_by, ''), s.state, f.name, r.state, NULL, ARRAY[s.provider_ref], r.id, s.id
FROM payout_line l
JOIN ledger_entry e ON e.id = l.ledger_entry_id AND e.order_id = :order_id
JOIN statement s ON s.id = l.statement_id
JOIN payout_run r ON r.id = l.run_id
JOIN farm f ON f.id = s.farm_id
GROUP BY s.id, r.id, f.id
UNION ALL
SELECT moment.at, 55, moment.kind, d.amount_cents, d.borne_by, d.state, '', d.reason, moment.until,
       ARRAY[d.provider_ref, d.charge_ref], NULL, NULL
FROM dispute d
CROSS JOIN LATERAL (VALUES
    (coalesce((SELECT min(a.at) FROM audit a WHERE a.object = 'dispute:' || d.id), d.opened_at),
     'dispute_opened', CASE WHEN d.closed_at IS NULL THEN d.evidence_due_by END),
    (d.closed_at, 'dispute_' || d.state, NULL)) moment(at, kind, until)
WHERE d.order_id = :order_id AND moment.at IS NOT NULL
UNION ALL
SELECT d.created_at + (app_now() - clock_timestamp()), 36, 'parked', NULL, d.consumer, d.state, '',
       coalesce(d.last_error, ''), NULL, ARRAY[]::text[], NULL, NULL
FROM delivery d JOIN fact f ON f.id = d.fact_id
WHERE d.state = 'parked'
  AND ((f.payload ->> 'order_id')::bigint = :order_id
       OR (f.payload ->> 'payment_id')::bigint IN (SELECT id FROM payment WHERE order_id = :order_id)
       OR (f.payload ->> 'refund_id')::bigint IN (SELECT id FROM refund WHERE order_id = :order_id))
"""


@dataclass(frozen=True)
class Moment:
    """Something that happened to an order's money; `cents` of EUR, `at` in business time.

    `kind`: agreed, asked, asked_again, stray, authorized, captured, cash, payment_failed, released, page_closed,
    taken_over, hold_lost, capture_failed, try_failed, lowered, refund, cash_back, deposit_back, refund_refused,
    refund_came_back, fulfilment, fee, correction, dispute_opened, dispute_won, dispute_lost, payout, parked; `step` for
    the order's own states (then without cents). `method`: how it is paid; of refunds and disputes who bears it; of
    payouts the way. `state`: of the row as it is now. `who`: an actor's name as the history keeps it; of payouts the
    farm. `text`: a reason, or what went wrong.
    """

    at: datetime
    kind: str
    cents: int | None
    method: str
    state: str
    who: str
    text: str
    until: datetime | None
    refs: tuple[str, ...]
    run_id: int | None
    statement_id: int | None


def money_of_order(order_id: int) -> list[Moment]:
    """The story of an order's money in time order, the order's own steps between."""
    found = rows(f"{_PAYMENTS} UNION ALL {_REFUNDS} UNION ALL {_REST} ORDER BY 1, 2", order_id=order_id)
    return [_moment(row) for row in found]


def _moment(row: object) -> Moment:
    values = dict(row._mapping)  # type: ignore[attr-defined]
    values.pop("rank")
    cents = values.pop("cents")
    refs = tuple(ref for ref in values.pop("refs") if ref)
    return Moment(**values, refs=refs, cents=None if cents is None else int(cents))
