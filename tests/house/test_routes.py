"""Every route says who may see it."""

from __future__ import annotations

from typing import Any

from flask import Flask


def access_of(view: Any) -> object:
    """The predicate that web/access.py left on a view function or on the class of a view."""
    while view is not None:
        if access := getattr(view, "access", None) or getattr(getattr(view, "view_class", None), "access", None):
            return access
        view = getattr(view, "__wrapped__", None)
    return None


def test_every_route_has_an_access_predicate(session_app: Flask) -> None:
    open_to_whom = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in session_app.url_map.iter_rules()
        if access_of(session_app.view_functions[rule.endpoint]) is None
    ]
    assert not open_to_whom


def test_a_route_without_one_would_be_seen() -> None:
    def view() -> str:
        return ""

    assert access_of(view) is None
    view.access = "everybody"  # type: ignore[attr-defined]
    assert access_of(view) == "everybody"
