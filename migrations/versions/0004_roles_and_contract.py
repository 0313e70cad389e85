"""The role of the application, which owns nothing, and the read-only views of schema `contract`."""

from alembic import op

revision = "0004"
down_revision = "0003"

ROLES = """
DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['marketplace_app', 'marketplace_reports'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
    IF NOT pg_has_role(current_user, 'marketplace_reports', 'USAGE') THEN
        GRANT marketplace_reports TO CURRENT_USER;
    END IF;
END $$
"""

VIEWS = {
    "stock": """
        SELECT min(o.id)::text AS offer_id, s.capacity, s.reserved, s.sold,
               array_agg(o.id::text ORDER BY o.id) AS offers
        FROM stock s JOIN offer o ON o.stock_id = s.id GROUP BY s.id""",
    "reservations": """
        SELECT o.number AS order_number, r.offer_id::text AS offer_id, r.quantity, r.state, r.expires_at
        FROM reservation r JOIN orders o ON o.id = r.order_id""",
    "orders": """
        SELECT o.number, o.state, o.payment_state, o.payment_method, o.email AS customer_email,
               o.total_cents, o.owed_cents, coalesce(p.captured, 0)::bigint AS paid_cents,
               coalesce(p.refunded, 0)::bigint AS refunded_cents, o.placed_at, o.checkout_key
        FROM orders o LEFT JOIN (
            SELECT order_id, sum(captured_cents) AS captured, sum(refunded_cents) AS refunded
            FROM payment GROUP BY order_id) p ON p.order_id = o.id""",
    "order_lines": """
        SELECT o.number AS order_number, l.id::text AS line_id, l.offer_id::text AS offer_id, l.farm_id::text AS farm_id,
               l.quantity, l.packed_quantity, l.weight_g, l.deposit_cents, l.amount_cents, l.state
        FROM order_line l JOIN orders o ON o.id = l.order_id""",
    "payments": """
        SELECT o.number AS order_number, p.provider_ref, p.state, p.authorized_cents, p.captured_cents, p.refunded_cents
        FROM payment p JOIN orders o ON o.id = p.order_id""",
    "ledger_entries": """
        SELECT e.id::text AS entry_id, e.txn_id::text AS txn_id, t.kind, t.source_type, t.source_id, e.account,
               e.amount_cents, t.posted_at, e.market_id::text AS market
        FROM ledger_entry e JOIN ledger_txn t ON t.id = e.txn_id""",
    "payouts": """
        SELECT s.run_id::text AS run_id, s.farm_id::text AS farm_id, s.state, s.payout_cents AS amount_cents,
               s.provider_ref, r.created_by::text AS created_by, r.approved_by::text AS approved_by
        FROM statement s JOIN payout_run r ON r.id = s.run_id""",
    "payout_lines": """
        SELECT run_id::text AS run_id, farm_id::text AS farm_id, ledger_entry_id::text AS ledger_entry_id, amount_cents
        FROM payout_line""",
    "webhook_events": "SELECT event_id, type, state FROM inbox_event",
    "outbox": """
        SELECT d.id::text AS id, f.kind, d.consumer, d.state, d.attempts,
               extract(epoch FROM clock_timestamp() - d.created_at)::bigint AS age_seconds
        FROM delivery d JOIN fact f ON f.id = d.fact_id
        UNION ALL
        SELECT 'fact-' || f.id::text, f.kind, NULL, 'waiting', 0,
               extract(epoch FROM clock_timestamp() - f.created_at)::bigint
        FROM fact f WHERE f.fanned_out_at IS NULL""",
    "notifications": """
        SELECT n.kind, n.recipient, o.number AS order_number, n.message_id, n.state
        FROM notification n LEFT JOIN orders o ON o.id = n.order_id""",
    "audit": "SELECT at, actor, action, object, before, after, request_id FROM audit",
}

APPEND_ONLY = ("ledger_txn", "ledger_entry", "order_history", "audit", "price_change")


def upgrade() -> None:
    op.execute(ROLES)
    op.execute("CREATE SCHEMA contract")
    op.execute("GRANT USAGE, CREATE ON SCHEMA contract TO marketplace_reports")
    op.execute("GRANT USAGE ON SCHEMA public TO marketplace_app, marketplace_reports")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO marketplace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO marketplace_app")
    op.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO marketplace_reports")
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO marketplace_app"
    )
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO marketplace_app")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO marketplace_reports")
    for name in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {name} FROM marketplace_app")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON state_transition FROM marketplace_app")
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW contract.{name} AS {query}")
        op.execute(f"ALTER VIEW contract.{name} OWNER TO marketplace_reports")
    op.execute("REVOKE CREATE ON SCHEMA contract FROM marketplace_reports")
