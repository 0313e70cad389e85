"""The Grundpreis of the whole demo catalogue agrees with the one its farmers wrote down."""

from __future__ import annotations

import pytest

from marketplace.catalogue.unit_price import unit_price, usual_price
from marketplace.cli.demo.read import cents, table

CATALOGUE = table("catalogue")


@pytest.mark.parametrize("row", CATALOGUE, ids=[row["sku"] for row in CATALOGUE])
def test_as_the_farmer_wrote_it(row):
    price, net = cents(row["price_eur_gross"]), int(row["net_qty"])
    if row["catch_weight"] == "1":
        assert usual_price(cents(row["unit_price_eur"]), net) == price
    elif row["unit_price_eur"]:
        assert unit_price(price, net, row["net_unit"]) == (cents(row["unit_price_eur"]), row["unit_price_basis"])
    else:
        assert unit_price(price, net, row["net_unit"]) == (None, None)
