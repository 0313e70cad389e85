"""The security headers of every response, and the nonce that this page's own scripts carry.

The content security policy lets nothing in but what we serve: no inline script without nonce, no style attribute,
no frame, no other host but the origin of the payment provider's hosted page as the target of a form (browsers
check the redirect after a form against `form-action` too).
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, has_request_context, request

PAYMENT_ORIGINS = "PAYMENT_PAGE_ORIGINS"
_NONCE = "marketplace.csp_nonce"
TWO_YEARS_S = 2 * 365 * 24 * 3600
PERMISSIONS = (
    "camera=(self), geolocation=(self), accelerometer=(), autoplay=(), browsing-topics=(), display-capture=(), "
    "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)


def csp_nonce() -> str:
    """The nonce of this response: 128 random bits, made once a request; empty outside of one."""
    if not has_request_context():
        return ""
    return str(request.environ.setdefault(_NONCE, secrets.token_urlsafe(16)))


def origin(address: str) -> str:
    """Scheme, host and port of an address: what a policy may name. ValueError for anything else."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.netloc or "@" in parts.netloc:
        raise ValueError(f"not an address of a page: {address!r}")
    return f"{parts.scheme}://{parts.netloc}"


def policy(nonce: str, form_targets: tuple[str, ...] = ()) -> str:
    """The content security policy with this nonce; `form_targets` are origins a form may end at besides ours."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "connect-src 'self'",
            "img-src 'self' data: blob:",
            "style-src 'self'",
            "font-src 'self'",
            " ".join(("form-action 'self'", *form_targets)),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def init_headers(app: Flask, *, payment_pages: tuple[str, ...] = (), https: bool = False) -> None:
    """Send the headers with every response of `app`.

    `payment_pages`: addresses of hosted payment pages, of which only the origin is used. `https`: whether the
    public address is https; only then browsers are told to insist on it.
    """
    app.config[PAYMENT_ORIGINS] = tuple(dict.fromkeys(origin(address) for address in payment_pages))
    app.jinja_env.globals["csp_nonce"] = csp_nonce

    def secure(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy(csp_nonce(), app.config[PAYMENT_ORIGINS]))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if https and request.is_secure:
            headers.setdefault("Strict-Transport-Security", f"max-age={TWO_YEARS_S}; includeSubDomains")
        return response

    app.after_request(secure)
