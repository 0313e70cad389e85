"""Forms of other sites change nothing."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.kernel.database import rows
from tests.factories.visitors import PASSWORD, account, browser, path_of, token_of_form

FORM = {"email": "customer@example.org", "password": PASSWORD}


def tries(app: Flask) -> int:
    with app.app_context():
        return len(rows("SELECT 1 FROM sign_in"))


@pytest.mark.parametrize("token", [None, "", "falsch", "AAAA" * 11, "ä" * 43, "=" * 44])
def test_without_its_token_a_form_is_refused(app: Flask, client: FlaskClient, token: str | None) -> None:
    account(app)
    token_of_form(client, "/konto/anmelden")
    sent = FORM if token is None else {**FORM, "csrf_token": token}
    answer = client.post("/konto/anmelden", data=sent)
    assert answer.status_code == 400 and "neu" in answer.text and 'lang="de"' in answer.text
    assert tries(app) == 0


def test_every_changing_page_asks_for_it(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.rule.startswith(("/api/", "/webhooks/")):
            answer = client.post(path_of(rule), data={})
            assert answer.status_code == 400, f"{rule.rule}: {answer.status_code}"


def test_the_token_of_another_session_is_none(app: Flask, client: FlaskClient) -> None:
    account(app)
    foreign = token_of_form(app.test_client(), "/konto/anmelden")
    token_of_form(client, "/konto/anmelden")
    assert client.post("/konto/anmelden", data={**FORM, "csrf_token": foreign}).status_code == 400


def test_each_page_has_another_and_all_hold(app: Flask, client: FlaskClient) -> None:
    account(app)
    first, second = (token_of_form(client, "/konto/anmelden") for _ in range(2))
    assert first != second
    for token in (first, second):
        assert client.post("/konto/anmelden", data={**FORM, "password": "x", "csrf_token": token}).status_code == 422


def test_a_header_does_as_well(app: Flask, client: FlaskClient) -> None:
    account(app)
    token = token_of_form(client, "/konto/anmelden")
    assert client.post("/konto/anmelden", data=FORM, headers={"X-CSRFToken": token}).status_code == 303


def test_from_another_site_the_right_token_does_not_help(app: Flask, client: FlaskClient) -> None:
    account(app)
    sent = {**FORM, "csrf_token": token_of_form(client, "/konto/anmelden")}
    assert client.post("/konto/anmelden", data=sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400


def test_sign_in_makes_a_new_one(app: Flask, client: FlaskClient) -> None:
    account(app)
    before = token_of_form(client, "/konto/anmelden")
    assert client.post("/konto/anmelden", data={**FORM, "csrf_token": before}).status_code == 303
    assert client.post("/konto/abmelden", data={"csrf_token": before}).status_code == 400
    assert client.get("/konto/").status_code == 200


def test_the_cookie(app: Flask) -> None:
    client = browser(app, account(app))
    cookie = client.get("/konto/anmelden", base_url="http://localhost").headers.get("Set-Cookie", "")
    answer = app.test_client().get("/konto/anmelden")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
