"""What no page can use and no database takes: NUL in an address or a form. Refused before any view sees it."""

from __future__ import annotations

from flask import Flask, request

from marketplace.kernel.errors import Malformed, NotFound
from marketplace.web.access import is_api

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def init_input_guard(app: Flask) -> None:
    """Refuse NUL and half characters in path, arguments and form fields."""

    @app.before_request
    def look() -> None:
        if unfit(request.path):
            raise NotFound()
        if b"%" in request.query_string and any(unfit(key) or unfit(value) for key, value in arguments()):
            raise Malformed()
        is_form = request.method == "POST" and request.mimetype in FORMS and not is_api()
        if is_form and any(unfit(key) or unfit(value) for key, value in request.form.items(multi=True)):
            raise Malformed()


def arguments() -> list[tuple[str, str]]:
    return list(request.args.items(multi=True))


def unfit(text: str) -> bool:
    return "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text)
