"""One line a request: route, status, milliseconds. Never a query, a cookie or a token."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, request

from marketplace.kernel import actor
from marketplace.web import metrics
from marketplace.web.request_id import request_id

_STARTED = "marketplace.started"
# What nobody reads twice.
QUIET = ("assets", "favicon", "service.healthz", "media.picture")

log = structlog.get_logger("marketplace.access")


def init_access_log(app: Flask) -> None:
    """Time every request, bind its number to all its log lines, and write its line."""

    @app.before_request
    def begin() -> None:
        request.environ[_STARTED] = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id())
        actor.act_as(actor.Actor("guest", request_id()))

    @app.after_request
    def write(response: Response) -> Response:
        metrics.request_took(route(), request.method, response.status_code, seconds())
        if request.endpoint not in QUIET or response.status_code >= 400:
            log.info(
                "request",
                method=request.method,
                route=route(),
                status=response.status_code,
                ms=round(1000 * seconds(), 1),
                actor=actor.current().name,
            )
        return response


def route() -> str:
    """The rule that answered (`/bestellung/<number>`), so that neither ids nor guesses make names; `-` for none."""
    return request.url_rule.rule if request.url_rule else "-"


def seconds() -> float:
    """How long this request has taken so far."""
    return time.perf_counter() - request.environ.get(_STARTED, time.perf_counter())
