"""The route of the hashed files, and the template function `asset('icons/icons.svg')`."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, abort, request

from marketplace.web.look.assets import PREFIX, Asset, Assets

A_YEAR = "public, max-age=31536000, immutable"


def init_assets(app: Flask, root: Path) -> Assets:
    """Read `root` into memory and serve it under /assets/<hash>/<name>; in debug mode changed files are read again."""
    assets = Assets(root)

    def asset(name: str) -> str:
        if app.debug:
            assets.reload_if_changed()
        return assets.url(name)

    def serve(digest: str, name: str) -> Response:
        found = assets.find(name)
        if found is None:
            abort(404)
        return _respond(found, digest)

    app.jinja_env.globals["asset"] = asset
    app.extensions["assets"] = assets
    app.add_url_rule(f"{PREFIX}/<digest>/<path:name>", "assets", serve)
    app.add_url_rule("/favicon.ico", "favicon", lambda: _respond(_icon(assets), ""))
    return assets


def _icon(assets: Assets) -> Asset:
    found = assets.find("img/mark.svg")
    if found is None:
        abort(404)
    return found


def _respond(asset: Asset, digest: str) -> Response:
    """An old hash (a page from before a release) gets today's file, but may not keep it."""
    gzipped = asset.gzipped if "gzip" in request.headers.get("Accept-Encoding", "") else None
    response = Response(gzipped or asset.body, content_type=asset.mimetype)
    if gzipped:
        response.headers["Content-Encoding"] = "gzip"
    if asset.gzipped:
        response.vary.add("Accept-Encoding")
    response.set_etag(asset.digest, weak=bool(gzipped))
    response.headers["Cache-Control"] = A_YEAR if digest == asset.digest else "no-cache"
    return response.make_conditional(request)  # type: ignore[return-value]
