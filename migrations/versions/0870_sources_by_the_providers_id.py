"""The provider's books are held against ours by its ids, which carry a suffix of ours here and there."""

from alembic import op

revision = "0870"
down_revision = "0860"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_ledger_txn_source ON ledger_txn (split_part(source_id, ':', 1))")
    op.execute("CREATE INDEX ix_balance_transaction_base ON balance_transaction (split_part(id, ':', 1))")
