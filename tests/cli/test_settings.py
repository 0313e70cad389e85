"""Settings: what they fall back to, and what production refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from marketplace.kernel.settings import Settings, SettingsError, services_file

KEY = "Jx2c9vQ0-tTz7_8LkPwB4mRyN5sHdGf1aEuV"
PRODUCTION = {
    "MARKETPLACE_ENV": "production",
    "DATABASE_URL": "postgresql://app:pw@db.example.org/market",
    "REDIS_URL": "redis://redis.example.org/0",
    "SECRET_KEY": KEY,
    "PUBLIC_URL": "https://markt.example.org/",
    "STRIPE_API_KEY": "sk_live_51abc",
    "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdef,whsec_fedcba9876543210",
    "SMTP_URL": "smtp://mail.example.org:25",
    "MAIL_FROM": "Markt <markt@example.org>",
    "DATA_DIR": "/srv/market",
}


def test_a_whole_production() -> None:
    settings = Settings.load(PRODUCTION)
    assert settings.is_production
    assert settings.is_https
    assert settings.stripe_livemode
    assert not settings.stripe_is_stand_in
    assert settings.public_url == "https://markt.example.org"
    assert settings.stripe_webhook_secrets == ("whsec_0123456789abcdef", "whsec_fedcba9876543210")
    assert settings.media_url == "file:///srv/market/media"
    assert settings.log_format == "json"
    assert settings.rate_limits
    assert settings.migration_database_url == settings.database_url


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"MARKETPLACE_ENV", "DATA_DIR"}))
def test_production_names_what_is_missing(name: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load({key: value for key, value in PRODUCTION.items() if key != name})
    assert [sentence.split()[0] for sentence in raised.value.sentences] == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "x" * 64),
        ("SECRET_KEY", "changeme-changeme-changeme-changeme-1"),
        ("PUBLIC_URL", "http://markt.example.org"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://markt.example.org/laden"),
        ("PUBLIC_URL", "https://markt.example.org/?x=1"),
        ("PUBLIC_URL", "https://u:p@markt.example.org"),
        ("STRIPE_API_KEY", "sk_live_"),
        ("RATE_LIMITS", "off"),
        ("STRIPE_API_KEY", "sk_test_51abc"),
        ("STRIPE_API_KEY", "pk_live_51abc"),
        ("STRIPE_API_BASE", "http://stripe.example.org"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_0123456789abcdef,short"),
        ("METRICS_TOKEN", "short"),
        ("DATABASE_URL", "sqlite:///market.db"),
        ("MAIL_FROM", "nobody"),
        ("PAYMENT_METHODS", "card,cheque"),
        ("PORT", "http"),
        ("PORT", "70000"),
        ("ORDER_TTL_SECONDS", "-1"),
        ("PAYOUT_HOLD_DAYS", "3.5"),
        ("TRUSTED_PROXIES", "proxy.example.org"),
        ("MEDIA_URL", "/srv/media"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_production_names_what_is_weak_or_malformed(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load({**PRODUCTION, name: value})
    assert [sentence.split("=")[0].split()[0] for sentence in raised.value.sentences] == [name]


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load({"MARKETPLACE_ENV": "production"})
    assert len(raised.value.sentences) >= 8


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(SettingsError, match="MARKETPLACE_ENV"):
        Settings.load({"MARKETPLACE_ENV": "staging"})


def test_secrets_are_not_shown() -> None:
    shown = repr(Settings.load(PRODUCTION))
    assert KEY not in shown
    assert "sk_live" not in shown
    assert "whsec_" not in shown


@pytest.mark.parametrize("url", ["postgresql://a@h/d", "postgres://a@h/d", "postgresql+psycopg://a@h/d"])
def test_both_forms_of_a_database_url_serve(url: str) -> None:
    settings = Settings.load({"DATABASE_URL": url})
    assert settings.database_url == "postgresql://a@h/d"
    assert settings.sqlalchemy_url == "postgresql+psycopg://a@h/d"


def test_development_borrows_what_runs(tmp_path: Path) -> None:
    note(tmp_path)
    settings = Settings.load({"DATA_DIR": str(tmp_path)})
    assert settings.database_url == "postgresql://login@127.0.0.1:5/market"
    assert settings.migration_database_url == "postgresql://owner@127.0.0.1:5/market"
    assert settings.stripe_api_base == "http://127.0.0.1:6"
    assert settings.media_url == f"file://{tmp_path}/media"
    assert "DATABASE_URL" in settings.embedded


def test_the_embedded_owner_is_not_lent_to_another_database(tmp_path: Path) -> None:
    note(tmp_path)
    settings = Settings.load({"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql://me@elsewhere/market"})
    assert settings.migration_database_url == "postgresql://me@elsewhere/market"


def test_a_key_of_ones_own_goes_to_the_provider_itself(tmp_path: Path) -> None:
    note(tmp_path)
    settings = Settings.load({"DATA_DIR": str(tmp_path), "STRIPE_API_KEY": "sk_test_mine"})
    assert settings.stripe_api_base == "https://api.stripe.com"
    assert settings.stripe_webhook_secrets == ()


def test_production_borrows_nothing(tmp_path: Path) -> None:
    note(tmp_path)
    with pytest.raises(SettingsError, match="DATABASE_URL is not set"):
        Settings.load({"DATA_DIR": str(tmp_path), "MARKETPLACE_ENV": "production"})


def test_the_test_environment_allows_http_and_rehearsal(tmp_path: Path) -> None:
    note(tmp_path)
    settings = Settings.load({"DATA_DIR": str(tmp_path), "MARKETPLACE_ENV": "test", "RATE_LIMITS": "off"})
    assert settings.is_test
    assert not settings.rate_limits
    with pytest.raises(SettingsError, match="SECRET_KEY has 5 characters"):
        Settings.load({"DATA_DIR": str(tmp_path), "MARKETPLACE_ENV": "test", "SECRET_KEY": "short"})


def test_without_a_database_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL is not set, and no embedded services run"):
        Settings.load({"DATA_DIR": str(tmp_path)})


def note(data_dir: Path) -> None:
    services_file(data_dir).parent.mkdir(parents=True)
    services_file(data_dir).write_text(
        json.dumps(
            {
                "DATABASE_URL": "postgresql://login@127.0.0.1:5/market",
                "MIGRATION_DATABASE_URL": "postgresql://owner@127.0.0.1:5/market",
                "REDIS_URL": "redis://:pw@127.0.0.1:7/0",
                "STRIPE_API_BASE": "http://127.0.0.1:6",
                "STRIPE_API_KEY": "sk_test_stand_in",
                "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdef",
                "SECRET_KEY": KEY,
                "PUBLIC_URL": "http://127.0.0.1:8000",
            }
        )
    )
