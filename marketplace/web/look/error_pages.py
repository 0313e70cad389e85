"""The page behind every error: what happened, what is safe, the way on, a reference number.

The texts stand in templates/errors/<status>.html. `register_error_pages` answers HTML; an API registers its own
handlers on its blueprint, which win over these.
"""

from __future__ import annotations

import logging
import secrets

from flask import Flask, Response, g, make_response, render_template
from werkzeug.exceptions import HTTPException, InternalServerError

STATUSES = (400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503)

log = logging.getLogger(__name__)


def reference() -> str:
    """The reference number of this request, `7F3A-21`: shown to the reader and written to the log."""
    if "reference" not in g:
        drawn = secrets.token_hex(3).upper()
        g.reference = f"{drawn[:4]}-{drawn[4:]}"
    return str(g.reference)


def error_page(status: int, detail: str = "", way_on: tuple[str, str] | None = None) -> Response:
    """The page for `status`. `detail`: a sentence that replaces the general one; `way_on`: (label, url).

    A status without a page of its own shows that of its class (400 or 500), with the true status code.
    """
    page = status if status in STATUSES else (500 if status >= 500 else 400)
    html = render_template(f"errors/{page}.html", status=status, detail=detail, way_on=way_on, reference=reference())
    return make_response(html, status)


def register_error_pages(app: Flask) -> None:
    """Answer every HTTP error and every uncaught exception of `app` with a page."""

    def answer(error: HTTPException) -> Response:
        if error.response is not None:  # a redirect, or a response made on purpose
            return make_response(error.response)
        status = error.code or 500
        if status >= 500:
            log.error("answered %s, reference %s", status, reference())
        response = error_page(status)
        for name, value in error.get_headers():
            if name in {"Allow", "Retry-After"}:
                response.headers[name] = value
        return response

    def failed(error: InternalServerError) -> Response:
        log.error("unexpected error, reference %s", reference(), exc_info=error.original_exception)
        return error_page(500)

    app.register_error_handler(HTTPException, answer)
    app.register_error_handler(InternalServerError, failed)
