"""Goods that are made to order close earlier than the rest of their farm: a lead time of the product."""

from alembic import op

revision = "0200"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE product ADD COLUMN lead_time_minutes bigint NOT NULL DEFAULT 0"
        " CONSTRAINT ck_product_lead_time CHECK (lead_time_minutes BETWEEN 0 AND 527040)"
    )
