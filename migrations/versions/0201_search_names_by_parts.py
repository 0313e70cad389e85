"""Names are searched by parts and with slips of the pen: an index of their trigrams."""

from alembic import op

revision = "0201"
down_revision = "0200"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_product_name_parts ON product USING gin (name gin_trgm_ops)")
