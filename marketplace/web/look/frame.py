"""What the layouts need whatever page they frame: safe defaults, the view switch, links that exist.

Layouts read plain variables; a blueprint's context processor overrides the defaults set here::

    nav_items    [{"label", "url", "icon", "current", "count"}]   the entries of the audience's navigation
    foot_items   [{"label", "url"}]                               the foot of shop and account pages
    home_url     str                                              where the brand leads
    frame_title, frame_subtitle   str                             whose page it is (farm, office, host)
    frame_user   {"name", "role"} or None                         who is signed in (office)
    account_url, search_url, sign_out_url   str or None           icons at the right of the header
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, redirect, request
from flask_babel import lazy_gettext
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from marketplace.web.language import A_YEAR_S, safe_return

THEMES = ("light", "dark")
FOOT = (
    (lazy_gettext("Wer verkauft hier?"), "/wer-verkauft-hier"),
    (lazy_gettext("Reihenfolge der Angebote"), "/reihenfolge"),
    (lazy_gettext("Vertrag widerrufen"), "/widerruf"),
    (lazy_gettext("Impressum"), "/impressum"),
    (lazy_gettext("Datenschutz"), "/datenschutz"),
    (lazy_gettext("AGB"), "/agb"),
    (lazy_gettext("Barrierefreiheit"), "/barrierefreiheit"),
)


def init_frame(app: Flask) -> None:
    """Register the defaults of the layouts and `POST /ansicht` (light, dark, bright sun)."""
    app.jinja_env.globals.update(
        nav_items=[],
        foot_items=None,
        default_foot=default_foot,
        home_url="/",
        frame_title="",
        frame_subtitle="",
        frame_user=None,
        account_url=None,
        search_url=None,
        sign_out_url=None,
        page_exists=page_exists,
        page_theme=page_theme,
        page_sun=page_sun,
        here=here,
    )
    app.add_url_rule("/ansicht", "view_switch", view_switch, methods=["POST"])


def page_exists(path: str) -> bool:
    """Whether a GET of `path` would find a route; layouts leave out links to pages that are not there (yet)."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


def default_foot() -> list[dict[str, Any]]:
    """The legal links, as far as their pages exist."""
    return [{"label": label, "url": url} for label, url in FOOT if page_exists(url)]


def here() -> str:
    """Path and query of this page, to come back to."""
    return request.full_path.rstrip("?") if request.query_string else request.path


def page_theme() -> str | None:
    """The stored choice `light` or `dark`; None follows the system."""
    theme = request.cookies.get("ansicht")
    return theme if theme in THEMES else None


def page_sun() -> bool:
    """Whether bright sun was chosen (white paper, near black text)."""
    return request.cookies.get("sonne") == "1"


def view_switch() -> Response:
    """Store `ansicht` (light, dark, empty for the system's) and `sonne` (1 or 0), then go back. Never refuses."""
    response = redirect(safe_return(request.form.get("zurueck")), 303)
    for name, allowed in (("ansicht", ("", *THEMES)), ("sonne", ("0", "1"))):
        value = request.form.get(name)
        if value in allowed:
            response.set_cookie(name, value or "", max_age=A_YEAR_S if value else 0, samesite="Lax")
    return response  # type: ignore[return-value]
