"""What a product has cost, kept as the law wants it (PAngV § 11)."""

from __future__ import annotations

from flask import render_template

from marketplace.catalogue.product_list import price_history
from marketplace.catalogue.products import own_product
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.visit import farm_here


@blueprint.get("/<int:farm_id>/produkte/<int:product_id>/preise")
@allow(farm_member)
def prices(farm_id: int, product_id: int) -> str:
    """Every price and since when, the newest first."""
    farm = farm_here(farm_id)
    own = own_product([farm.id], product_id)
    return render_template("farm/products/prices.html", product=own.product, steps=price_history(farm.id, product_id))
