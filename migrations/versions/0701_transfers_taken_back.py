"""Transfers taken back from a farm's account; a statement that failed over a dispute may be held after all."""

import sqlalchemy as sa
from alembic import op

revision = "0701"
down_revision = "0711"


def upgrade() -> None:
    op.create_table(
        "transfer_reversal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uuid", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("farm_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="submitting", nullable=False),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_transfer_reversal_amount")),
        sa.CheckConstraint("state IN ('submitting', 'done', 'failed')", name=op.f("ck_transfer_reversal_state")),
        sa.CheckConstraint("state <> 'done' OR provider_ref IS NOT NULL", name=op.f("ck_transfer_reversal_done")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_transfer_reversal_statement_id")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_transfer_reversal_market_id")),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_transfer_reversal_farm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_reversal")),
        sa.UniqueConstraint("uuid", name=op.f("uq_transfer_reversal_uuid")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_transfer_reversal_provider_ref")),
    )
    op.create_index(op.f("ix_transfer_reversal_statement_id"), "transfer_reversal", ["statement_id"])
    op.execute(
        "CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON transfer_reversal FOR EACH ROW EXECUTE FUNCTION"
        " note_change('transfer_reversal', 'id', 'statement_id', 'amount_cents', 'state', 'provider_ref')"
    )
    op.execute(
        "INSERT INTO state_transition (thing, from_state, to_state) VALUES ('statement', 'failed', 'held')"
        " ON CONFLICT DO NOTHING"
    )
