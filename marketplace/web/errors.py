"""Every error as an answer: a page for people, a problem document under /api. What was begun is rolled back."""

from __future__ import annotations

import logging
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, make_response, redirect, request
from flask_babel import gettext as _
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from marketplace.kernel.database import db, sqlstate
from marketplace.kernel.errors import Invalid, NotSignedIn, Refusal, SecondFactorNeeded, TooMany
from marketplace.web.access import is_api
from marketplace.web.api import problems
from marketplace.web.language import safe_return
from marketplace.web.look.error_pages import error_page, reference

log = logging.getLogger(__name__)

RETRY_AFTER_S = "5"
# Cancelled by a time limit, lock not to be had, deadlock, too many connections, out of room, shutting down.
BUSY = ("57014", "55P03", "40P01", "40001", "53", "57P", "08")


def init_errors(app: Flask) -> None:
    """Answer refusals, HTTP errors, a database that is away, and everything unexpected."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(DBAPIError, database_error)
    app.register_error_handler(PoolTimeout, busy)
    app.register_error_handler(Exception, unexpected)


def refused(refusal: Refusal) -> Response:
    """A refusal that no view has taken care of."""
    roll_back()
    if is_api():
        return problems.of_refusal(refusal)
    if isinstance(refusal, (NotSignedIn, SecondFactorNeeded)) and request.method in ("GET", "HEAD"):
        door = "anmelden" if isinstance(refusal, NotSignedIn) else "bestaetigen"
        here = request.full_path.rstrip("?") if request.query_string else request.path
        return make_response(redirect(f"/konto/{door}?{urlencode({'next': here})}", 303))
    detail = problems.said(refusal.detail) if refusal.detail.msgid != refusal.title else ""
    if isinstance(refusal, Invalid) and refusal.errors and not detail:
        detail = problems.said(next(iter(refusal.errors.values())))
    response = error_page(refusal.status, detail, way_on(refusal))
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    elif refusal.status == 503:
        response.headers["Retry-After"] = RETRY_AFTER_S
    return response


def way_on(refusal: Refusal) -> tuple[str, str] | None:
    """Label and address of the door that leads on from a form that was refused, and back to its page."""
    if not isinstance(refusal, (NotSignedIn, SecondFactorNeeded)):
        return None
    came_from = urlsplit(request.referrer or "")
    page = safe_return(came_from.path if came_from.netloc == request.host else None)
    if isinstance(refusal, NotSignedIn):
        return _("Anmelden"), f"/konto/anmelden?{urlencode({'next': page})}"
    return _("Code eingeben"), f"/konto/bestaetigen?{urlencode({'next': page})}"


def http_error(error: HTTPException) -> Response:
    """What Flask and Werkzeug refuse, and `abort`."""
    if error.response is not None:  # a redirect, or a response made on purpose
        return make_response(error.response)
    status = error.code or 500
    if 300 <= status < 400:  # the routing's own redirects
        return make_response(error.get_response(request.environ))
    if status >= 500:
        log.error("answered %s, reference %s", status, reference())
    response = problems.of_status(status) if is_api() else error_page(status)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            response.headers[name] = value
    return response


def database_error(error: DBAPIError) -> Response:
    """The database is away or too busy: 503. It does not take a value that no check has caught: 400. Else 500."""
    state = sqlstate(error) or ""
    if state.startswith(BUSY) or (not state and isinstance(error, (OperationalError, InterfaceError))):
        return busy(error)
    if isinstance(error, DataError):
        roll_back()
        log.warning("the database refused a value (%s) in %s", state or "by its client", request.endpoint)
        return problems.of_status(400) if is_api() else error_page(400)
    return unexpected(error)


def busy(error: Exception) -> Response:
    """Not now; nothing was done."""
    roll_back()
    log.error("the database cannot answer now, reference %s: %s", reference(), type(error).__name__, exc_info=error)
    response = problems.of_status(503) if is_api() else error_page(503)
    response.headers["Retry-After"] = RETRY_AFTER_S
    return response


def unexpected(error: Exception) -> Response:
    """A mistake of ours: logged whole, shown as a reference number."""
    roll_back()
    log.error("unexpected error, reference %s", reference(), exc_info=error)
    if is_api():
        return problems.problem("internal", _(problems.BY_STATUS[500][1]), 500, reference=reference())
    return error_page(500)


def roll_back() -> None:
    """What the request began and did not commit; a lost connection has nothing left to roll back."""
    try:
        db.session.rollback()
    except DBAPIError:
        db.session.remove()
