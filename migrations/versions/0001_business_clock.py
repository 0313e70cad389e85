"""The business clock: `app_now()` is the database's clock, moved only by the row of `clock_shift` (in `test`)."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(
        "CREATE TABLE clock_shift ("
        " id bigint CONSTRAINT pk_clock_shift PRIMARY KEY,"
        " moved_by interval NOT NULL,"
        " CONSTRAINT ck_clock_shift_single CHECK (id = 1))"
    )
    op.execute(
        "CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE AS"
        " $$ SELECT clock_timestamp() + coalesce((SELECT moved_by FROM clock_shift), interval '0') $$"
    )
