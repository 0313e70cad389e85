"""Settings of the stand-in, read from the environment alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LIVE_PREFIXES = ("sk_live", "rk_live", "pk_live")


class RefusedToStart(RuntimeError):
    """A setting is missing or would let the stand-in be mistaken for the real provider."""


@dataclass(frozen=True)
class StandInSettings:
    """What one stand-in process needs to know. Delays are in seconds of its own clock."""

    state: Path
    key: str
    secret: str
    webhook_url: str
    public_url: str
    funds_delay_seconds: int = 0
    debit_delay_seconds: int = 5
    check_responses: bool = False
    background: bool = True
    merchant: str = "Pättkesmarkt"

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> StandInSettings:
        """Read and check the settings. Refuses live keys, missing values and unsafe ones."""
        key = _wanted(environ, "STAND_IN_KEY")
        for name in ("STAND_IN_KEY", "STRIPE_API_KEY"):
            if environ.get(name, "").strip().lower().startswith(LIVE_PREFIXES):
                raise RefusedToStart(f"{name} is a live key: the stand-in of the payment provider takes test keys only")
        if not key.startswith("sk_test_"):
            raise RefusedToStart("STAND_IN_KEY must begin with sk_test_")
        secret = _wanted(environ, "STAND_IN_SECRET")
        if not secret.startswith("whsec_"):
            raise RefusedToStart("STAND_IN_SECRET must begin with whsec_")
        webhook_url = environ.get("STAND_IN_WEBHOOK_URL", "").strip()
        if webhook_url and not webhook_url.startswith(("http://", "https://")):
            raise RefusedToStart("STAND_IN_WEBHOOK_URL must be an http(s) address")
        return cls(
            state=Path(_wanted(environ, "STAND_IN_STATE")),
            key=key,
            secret=secret,
            webhook_url=webhook_url,
            public_url=_wanted(environ, "STAND_IN_PUBLIC_URL").rstrip("/"),
            funds_delay_seconds=_seconds(environ, "STAND_IN_FUNDS_DELAY_SECONDS", 0),
            debit_delay_seconds=_seconds(environ, "STAND_IN_DEBIT_DELAY_SECONDS", 5),
            check_responses=environ.get("STAND_IN_CHECK_RESPONSES", "") == "1",
            background=environ.get("STAND_IN_BACKGROUND", "1") != "0",
            merchant=environ.get("STAND_IN_MERCHANT", "").strip() or "Pättkesmarkt",
        )


def _wanted(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise RefusedToStart(f"{name} is not set")
    return value


def _seconds(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdigit():
        raise RefusedToStart(f"{name} must be a whole number of seconds")
    return int(text)
