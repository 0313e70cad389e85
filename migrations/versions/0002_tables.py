"""All tables, as the models of each room declare them (made by alembic from the models)."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_used_step", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.Text(), server_default="de", nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email_key", name=op.f("uq_account_email_key")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_object"), "audit", ["object"], unique=False)
    op.create_table(
        "category",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_category")),
    )
    op.create_table(
        "fact",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("fanned_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
    )
    op.create_index("ix_fact_waiting", "fact", ["id"], unique=False, postgresql_where=sa.text("fanned_out_at IS NULL"))
    op.create_table(
        "heartbeat",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "inbox_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("api_version", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="received", nullable=False),
        sa.Column(
            "received_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('received', 'waiting', 'done', 'ignored', 'failed')", name=op.f("ck_inbox_event_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_inbox_event_event_id")),
    )
    op.create_index(
        "ix_inbox_event_open",
        "inbox_event",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('received', 'waiting')"),
    )
    op.create_table(
        "kept_answer",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_kept_answer")),
    )
    op.create_index("ix_kept_answer_created_at", "kept_answer", ["created_at"], unique=False)
    op.create_table(
        "ledger_account",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('asset', 'liability', 'income', 'expense', 'clearing')", name=op.f("ck_ledger_account_kind")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ledger_account")),
    )
    op.create_table(
        "market",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), server_default="Europe/Berlin", nullable=False),
        sa.Column("sales_model", sa.Text(), server_default="agency", nullable=False),
        sa.Column("legal", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("sales_model IN ('agency', 'commission')", name=op.f("ck_market_sales_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market")),
        sa.UniqueConstraint("slug", name=op.f("uq_market_slug")),
    )
    op.create_table(
        "rate_counter",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window_start", name=op.f("pk_rate_counter")),
    )
    op.create_table(
        "state_transition",
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("thing", "from_state", "to_state", name=op.f("pk_state_transition")),
    )
    op.create_table(
        "vat_rate",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("rate_bp", sa.BigInteger(), nullable=False),
        sa.Column("ground", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key", "valid_from", name=op.f("pk_vat_rate")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "balance_transaction",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("available_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_balance_transaction_market_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_transaction")),
    )
    op.create_index(op.f("ix_balance_transaction_source"), "balance_transaction", ["source"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("fact_id", sa.BigInteger(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "available_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'in_flight', 'done', 'parked')", name=op.f("ck_delivery_state")),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.id"], name=op.f("fk_delivery_fact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("fact_id", "consumer", name=op.f("uq_delivery_fact_id_consumer")),
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["available_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'in_flight')"),
    )
    op.create_index(
        "ix_delivery_parked", "delivery", ["id"], unique=False, postgresql_where=sa.text("state = 'parked'")
    )
    op.create_table(
        "farm",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), server_default="", nullable=False),
        sa.Column("street", sa.Text(), server_default="", nullable=False),
        sa.Column("postcode", sa.Text(), server_default="", nullable=False),
        sa.Column("town", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("focus", sa.Text(), server_default="", nullable=False),
        sa.Column("organic_code", sa.Text(), nullable=True),
        sa.Column("organic_until", sa.Date(), nullable=True),
        sa.Column("lead_time_minutes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="live", nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("state IN ('draft', 'live', 'paused', 'closed')", name=op.f("ck_farm_state")),
        sa.CheckConstraint("lead_time_minutes >= 0", name=op.f("ck_farm_lead_time")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_farm_market_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farm")),
        sa.UniqueConstraint("id", "market_id", name=op.f("uq_farm_id_market_id")),
        sa.UniqueConstraint("market_id", "code", name=op.f("uq_farm_market_id_code")),
        sa.UniqueConstraint("uuid", name=op.f("uq_farm_uuid")),
    )
    op.create_table(
        "fee_component",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("rate_bp", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.CheckConstraint("rate_bp BETWEEN 0 AND 10000", name=op.f("ck_fee_component_rate")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_fee_component_market_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_component")),
        sa.UniqueConstraint(
            "market_id", "component", "valid_from", name=op.f("uq_fee_component_market_id_component_valid_from")
        ),
    )
    op.create_table(
        "ledger_txn",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_type", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("memo", sa.Text(), server_default="", nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_ledger_txn_market_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["ledger_txn.id"], name=op.f("fk_ledger_txn_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_txn")),
        sa.UniqueConstraint("kind", "source_type", "source_id", name=op.f("uq_ledger_txn_kind_source_type_source_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_txn_reverses_id")),
    )
    op.create_index(op.f("ix_ledger_txn_market_id"), "ledger_txn", ["market_id"], unique=False)
    op.create_table(
        "market_day",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("orders_open_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("orders_close_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("orders_open_at < orders_close_at", name=op.f("ck_market_day_window")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_market_day_market_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_day")),
        sa.UniqueConstraint("id", "market_id", name=op.f("uq_market_day_id_market_id")),
        sa.UniqueConstraint("market_id", "date", name=op.f("uq_market_day_market_id_date")),
    )
    op.create_index(
        "ix_market_day_open",
        "market_day",
        ["orders_close_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "market_setting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_market_setting_market_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_setting")),
        sa.UniqueConstraint("market_id", "key", "valid_from", name=op.f("uq_market_setting_market_id_key_valid_from")),
    )
    op.create_table(
        "payout_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.Column("submitted_by", sa.BigInteger(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("figures_hash", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'in_review', 'approved', 'paying', 'paid', 'rejected')",
            name=op.f("ck_payout_run_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'paying', 'paid') OR approved_by IS NOT NULL",
            name=op.f("ck_payout_run_approved"),
        ),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> created_by", name=op.f("ck_payout_run_two_people")),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_payout_run_approved_by")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_payout_run_created_by")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_payout_run_market_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["account.id"], name=op.f("fk_payout_run_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_run")),
    )
    op.create_index(
        "uq_payout_run_open",
        "payout_run",
        ["market_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'in_review', 'approved', 'paying')"),
    )
    op.create_table(
        "pickup_point",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), server_default="", nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("town", sa.Text(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="market_square", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("kind IN ('market_square', 'farm', 'shelf', 'shop')", name=op.f("ck_pickup_point_kind")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_pickup_point_market_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pickup_point")),
        sa.UniqueConstraint("id", "market_id", name=op.f("uq_pickup_point_id_market_id")),
        sa.UniqueConstraint("market_id", "code", name=op.f("uq_pickup_point_market_id_code")),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("stepped_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("device", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"], unique=False)
    op.create_table(
        "farm_bank_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("farm_id", sa.BigInteger(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_farm_bank_account_farm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farm_bank_account")),
    )
    op.create_index(op.f("ix_farm_bank_account_farm_id"), "farm_bank_account", ["farm_id"], unique=False)
    op.create_table(
        "farm_connected_account",
        sa.Column("farm_id", sa.BigInteger(), nullable=False),
        sa.Column("provider_ref", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_farm_connected_account_farm_id")),
        sa.PrimaryKeyConstraint("farm_id", name=op.f("pk_farm_connected_account")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_farm_connected_account_provider_ref")),
    )
    op.create_table(
        "farm_tax_scheme",
        sa.Column("farm_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "scheme IN ('regular', 'paragraph24', 'paragraph19')", name=op.f("ck_farm_tax_scheme_scheme")
        ),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_farm_tax_scheme_farm_id")),
        sa.PrimaryKeyConstraint("farm_id", "valid_from", name=op.f("pk_farm_tax_scheme")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=True),
        sa.Column("farm_id", sa.BigInteger(), nullable=True),
        sa.Column("pickup_point_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(role = 'farm') = (farm_id IS NOT NULL)", name=op.f("ck_membership_farm")),
        sa.CheckConstraint(
            "role IN ('customer', 'farm', 'host', 'operator', 'approver', 'admin')", name=op.f("ck_membership_role")
        ),
        sa.CheckConstraint(
            "role NOT IN ('operator', 'approver') OR market_id IS NOT NULL", name=op.f("ck_membership_market")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_membership_account_id")),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_membership_farm_id")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_membership_market_id")),
        sa.ForeignKeyConstraint(["pickup_point_id"], ["pickup_point.id"], name=op.f("fk_membership_pickup_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "account_id",
            "role",
            "market_id",
            "farm_id",
            "pickup_point_id",
            name=op.f("uq_membership_account_id_role_market_id_farm_id_pickup_point_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "pickup_slot",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("market_day_id", sa.BigInteger(), nullable=False),
        sa.Column("pickup_point_id", sa.BigInteger(), nullable=False),
        sa.Column("pickup_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pickup_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("booked", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("booked >= 0 AND booked <= capacity", name=op.f("ck_pickup_slot_capacity")),
        sa.CheckConstraint("pickup_from < pickup_until", name=op.f("ck_pickup_slot_window")),
        sa.ForeignKeyConstraint(
            ["market_day_id", "market_id"],
            ["market_day.id", "market_day.market_id"],
            name=op.f("fk_pickup_slot_market_day_id_market_id"),
        ),
        sa.ForeignKeyConstraint(
            ["pickup_point_id", "market_id"],
            ["pickup_point.id", "pickup_point.market_id"],
            name=op.f("fk_pickup_slot_pickup_point_id_market_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pickup_slot")),
        sa.UniqueConstraint("id", "market_day_id", name=op.f("uq_pickup_slot_id_market_day_id")),
        sa.UniqueConstraint(
            "market_day_id",
            "pickup_point_id",
            "pickup_from",
            name=op.f("uq_pickup_slot_market_day_id_pickup_point_id_pickup_from"),
        ),
    )
    op.create_index(op.f("ix_pickup_slot_market_day_id"), "pickup_slot", ["market_day_id"], unique=False)
    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("farm_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), server_default="", nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("ingredients", sa.Text(), server_default="", nullable=False),
        sa.Column("allergens", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("storage", sa.Text(), server_default="", nullable=False),
        sa.Column("shelf_life_days", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("origin", sa.Text(), server_default="", nullable=False),
        sa.Column("label_note", sa.Text(), server_default="", nullable=False),
        sa.Column("organic", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("min_age", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("withdrawal_excluded", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("is_food", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("vat_key", sa.Text(), server_default="reduced", nullable=False),
        sa.Column("flat_rate", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("season_months", sa.ARRAY(sa.SmallInteger()), server_default="{}", nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('german', name || ' ' || description || ' ' || ingredients)", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint("state IN ('draft', 'live', 'archived')", name=op.f("ck_product_state")),
        sa.CheckConstraint("vat_key IN ('reduced', 'standard')", name=op.f("ck_product_vat_key")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_product_name")),
        sa.CheckConstraint("min_age IN (0, 16, 18)", name=op.f("ck_product_min_age")),
        sa.ForeignKeyConstraint(["category"], ["category.slug"], name=op.f("fk_product_category")),
        sa.ForeignKeyConstraint(
            ["farm_id", "market_id"], ["farm.id", "farm.market_id"], name=op.f("fk_product_farm_id_market_id")
        ),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_product_farm_id")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_product_market_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("id", "farm_id", name=op.f("uq_product_id_farm_id")),
        sa.UniqueConstraint("market_id", "slug", name=op.f("uq_product_market_id_slug")),
    )
    op.create_index(op.f("ix_product_farm_id"), "product", ["farm_id"], unique=False)
    op.create_index("ix_product_search", "product", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "statement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("farm_id", sa.BigInteger(), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="due", nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("refunds_cents", sa.BigInteger(), nullable=False),
        sa.Column("fees_cents", sa.BigInteger(), nullable=False),
        sa.Column("fees_vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("deposits_cents", sa.BigInteger(), nullable=False),
        sa.Column("corrections_cents", sa.BigInteger(), nullable=False),
        sa.Column("carried_cents", sa.BigInteger(), nullable=False),
        sa.Column("payout_cents", sa.BigInteger(), nullable=False),
        sa.Column("flags", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("carried_into", sa.BigInteger(), nullable=True),
        sa.Column("paid_by", sa.Text(), nullable=True),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objection", sa.Text(), server_default="", nullable=False),
        sa.Column("objected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('due', 'held', 'carried', 'paying', 'paid', 'failed')", name=op.f("ck_statement_state")
        ),
        sa.CheckConstraint("state NOT IN ('paying', 'paid') OR payout_cents > 0", name=op.f("ck_statement_positive")),
        sa.CheckConstraint(
            "payout_cents = gross_cents - refunds_cents - fees_cents - fees_vat_cents + deposits_cents + corrections_cents + carried_cents",
            name=op.f("ck_statement_sum"),
        ),
        sa.ForeignKeyConstraint(["carried_into"], ["statement.id"], name=op.f("fk_statement_carried_into")),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_statement_farm_id")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_statement_market_id")),
        sa.ForeignKeyConstraint(["run_id"], ["payout_run.id"], name=op.f("fk_statement_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_statement_provider_ref")),
        sa.UniqueConstraint("run_id", "farm_id", name=op.f("uq_statement_run_id_farm_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_statement_uuid")),
    )
    op.create_index(op.f("ix_statement_farm_id"), "statement", ["farm_id"], unique=False)
    op.create_table(
        "weekly_slot",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("pickup_point_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("pickup_from", sa.Time(), nullable=False),
        sa.Column("pickup_until", sa.Time(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("opens_days_before", sa.SmallInteger(), server_default="14", nullable=False),
        sa.Column("closes_days_before", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("closes_at", sa.Time(), nullable=False),
        sa.CheckConstraint("pickup_from < pickup_until", name=op.f("ck_weekly_slot_window")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_weekly_slot_weekday")),
        sa.ForeignKeyConstraint(["pickup_point_id"], ["pickup_point.id"], name=op.f("fk_weekly_slot_pickup_point_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_slot")),
        sa.UniqueConstraint(
            "pickup_point_id", "weekday", "pickup_from", name=op.f("uq_weekly_slot_pickup_point_id_weekday_pickup_from")
        ),
    )
    op.create_table(
        "basket",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("slot_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "changed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_basket_account_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["pickup_slot.id"], name=op.f("fk_basket_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basket")),
        sa.UniqueConstraint("account_id", name=op.f("uq_basket_account_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_basket_token_hash")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("market_day_id", sa.BigInteger(), nullable=False),
        sa.Column("slot_id", sa.BigInteger(), nullable=False),
        sa.Column("pickup_number", sa.BigInteger(), nullable=False),
        sa.Column("pickup_code", sa.Text(), nullable=False),
        sa.Column("token_seed", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("min_age", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("language", sa.Text(), server_default="de", nullable=False),
        sa.Column("payment_method", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payment_state", sa.Text(), server_default="none", nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("deposit_cents", sa.BigInteger(), nullable=False),
        sa.Column("owed_cents", sa.BigInteger(), nullable=False),
        sa.Column("hold_cents", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("age_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("packed_by_default", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("checkout_scope", sa.Text(), nullable=False),
        sa.Column("checkout_key", sa.Text(), nullable=False),
        sa.Column("checkout_print", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "payment_method IN ('card', 'sepa_debit', 'pay_at_pickup')", name=op.f("ck_orders_payment_method")
        ),
        sa.CheckConstraint("hold_cents >= total_cents", name=op.f("ck_orders_hold")),
        sa.CheckConstraint(
            "total_cents >= 0 AND owed_cents >= 0 AND owed_cents <= hold_cents", name=op.f("ck_orders_amounts")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_orders_account_id")),
        sa.ForeignKeyConstraint(
            ["market_day_id", "market_id"],
            ["market_day.id", "market_day.market_id"],
            name=op.f("fk_orders_market_day_id_market_id"),
        ),
        sa.ForeignKeyConstraint(
            ["slot_id", "market_day_id"],
            ["pickup_slot.id", "pickup_slot.market_day_id"],
            name=op.f("fk_orders_slot_id_market_day_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("checkout_scope", "checkout_key", name=op.f("uq_orders_checkout_scope_checkout_key")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
        sa.UniqueConstraint("slot_id", "pickup_code", name=op.f("uq_orders_slot_id_pickup_code")),
        sa.UniqueConstraint("slot_id", "pickup_number", name=op.f("uq_orders_slot_id_pickup_number")),
        sa.UniqueConstraint("uuid", name=op.f("uq_orders_uuid")),
    )
    op.create_index(op.f("ix_orders_account_id"), "orders", ["account_id"], unique=False)
    op.create_index(
        "ix_orders_awaiting",
        "orders",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'awaiting_payment'"),
    )
    op.create_index("ix_orders_day_state", "orders", ["market_day_id", "state"], unique=False)
    op.create_index("ix_orders_email", "orders", ["email_key"], unique=False)
    op.create_index(op.f("ix_orders_slot_id"), "orders", ["slot_id"], unique=False)
    op.create_table(
        "picture",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("media_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("alt", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_picture_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
    )
    op.create_index(op.f("ix_picture_product_id"), "picture", ["product_id"], unique=False)
    op.create_table(
        "statement_fee",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("rate_bp", sa.BigInteger(), nullable=False),
        sa.Column("base_cents", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_statement_fee_statement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_fee")),
        sa.UniqueConstraint("statement_id", "component", name=op.f("uq_statement_fee_statement_id_component")),
    )
    op.create_table(
        "variant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("farm_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("sale_unit", sa.Text(), nullable=False),
        sa.Column("net_quantity", sa.BigInteger(), nullable=False),
        sa.Column("net_unit", sa.Text(), nullable=False),
        sa.Column("catch_weight", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_cents", sa.BigInteger(), nullable=True),
        sa.Column("unit_price_basis", sa.Text(), nullable=True),
        sa.Column("deposit_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pooled", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("archived", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "NOT catch_weight OR (unit_price_cents IS NOT NULL AND unit_price_basis = 'kg')",
            name=op.f("ck_variant_weight"),
        ),
        sa.CheckConstraint("net_unit IN ('g', 'ml', 'pc')", name=op.f("ck_variant_net_unit")),
        sa.CheckConstraint("unit_price_basis IN ('kg', 'l')", name=op.f("ck_variant_basis")),
        sa.CheckConstraint("deposit_cents BETWEEN 0 AND 1000000", name=op.f("ck_variant_deposit")),
        sa.CheckConstraint("price_cents BETWEEN 0 AND 100000000", name=op.f("ck_variant_price")),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_variant_farm_id")),
        sa.ForeignKeyConstraint(
            ["product_id", "farm_id"], ["product.id", "product.farm_id"], name=op.f("fk_variant_product_id_farm_id")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_variant_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant")),
        sa.UniqueConstraint("farm_id", "sku", name=op.f("uq_variant_farm_id_sku")),
        sa.UniqueConstraint("id", "farm_id", name=op.f("uq_variant_id_farm_id")),
    )
    op.create_index(op.f("ix_variant_product_id"), "variant", ["product_id"], unique=False)
    op.create_table(
        "basket_line",
        sa.Column("basket_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("quantity BETWEEN 1 AND 999", name=op.f("ck_basket_line_quantity")),
        sa.ForeignKeyConstraint(
            ["basket_id"], ["basket.id"], name=op.f("fk_basket_line_basket_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_basket_line_variant_id")),
        sa.PrimaryKeyConstraint("basket_id", "variant_id", name=op.f("pk_basket_line")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("txn_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("farm_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("part", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("abs(amount_cents) < 100000000000", name=op.f("ck_ledger_entry_size")),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_ledger_entry_amount")),
        sa.ForeignKeyConstraint(["account"], ["ledger_account.code"], name=op.f("fk_ledger_entry_account")),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_ledger_entry_farm_id")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_ledger_entry_market_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_ledger_entry_order_id")),
        sa.ForeignKeyConstraint(["txn_id"], ["ledger_txn.id"], name=op.f("fk_ledger_entry_txn_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index("ix_ledger_entry_account_id", "ledger_entry", ["account", "id"], unique=False)
    op.create_index("ix_ledger_entry_farm", "ledger_entry", ["farm_id", "id"], unique=False)
    op.create_index(op.f("ix_ledger_entry_order_id"), "ledger_entry", ["order_id"], unique=False)
    op.create_index(op.f("ix_ledger_entry_txn_id"), "ledger_entry", ["txn_id"], unique=False)
    op.create_table(
        "notification",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject_ref", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("market_id", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.Text(), server_default="de", nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed')", name=op.f("ck_notification_state")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_notification_market_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_notification_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint(
            "kind", "recipient", "subject_ref", name=op.f("uq_notification_kind_recipient_subject_ref")
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_notification_uuid")),
    )
    op.create_index(
        "ix_notification_open",
        "notification",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )
    op.create_index(op.f("ix_notification_order_id"), "notification", ["order_id"], unique=False)
    op.create_table(
        "order_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_history_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_history")),
    )
    op.create_index(op.f("ix_order_history_order_id"), "order_history", ["order_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("capture_later", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("wanted", sa.Text(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("authorized_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("capture_cents", sa.BigInteger(), nullable=True),
        sa.Column("captured_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("session_ref", sa.Text(), nullable=True),
        sa.Column("session_url", sa.Text(), nullable=True),
        sa.Column("session_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.Column("charge_ref", sa.Text(), nullable=True),
        sa.Column("capture_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "state IN ('none', 'pending', 'authorized', 'captured', 'partially_refunded', 'refunded', 'failed', 'cancelled')",
            name=op.f("ck_payment_state"),
        ),
        sa.CheckConstraint("wanted IN ('session', 'capture', 'cancel')", name=op.f("ck_payment_wanted")),
        sa.CheckConstraint("captured_cents BETWEEN 0 AND amount_cents", name=op.f("ck_payment_captured")),
        sa.CheckConstraint("refunded_cents BETWEEN 0 AND captured_cents", name=op.f("ck_payment_refunded")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_payment_market_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_payment_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_payment_provider_ref")),
        sa.UniqueConstraint("session_ref", name=op.f("uq_payment_session_ref")),
        sa.UniqueConstraint("uuid", name=op.f("uq_payment_uuid")),
    )
    op.create_index(op.f("ix_payment_order_id"), "payment", ["order_id"], unique=False)
    op.create_index(
        "ix_payment_pending", "payment", ["id"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index(
        "ix_payment_wanted", "payment", ["id"], unique=False, postgresql_where=sa.text("wanted IS NOT NULL")
    )
    op.create_table(
        "price_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_cents", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_price_change_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_change")),
    )
    op.create_index(op.f("ix_price_change_variant_id"), "price_change", ["variant_id"], unique=False)
    op.create_table(
        "stock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("farm_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("market_day_id", sa.BigInteger(), nullable=True),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("reserved", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sold", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("capacity IS NULL OR capacity BETWEEN 0 AND 1000000", name=op.f("ck_stock_capacity")),
        sa.CheckConstraint("capacity IS NULL OR reserved + sold <= capacity", name=op.f("ck_stock_not_oversold")),
        sa.CheckConstraint("reserved >= 0 AND sold >= 0", name=op.f("ck_stock_not_negative")),
        sa.ForeignKeyConstraint(["market_day_id"], ["market_day.id"], name=op.f("fk_stock_market_day_id")),
        sa.ForeignKeyConstraint(
            ["variant_id", "farm_id"], ["variant.id", "variant.farm_id"], name=op.f("fk_stock_variant_id_farm_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock")),
        sa.UniqueConstraint("id", "farm_id", name=op.f("uq_stock_id_farm_id")),
        sa.UniqueConstraint(
            "variant_id",
            "market_day_id",
            name=op.f("uq_stock_variant_id_market_day_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_stock_market_day_id"), "stock", ["market_day_id"], unique=False)
    op.create_table(
        "weekly_offer",
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_weekly_offer_weekday")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_weekly_offer_variant_id")),
        sa.PrimaryKeyConstraint("variant_id", "weekday", name=op.f("pk_weekly_offer")),
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("market_day_id", sa.BigInteger(), nullable=False),
        sa.Column("farm_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("stock_id", sa.BigInteger(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_cents", sa.BigInteger(), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("price_cents BETWEEN 0 AND 100000000", name=op.f("ck_offer_price")),
        sa.ForeignKeyConstraint(
            ["farm_id", "market_id"], ["farm.id", "farm.market_id"], name=op.f("fk_offer_farm_id_market_id")
        ),
        sa.ForeignKeyConstraint(
            ["market_day_id", "market_id"],
            ["market_day.id", "market_day.market_id"],
            name=op.f("fk_offer_market_day_id_market_id"),
        ),
        sa.ForeignKeyConstraint(
            ["stock_id", "farm_id"], ["stock.id", "stock.farm_id"], name=op.f("fk_offer_stock_id_farm_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id", "farm_id"], ["variant.id", "variant.farm_id"], name=op.f("fk_offer_variant_id_farm_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("market_day_id", "variant_id", name=op.f("uq_offer_market_day_id_variant_id")),
    )
    op.create_index("ix_offer_farm_day", "offer", ["farm_id", "market_day_id"], unique=False)
    op.create_index(op.f("ix_offer_stock_id"), "offer", ["stock_id"], unique=False)
    op.create_index(op.f("ix_offer_variant_id"), "offer", ["variant_id"], unique=False)
    op.create_table(
        "payout_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("farm_id", sa.BigInteger(), nullable=False),
        sa.Column("ledger_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_payout_line_farm_id")),
        sa.ForeignKeyConstraint(["ledger_entry_id"], ["ledger_entry.id"], name=op.f("fk_payout_line_ledger_entry_id")),
        sa.ForeignKeyConstraint(["run_id"], ["payout_run.id"], name=op.f("fk_payout_line_run_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_payout_line_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_line")),
        sa.UniqueConstraint("ledger_entry_id", name=op.f("uq_payout_line_ledger_entry_id")),
    )
    op.create_index(op.f("ix_payout_line_run_id"), "payout_line", ["run_id"], unique=False)
    op.create_index(op.f("ix_payout_line_statement_id"), "payout_line", ["statement_id"], unique=False)
    op.create_table(
        "refund",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("borne_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="submitting", nullable=False),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.CheckConstraint("borne_by IN ('farm', 'market', 'deposits', 'clearing')", name=op.f("ck_refund_borne_by")),
        sa.CheckConstraint("state IN ('submitting', 'done', 'failed')", name=op.f("ck_refund_state")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_refund_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refund_order_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_refund_provider_ref")),
        sa.UniqueConstraint("uuid", name=op.f("uq_refund_uuid")),
    )
    op.create_index("ix_refund_open", "refund", ["id"], unique=False, postgresql_where=sa.text("state = 'submitting'"))
    op.create_index(op.f("ix_refund_order_id"), "refund", ["order_id"], unique=False)
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("farm_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("sale_unit", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_cents", sa.BigInteger(), nullable=True),
        sa.Column("unit_price_basis", sa.Text(), nullable=True),
        sa.Column("net_quantity", sa.BigInteger(), nullable=False),
        sa.Column("net_unit", sa.Text(), nullable=False),
        sa.Column("catch_weight", sa.Boolean(), nullable=False),
        sa.Column("unit_deposit_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_scheme", sa.Text(), nullable=False),
        sa.Column("vat_bp", sa.BigInteger(), nullable=False),
        sa.Column("min_age", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ordered_cents", sa.BigInteger(), nullable=False),
        sa.Column("hold_cents", sa.BigInteger(), nullable=False),
        sa.Column("packed_quantity", sa.BigInteger(), nullable=True),
        sa.Column("weight_g", sa.BigInteger(), nullable=True),
        sa.Column("deposit_cents", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("lowered_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_quantity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('open', 'packed', 'short', 'cancelled')", name=op.f("ck_order_line_state")),
        sa.CheckConstraint("amount_cents BETWEEN 0 AND hold_cents", name=op.f("ck_order_line_amount")),
        sa.CheckConstraint(
            "packed_quantity IS NULL OR packed_quantity BETWEEN 0 AND quantity", name=op.f("ck_order_line_packed")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_quantity")),
        sa.CheckConstraint("lowered_cents >= 0 AND refunded_cents >= 0", name=op.f("ck_order_line_less")),
        sa.CheckConstraint("refunded_quantity BETWEEN 0 AND quantity", name=op.f("ck_order_line_refunded")),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_order_line_farm_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_order_line_offer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_line_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "offer_id", name=op.f("uq_order_line_order_id_offer_id")),
    )
    op.create_index("ix_order_line_farm", "order_line", ["farm_id", "order_id"], unique=False)
    op.create_table(
        "reservation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("stock_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="live", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('live', 'consumed', 'released')", name=op.f("ck_reservation_state")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_reservation_quantity")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_reservation_offer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_reservation_order_id")),
        sa.ForeignKeyConstraint(["stock_id"], ["stock.id"], name=op.f("fk_reservation_stock_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        sa.UniqueConstraint("order_id", "offer_id", name=op.f("uq_reservation_order_id_offer_id")),
    )
    op.create_index(
        "ix_reservation_live", "reservation", ["stock_id"], unique=False, postgresql_where=sa.text("state = 'live'")
    )
    op.create_index(op.f("ix_reservation_offer_id"), "reservation", ["offer_id"], unique=False)
    op.create_table(
        "refund_share",
        sa.Column("refund_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_refund_share_line_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_refund_share_refund_id")),
        sa.PrimaryKeyConstraint("refund_id", "line_id", name=op.f("pk_refund_share")),
    )
