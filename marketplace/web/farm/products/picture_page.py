"""The pictures of a product."""

from __future__ import annotations

from flask import Response, url_for
from flask_babel import gettext as _

from marketplace.catalogue.pictures import PRODUCT_PICTURES
from marketplace.catalogue.products import own_product
from marketplace.kernel.database import release_reads
from marketplace.kernel.rate_limits import hit
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.album_page import AlbumPage
from marketplace.web.farm.visit import farm_here

WINDOW_S, MOST_UPLOADS = 600, 100


@blueprint.get("/<int:farm_id>/produkte/<int:product_id>/bilder")
@allow(farm_member)
def pictures(farm_id: int, product_id: int) -> str:
    """All pictures of the product."""
    return _album(farm_id, product_id).show()


@blueprint.post("/<int:farm_id>/produkte/<int:product_id>/bilder")
@allow(farm_member)
def upload_picture(farm_id: int, product_id: int) -> Response | tuple[str, int]:
    """One picture more. Making it takes seconds, and no connection of the database waits meanwhile."""
    album = _album(farm_id, product_id)
    release_reads()
    hit(f"pictures:{album.farm_id}", WINDOW_S, MOST_UPLOADS)
    return album.upload()


@blueprint.post("/<int:farm_id>/produkte/<int:product_id>/bilder/<int:picture_id>")
@allow(farm_member)
def change_picture(farm_id: int, product_id: int, picture_id: int) -> Response:
    """Shown first, described, or taken away."""
    return _album(farm_id, product_id).change(picture_id)


def _album(farm_id: int, product_id: int) -> AlbumPage:
    farm = farm_here(farm_id)
    product = own_product([farm.id], product_id).product
    return AlbumPage(
        PRODUCT_PICTURES,
        farm.id,
        product.id,
        title=_("Bilder: %(product)s", product=product.name),
        alt=product.name,
        url=url_for("farm.pictures", farm_id=farm.id, product_id=product.id),
        back=url_for("farm.product", farm_id=farm.id, product_id=product.id),
        back_text=_("Zurück zum Produkt"),
    )
