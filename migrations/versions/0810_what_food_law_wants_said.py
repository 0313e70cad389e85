"""Nutrition or why none, egg code, husbandry, fish, alcohol, drained weight; raw milk is never on sale here."""

from alembic import op

revision = "0810"
down_revision = "0720"

COLUMNS = """
ALTER TABLE product
    ADD COLUMN nutrition jsonb,
    ADD COLUMN nutrition_exempt text NOT NULL DEFAULT '',
    ADD COLUMN egg_code text NOT NULL DEFAULT '',
    ADD COLUMN husbandry_level smallint NOT NULL DEFAULT 0,
    ADD COLUMN fish_method text NOT NULL DEFAULT '',
    ADD COLUMN fish_area text NOT NULL DEFAULT '',
    ADD COLUMN alcohol_tenths smallint NOT NULL DEFAULT 0,
    ADD COLUMN raw_milk boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT ck_product_husbandry_level CHECK (husbandry_level BETWEEN 0 AND 5),
    ADD CONSTRAINT ck_product_alcohol CHECK (alcohol_tenths BETWEEN 0 AND 1000),
    ADD CONSTRAINT ck_product_raw_milk CHECK (NOT (raw_milk AND state = 'live'))
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    op.execute("ALTER TABLE variant ADD COLUMN drained_g bigint, ADD CONSTRAINT ck_variant_drained CHECK (drained_g > 0)")
    # What the shop said of every food so far stands with each product from now on.
    op.execute("UPDATE product SET nutrition_exempt = CASE WHEN min_age > 0 THEN 'alcohol' ELSE 'small_quantities' END"
               " WHERE is_food")
