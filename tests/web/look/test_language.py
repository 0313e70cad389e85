"""Which language a page speaks, and the switch between them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, gettext

from marketplace.web.language import safe_return
from marketplace.web.look.catalogues import _complete


def test_german_where_nothing_is_said(visitor: FlaskClient) -> None:
    answer = visitor.get("/_ui")
    assert '<html lang="de">' in answer.text
    assert answer.headers["Content-Language"] == "de"
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))


@pytest.mark.parametrize(
    ("asked", "language", "word"),
    [
        ("nl-NL,nl;q=0.9,de;q=0.5", "nl", "Naar de mand"),
        ("en-US", "en", "To the basket"),
        ("fr,en;q=0.3", "en", "To the basket"),
        ("fr", "de", "Zum Korb"),
        ("garbage;;q=", "de", "Zum Korb"),
    ],
)
def test_the_browser_is_asked(visitor: FlaskClient, asked: str, language: str, word: str) -> None:
    page = visitor.get("/_ui", headers={"Accept-Language": asked}).text
    assert f'<html lang="{language}">' in page
    assert word in page


def test_the_switch_is_remembered_and_wins(visitor: FlaskClient) -> None:
    answer = visitor.get("/sprache/nl?zurueck=/_ui?rahmen=farm")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/_ui?rahmen=farm"
    assert '<html lang="nl">' in visitor.get("/_ui", headers={"Accept-Language": "en"}).text
    assert '<html lang="en">' in visitor.get("/_ui?lang=en").text


def test_an_unknown_language_is_no_page(visitor: FlaskClient) -> None:
    assert visitor.get("/sprache/xx").status_code == 404
    assert '<html lang="de">' in visitor.get("/_ui?lang=xx").text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:x",
        "",
        None,
        "evil",
        "/a\r\nSet-Cookie: x",
    ],
)
def test_the_way_back_stays_in_the_house(target: str | None) -> None:
    assert safe_return(target) == "/"


def test_a_path_of_ours_is_a_way_back() -> None:
    assert safe_return("/markt?seite=2&x=//y") == "/markt?seite=2&x=//y"


def test_mails_speak_the_language_they_are_told(dressed: Flask) -> None:
    assert gettext("Zum Korb") == "Zum Korb"
    with force_locale("nl"):
        assert gettext("Zum Korb") == "Naar de mand"


def test_money_follows_the_language(visitor: FlaskClient) -> None:
    assert "€55.95" in visitor.get("/_ui?lang=en").text


def test_a_translation_that_loses_a_value_does_not_count() -> None:
    assert _complete(("noch %(n)s",), "%(n)s left")
    assert not _complete(("noch %(n)s",), "left")
    assert not _complete(("noch %(n)s",), "%(m)s left")
    assert not _complete(("Ein Hof", "%(num)d Höfe"), ("One farm", ""))
    assert _complete(("Ein Hof", "%(num)d Höfe"), ("One farm", "%(num)d farms"))
