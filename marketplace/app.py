"""The application: settings, database, what every request passes through, and the pages by their audience."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from marketplace import wiring
from marketplace.kernel import installation
from marketplace.kernel.database import db, engine_options, follow_moved_clock
from marketplace.kernel.logs import set_up_logs
from marketplace.kernel.settings import Settings
from marketplace.web import api, metrics
from marketplace.web.access import anyone, deny_by_default
from marketplace.web.access_log import init_access_log
from marketplace.web.csrf import init_csrf
from marketplace.web.errors import init_errors
from marketplace.web.headers import init_headers
from marketplace.web.input_guard import init_input_guard
from marketplace.web.look import TEMPLATES, init_look
from marketplace.web.look.gallery import init_gallery
from marketplace.web.proxies import TrustedProxies
from marketplace.web.request_id import init_request_id

BLUEPRINTS = (
    "marketplace.web.shop",
    "marketplace.web.media",
    "marketplace.web.farm",
    "marketplace.web.pickup",
    "marketplace.web.office",
    "marketplace.web.account",
    "marketplace.web.api",
    "marketplace.web.docs",
    "marketplace.web.hooks",
    "marketplace.web.service",
)
# Views of the look, which knows nothing of people: files, the switches of language and view.
OPEN_TO_ALL = ("assets", "favicon", "language_switch", "view_switch")
GALLERY = ("ui_gallery", "ui_picture")
OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")
MEGABYTE = 1 << 20
STRIPES_PAGE = "https://checkout.stripe.com"


class Json(DefaultJSONProvider):
    """Times as ISO 8601 with offset, text as it is."""

    ensure_ascii = False

    @staticmethod
    def default(value: Any) -> Any:
        if isinstance(value, (date, datetime)):
            return value.isoformat()
        return DefaultJSONProvider.default(value)


def create_app(settings: Settings | None = None) -> Flask:
    """The application for `settings`, by default those of the environment."""
    settings = settings or Settings.load(os.environ)
    installation.use(settings)
    set_up_logs(settings.log_format)
    metrics.start(settings)
    app = Flask("marketplace", template_folder=str(TEMPLATES), static_folder=None)
    app.json = Json(app)
    configure(app, settings)
    wiring.load_tables()
    db.init_app(app)
    if settings.is_test:
        follow_moved_clock(settings.sqlalchemy_url)
    wiring.connect(settings)
    pass_through(app, settings)
    register(app)
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Flask's own settings. Cookies are bound to this host alone when it speaks https."""
    hosts = None if settings.is_development else [*OWN_NAMES, urlsplit(settings.public_url).hostname or "localhost"]
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(),
        SESSION_COOKIE_NAME="__Host-markt" if settings.is_https else "markt",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=90),
        TRUSTED_HOSTS=hosts,
        PREFERRED_URL_SCHEME="https" if settings.is_https else "http",
        MAX_CONTENT_LENGTH=13 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=MEGABYTE,
        MAX_FORM_PARTS=2000,
        TEMPLATES_AUTO_RELOAD=settings.is_development,
    )


def pass_through(app: Flask, settings: Settings) -> None:
    """What every request passes through. No hook asks the database anything."""
    init_access_log(app)
    init_request_id(app)
    payment_page = settings.stripe_api_base if settings.stripe_is_stand_in else STRIPES_PAGE
    init_headers(app, payment_pages=(payment_page,), https=settings.is_https)
    deny_by_default(app)
    init_input_guard(app)
    init_csrf(app)
    init_look(app)
    open_to_all(app, OPEN_TO_ALL)
    init_errors(app)


def open_to_all(app: Flask, endpoints: tuple[str, ...]) -> None:
    """Names the predicate of views that know nothing of people."""
    for endpoint in endpoints:
        setattr(app.view_functions[endpoint], "access", anyone)  # noqa: B010 - a plain function


def register(app: Flask) -> None:
    """The pages of every audience."""
    api.load()
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(name).blueprint)
    if not installation.settings().is_production:
        init_gallery(app)
        open_to_all(app, GALLERY)
    if installation.settings().is_development and not installation.settings().smtp_url:
        app.register_blueprint(import_module("marketplace.web.mailbox").blueprint)
