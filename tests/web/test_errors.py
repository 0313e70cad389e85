"""Every error is an answer: pages for people, problem documents for programs, nothing of the inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from marketplace.app import create_app
from marketplace.kernel import installation
from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.kernel.errors import Invalid, NotFound, TooMany, TryLater
from marketplace.kernel.words import N_
from marketplace.web.access import allow, anyone


def not_found() -> str:
    raise NotFound()


def invalid() -> str:
    raise Invalid({"name": N_("Bitte geben Sie Ihren Namen an.")})


def too_many() -> str:
    raise TooMany(7)


def later() -> str:
    raise TryLater()


def mistake() -> str:
    with transaction():
        execute("INSERT INTO rate_counter (key, window_start, hits) VALUES ('halb', now(), 1)")
        raise RuntimeError("token=GEHEIM")


def slow() -> str:
    execute("SET LOCAL statement_timeout = '20ms'")
    execute("SELECT pg_sleep(1)")
    return ""


def too_big() -> str:
    rows("SELECT CAST(:n AS integer)", n=2**40)
    return ""


def with_nul() -> str:
    rows("SELECT CAST(:t AS text)", t="a\0b")
    return ""


VIEWS = (not_found, invalid, too_many, later, mistake, slow, too_big, with_nul)


@pytest.fixture(scope="module")
def broken(settings: Any) -> Iterator[Flask]:
    """The application with views that fail, as pages and under the API's path."""
    app = create_app(replace(settings, environment="development"))
    for prefix in ("/_fehler", "/api/v9"):
        blueprint = Blueprint("fehler" + str(len(prefix)), __name__, url_prefix=prefix)
        for view in VIEWS:
            blueprint.add_url_rule(f"/{view.__name__}", view.__name__, allow(anyone)(view))
        app.register_blueprint(blueprint)
    yield app
    put_away(app, settings)


def put_away(app: Flask, settings: Any) -> None:
    """Closes the connections of a second application and lets the first be the one in force again."""
    with app.app_context():
        db.engine.dispose()
    installation.use(settings)


@pytest.mark.parametrize(
    ("view", "status", "word", "retry"),
    [
        ("not_found", 404, "not-found", None),
        ("invalid", 422, "validation", None),
        ("too_many", 429, "too-many", "7"),
        ("later", 503, "unavailable", "5"),
        ("mistake", 500, "internal", None),
        ("slow", 503, "unavailable", "5"),
        ("too_big", 400, "malformed", None),
        ("with_nul", 400, "malformed", None),
        ("nirgends", 404, "not-found", None),
    ],
)
def test_a_page_and_a_problem(
    broken: Flask, database_url: str, view: str, status: int, word: str, retry: str | None
) -> None:
    client = broken.test_client()
    page, problem = client.get(f"/_fehler/{view}"), client.get(f"/api/v9/{view}")
    assert page.status_code == problem.status_code == status
    assert page.mimetype == "text/html" and "<h1>" in page.text
    assert problem.mimetype == "application/problem+json"
    document = problem.json
    assert document["type"] == f"http://localhost/api/problems/{word}" and document["status"] == status
    assert document["title"] and document["detail"] and problem.headers["X-Request-Id"]
    # Two refusals alike are alike to the byte; a mistake of ours says which request it was.
    told = document.get("request_id")
    assert told == (problem.headers["X-Request-Id"] if status >= 500 else None)
    assert page.headers.get("Retry-After") == problem.headers.get("Retry-After") == retry
    for answer in (page, problem):
        assert "Traceback" not in answer.text and "GEHEIM" not in answer.text and "psycopg" not in answer.text
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and "Content-Security-Policy" in answer.headers
    with broken.app_context():
        assert not rows("SELECT 1 FROM rate_counter WHERE key = 'halb'")


def test_fields_and_languages(broken: Flask, database_url: str) -> None:
    answer = broken.test_client().get("/api/v9/invalid", headers={"Accept-Language": "de"})
    assert answer.json["errors"] == [{"field": "name", "message": "Bitte geben Sie Ihren Namen an."}]
    assert answer.headers["Content-Language"] == "de" and "Accept-Language" in answer.headers["Vary"]
    english = broken.test_client().get("/api/v9/not_found", headers={"Accept-Language": "en"})
    assert english.headers["Content-Language"] == "en" and english.json["title"] == "We did not find that."


def test_a_mistake_is_logged_with_its_reference(
    broken: Flask, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = broken.test_client().get("/api/v9/mistake")
    assert answer.json["reference"] in caplog.text and "RuntimeError" in caplog.text


def test_the_database_is_away(settings: Any, app: Flask) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:9/none"
    away = create_app(replace(settings, database_url=nowhere, environment="development"))
    try:
        client = away.test_client()
        for path, mimetype in (("/abholort", "text/html"), ("/api/v1/markets", "application/problem+json")):
            answer = client.get(path)
            assert answer.status_code == 503 and answer.mimetype == mimetype and answer.headers["Retry-After"] == "5"
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert ready.status_code == 503 and ready.json["missing"] == ["database", "migrations"]
    finally:
        put_away(away, settings)


def test_other_methods(client: FlaskClient) -> None:
    answer = client.post("/api/v1/markets", json={})
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"]
    assert answer.json["type"].endswith("/method-not-allowed")
    assert client.put("/markt").status_code in (400, 405)


@pytest.mark.parametrize("name", ["boese.example", "localhost.boese.example", "127.0.0.1.boese.example"])
def test_other_hosts(client: FlaskClient, name: str) -> None:
    assert client.get("/", headers={"Host": name}).status_code == 400


def test_the_number_of_a_request(client: FlaskClient) -> None:
    assert (
        client.get("/healthz", headers={"X-Request-Id": "aus-dem-proxy-1"}).headers["X-Request-Id"] == "aus-dem-proxy-1"
    )
    for bad in ("kurz", "x" * 100, "mit leer", "a\tbcdefgh"):
        assert client.get("/healthz", headers={"X-Request-Id": bad}).headers["X-Request-Id"] != bad


@pytest.mark.parametrize("path", ["/markt/%00", "/produkt/%00a", "/?tag=%00", "/markt/x?q=%00", "/sprache/%00", "/%ff"])
def test_nul_in_an_address(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (200, 303, 400, 404)


def test_production_speaks_https(settings: Any) -> None:
    secure = create_app(replace(settings, public_url="https://markt.example", environment="production"))
    try:
        assert secure.config["SESSION_COOKIE_NAME"] == "__Host-markt" and secure.config["SESSION_COOKIE_SECURE"]
        answer = secure.test_client().get(
            "/konto/anmelden", base_url="https://markt.example", environ_overrides={"REMOTE_ADDR": "192.0.2.1"}
        )
        assert answer.headers["Set-Cookie"].startswith("__Host-markt=") and "Secure" in answer.headers["Set-Cookie"]
        assert "max-age" in answer.headers["Strict-Transport-Security"]
    finally:
        put_away(secure, settings)


def test_the_connection_is_the_applications(app: Flask) -> None:
    with app.app_context():
        assert db.session.execute(text("SELECT current_user")).scalar() == "marketplace_app"
