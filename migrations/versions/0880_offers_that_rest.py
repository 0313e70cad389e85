"""An offer knows what paused it: a weekday taken out of the usual week, or its season."""

from alembic import op

revision = "0880"
down_revision = "0870"


def upgrade() -> None:
    op.execute("ALTER TABLE offer ADD COLUMN rests text, ADD CONSTRAINT ck_offer_rests CHECK (rests IN ('week', 'season'))")
