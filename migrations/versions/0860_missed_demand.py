"""What was asked for when it was sold out, counted per offer and day."""

from alembic import op

revision = "0860"
down_revision = "0850"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE missed_demand (
            offer_id bigint NOT NULL CONSTRAINT fk_missed_demand_offer_id REFERENCES offer (id) ON DELETE CASCADE,
            day date NOT NULL,
            farm_id bigint NOT NULL CONSTRAINT fk_missed_demand_farm_id REFERENCES farm (id),
            times bigint NOT NULL,
            units bigint NOT NULL,
            CONSTRAINT pk_missed_demand PRIMARY KEY (offer_id, day),
            CONSTRAINT ck_missed_demand_counts CHECK (times > 0 AND units > 0)
        )
        """
    )
    op.execute("CREATE INDEX ix_missed_demand_farm ON missed_demand (farm_id, day)")
