"""A link to pay that was promised because the provider did not answer: mailed as soon as there is one."""

import sqlalchemy as sa
from alembic import op

revision = "0712"
down_revision = "0702"


def upgrade() -> None:
    op.add_column("payment", sa.Column("link_promised", sa.Boolean(), server_default="false", nullable=False))
