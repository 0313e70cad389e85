"""How the pages look: hashed assets, formats in the reader's language, and what every template may call.

`init_look(app)` needs no database and no settings; any Flask app can be dressed with it::

    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder=None)
    init_look(app)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask

from marketplace.web.language import init_language
from marketplace.web.look import frame
from marketplace.web.look.asset_routes import init_assets
from marketplace.web.look.filters import FILTERS
from marketplace.web.look.qr import qr
from marketplace.web.look.steps import brick_kind, share_step

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"

__all__ = ["STATIC", "TEMPLATES", "init_look"]


def init_look(app: Flask) -> None:
    """Register assets, filters, globals, the language switch and the view switch on `app`.

    Safe to call before or after the CSRF protection and the security headers are set up: what those bring
    (`csrf_token`, `csp_nonce`) is only filled with an empty stand-in where it is missing.
    """
    environment = app.jinja_env
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    if "babel" not in app.extensions:
        init_language(app)
    environment.filters.update(FILTERS)
    names: dict[str, Any] = environment.globals
    names.setdefault("csrf_token", lambda: "")
    names.setdefault("csp_nonce", lambda: "")
    names["qr"] = qr
    names["share_step"] = share_step
    names["brick_kind"] = brick_kind
    init_assets(app, STATIC)
    frame.init_frame(app)
