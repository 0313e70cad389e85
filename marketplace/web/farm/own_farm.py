"""The farm itself: what is missing before it goes live, and what it says of itself on its public page."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.catalogue.pictures import FARM_PICTURES
from marketplace.farms.going_live import go_live
from marketplace.farms.models import Farm
from marketplace.farms.public_page import save_public_page
from marketplace.farms.trader import missing_before_live
from marketplace.kernel.database import db, release_reads
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.rate_limits import hit
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.album_page import AlbumPage
from marketplace.web.farm.products.picture_page import MOST_UPLOADS, WINDOW_S
from marketplace.web.farm.trader_words import field_name
from marketplace.web.farm.visit import FarmHere, farm_here
from marketplace.web.farm.words import said, why


@blueprint.get("/<int:farm_id>/hof")
@allow(farm_member)
def own_farm(farm_id: int) -> str:
    """What is missing, the public page, the ways to trader data, people and pauses."""
    return _page(farm_here(farm_id), {})


@blueprint.post("/<int:farm_id>/hof")
@allow(farm_member)
def save_own_farm(farm_id: int) -> str | Response | tuple[str, int]:
    """`bekannt`, `geschichte`, `anbau`."""
    farm = farm_here(farm_id)
    told = (request.form.get(name, "") for name in ("bekannt", "geschichte", "anbau"))
    try:
        save_public_page(farm.id, *told)
    except Invalid as refusal:
        names = {"focus": "bekannt", "story": "geschichte", "farming": "anbau"}
        return _page(farm, {names[name]: said(words) for name, words in refusal.errors.items()}), 422
    flash(_("Gespeichert."), "ok")
    return redirect(url_for("farm.own_farm", farm_id=farm.id), 303)  # type: ignore[return-value]


@blueprint.post("/<int:farm_id>/hof/oeffnen")
@allow(farm_member)
def open_own_farm(farm_id: int) -> Response:
    """The farm sells from now on, when nothing is missing."""
    farm = farm_here(farm_id)
    try:
        go_live(farm.id)
        flash(_("Ihr Hof ist offen."), "ok")
    except Conflict as refusal:
        flash(why(refusal), "stop")
    return redirect(url_for("farm.own_farm", farm_id=farm.id), 303)  # type: ignore[return-value]


@blueprint.get("/<int:farm_id>/hof/bilder")
@allow(farm_member)
def farm_pictures(farm_id: int) -> str:
    """The pictures of the public page."""
    return _album(farm_id).show()


@blueprint.post("/<int:farm_id>/hof/bilder")
@allow(farm_member)
def upload_farm_picture(farm_id: int) -> Response | tuple[str, int]:
    """One picture more, as of a product."""
    album = _album(farm_id)
    release_reads()
    hit(f"pictures:{album.farm_id}", WINDOW_S, MOST_UPLOADS)
    return album.upload()


@blueprint.post("/<int:farm_id>/hof/bilder/<int:picture_id>")
@allow(farm_member)
def change_farm_picture(farm_id: int, picture_id: int) -> Response:
    """Shown first, described, or taken away."""
    return _album(farm_id).change(picture_id)


def _album(farm_id: int) -> AlbumPage:
    farm = farm_here(farm_id)
    return AlbumPage(
        FARM_PICTURES,
        farm.id,
        farm.id,
        title=_("Bilder vom Hof"),
        alt=farm.name,
        url=url_for("farm.farm_pictures", farm_id=farm.id),
        back=url_for("farm.own_farm", farm_id=farm.id),
        back_text=_("Zurück zum Hof"),
    )


def _page(farm: FarmHere, errors: dict[str, str]) -> str:
    row = db.session.get_one(Farm, farm.id)
    return render_template(
        "farm/own_farm.html",
        row=row,
        missing=[field_name(name) for name in missing_before_live(farm.id)],
        pictures=len(FARM_PICTURES.own(farm.id, farm.id)),
        errors=errors,
        typed=request.form,
    )
