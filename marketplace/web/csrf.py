"""Forms of other sites are refused: every change on a page carries a token made of a seed in the signed session.

The token differs in each page (masked, so that compression betrays nothing) and holds as long as the session. The
API and the webhooks are exempt: they know no cookie.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets

from flask import Flask, request, session

from marketplace.kernel.errors import Malformed
from marketplace.kernel.words import N_

SEED = "csrf"
FIELD = "csrf_token"
HEADER = "X-CSRFToken"
_BYTES = 16
_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
NO_COOKIES = ("/api/v", "/webhooks/")


class NoToken(Malformed):
    """The form was too old, or is not ours."""

    word = "csrf"
    title = N_("Diese Anfrage war nicht zu lesen")


def csrf_token() -> str:
    """The token for a form of this page."""
    seed = _seed()
    if seed is None:
        seed = secrets.token_bytes(_BYTES)
        session[SEED] = base64.urlsafe_b64encode(seed).decode()
    mask = secrets.token_bytes(_BYTES)
    return base64.urlsafe_b64encode(mask + _xor(mask, seed)).decode()


def renew() -> None:
    """A new seed, at sign-in and sign-out: what was read before is worth nothing after."""
    session.pop(SEED, None)


def check() -> None:
    """Raises NoToken unless the request carries a token of this session."""
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    seed = _seed()
    if seed is None or request.headers.get("Sec-Fetch-Site") == "cross-site" or not _fits(sent, seed):
        raise NoToken(
            N_("Das Formular war zu lange offen. Bitte laden Sie die Seite neu und senden Sie es noch einmal.")
        )


def _fits(sent: str, seed: bytes) -> bool:
    try:
        raw = base64.urlsafe_b64decode(sent.encode("ascii"))
    except (binascii.Error, ValueError):
        return False
    return len(raw) == 2 * _BYTES and hmac.compare_digest(_xor(raw[:_BYTES], raw[_BYTES:]), seed)


def _seed() -> bytes | None:
    kept = session.get(SEED)
    try:
        seed = base64.urlsafe_b64decode(kept) if isinstance(kept, str) else b""
    except (binascii.Error, ValueError):
        return None
    return seed if len(seed) == _BYTES else None


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def init_csrf(app: Flask) -> None:
    """Refuse changes without a token; `csrf_token()` for the templates."""
    app.jinja_env.globals["csrf_token"] = csrf_token

    @app.before_request
    def guard() -> None:
        if request.method in _SAFE or request.path.startswith(NO_COOKIES):
            return
        if request.endpoint is not None:  # what does not exist answers 404 or 405 as it is
            check()
