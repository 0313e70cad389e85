"""Tables that farms upload: products and stock."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.exchange.states import IMPORT

revision = "0820"
down_revision = "0701"


def upgrade() -> None:
    op.create_table(
        "import_job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("farm_id", sa.BigInteger(), nullable=False),
        sa.Column("market_day_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="uploaded", nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("rows_done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("counts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("findings", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("changes", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('products', 'stock')", name=op.f("ck_import_job_kind")),
        sa.CheckConstraint(
            "state IN ('uploaded', 'checked', 'applying', 'done', 'failed', 'cancelled')",
            name=op.f("ck_import_job_state"),
        ),
        sa.CheckConstraint("(market_day_id IS NOT NULL) = (kind = 'stock')", name=op.f("ck_import_job_day")),
        sa.CheckConstraint(
            "(content IS NULL) = (state IN ('done', 'failed', 'cancelled'))", name=op.f("ck_import_job_content")
        ),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_import_job_farm_id")),
        sa.ForeignKeyConstraint(["market_day_id"], ["market_day.id"], name=op.f("fk_import_job_market_day_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    op.create_index(op.f("ix_import_job_market_day_id"), "import_job", ["market_day_id"])
    op.create_index("ix_import_job_farm", "import_job", ["farm_id", "id"])
    op.create_index(
        "ux_import_job_open",
        "import_job",
        ["farm_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state IN ('uploaded', 'checked', 'applying')"),
    )
    insert = sa.text(
        "INSERT INTO state_transition (thing, from_state, to_state) VALUES (:thing, :current, :to)"
        " ON CONFLICT DO NOTHING"
    )
    for current, to in IMPORT.steps():
        op.get_bind().execute(insert, {"thing": IMPORT.thing, "current": current, "to": to})
    op.execute(
        "CREATE TRIGGER known_steps BEFORE UPDATE OF state ON import_job"
        " FOR EACH ROW EXECUTE FUNCTION refuse_unknown_step('import_job')"
    )
