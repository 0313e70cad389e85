"""The demo market: whole, in the future, and safe to load twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

import pyotp
import pytest
from click.testing import CliRunner

from marketplace.cli.demo import demo
from marketplace.cli.demo.accounts import PASSWORD, listed
from marketplace.cli.demo.load import load_demo
from marketplace.cli.demo.places import MARKETS
from marketplace.farms.bank import is_iban
from marketplace.kernel.database import rows, scalar
from marketplace.market_days.slots import open_slots
from marketplace.markets.fees import fees_on
from marketplace.markets.find import find_market
from marketplace.markets.settings import setting
from marketplace.providers.media_files import media_files
from marketplace.stock.offers import offers_of_slot


@pytest.fixture
def store(tmp_path):
    return media_files(f"file://{tmp_path}")


@pytest.fixture
def loaded(db, store):
    return load_demo(store)


def of_market(slug, table):
    return scalar(
        f"SELECT count(*) FROM {table} WHERE market_id = (SELECT id FROM market WHERE slug = :slug)", slug=slug
    )


def test_all_of_it_is_there(loaded):
    counts = {table: of_market("muensterland", table) for table in ("farm", "product", "pickup_point")}
    assert counts == {"farm": 13, "product": 95, "pickup_point": 15}
    assert {table: of_market("hellweg", table) for table in ("farm", "pickup_point")} == {"farm": 1, "pickup_point": 1}
    assert scalar("SELECT count(*) FROM fact WHERE kind = 'FarmJoined'") == 14


def test_loading_again_changes_nothing(loaded, store):
    tables = ("market", "farm", "product", "variant", "picture", "price_change", "market_day", "offer", "stock",
              "weekly_slot", "weekly_offer", "account", "membership", "farm_bank_account", "fact", "audit")  # fmt: skip
    before = {table: scalar(f"SELECT count(*) FROM {table}") for table in tables}
    assert load_demo(store) == loaded
    assert {table: scalar(f"SELECT count(*) FROM {table}") for table in tables} == before


def test_days_lie_in_the_future_and_take_orders(loaded):
    assert scalar("SELECT count(*) FROM market_day WHERE orders_close_at <= app_now()") == 0
    market = find_market("muensterland")
    slots = open_slots(market.id)
    assert len({slot.point_id for slot in slots}) == 15
    assert offers_of_slot(slots[-1].id)


def test_the_shelf_sells_nothing_with_an_age_limit(loaded):
    for slot in open_slots(find_market("muensterland").id):
        ages = {offer.min_age for offer in offers_of_slot(slot.id)}
        assert ages == ({0} if slot.unattended else {0, 16, 18})


def test_every_product_has_a_picture_and_its_food_information(loaded, store):
    found = rows(
        "SELECT p.name, p.is_food, p.storage, p.origin, p.description, p.allergens, p.ingredients, i.media_key"
        " FROM product p LEFT JOIN picture i ON i.product_id = p.id"
    )
    assert len(found) == 99
    for row in found:
        assert store.get(row.media_key) is not None
        assert row.description
        assert not row.is_food or (row.storage and row.origin)
        assert not row.allergens or any(word.isupper() for word in row.ingredients.replace("-", " ").split()), row.name


def test_the_goose_is_ordered_a_week_ahead(loaded):
    shortest = scalar(
        """
        SELECT min(s.first - o.closes_at) FROM offer o
        JOIN variant v ON v.id = o.variant_id AND v.sku = 'F04-06'
        JOIN (SELECT market_day_id, min(pickup_from) AS first FROM pickup_slot GROUP BY market_day_id) s
            ON s.market_day_id = o.market_day_id
        """
    )
    assert shortest is None or shortest.days >= 7


def test_money_and_settings(loaded):
    market = find_market("muensterland")
    today = scalar("SELECT current_date")
    assert {fee.component: fee.rate_bp for fee in fees_on(market.id, today)} == {
        "host": 400,
        "platform": 400,
        "payment": 100,
    }
    assert setting(market.id, "catch_weight_tolerance_bp") == 1500
    assert setting(market.id, "cooling_off_days") == 3
    ibans = [row.iban for row in rows("SELECT iban FROM farm_bank_account")]
    assert len(set(ibans)) == 14 and all(is_iban(iban) for iban in ibans)
    assert {row.scheme for row in rows("SELECT scheme FROM farm_tax_scheme")} == {
        "regular",
        "paragraph24",
        "paragraph19",
    }


def test_the_accounts(loaded):
    accounts = listed()
    assert Counter(account["role"] for account in accounts) == {
        "farm": 14, "customer": 2, "host": 1, "operator": 3, "approver": 1, "admin": 1,
    }  # fmt: skip
    markets = {market.slug: str(find_market(market.slug).id) for market in MARKETS}
    assert Counter(a["market"] for a in accounts if a["role"] == "operator") == {
        markets["muensterland"]: 2,
        markets["hellweg"]: 1,
    }
    for account in accounts:
        assert set(account) == {"role", "email", "password", "totp_secret", "farm", "market", "pickup_point"}
        assert account["password"] == PASSWORD and len(PASSWORD) >= 12
        assert (account["farm"] is not None) == (account["role"] == "farm")
        if account["role"] in ("operator", "approver", "admin"):
            assert len(pyotp.TOTP(account["totp_secret"]).now()) == 6
            assert len(account["totp_secret"]) >= 32


def test_before_the_demo_there_are_no_accounts(db):
    assert listed() == []


def test_scaled(loaded, store):
    assert load_demo(store, 3).products == 95 * 3 + 4
    assert load_demo(store, 3) == load_demo(store, 3)
    assert (
        scalar("SELECT count(*) FROM account a JOIN membership m ON m.account_id = a.id WHERE m.role = 'customer'") == 6
    )
    slot = open_slots(find_market("muensterland").id)[-1]
    names = {offer.name for offer in offers_of_slot(slot.id, limit=1000)}
    assert {"Zwiebeln gelb", "Zwiebeln gelb 2", "Zwiebeln gelb 3"} <= names


def test_production_refuses(monkeypatch):
    for name, value in {
        "MARKETPLACE_ENV": "production",
        "DATABASE_URL": "postgresql://app:secret@db.example.org/market",
        "REDIS_URL": "rediss://cache.example.org/0",
        "SECRET_KEY": "an-honest-key-of-more-than-32-letters-0123456789",
        "PUBLIC_URL": "https://markt.example.org",
        "STRIPE_API_KEY": "sk_live_0123456789abcdef0123456789",
        "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdef0123456789",
        "SMTP_URL": "smtps://mail.example.org:465",
        "MAIL_FROM": "markt@example.org",
        "MEDIA_URL": "file:///srv/media",
    }.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(demo, ["load"])
    assert result.exit_code == 1
    assert "--force" in result.output


def test_the_command_line(settings, database_url, tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "MARKETPLACE_ENV": "test",
        "DATABASE_URL": database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "STRIPE_API_KEY": "sk_test_of_the_tests",
        "STRIPE_API_BASE": "http://127.0.0.1:9",
        "STRIPE_WEBHOOK_SECRET": "whsec_of_the_tests_0123456789",
        "DATA_DIR": str(tmp_path),
    }

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "marketplace.cli", "demo", *arguments],
            env=environment, capture_output=True, text=True, timeout=60, check=True,
        ).stdout  # fmt: skip

    assert "14 farms, 99 products, 16 pickup points" in run("load")
    assert len(json.loads(run("accounts"))) == 22
