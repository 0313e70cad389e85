"""Settings of a market: what holds, since when, and what may be said."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from flask import Flask

from marketplace.kernel.database import execute, rows, transaction
from marketplace.markets.change_setting import RULES
from marketplace.markets.settings import setting
from tests.payouts.scene import Scene, today
from tests.web.page_client import PageClient

PAGE = "/leitung/einstellungen"
CODE = Path(__file__).parents[3] / "marketplace"


def written(app: Flask) -> list[tuple[str, object, str]]:
    with app.app_context():
        found = rows("SELECT key, value, valid_from::text AS valid_from FROM market_setting ORDER BY id")
    return [tuple(row) for row in found]


def test_from_a_day_on(app: Flask, scene: Scene, ruth: PageClient) -> None:
    with app.app_context():
        later = today() + timedelta(days=10)
    page = ruth.get(PAGE)
    said = page.said("setting-dispute_losses_borne_by")
    assert "der Markt, aus seiner Provision (Vorgabe, noch nie geändert)" in said
    page = ruth.press("change-dispute_losses_borne_by", value="farm", valid_from=later.isoformat())
    assert "gilt der Hof" in page.text
    said = page.said("setting-dispute_losses_borne_by")
    assert "der Markt, aus seiner Provision" in said and f"ab {later:%d.%m.%Y} der Hof" in said and "Ruth" in said
    with app.app_context():
        assert setting(scene.market, "dispute_losses_borne_by") == "market"
        assert setting(scene.market, "dispute_losses_borne_by", on_date=later) == "farm"
    page = ruth.press("change-catch_weight_tolerance_bp", value="12,5")
    assert "12,5" in page.said("setting-catch_weight_tolerance_bp")
    ruth.press("change-datev_accounts", commission="8401", bank="")
    with app.app_context():
        assert setting(scene.market, "catch_weight_tolerance_bp") == 1250
        assert setting(scene.market, "datev_accounts") == {"commission": 8401}
        assert len(rows("SELECT 1 FROM audit WHERE action = 'market_setting.insert'")) == 3


@pytest.mark.parametrize(
    ("key", "fields", "says"),
    [
        ("cooling_off_days", {"value": "0"}, "zwischen 1 und 30"),
        ("cooling_off_days", {"value": "-3"}, "zwischen 1 und 30"),
        ("cooling_off_days", {"value": "³"}, "zwischen 1 und 30"),
        ("cooling_off_days", {"value": "99999999999999999999"}, "zwischen 1 und 30"),
        ("catch_weight_tolerance_bp", {"value": "50,01"}, "zwischen 0 und 50"),
        ("catch_weight_tolerance_bp", {"value": "1,234"}, "zwischen 0 und 50"),
        ("dispute_losses_borne_by", {"value": "kundin"}, "eine der Möglichkeiten"),
        ("datev_accounts", {"commission": "84x0"}, "höchstens neun Ziffern"),
        ("weeks_planned_ahead", {"value": "3", "valid_from": "2020-01-01"}, "ab heute"),
        ("weeks_planned_ahead", {"value": "3", "valid_from": "9999-01-01"}, "zwei Jahre"),
        ("weeks_planned_ahead", {"value": "3", "valid_from": "bald"}, "ab heute"),
    ],
)
def test_refused(
    app: Flask, scene: Scene, ruth: PageClient, key: str, fields: dict[str, str], says: str
) -> None:
    ruth.get(PAGE)
    page = ruth.press(f"change-{key}", **fields, status=422)
    assert says in page.text
    assert written(app) == []


def test_money_asks_for_a_fresh_code(app: Flask, scene: Scene, ruth: PageClient) -> None:
    secret = pyotp.random_base32()
    with app.app_context(), transaction():
        execute("UPDATE account SET totp_secret = :secret WHERE id = :id", secret=secret, id=scene.operator)
        execute("UPDATE sign_in SET stepped_up_at = clock_timestamp() - interval '6 minutes'")
    ruth.get(PAGE)
    ruth.press("change-cooling_off_days", value="5", code="000000", status=422)
    assert written(app) == []
    ruth.press("change-weeks_planned_ahead", value="5")  # no money in it
    ruth.press("change-cooling_off_days", value="5", code=pyotp.TOTP(secret).now())
    assert [(key, value) for key, value, _ in written(app)] == [("weeks_planned_ahead", 5), ("cooling_off_days", 5)]


def test_of_ones_own_market_alone(
    app: Flask, scene: Scene, bernd: PageClient, stranger: PageClient, enter: Callable[..., PageClient]
) -> None:
    bernd.get(PAGE, status=403)
    stranger.get(PAGE)
    path = f"{PAGE}/{scene.market}/cooling_off_days"
    stranger.get(f"{PAGE}?markt={scene.market}", status=404)
    for nonsense in ("9" * 30, "9" * 5000, "0", "-1", "x"):
        stranger.get(f"{PAGE}?markt={nonsense}", status=404)
    stranger.get(PAGE)
    stranger.post(path, {"value": "5", "valid_from": "2099-01-01"}, status=404)
    stranger.get(PAGE)
    stranger.post(f"{PAGE}/{scene.market}/gibtsnicht", {}, status=404)
    assert written(app) == []
    assert "Kleiner Markt" in enter(scene.admin).get(f"{PAGE}?markt={scene.market}").text


def test_what_the_code_reads_can_be_set() -> None:
    read = set()
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setting":
                key = node.args[1]
                if isinstance(key, ast.Constant):
                    read.add(key.value)
    assert read == set(RULES)
