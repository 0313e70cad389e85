"""A browser for tests that looks at every page it gets: is it well-formed, named, labelled, free of inline scripts?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

HIDDEN = ("hidden", "submit", "button")
# SVG in HTML brings attributes that the parser adjusts; nothing else may be wrong.
HARMLESS = {"non-void-element-with-trailing-solidus"}


@dataclass
class Page:
    """An answer, parsed. `text` is what can be read, in one line."""

    response: TestResponse
    path: str
    root: Element

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        body = self.root.find("body")
        return " ".join(words(body).split()) if body is not None else ""

    @property
    def h1(self) -> str:
        return " ".join(words(self.root.find(".//h1")).split())

    def all(self, testid: str) -> list[Element]:
        """The elements that carry a `data-testid`."""
        return [element for element in self.root.iter() if element.get("data-testid") == testid]

    def one(self, testid: str) -> Element:
        found = self.all(testid)
        assert len(found) == 1, f"{len(found)} × {testid} on {self.path}"
        return found[0]

    def said(self, testid: str) -> str:
        """What the only element with that `data-testid` says."""
        return " ".join(words(self.one(testid)).split())

    def form(self, inside: Element) -> Element:
        """The form that holds an element, or that it is."""
        parents = {child: parent for parent in self.root.iter() for child in parent}
        found: Element | None = inside
        while found is not None and found.tag != "form":
            found = parents.get(found)
        assert found is not None, "no form around it"
        return found


class PageClient:
    """Follows links and sends forms as they stand on the page, and checks each page on the way."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page: Page

    def get(self, path: str, *, status: int = 200, follow: bool = True, **more: Any) -> Page:
        return self._take(self.client.get(path, **more), path, status, follow)

    def post(self, path: str, fields: dict[str, Any], *, status: int = 200, follow: bool = True) -> Page:
        """Sends fields with the token of the page seen last."""
        sent = {**self.token(), **fields}
        return self._take(self._send(path, sent), path, status, follow)

    def press(self, testid: str, *, nth: int = 0, status: int = 200, follow: bool = True, **fields: Any) -> Page:
        """Presses a button, or follows a link, with what stands in its form; `fields` are filled in before."""
        element = self.page.all(testid)[nth]
        if element.tag == "a":
            return self.get(urljoin(self.page.path, element.get("href", "")), status=status, follow=follow)
        form = self.page.form(element)
        sent = {**values(form), **fields}
        if element.get("name"):
            sent[element.get("name", "")] = element.get("value", "")
        action = urljoin(self.page.path, form.get("action", ""))
        if form.get("method", "get") == "post":
            return self._take(self._send(action, sent), action, status, follow)
        return self._take(self.client.get(action, query_string=sent), action, status, follow)

    def _send(self, path: str, fields: Mapping[str, Any]) -> TestResponse:
        """The test client leaves the file of a large form open; another test would be blamed for it."""
        response = self.client.post(path, data=fields)
        response.request.environ["wsgi.input"].close()
        return response

    def token(self) -> dict[str, str]:
        """The token against forms of other sites, from the page seen last."""
        found = [e for e in self.page.root.iter("input") if e.get("name") == "csrf_token"]
        return {"csrf_token": found[0].get("value", "")} if found else {}

    def _take(self, response: TestResponse, path: str, status: int, follow: bool) -> Page:
        while follow and response.status_code in (301, 302, 303, 307, 308):
            path = urljoin(path, response.headers["Location"])
            assert not urlsplit(path).netloc, f"leads away: {path}"
            response = self.client.get(path)
        expected = status if follow else response.status_code
        assert response.status_code == expected, (
            f"{path}: {response.status_code}\n{response.get_data(as_text=True)[:2000]}"
        )
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        root = parser.parse(response.get_data(as_text=True))
        self.page = Page(response, path, root)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303):
            wrong = [error for error in parser.errors if error[1] not in HARMLESS]
            assert not wrong, f"{path}: {wrong[:5]}"
            look_at(self.page)
        return self.page


def words(element: Element | None) -> str:
    """All text inside, without scripts."""
    if element is None:
        return ""
    return "".join(_texts(element))


def _texts(element: Element) -> list[str]:
    if element.tag in ("script", "style", "noscript"):
        return []
    return [element.text or "", *(text for child in element for text in [*_texts(child), child.tail or ""])]


def values(form: Element) -> dict[str, Any]:
    """What a browser would send of a form without pressing any of its buttons."""
    sent: dict[str, Any] = {}
    for field in form.iter():
        name, kind = field.get("name"), field.get("type", "text")
        if name is None or field.tag not in ("input", "select", "textarea"):
            continue
        if field.tag == "select":
            chosen = [o for o in field.iter("option") if o.get("selected") is not None] or list(field.iter("option"))
            sent[name] = chosen[0].get("value", "") if chosen else ""
        elif field.tag == "textarea":
            sent[name] = field.text or ""
        elif kind in ("checkbox", "radio"):
            if field.get("checked") is not None:
                sent[name] = field.get("value", "on")
        else:
            sent[name] = field.get("value", "")
    return sent


def look_at(page: Page) -> None:
    """Fails on what no page may have."""
    where, root = page.path, page.root
    titles, firsts = list(root.iter("title")), list(root.iter("h1"))
    assert len(firsts) == 1, f"{where}: {len(firsts)} h1"
    title = " ".join((titles[0].text or "").split())
    assert title.startswith(page.h1), f"{where}: title {title!r}, h1 {page.h1!r}"
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), f"{where}: {sorted(i for i in ids if ids.count(i) > 1)} twice"
    named = {element.get("for") for element in root.iter("label")}
    inside = {id(field) for label in root.iter("label") for field in label.iter()}
    for field in (element for tag in ("input", "select", "textarea") for element in root.iter(tag)):
        if field.get("type") in HIDDEN:
            continue
        labelled = (
            field.get("id") in named or id(field) in inside or field.get("aria-label") or field.get("aria-labelledby")
        )
        assert labelled, f"{where}: {field.get('name')} has no label"
    for described in root.iter():
        for part in (described.get("aria-describedby") or "").split() + (
            described.get("aria-labelledby") or ""
        ).split():
            assert part in ids, f"{where}: nothing is called {part}"
        assert described.get("style") is None, f"{where}: style attribute on {described.tag}"
        assert not any(name.startswith("on") for name in described.attrib), f"{where}: handler on {described.tag}"
    for script in root.iter("script"):
        assert script.get("nonce") or script.get("type", "").startswith("application/"), (
            f"{where}: script without nonce"
        )
    for form in root.iter("form"):
        if form.get("method") == "post":
            assert "csrf_token" in values(form), f"{where}: form {form.get('action')} without token"
    assert not re.search(r"\b(None|undefined|Undefined)\b", page.text), f"{where}: {page.text}"
