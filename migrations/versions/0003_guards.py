"""What the database refuses by itself: steps that no state table knows, unbalanced books, edits of what is final."""

from alembic import op
from sqlalchemy import text

from marketplace.orders.states import ORDER
from marketplace.payments.states import PAYMENT
from marketplace.payouts.states import RUN, STATEMENT

revision = "0003"
down_revision = "0002"

STATES = """
CREATE FUNCTION refuse_unknown_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IS DISTINCT FROM OLD.state AND NOT EXISTS (
        SELECT 1 FROM state_transition t
        WHERE t.thing = TG_ARGV[0] AND t.from_state = OLD.state AND t.to_state = NEW.state
    ) THEN
        RAISE EXCEPTION 'no step of % from % to %', TG_ARGV[0], OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'state_transition';
    END IF;
    RETURN NEW;
END $$
"""

LEDGER = """
CREATE FUNCTION ledger_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_txn bigint := CASE TG_TABLE_NAME WHEN 'ledger_txn' THEN (to_jsonb(NEW) ->> 'id')::bigint
                                         ELSE (to_jsonb(NEW) ->> 'txn_id')::bigint END;
    entries int;
    total bigint;
BEGIN
    SELECT count(*), coalesce(sum(amount_cents), 0) INTO entries, total FROM ledger_entry WHERE txn_id = the_txn;
    IF entries < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'ledger transaction %: % entries, sum %', the_txn, entries, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balance';
    END IF;
    RETURN NULL;
END $$
"""

FINAL = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only';
END $$
"""

LINES = """
CREATE FUNCTION keep_what_was_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.order_id, NEW.offer_id, NEW.farm_id, NEW.quantity, NEW.price_cents, NEW.ordered_cents, NEW.hold_cents)
       IS DISTINCT FROM
       (OLD.order_id, OLD.offer_id, OLD.farm_id, OLD.quantity, OLD.price_cents, OLD.ordered_cents, OLD.hold_cents) THEN
        RAISE EXCEPTION 'an ordered line does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'agreed';
    END IF;
    RETURN NEW;
END $$
"""

HISTORY = """
CREATE FUNCTION note_order_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO order_history (order_id, at, from_state, to_state, actor)
        VALUES (NEW.id, app_now(), NULL, NEW.state, coalesce(current_setting('app.actor', true), ''));
    ELSIF NEW.state IS DISTINCT FROM OLD.state THEN
        INSERT INTO order_history (order_id, at, from_state, to_state, actor)
        VALUES (NEW.id, app_now(), OLD.state, NEW.state, coalesce(current_setting('app.actor', true), ''));
    END IF;
    RETURN NULL;
END $$
"""

# Arguments: the name of the object, the column that identifies it, then the watched columns.
AUDIT = """
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    watched text[] := TG_ARGV[2:];
    before jsonb;
    after jsonb;
BEGIN
    SELECT jsonb_object_agg(c, old_row -> c), jsonb_object_agg(c, new_row -> c) INTO before, after
    FROM unnest(watched) c
    WHERE (old_row -> c) IS DISTINCT FROM (new_row -> c);
    IF before IS NULL AND after IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit (at, actor, action, object, before, after, request_id)
    VALUES (
        app_now(), coalesce(current_setting('app.actor', true), ''), TG_TABLE_NAME || '.' || lower(TG_OP),
        TG_ARGV[0] || ':' || coalesce(new_row ->> TG_ARGV[1], old_row ->> TG_ARGV[1], ''),
        CASE WHEN old_row IS NOT NULL THEN before::text END, CASE WHEN new_row IS NOT NULL THEN after::text END,
        coalesce(current_setting('app.request_id', true), ''));
    RETURN NULL;
END $$
"""

PAYOUT_LINES = """
CREATE FUNCTION keep_what_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM payout_run r WHERE r.id = OLD.run_id AND r.state IN ('paying', 'paid')) THEN
        RAISE EXCEPTION 'the lines of a paid run do not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'signed';
    END IF;
    RETURN OLD;
END $$
"""

RATE = """
CREATE FUNCTION rate_hit(the_key text, window_seconds int, allowed int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    began timestamptz := to_timestamp(floor(extract(epoch FROM clock_timestamp()) / window_seconds) * window_seconds);
    so_far bigint;
BEGIN
    INSERT INTO rate_counter AS r (key, window_start, hits) VALUES (the_key, began, 1)
    ON CONFLICT (key, window_start) DO UPDATE SET hits = r.hits + 1 RETURNING r.hits INTO so_far;
    IF so_far <= allowed THEN
        RETURN 0;
    END IF;
    RETURN greatest(1, ceil(extract(epoch FROM began + make_interval(secs => window_seconds) - clock_timestamp()))::int);
END $$
"""

DOORBELL = """
CREATE FUNCTION ring_doorbell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('outbox', '');
    RETURN NULL;
END $$
"""

STATE_TABLES = {"orders": "order", "payment": "payment", "payout_run": "payout_run", "statement": "statement"}
APPEND_ONLY = ("ledger_txn", "ledger_entry", "order_history", "audit", "price_change")
AUDITED = {
    "orders": ("order", "number", "state", "payment_state", "owed_cents"),
    "order_line": ("order_line", "id", "packed_quantity", "weight_g", "amount_cents", "refunded_cents", "state"),
    "payment": ("payment", "id", "state", "authorized_cents", "captured_cents", "refunded_cents"),
    "refund": ("refund", "id", "amount_cents", "borne_by", "state"),
    "payout_run": ("payout_run", "id", "state", "created_by", "submitted_by", "approved_by"),
    "statement": ("statement", "id", "state", "payout_cents", "paid_by", "provider_ref"),
    "offer": ("offer", "id", "price_cents", "paused", "closes_at"),
    "variant": ("variant", "id", "price_cents", "unit_price_cents", "deposit_cents"),
    "membership": ("account", "account_id", "role", "market_id", "farm_id", "pickup_point_id"),
    "account": ("account", "id", "email", "disabled_at"),
    "farm_bank_account": ("farm", "farm_id", "id", "holder", "ended_at"),
    "farm_connected_account": ("farm", "farm_id", "provider_ref", "enabled"),
    "farm": ("farm", "id", "state", "lead_time_minutes"),
    "market_day": ("market_day", "id", "orders_close_at", "cancelled_at"),
    "fee_component": ("market", "market_id", "component", "rate_bp", "valid_from"),
    "market_setting": ("market", "market_id", "key", "value", "valid_from"),
}


def upgrade() -> None:
    for function in (STATES, LEDGER, FINAL, LINES, HISTORY, AUDIT, PAYOUT_LINES, RATE, DOORBELL):
        op.execute(function)
    insert = text("INSERT INTO state_transition (thing, from_state, to_state) VALUES (:thing, :current, :to)")
    for table in (ORDER, PAYMENT, RUN, STATEMENT):
        for current, to in table.steps():
            op.get_bind().execute(insert, {"thing": table.thing, "current": current, "to": to})
    for name, thing in STATE_TABLES.items():
        op.execute(
            f"CREATE TRIGGER known_steps BEFORE UPDATE OF state ON {name}"
            f" FOR EACH ROW EXECUTE FUNCTION refuse_unknown_step('{thing}')"
        )
    for name in ("ledger_txn", "ledger_entry"):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER balance AFTER INSERT ON {name} DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION ledger_must_balance()"
        )
    for name in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER final BEFORE UPDATE OR DELETE ON {name} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"CREATE TRIGGER kept BEFORE TRUNCATE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
    op.execute("CREATE TRIGGER agreed BEFORE UPDATE ON order_line FOR EACH ROW EXECUTE FUNCTION keep_what_was_agreed()")
    op.execute(
        "CREATE TRIGGER history AFTER INSERT OR UPDATE OF state ON orders FOR EACH ROW EXECUTE FUNCTION note_order_step()"
    )
    op.execute(
        "CREATE TRIGGER signed BEFORE UPDATE OR DELETE ON payout_line FOR EACH ROW EXECUTE FUNCTION keep_what_is_signed()"
    )
    op.execute("CREATE SEQUENCE order_number START 10001")
    op.execute("CREATE TRIGGER doorbell AFTER INSERT ON fact FOR EACH STATEMENT EXECUTE FUNCTION ring_doorbell()")
    for name, (thing, key, *watched) in AUDITED.items():
        arguments = ", ".join(f"'{argument}'" for argument in (thing, key, *watched))
        op.execute(
            f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {name}"
            f" FOR EACH ROW EXECUTE FUNCTION note_change({arguments})"
        )
