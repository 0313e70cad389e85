"""Which language a page speaks: the switch, the cookie, the browser; German where nothing is said.

The catalogues are kernel/catalogues.py: mails read them too.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from babel.support import NullTranslations
from flask import Flask, Response, abort, g, has_app_context, has_request_context, redirect, request
from flask_babel import Babel, Domain

from marketplace.kernel.catalogues import LANGUAGES, SOURCE, catalogue

COOKIE = "sprache"
A_YEAR_S = 365 * 24 * 3600
LONGEST_ADDRESS = 2000  # what a browser takes as a header and sends again


def current_language() -> str:
    """`?lang=`, else the cookie of the switch, else the best of Accept-Language, else German.

    Outside of a request (mails, commands) German, unless `flask_babel.force_locale` says otherwise.
    """
    if not has_request_context():
        return SOURCE
    for chosen in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if chosen in LANGUAGES:
            return chosen
    return request.accept_languages.best_match(list(LANGUAGES), default=SOURCE) or SOURCE


class Catalogues(Domain):
    """Flask-Babel's domain, reading our `.po` files instead of compiled ones."""

    def get_translations(self) -> NullTranslations:
        """The catalogue of the language in force (`force_locale` included)."""
        return catalogue(spoken())


def spoken() -> str:
    """The language in force: that of `force_locale`, else of the request; German outside of both.

    Asked anew each time: Flask-Babel's own memory lives as long as the app context, which may outlast a request.
    """
    babel_context = g.get("_flask_babel") if has_app_context() else None
    forced = getattr(babel_context, "forced_babel_locale", None)
    if forced is not None and forced.language in LANGUAGES:
        return str(forced.language)
    return current_language()


def safe_return(target: str | None) -> str:
    """A path of our own to go back to; anything that could lead elsewhere becomes `/`."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return "/"
    if len(target) > LONGEST_ADDRESS:
        return "/"
    if any(ord(character) < 32 for character in target):
        return "/"
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else "/"


def switch(code: str) -> Response:
    """Store the choice in a cookie for a year and go back. 404 for a language we do not speak."""
    if code not in LANGUAGES:
        abort(404)
    response = redirect(safe_return(request.args.get("zurueck")), 303)
    response.set_cookie(COOKIE, code, max_age=A_YEAR_S, samesite="Lax", secure=request.is_secure, httponly=True)
    return response  # type: ignore[return-value]


def init_language(app: Flask) -> None:
    """Set up Flask-Babel, `/sprache/<code>`, and the `Content-Language` and `Vary` headers of pages."""
    babel = Babel(
        app,
        default_locale=SOURCE,
        default_timezone="Europe/Berlin",
        locale_selector=current_language,
    )
    babel.domain_instance = Catalogues()
    app.jinja_env.globals.update(language=spoken, languages=LANGUAGES)
    app.add_url_rule("/sprache/<code>", "language_switch", switch)
    app.after_request(_say_language)


def _say_language(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Language", spoken())
        response.vary.update(("Accept-Language", "Cookie"))
    return response
