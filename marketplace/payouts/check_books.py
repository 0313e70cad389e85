"""Proving the books: they balance, and they say the same as orders, payments, payouts and the provider's own rows.

Each proof is one set-based statement that gives nothing but differences, all read in one snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.kernel.database import execute, release_reads, rows
from marketplace.payments.row_kinds import SETTLED_KINDS

# What is wrong → a query of (object, cents that should be, cents that are).
PROOFS = {
    "a transaction does not balance": """
        SELECT 'txn:' || t.id AS object, 0::bigint AS expected, coalesce(sum(e.amount_cents), 0)::bigint AS found
        FROM ledger_txn t LEFT JOIN ledger_entry e ON e.txn_id = t.id
        GROUP BY t.id HAVING count(e.id) < 2 OR sum(e.amount_cents) <> 0""",
    "captured is not what is booked": """
        SELECT 'order:' || o.number, p.cents, coalesce(b.cents, 0)
        FROM (SELECT order_id, sum(captured_cents)::bigint AS cents FROM payment GROUP BY order_id) p
        FULL JOIN (SELECT e.order_id, sum(e.amount_cents)::bigint AS cents
                   FROM ledger_entry e JOIN ledger_txn t ON t.id = e.txn_id
                   WHERE t.source_type = 'charge' AND e.amount_cents > 0 GROUP BY e.order_id) b USING (order_id)
        LEFT JOIN orders o ON o.id = order_id
        WHERE coalesce(p.cents, 0) <> coalesce(b.cents, 0)""",
    "a refund is not booked as it was made": """
        SELECT 'refund:' || r.id, r.amount_cents, coalesce(b.cents, 0)
        FROM refund r
        LEFT JOIN (SELECT t.source_id, -sum(e.amount_cents)::bigint AS cents
                   FROM ledger_txn t JOIN ledger_entry e ON e.txn_id = t.id
                   WHERE t.source_type = 'refund' AND e.amount_cents < 0 GROUP BY t.source_id) b
               ON b.source_id = coalesce(r.provider_ref, r.uuid::text)
        WHERE r.state = 'done' AND r.amount_cents <> coalesce(b.cents, 0)
          AND NOT (r.borne_by = 'farm' AND r.provider_ref IS NULL)""",
    "refunded is not the sum of its refunds": """
        SELECT 'payment:' || p.id, p.refunded_cents, coalesce(r.cents, 0)
        FROM payment p
        LEFT JOIN (SELECT payment_id, sum(amount_cents)::bigint AS cents FROM refund
                   WHERE state = 'done' AND provider_ref IS NOT NULL GROUP BY payment_id) r ON r.payment_id = p.id
        WHERE p.method <> 'pay_at_pickup' AND p.refunded_cents <> coalesce(r.cents, 0)""",
    "a sale is not what was packed": """
        SELECT 'order:' || o.number || ' farm:' || coalesce(l.farm_id, b.farm_id), l.cents, coalesce(b.cents, 0)
        FROM (SELECT l.order_id, l.farm_id, sum(l.amount_cents)::bigint AS cents
              FROM order_line l JOIN orders o ON o.id = l.order_id
              WHERE o.state = 'collected' OR (o.state = 'not_collected' AND o.payment_method <> 'pay_at_pickup')
              GROUP BY l.order_id, l.farm_id) l
        FULL JOIN (SELECT e.order_id, e.farm_id, -sum(e.amount_cents)::bigint AS cents
                   FROM ledger_entry e JOIN ledger_txn t ON t.id = e.txn_id
                   WHERE t.source_type = 'fulfilment' AND e.farm_id IS NOT NULL GROUP BY e.order_id, e.farm_id) b
               ON b.order_id = l.order_id AND b.farm_id = l.farm_id
        LEFT JOIN orders o ON o.id = coalesce(l.order_id, b.order_id)
        WHERE coalesce(l.cents, 0) <> coalesce(b.cents, 0)""",
    "a finished order leaves money in between": """
        SELECT 'order:' || o.number, 0::bigint, sum(e.amount_cents)::bigint
        FROM orders o JOIN ledger_entry e ON e.order_id = o.id AND e.account = 'customer:clearing'
        WHERE (o.state IN ('collected', 'not_collected') AND o.payment_state IN
               ('captured', 'partially_refunded', 'refunded') OR o.state IN ('cancelled', 'expired'))
          AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.order_id = o.id
                          AND (r.state = 'submitting' OR (r.state = 'failed' AND r.provider_ref IS NOT NULL)))
          AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.order_id = o.id AND p.wanted IS NOT NULL)
        GROUP BY o.id, o.number HAVING sum(e.amount_cents) <> 0""",
    "money in between belongs to no order": """
        SELECT 'txn:' || e.txn_id, 0::bigint, sum(e.amount_cents)::bigint FROM ledger_entry e
        WHERE e.account = 'customer:clearing' AND e.order_id IS NULL GROUP BY e.txn_id""",
    "what disputes hold is not what the provider took": """
        SELECT 'dispute:' || coalesce(d.provider_ref, h.ref),
               CASE WHEN d.state = 'lost' THEN 0 ELSE coalesce(b.cents, 0) END, coalesce(h.cents, 0)
        FROM dispute d
        FULL JOIN (SELECT split_part(t.source_id, ':', 1) AS ref, sum(e.amount_cents)::bigint AS cents
                   FROM ledger_txn t JOIN ledger_entry e ON e.txn_id = t.id
                   WHERE e.account = 'disputes:held' GROUP BY 1) h ON h.ref = d.provider_ref
        LEFT JOIN (SELECT source, -sum(amount_cents)::bigint AS cents FROM balance_transaction GROUP BY source) b
               ON b.source = d.provider_ref
        WHERE CASE WHEN d.state = 'lost' THEN 0 ELSE coalesce(b.cents, 0) END <> coalesce(h.cents, 0)""",
    "what became available is not booked so": f"""
        SELECT 'balance:' || coalesce(p.id, b.source_id), coalesce(p.net_cents, 0), coalesce(b.cents, 0)
        FROM (SELECT id, net_cents FROM balance_transaction
              WHERE available AND kind IN {SETTLED_KINDS} AND net_cents <> 0) p
        FULL JOIN (SELECT t.source_id, sum(e.amount_cents)::bigint AS cents
                   FROM ledger_txn t JOIN ledger_entry e ON e.txn_id = t.id
                   WHERE t.kind = 'settlement' AND e.account = 'stripe:available' GROUP BY t.source_id) b
               ON b.source_id = p.id
        WHERE coalesce(p.net_cents, 0) <> coalesce(b.cents, 0)""",  # noqa: S608 - our own words
    "a payout line is not its entry": """
        SELECT 'payout_line:' || l.id, -e.amount_cents, l.amount_cents
        FROM payout_line l JOIN ledger_entry e ON e.id = l.ledger_entry_id
        WHERE l.amount_cents <> -e.amount_cents OR e.account <> 'farm:' || l.farm_id || '\\:payable'""",
    "a statement is not the sum of its lines": """
        SELECT 'statement:' || s.id, s.payout_cents, s.carried_cents + coalesce(sum(l.amount_cents), 0)::bigint
        FROM statement s JOIN payout_run r ON r.id = s.run_id LEFT JOIN payout_line l ON l.statement_id = s.id
        WHERE r.state IN ('approved', 'paying', 'paid') AND s.state <> 'held'
        GROUP BY s.id HAVING s.payout_cents <> s.carried_cents + coalesce(sum(l.amount_cents), 0)""",
    "a payout is not booked as it was made": """
        SELECT coalesce('statement:' || s.id, b.source_id), coalesce(s.payout_cents, 0), coalesce(b.cents, 0)
        FROM (SELECT id, farm_id, provider_ref, payout_cents FROM statement WHERE state = 'paid') s
        FULL JOIN (SELECT t.source_id, e.farm_id, sum(e.amount_cents)::bigint AS cents
                   FROM ledger_txn t JOIN ledger_entry e ON e.txn_id = t.id
                   WHERE t.kind IN ('transfer', 'payout') AND e.farm_id IS NOT NULL GROUP BY t.source_id, e.farm_id) b
               ON b.source_id = s.provider_ref AND b.farm_id = s.farm_id
        WHERE coalesce(s.payout_cents, 0) <> coalesce(b.cents, 0)""",
    "a farm's payable is not its statements and what is open": """
        SELECT 'farm:' || f.id, coalesce(o.cents, 0) + coalesce(w.cents, 0) + coalesce(s.cents, 0), coalesce(b.cents, 0)
        FROM farm f
        JOIN (SELECT account, -sum(amount_cents)::bigint AS cents FROM ledger_entry
              WHERE account LIKE 'farm:%\\:payable' GROUP BY account) b ON b.account = 'farm:' || f.id || '\\:payable'
        LEFT JOIN (SELECT e.account, -sum(e.amount_cents)::bigint AS cents FROM ledger_entry e
                   JOIN ledger_txn t ON t.id = e.txn_id
                   WHERE e.account LIKE 'farm:%\\:payable' AND t.kind NOT IN ('transfer', 'payout')
                     AND NOT EXISTS (SELECT 1 FROM payout_line l WHERE l.ledger_entry_id = e.id)
                   GROUP BY e.account) o ON o.account = b.account
        LEFT JOIN (SELECT l.farm_id, sum(l.amount_cents)::bigint AS cents
                   FROM payout_line l JOIN statement s ON s.id = l.statement_id JOIN payout_run r ON r.id = l.run_id
                   WHERE r.state IN ('draft', 'in_review') OR s.state = 'held'
                   GROUP BY l.farm_id) w ON w.farm_id = f.id
        LEFT JOIN (SELECT s.farm_id, sum(s.payout_cents)::bigint AS cents
                   FROM statement s JOIN payout_run r ON r.id = s.run_id
                   WHERE r.state IN ('approved', 'paying', 'paid')
                     AND (s.state IN ('due', 'paying', 'failed') OR (s.state = 'carried' AND s.carried_into IS NULL))
                   GROUP BY s.farm_id) s ON s.farm_id = f.id
        WHERE coalesce(o.cents, 0) + coalesce(w.cents, 0) + coalesce(s.cents, 0) <> coalesce(b.cents, 0)""",
    "our books of the provider's account are not its own": """
        SELECT 'market:' || m.id, coalesce(p.cents, 0), coalesce(b.cents, 0)
        FROM market m
        LEFT JOIN (SELECT market_id, sum(amount_cents)::bigint AS cents FROM ledger_entry
                   WHERE account IN ('stripe:pending', 'stripe:available') GROUP BY market_id) b ON b.market_id = m.id
        LEFT JOIN (SELECT market_id, sum(net_cents)::bigint AS cents FROM balance_transaction GROUP BY market_id) p
               ON p.market_id = m.id
        WHERE coalesce(p.cents, 0) <> coalesce(b.cents, 0)""",
}

_SUMS = """
SELECT (SELECT count(*) FROM ledger_txn) AS transactions, (SELECT count(*) FROM ledger_entry) AS entries,
       coalesce((SELECT sum(amount_cents) FROM ledger_entry WHERE amount_cents > 0), 0)::bigint AS debit_cents,
       coalesce((SELECT -sum(amount_cents) FROM ledger_entry WHERE amount_cents < 0), 0)::bigint AS credit_cents,
       coalesce((SELECT sum(captured_cents) FROM payment), 0)::bigint AS captured_cents,
       coalesce((SELECT sum(amount_cents) FROM refund WHERE state = 'done'), 0)::bigint AS refunded_cents,
       coalesce((SELECT sum(payout_cents) FROM statement WHERE state = 'paid'), 0)::bigint AS paid_out_cents
"""


@dataclass(frozen=True)
class Difference:
    """What is wrong with which thing; in cents, what should be there and what is."""

    what: str
    thing: str
    expected_cents: int
    found_cents: int


@dataclass(frozen=True)
class Proof:
    """The sums, and the differences: none, and the books are right."""

    transactions: int
    entries: int
    debit_cents: int
    credit_cents: int
    captured_cents: int
    refunded_cents: int
    paid_out_cents: int
    differences: tuple[Difference, ...]


def check_books() -> Proof:
    """Reads everything once, in one snapshot; writes nothing. Not within a transaction."""
    release_reads()
    try:
        execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        execute("SET LOCAL statement_timeout = '10min'")
        differences = [
            Difference(what, str(row[0]), int(row[1] or 0), int(row[2] or 0))
            for what, query in PROOFS.items()
            for row in rows(query)
        ]
        sums = rows(_SUMS)[0]
        return Proof(**{name: int(value) for name, value in sums._mapping.items()}, differences=tuple(differences))
    finally:
        release_reads()
