"""A refund that the provider could not carry out: the payment is captured again, in whole or in part."""

from alembic import op

revision = "0600"
down_revision = "0100"


def upgrade() -> None:
    op.execute(
        """
        INSERT INTO state_transition (thing, from_state, to_state) VALUES
            ('payment', 'refunded', 'captured'), ('payment', 'refunded', 'partially_refunded'),
            ('payment', 'partially_refunded', 'captured')
        ON CONFLICT DO NOTHING
        """
    )
