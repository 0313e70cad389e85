"""A farm has helpers, who pack and see no money."""

from alembic import op

revision = "0840"
down_revision = "0600"

ROLES = "'customer', 'farm', 'helper', 'host', 'operator', 'approver', 'admin'"


def upgrade() -> None:
    op.execute("ALTER TABLE membership DROP CONSTRAINT ck_membership_role, DROP CONSTRAINT ck_membership_farm")
    op.execute(f"ALTER TABLE membership ADD CONSTRAINT ck_membership_role CHECK (role IN ({ROLES}))")
    op.execute(
        "ALTER TABLE membership ADD CONSTRAINT ck_membership_farm"
        " CHECK ((role IN ('farm', 'helper')) = (farm_id IS NOT NULL))"
    )
