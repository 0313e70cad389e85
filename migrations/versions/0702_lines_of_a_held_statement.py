"""The lines of a statement that was stopped and is held are free again, also in a run that is being paid.

A held statement pays nothing; all others in a run that pays or has paid keep their lines.
"""

from alembic import op

revision = "0702"
down_revision = "0800"

PAYOUT_LINES = """
CREATE OR REPLACE FUNCTION keep_what_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM payout_run r WHERE r.id = OLD.run_id AND r.state IN ('paying', 'paid'))
       AND NOT (TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM statement s WHERE s.id = OLD.statement_id AND s.state = 'held'))
    THEN
        RAISE EXCEPTION 'the lines of a paid run do not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'signed';
    END IF;
    RETURN OLD;
END $$
"""


def upgrade() -> None:
    op.execute(PAYOUT_LINES)
