"""Saved means of payment with the consent to their use, and payments whose hold was lost."""

import sqlalchemy as sa
from alembic import op

revision = "0720"
down_revision = "0710"


def upgrade() -> None:
    op.create_table(
        "provider_customer",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        _created_at(),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_provider_customer_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_provider_customer")),
        sa.UniqueConstraint("uuid", name=op.f("uq_provider_customer_uuid")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_provider_customer_provider_ref")),
    )
    op.create_table(
        "means_setup",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.Column("session_ref", sa.Text(), nullable=True),
        sa.Column("session_url", sa.Text(), nullable=True),
        sa.Column("session_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        _created_at(),
        sa.CheckConstraint("state IN ('open', 'done', 'failed', 'withdrawn')", name=op.f("ck_means_setup_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_means_setup_account_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_means_setup_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_means_setup")),
        sa.UniqueConstraint("uuid", name=op.f("uq_means_setup_uuid")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_means_setup_payment_id")),
        sa.UniqueConstraint("session_ref", name=op.f("uq_means_setup_session_ref")),
    )
    op.create_index(op.f("ix_means_setup_account_id"), "means_setup", ["account_id"])
    op.create_index("ix_means_setup_open", "means_setup", ["id"], postgresql_where=sa.text("state = 'open'"))
    op.create_table(
        "saved_means",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("setup_id", sa.BigInteger(), nullable=False),
        sa.Column("provider_ref", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("exp_month", sa.BigInteger(), nullable=False),
        sa.Column("exp_year", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detached_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_means_account_id")),
        sa.ForeignKeyConstraint(["setup_id"], ["means_setup.id"], name=op.f("fk_saved_means_setup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_means")),
        sa.UniqueConstraint("uuid", name=op.f("uq_saved_means_uuid")),
        sa.UniqueConstraint("setup_id", name=op.f("uq_saved_means_setup_id")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_saved_means_provider_ref")),
    )
    op.create_index(op.f("ix_saved_means_account_id"), "saved_means", ["account_id"])
    op.create_index(
        "uq_saved_means_default",
        "saved_means",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("is_default AND removed_at IS NULL"),
    )
    op.add_column("payment", sa.Column("means_id", sa.BigInteger(), nullable=True))
    op.add_column("payment", sa.Column("hold_lost_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_payment_means_id"), "payment", "saved_means", ["means_id"], ["id"])
    op.drop_constraint(op.f("ck_payment_wanted"), "payment", type_="check")
    op.create_check_constraint(
        op.f("ck_payment_wanted"), "payment", "wanted IN ('session', 'means', 'capture', 'cancel')"
    )


def _created_at() -> sa.Column:
    return sa.Column(
        "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
    )
