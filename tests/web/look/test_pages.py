"""Layouts and macros: every frame of the gallery and every error page is sound HTML."""

from __future__ import annotations

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.web.look.error_pages import STATUSES, error_page
from marketplace.web.look.frame import page_exists

FRAMES = ("shop", "farm", "office", "pickup", "print")


def parsed(text: str) -> html5lib.treebuilders.etree.Element:
    """The document; fails on any parse error."""
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    tree = parser.parse(text)
    assert parser.errors == [], parser.errors
    return tree


@pytest.mark.parametrize("frame", FRAMES)
def test_every_frame_is_sound(visitor: FlaskClient, frame: str) -> None:
    tree = parsed(visitor.get(f"/_ui?rahmen={frame}").text)
    headings = ["".join(node.itertext()) for node in tree.iter("h1")]
    assert len(headings) == 1
    assert "".join(tree.find(".//title").itertext()) == f"{headings[0]} · Pättkesmarkt"
    ids = [node.get("id") for node in tree.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    for node in tree.iter():
        for name in ("aria-labelledby", "aria-describedby", "for", "list"):
            for target in (node.get(name) or "").split():
                assert target in ids, (name, target)
        assert node.get("style") is None
        assert not [name for name in dict(node.attrib) if str(name).startswith("on")]
    assert len(list(tree.iter("main"))) == 1


@pytest.mark.parametrize("frame", FRAMES)
def test_every_form_that_posts_carries_the_token(dressed: Flask, visitor: FlaskClient, frame: str) -> None:
    dressed.jinja_env.globals["csrf_token"] = lambda: "token-of-this-session"
    for form in parsed(visitor.get(f"/_ui?rahmen={frame}").text).iter("form"):
        tokens = [node.get("value") for node in form.iter("input") if node.get("name") == "csrf_token"]
        assert tokens == ["token-of-this-session"]


@pytest.mark.parametrize("frame", FRAMES)
def test_every_field_has_a_label(visitor: FlaskClient, frame: str) -> None:
    tree = parsed(visitor.get(f"/_ui?rahmen={frame}").text)
    labelled = {node.get("for") for node in tree.iter("label")}
    inside = {id(field) for label in tree.iter("label") for field in label.iter()}
    for kind in ("input", "select", "textarea"):
        for node in tree.iter(kind):
            if node.get("type") != "hidden":
                assert node.get("aria-label") or node.get("id") in labelled or id(node) in inside


@pytest.mark.parametrize("status", STATUSES)
def test_every_error_has_its_page(dressed: Flask, status: int) -> None:
    with dressed.test_request_context("/"):
        answer = error_page(status)
    assert answer.status_code == status
    assert "Kennung:" in answer.get_data(as_text=True)
    parsed(answer.get_data(as_text=True))


def test_errors_of_routes_become_pages(dressed: Flask, visitor: FlaskClient) -> None:
    def breaks() -> str:
        raise RuntimeError("secret detail")

    dressed.add_url_rule("/breaks", "breaks", breaks)
    dressed.config["PROPAGATE_EXCEPTIONS"] = False
    answer = visitor.get("/breaks")
    assert answer.status_code == 500
    assert "secret detail" not in answer.get_data(as_text=True)
    assert "Es liegt an uns" in answer.get_data(as_text=True)
    refused = visitor.post("/_ui")
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]


def test_links_of_the_foot_lead_somewhere(dressed: Flask) -> None:
    assert page_exists("/_ui")
    assert not page_exists("/impressum")
    dressed.add_url_rule("/impressum", "impressum", lambda: "")
    assert page_exists("/impressum")


def test_the_view_is_stored_without_scripts(visitor: FlaskClient) -> None:
    answer = visitor.post("/ansicht", data={"ansicht": "dark", "sonne": "1", "zurueck": "/_ui?rahmen=farm"})
    assert answer.headers["Location"] == "/_ui?rahmen=farm"
    assert '<html lang="de" data-theme="dark" data-sun>' in visitor.get("/_ui").text
    visitor.post("/ansicht", data={"ansicht": "", "sonne": "0", "zurueck": "//evil.example"})
    assert '<html lang="de">' in visitor.get("/_ui").text


def test_an_unknown_view_changes_nothing(visitor: FlaskClient) -> None:
    answer = visitor.post("/ansicht", data={"ansicht": "pink", "sonne": "9"})
    assert answer.headers.getlist("Set-Cookie") == []


def test_flashed_messages_are_toasts_or_notices(dressed: Flask, visitor: FlaskClient) -> None:
    with visitor.session_transaction() as session:
        session["_flashes"] = [("ok", "Gemerkt"), ("stop", "<b>Nein</b>")]
    page = visitor.get("/_ui?rahmen=office").text
    assert "data-toast><span>Gemerkt</span>" in page
    assert 'role="alert"' in page
    assert "&lt;b&gt;Nein&lt;/b&gt;" in page
