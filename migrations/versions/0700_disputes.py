"""Disputes: payments that a customer's bank took back, or asks about."""

import sqlalchemy as sa
from alembic import op

from marketplace.payments.states import DISPUTE

revision = "0700"
down_revision = "0840"


def upgrade() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provider_ref", sa.Text(), nullable=False),
        sa.Column("market_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("charge_ref", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("evidence_due_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("borne_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_dispute_amount")),
        sa.CheckConstraint(
            "state IN ('warning', 'needs_response', 'under_review', 'won', 'lost')", name=op.f("ck_dispute_state")
        ),
        sa.CheckConstraint("borne_by IN ('farm', 'market')", name=op.f("ck_dispute_borne_by")),
        sa.CheckConstraint("(closed_at IS NOT NULL) = (state IN ('won', 'lost'))", name=op.f("ck_dispute_closed")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_dispute_market_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_dispute_order_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_dispute_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_dispute_provider_ref")),
    )
    for column in ("market_id", "order_id", "payment_id"):
        op.create_index(op.f(f"ix_dispute_{column}"), "dispute", [column])
    op.create_index("ix_dispute_open", "dispute", ["id"], postgresql_where=sa.text("state NOT IN ('won', 'lost')"))
    insert = sa.text(
        "INSERT INTO state_transition (thing, from_state, to_state) VALUES (:thing, :current, :to)"
        " ON CONFLICT DO NOTHING"
    )
    for current, to in DISPUTE.steps():
        op.get_bind().execute(insert, {"thing": DISPUTE.thing, "current": current, "to": to})
    op.execute(
        "CREATE TRIGGER known_steps BEFORE UPDATE OF state ON dispute"
        " FOR EACH ROW EXECUTE FUNCTION refuse_unknown_step('dispute')"
    )
    op.execute(
        "CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON dispute FOR EACH ROW EXECUTE FUNCTION"
        " note_change('dispute', 'id', 'provider_ref', 'amount_cents', 'withdrawn_cents', 'borne_by', 'state')"
    )
