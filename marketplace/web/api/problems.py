"""Refusals as RFC 9457 problem documents, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app
from flask_babel import gettext as _

from marketplace.kernel import installation
from marketplace.kernel.errors import Invalid, Refusal, TooMany
from marketplace.kernel.words import N_, Words
from marketplace.web.language import spoken
from marketplace.web.request_id import request_id

CONTENT_TYPE = "application/problem+json"
# What Flask and Werkzeug refuse by themselves: word and title by status.
BY_STATUS = {
    400: ("malformed", N_("Die Anfrage ist nicht lesbar.")),
    401: ("unauthorized", N_("Bitte melden Sie sich an.")),
    403: ("forbidden", N_("Dafür fehlt Ihnen die Berechtigung.")),
    404: ("not-found", N_("Das haben wir nicht gefunden.")),
    405: ("method-not-allowed", N_("Diese Methode gibt es hier nicht.")),
    413: ("too-large", N_("Die Anfrage ist zu groß.")),
    414: ("too-large", N_("Die Anfrage ist zu groß.")),
    415: ("unsupported-media-type", N_("Hier wird JSON erwartet.")),
    429: ("too-many", N_("Das waren zu viele Versuche.")),
    431: ("too-large", N_("Die Anfrage ist zu groß.")),
    500: ("internal", N_("Das hat nicht geklappt. Es liegt an uns, nicht an Ihnen.")),
    503: ("unavailable", N_("Das geht gerade nicht. Bitte versuchen Sie es gleich noch einmal.")),
}


def type_of(word: str) -> str:
    """The URI of a kind of problem; it leads to its description."""
    return f"{installation.settings().public_url}/api/problems/{word}"


def problem(word: str, title: str, status: int, detail: str = "", **more: Any) -> Response:
    """A problem document. `title` and `detail` are translated already.

    Two refusals of the same kind have the same body, so that a foreign id looks like an unknown one to the byte; the
    number of the request stands in the header, and in the body of mistakes of ours.
    """
    document = {
        **more,
        "type": type_of(word),
        "title": title,
        "status": status,
        "detail": detail or title,
    }
    if status >= 500:
        document["request_id"] = request_id()
    response = Response(current_app.json.dumps(document) + "\n", status, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = spoken()
    response.vary.add("Accept-Language")
    return response


def of_refusal(refusal: Refusal) -> Response:
    """The document of a refusal."""
    more: dict[str, Any] = dict(refusal.extra)
    if isinstance(refusal, Invalid):
        more["errors"] = [{"field": name, "message": said(words)} for name, words in refusal.errors.items()]
    response = problem(refusal.word, _(refusal.title), refusal.status, said(refusal.detail), **more)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    elif refusal.status == 503:
        response.headers["Retry-After"] = "5"
    elif refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="api"'
    return response


def of_status(status: int) -> Response:
    """The document of what the frame refuses by itself."""
    word, title = BY_STATUS.get(status) or BY_STATUS[500 if status >= 500 else 400]
    return problem(word, _(title), status)


def said(words: Words) -> str:
    """A sentence of the domain in the reader's language."""
    return _(words.msgid, **words.values) if words.values else _(words.msgid)
