"""What a setting must be: one sentence for each that is missing, malformed or too weak for its environment."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

ENVIRONMENTS = ("development", "test", "production")
METHODS = ("card", "sepa_debit", "pay_at_pickup")
REQUIRED = {
    "development": ("DATABASE_URL",),
    "test": ("DATABASE_URL", "SECRET_KEY", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET"),
    "production": (
        "DATABASE_URL",
        "REDIS_URL",
        "SECRET_KEY",
        "PUBLIC_URL",
        "STRIPE_API_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "SMTP_URL",
        "MAIL_FROM",
    ),
}
SHORTEST_SECRET_KEY = 32  # characters
SHORTEST_TOKEN = 16
GUESSABLE = ("changeme", "change-me", "only-for-development")
FEWEST_DIFFERENT = 8  # different characters in a key that was drawn, not typed


class SettingsError(Exception):
    """The installation cannot start; `sentences` says why, one a setting."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def complaints(found: Mapping[str, str], environment: str) -> list[str]:
    """Sentences about what keeps these settings from being used; empty when all is well."""
    if environment not in ENVIRONMENTS:
        return [f"MARKETPLACE_ENV is {environment!r}, but must be one of {', '.join(ENVIRONMENTS)}."]
    sentences = [missing(name, environment) for name in REQUIRED[environment] if name not in found]
    for name, check in SHAPES.items():
        if name in found and (problem := check(found[name])):
            sentences.append(f"{name} {problem}.")
    if environment != "development":
        sentences += weak_secrets(found, environment)
    if environment == "production":
        sentences += unfit_for_production(found)
    if "STRIPE_API_BASE" in found and "STRIPE_API_KEY" not in found and environment == "development":
        sentences.append("STRIPE_API_KEY is not set, though STRIPE_API_BASE is; set both or none.")
    return sentences


def missing(name: str, environment: str) -> str:
    if environment == "production":
        return f"{name} is not set; production does not fall back to embedded services."
    return f"{name} is not set, and no embedded services run on DATA_DIR; start them with `make run` or set it."


def weak_secrets(found: Mapping[str, str], environment: str) -> Iterator[str]:
    key = found.get("SECRET_KEY", "")
    typed = environment == "production" and len(set(key)) < FEWEST_DIFFERENT
    if key and len(key) < SHORTEST_SECRET_KEY:
        yield f"SECRET_KEY has {len(key)} characters, but needs at least {SHORTEST_SECRET_KEY} random ones."
    elif key and (typed or any(word in key.lower() for word in GUESSABLE)):
        yield "SECRET_KEY can be guessed; `python3 -c 'import secrets; print(secrets.token_urlsafe(48))'` makes one."
    secrets = found.get("STRIPE_WEBHOOK_SECRET")
    if secrets is not None and any(len(secret.strip()) < SHORTEST_TOKEN for secret in secrets.split(",")):
        yield f"STRIPE_WEBHOOK_SECRET holds a secret of fewer than {SHORTEST_TOKEN} characters."


def unfit_for_production(found: Mapping[str, str]) -> Iterator[str]:
    if urlsplit(found.get("PUBLIC_URL", "https://")).scheme != "https":
        yield "PUBLIC_URL must begin with https:// in production."
    if found.get("RATE_LIMITS", "on") == "off":
        yield "RATE_LIMITS=off is refused in production."
    if 0 < len(found.get("METRICS_TOKEN", "")) < SHORTEST_TOKEN:
        yield f"METRICS_TOKEN has fewer than {SHORTEST_TOKEN} characters."
    if "MEDIA_URL" not in found and "DATA_DIR" not in found:
        yield "MEDIA_URL is not set, nor is DATA_DIR; pictures and papers need a place that lasts."
    key, base = found.get("STRIPE_API_KEY", ""), found.get("STRIPE_API_BASE", "")
    # With a base address of one's own the test key is a rehearsal that somebody chose; with none it is a mistake
    # that gives goods away for test cards.
    if key and "_live_" not in key and not base:
        yield "STRIPE_API_KEY is a test key; production needs a live one (use MARKETPLACE_ENV=test to rehearse)."
    if "_live_" in key and base and urlsplit(base).scheme != "https":
        yield "STRIPE_API_BASE must begin with https:// for a live key."


def url_of(*schemes: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError as problem:
            return f"is no URL: {problem}"
        if parts.scheme not in schemes:
            return f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}"
        if parts.scheme in ("http", "https", "smtp", "smtps", "redis", "rediss") and not parts.hostname:
            return "names no host"
        return ""

    return check


def whole(least: int, most: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value.isascii() and value.isdigit() and least <= int(value) <= most:
            return ""
        return f"is {value!r}, but must be a whole number from {least} to {most}"

    return check


def one_of(*words: str) -> Callable[[str], str]:
    return lambda value: "" if value in words else f"is {value!r}, but must be {' or '.join(words)}"


def methods(value: str) -> str:
    unknown = [word for part in value.split(",") if (word := part.strip()) not in METHODS]
    return f"knows {', '.join(METHODS)}, not {unknown[0]!r}" if unknown else ""


def networks(value: str) -> str:
    for part in value.split(","):
        try:
            ipaddress.ip_network(part.strip(), strict=False)
        except ValueError:
            return f"must be addresses or networks with commas between, and {part.strip()!r} is none"
    return ""


def public_address(value: str) -> str:
    """Links are made by putting a path behind it, so it is scheme, host and port, and no more."""
    if problem := url_of("http", "https")(value):
        return problem
    parts = urlsplit(value)
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        return "must be scheme, host and port alone, such as https://markt.example.org"
    return ""


def stripe_key(value: str) -> str:
    kind, _, rest = value.partition("_")
    secret = rest.removeprefix("test_").removeprefix("live_")
    return "" if kind in ("sk", "rk") and secret else "must be a secret or restricted key (sk_…, rk_…)"


def mail_address(value: str) -> str:
    return (
        "" if "@" in value and not {"\r", "\n"} & set(value) else "must be an address such as Markt <markt@example.org>"
    )


SHAPES: Mapping[str, Callable[[str], str]] = {
    "DATABASE_URL": url_of("postgresql", "postgres", "postgresql+psycopg"),
    "MIGRATION_DATABASE_URL": url_of("postgresql", "postgres", "postgresql+psycopg"),
    "REDIS_URL": url_of("redis", "rediss"),
    "PUBLIC_URL": public_address,
    "STRIPE_API_BASE": url_of("http", "https"),
    "STRIPE_API_KEY": stripe_key,
    "PAYMENT_METHODS": methods,
    "SMTP_URL": url_of("smtp", "smtps"),
    "MAIL_FROM": mail_address,
    "MEDIA_URL": url_of("file", "s3"),
    "PORT": whole(1, 65535),
    "ORDER_TTL_SECONDS": whole(1, 86_400),
    "PAYOUT_HOLD_DAYS": whole(0, 90),
    "RATE_LIMITS": one_of("on", "off"),
    "TRUSTED_PROXIES": networks,
    "LOG_FORMAT": one_of("text", "json"),
    "SENTRY_DSN": url_of("http", "https"),
}
