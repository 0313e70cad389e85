"""Pictures of products. Their names are made of their content, so that a browser may keep them for ever."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from marketplace.kernel import installation
from marketplace.providers.media_files import media_files
from marketplace.web.access import allow, anyone

blueprint = Blueprint("media", __name__)

FOR_EVER = "public, max-age=31536000, immutable"
NOTHING_BUT_SHAPES = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@blueprint.get("/bilder/<key>")
@allow(anyone)
def picture(key: str) -> Response:
    """The picture of that name. A drawing opened by itself runs nothing and loads nothing."""
    found = media_files(installation.settings().media_url).get(key)
    if found is None:
        abort(404)
    response = Response(found.content, mimetype=found.media_type)
    response.headers["Content-Security-Policy"] = NOTHING_BUT_SHAPES
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = FOR_EVER
    response.set_etag(key.partition(".")[0])
    return response
