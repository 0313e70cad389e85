"""Every setting of an installation, read once from the environment.

What is unset falls back to the embedded services that `marketplace up` runs under DATA_DIR; it leaves their
addresses in DATA_DIR/run/services.json. In production nothing falls back: a missing or weak setting is refused with
a sentence that names it (see settings_rules).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from marketplace.kernel.settings_rules import SettingsError, complaints

__all__ = ["EMBEDDED", "Settings", "SettingsError", "services_file"]

# What the supervisor hands to its children, and to commands started beside it, when it is unset.
EMBEDDED = (
    "DATABASE_URL",
    "MIGRATION_DATABASE_URL",
    "REDIS_URL",
    "STRIPE_API_BASE",
    "STRIPE_API_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "SECRET_KEY",
    "PUBLIC_URL",
)
STRIPE_ITSELF = "https://api.stripe.com"
NOWHERE = "http://127.0.0.1:9"  # the discard port: refuses at once, so that a forgotten setting calls nobody
DEVELOPMENT_KEY = "only-for-development-never-for-people-with-money"


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation. Lists are tuples, durations say their unit in the name, URLs have no trailing slash."""

    environment: str = "development"
    database_url: str = ""  # libpq form, for psql and psycopg.connect
    migration_database_url: str = ""
    redis_url: str = "redis://127.0.0.1:6379/0"
    secret_key: str = field(default=DEVELOPMENT_KEY, repr=False)
    public_url: str = "http://127.0.0.1:8000"
    stripe_api_key: str = field(default="sk_test_unset", repr=False)
    stripe_webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    stripe_api_base: str = NOWHERE
    payment_methods: tuple[str, ...] = ("card", "pay_at_pickup")
    smtp_url: str = field(default="", repr=False)  # empty: mails are files under mail_dir
    mail_from: str = "Pättkesmarkt <markt@example.org>"
    media_url: str = "file:///var/empty"
    data_dir: Path = Path("var")
    port: int = 8000
    order_ttl_seconds: int = 1200
    payout_hold_days: int = 3
    metrics_token: str = field(default="", repr=False)  # empty: metrics from loopback only
    rate_limits: bool = True
    trusted_proxies: tuple[str, ...] = ()  # networks whose X-Forwarded-For is believed
    log_format: str = "text"
    sentry_dsn: str = field(default="", repr=False)
    embedded: tuple[str, ...] = ()  # names of settings that came from the embedded services

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Settings:
        """Read the environment; raises SettingsError with one sentence for each setting that is missing or weak."""
        given = {name: value.strip() for name, value in environ.items() if value.strip()}
        environment = given.get("MARKETPLACE_ENV", "development")
        data_dir = Path(given.get("DATA_DIR", "var")).absolute()
        lent = {} if environment == "production" else running_services(data_dir, given)
        found = {**lent, **given}
        if sentences := complaints(found, environment):
            raise SettingsError(sentences)
        port = int(found.get("PORT", "8000"))
        return cls(
            environment=environment,
            database_url=libpq(found["DATABASE_URL"]),
            migration_database_url=libpq(found.get("MIGRATION_DATABASE_URL", found["DATABASE_URL"])),
            redis_url=found.get("REDIS_URL", cls.redis_url_default()),
            secret_key=found.get("SECRET_KEY", DEVELOPMENT_KEY),
            public_url=found.get("PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/"),
            stripe_api_key=found.get("STRIPE_API_KEY", "sk_test_unset"),
            stripe_webhook_secrets=items(found.get("STRIPE_WEBHOOK_SECRET", "")),
            stripe_api_base=found.get(
                "STRIPE_API_BASE", STRIPE_ITSELF if "STRIPE_API_KEY" in found else NOWHERE
            ).rstrip("/"),
            payment_methods=items(found.get("PAYMENT_METHODS", "card,pay_at_pickup")),
            smtp_url=found.get("SMTP_URL", ""),
            mail_from=found.get("MAIL_FROM", "Pättkesmarkt <markt@example.org>"),
            media_url=found.get("MEDIA_URL", f"file://{data_dir / 'media'}"),
            data_dir=data_dir,
            port=port,
            order_ttl_seconds=int(found.get("ORDER_TTL_SECONDS", "1200")),
            payout_hold_days=int(found.get("PAYOUT_HOLD_DAYS", "3")),
            metrics_token=found.get("METRICS_TOKEN", ""),
            rate_limits=found.get("RATE_LIMITS", "on") == "on",
            trusted_proxies=items(found.get("TRUSTED_PROXIES", "")),
            log_format=found.get("LOG_FORMAT", "json" if environment == "production" else "text"),
            sentry_dsn=found.get("SENTRY_DSN", ""),
            embedded=tuple(sorted(lent)),
        )

    @staticmethod
    def redis_url_default() -> str:
        return "redis://127.0.0.1:6379/0"

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def is_test(self) -> bool:
        return self.environment == "test"

    @property
    def is_development(self) -> bool:
        return self.environment == "development"

    @property
    def sqlalchemy_url(self) -> str:
        return with_driver(self.database_url)

    @property
    def migration_sqlalchemy_url(self) -> str:
        return with_driver(self.migration_database_url)

    @property
    def stripe_livemode(self) -> bool:
        """Whether events must say livemode; one that does not fit is refused."""
        return "_live_" in self.stripe_api_key

    @property
    def stripe_is_stand_in(self) -> bool:
        return self.stripe_api_base != STRIPE_ITSELF

    @property
    def is_https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @property
    def mail_dir(self) -> Path:
        """Where mails land as *.eml files while SMTP_URL is unset."""
        return self.data_dir / "mail"


def services_file(data_dir: Path) -> Path:
    return data_dir / "run" / "services.json"


def running_services(data_dir: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Addresses of the embedded services of this DATA_DIR that may stand in for what is not given."""
    try:
        noted = json.loads(services_file(data_dir).read_text())
    except FileNotFoundError:
        return {}
    lent = {name: str(noted[name]) for name in EMBEDDED if name in noted and name not in given}
    if "DATABASE_URL" in given:  # the embedded owner does not own somebody else's database
        lent.pop("MIGRATION_DATABASE_URL", None)
    if "STRIPE_API_KEY" in given or "STRIPE_API_BASE" in given:
        for name in ("STRIPE_API_KEY", "STRIPE_API_BASE", "STRIPE_WEBHOOK_SECRET"):
            lent.pop(name, None)
    return lent


def items(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def libpq(url: str) -> str:
    """The form that psql and psycopg read, whichever of the two was given."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql://{rest}" if separator and scheme.startswith("postgres") else url


def with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
