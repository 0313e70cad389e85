"""The pictures of a product, from the phone's camera; and what is to be seen on them, in words."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.catalogue.pictures import (
    MOST_PICTURES,
    add_picture,
    describe_picture,
    own_pictures,
    remove_picture,
    show_first,
)
from marketplace.catalogue.products import own_product
from marketplace.kernel import installation
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.providers.media_files import MediaFiles, media_files
from marketplace.providers.pictures import MOST_BYTES, picture_of_upload
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.visit import FarmHere, farm_here
from marketplace.web.farm.words import why


@blueprint.get("/<int:farm_id>/produkte/<int:product_id>/bilder")
@allow(farm_member)
def pictures(farm_id: int, product_id: int) -> str:
    """All pictures of the product, and the field for one more."""
    return _page(farm_here(farm_id), product_id)


@blueprint.post("/<int:farm_id>/produkte/<int:product_id>/bilder")
@allow(farm_member)
def upload_picture(farm_id: int, product_id: int) -> Response | tuple[str, int]:
    """One picture more: made anew, never kept as it came (I35)."""
    farm = farm_here(farm_id)
    own_product([farm.id], product_id)
    sent = request.files.get("bild")
    content = sent.read(MOST_BYTES + 1) if sent else b""
    try:
        if not content:
            return _page(farm, product_id, _("Bitte wählen Sie ein Bild aus.")), 422
        photo = picture_of_upload(content)
        add_picture(farm.id, product_id, photo, request.form.get("beschreibung", ""), _store())
    except (Invalid, Conflict) as refusal:
        return _page(farm, product_id, why(refusal)), 422
    flash(_("Das Bild ist da."), "ok")
    return _back(farm, product_id)


@blueprint.post("/<int:farm_id>/produkte/<int:product_id>/bilder/<int:picture_id>")
@allow(farm_member)
def change_picture(farm_id: int, product_id: int, picture_id: int) -> Response:
    """`tun`: zuerst, entfernen, or beschreiben with `beschreibung`."""
    farm = farm_here(farm_id)
    wish = request.form.get("tun", "")
    if wish == "zuerst":
        show_first(farm.id, picture_id)
    elif wish == "entfernen":
        remove_picture(farm.id, picture_id)
    else:
        describe_picture(farm.id, picture_id, request.form.get("beschreibung", ""))
    flash(_("Gespeichert."), "ok")
    return _back(farm, product_id)


def _store() -> MediaFiles:
    return media_files(installation.settings().media_url)


def _page(farm: FarmHere, product_id: int, error: str = "") -> str:
    own = own_product([farm.id], product_id)
    return render_template(
        "farm/products/pictures.html",
        product=own.product,
        pictures=own_pictures(farm.id, product_id),
        most=MOST_PICTURES,
        error=error,
    )


def _back(farm: FarmHere, product_id: int) -> Response:
    return redirect(url_for("farm.pictures", farm_id=farm.id, product_id=product_id), 303)  # type: ignore[return-value]
