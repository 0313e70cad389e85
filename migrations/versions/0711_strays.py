"""Payments found at the provider under our name, beside the one that counts: let go, or booked and given back."""

import sqlalchemy as sa
from alembic import op

revision = "0711"
down_revision = "0810"


def upgrade() -> None:
    op.add_column("payment", sa.Column("is_stray", sa.Boolean(), server_default="false", nullable=False))
