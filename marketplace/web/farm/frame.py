"""What stands around every page of a farm: its name, its navigation, the switch to another farm."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from marketplace.web.farm import blueprint
from marketplace.web.farm.visit import FarmHere, my_farms

SIGN_OUT = "/konto/abmelden"
STOCK_PAGES = (
    "farm.stock", "farm.save_stock", "farm.offer", "farm.change_offer", "farm.usual_week", "farm.save_week",
    "farm.pauses", "farm.begin_pause", "farm.save_wishes",
)  # fmt: skip
PACKING_PAGES = tuple(
    f"farm.{page}" for page in ("packing", "pack_order", "pack_product", "short", "say_short", "unpack")
)
PRODUCT_PAGES = (
    "farm.products", "farm.product", "farm.new_product", "farm.make_product", "farm.save_product", "farm.pictures",
    "farm.upload_picture", "farm.prices",
)  # fmt: skip


@blueprint.context_processor
def around() -> dict[str, Any]:
    """The variables of layouts/farm.html."""
    farm: FarmHere | None = g.get("farm_here")
    if farm is None:
        return {"sign_out_url": SIGN_OUT, "home_url": "/hof/"}
    packing = (_("Packen"), "farm.packing", PACKING_PAGES)
    money = ("farm.statements", "farm.statement", "farm.object_to", "farm.payout_account", "farm.earnings")
    items: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        (_("Bestand"), "farm.stock", STOCK_PAGES),
        packing,
        (_("Produkte"), "farm.products", PRODUCT_PAGES),
        (_("Abrechnung"), "farm.statements", money),
    )
    if not farm.runs:  # a helper packs, and sees no money
        items = (packing,)
    return {
        "farm": farm,
        "other_farms": [other for other in my_farms() if other.id != farm.id],
        "frame_title": farm.name,
        "home_url": url_for("farm.overview" if farm.runs else "farm.packing", farm_id=farm.id),
        "sign_out_url": SIGN_OUT,
        "nav_items": [
            {"label": label, "url": url_for(page, farm_id=farm.id), "current": request.endpoint in pages}
            for label, page, pages in items
        ],
    }
