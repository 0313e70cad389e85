"""The number of a request, in its log lines, its audit rows and its answer."""

from __future__ import annotations

import re
import uuid

from flask import Flask, Response, has_request_context, request

HEADER = "X-Request-Id"
_KEY = "marketplace.request_id"
_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{7,63}")


def request_id() -> str:
    """That of this request: what the proxy sent, if it has the shape of one, else a new one; empty outside."""
    if not has_request_context():
        return ""
    found = request.environ.get(_KEY)
    if found is None:
        sent = request.headers.get(HEADER, "")
        found = sent if _SHAPE.fullmatch(sent) else uuid.uuid4().hex
        request.environ[_KEY] = found
    return str(found)


def init_request_id(app: Flask) -> None:
    """Send the number with every answer."""

    @app.after_request
    def send(response: Response) -> Response:
        response.headers[HEADER] = request_id()
        return response
