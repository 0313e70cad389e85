"""A bare app in the house's dress: no database, no settings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.web.headers import init_headers
from marketplace.web.look import TEMPLATES, init_look
from marketplace.web.look.error_pages import register_error_pages
from marketplace.web.look.gallery import init_gallery


@pytest.fixture
def dressed() -> Iterator[Flask]:
    """An app with look, headers, error pages and the gallery, its app context pushed."""
    app = Flask("look", template_folder=str(TEMPLATES), static_folder=None)
    app.secret_key = "look"
    init_headers(app, payment_pages=("https://pay.example/c/pay",), https=True)
    init_look(app)
    register_error_pages(app)
    init_gallery(app)
    with app.app_context():
        yield app


@pytest.fixture
def visitor(dressed: Flask) -> FlaskClient:
    """A client of the dressed app."""
    return dressed.test_client()
