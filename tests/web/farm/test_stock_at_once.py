"""Stock in thirty seconds: one tap for one or all, kilograms, taking back, the usual week, pauses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.kernel import clock
from marketplace.market_days.wall_clock import local_date
from marketplace.web.farm.units_typed import NO_NUMBER, units_typed
from tests.pickup.scene import ZONE, Scene
from tests.web.page_client import PageClient

Look = Callable[..., list[Any]]
SignIn = Callable[..., PageClient]
STOCK = (
    "SELECT v.sku, s.capacity, o.paused FROM offer o JOIN stock s ON s.id = o.stock_id"
    " JOIN variant v ON v.id = o.variant_id WHERE o.farm_id = :farm ORDER BY v.sku"
)


@pytest.fixture
def farm(scene: Scene) -> int:
    return scene.farms["brink"]


@pytest.fixture
def farmer(farm: int, sign_in: SignIn) -> PageClient:
    return sign_in("farm", farm_id=farm)


def stands(look: Look, farm: int) -> dict[str, tuple[int | None, bool]]:
    return {row.sku: (row.capacity, row.paused) for row in look(STOCK, farm=farm)}


@pytest.mark.parametrize(
    ("typed", "usual_g", "units"),
    [("12", None, 12), ("", None, NO_NUMBER), ("∞", None, None), ("14 kg", 1400, 10), ("12,5 kg", 1400, 8),
     ("1.5kg", 500, 3),
     ("2,8", 1400, 2),
     ("14 kg", None, NO_NUMBER), ("viel", 1400, NO_NUMBER), ("-3", None, NO_NUMBER), ("12345678", None, NO_NUMBER)],
)  # fmt: skip
def test_units_as_they_are_typed(typed: str, usual_g: int | None, units: int | None) -> None:
    assert units_typed(typed, usual_g) == units


def test_one_tap_for_one_article_and_back(
    app: Flask, scene: Scene, farmer: PageClient, farm: int, look: Look
) -> None:
    with app.app_context():
        scene.order(potatoes=2)
    before = stands(look, farm)
    page = farmer.get(f"/hof/{farm}/bestand?tag={scene.day}")
    offer = scene.offers["potatoes"]
    for wish, after in (("sold_out", (2, False)), ("none_today", (before["potatoes"][0], True))):
        farmer.post(f"/hof/{farm}/bestand/auf-einmal", {"eins": f"{wish}-{offer}", "tag": scene.day.isoformat()})
        assert stands(look, farm)["potatoes"] == after
        page = farmer.press("undo-stock")
        assert "geändert" in page.text and stands(look, farm) == before
    assert not farmer.get(f"/hof/{farm}/bestand?tag={scene.day}").all("undo-stock")


def test_all_at_once(scene: Scene, farmer: PageClient, farm: int, look: Look) -> None:
    farmer.get(f"/hof/{farm}/bestand?tag={scene.day}")
    farmer.press("change-all", tun="set", menge="12")
    assert set(stands(look, farm).values()) == {(12, False)}
    farmer.press("change-all", tun="add", menge="−5")
    assert set(stands(look, farm).values()) == {(7, False)}
    page = farmer.press("change-all", tun="set", menge="viele")
    assert "ganze Zahl" in page.text and set(stands(look, farm).values()) == {(7, False)}


def test_kilograms_of_weighed_goods(scene: Scene, farmer: PageClient, farm: int, look: Look) -> None:
    farmer.get(f"/hof/{farm}/bestand?tag={scene.day}")
    typed = {f"menge-{scene.offers['cabbage']}": "28 kg", "tag": scene.day.isoformat()}
    farmer.post(f"/hof/{farm}/bestand", typed)
    assert stands(look, farm)["cabbage"] == (20, False)


def test_another_farm_has_nothing_to_tap(scene: Scene, farmer: PageClient, farm: int, look: Look) -> None:
    weide = scene.farms["weide"]
    before = stands(look, weide)
    farmer.get(f"/hof/{farm}/bestand?tag={scene.day}")
    tap = {"eins": f"sold_out-{scene.offers['milk']}", "tag": scene.day.isoformat()}
    farmer.post(f"/hof/{farm}/bestand/auf-einmal", tap, status=404)
    farmer.get(f"/hof/{farm}/bestand?tag={scene.day}")
    farmer.post(f"/hof/{weide}/bestand/auf-einmal", tap, status=404)
    assert stands(look, weide) == before


def test_the_usual_week(scene: Scene, farmer: PageClient, farm: int, look: Look) -> None:
    variant = look("SELECT variant_id FROM offer WHERE id = :id", id=scene.offers["potatoes"])[0][0]
    page = farmer.get(f"/hof/{farm}/woche")
    assert "Kartoffeln" in page.text
    weekday = scene.day.isoweekday()
    farmer.get(f"/hof/{farm}/woche?tag={weekday}")
    farmer.post(f"/hof/{farm}/woche", {f"menge-{variant}": "33", "tag": str(weekday)})
    kept = look("SELECT capacity FROM weekly_offer WHERE variant_id = :id AND weekday = :day", id=variant, day=weekday)
    assert [row[0] for row in kept] == [33]
    page = farmer.post(f"/hof/{farm}/woche", {f"menge-{variant}": "-1", "tag": str(weekday)}, status=422)
    assert "ganze Zahl" in page.text
    farmer.get(f"/hof/{farm}/woche?tag=9", status=404)


def test_a_pause_and_its_end(app: Flask, scene: Scene, farmer: PageClient, farm: int, look: Look) -> None:
    with app.app_context():
        scene.order(potatoes=1)
    before = stands(look, farm)
    today = local_date(clock.now(), ZONE)
    dates = {"von": today.isoformat(), "bis": (today + timedelta(days=20)).isoformat(), "grund": "illness"}
    farmer.get(f"/hof/{farm}/pausen")
    page = farmer.press("begin-pause", status=409, **dates)
    assert "1 Bestellungen" in page.text and stands(look, farm) == before
    farmer.press("begin-pause")
    assert {paused for _, paused in stands(look, farm).values()} == {True}
    farmer.press("end-pause")
    assert stands(look, farm) == before
    page = farmer.post(f"/hof/{farm}/pausen", {**dates, "bis": "morgen"}, status=422)
    assert "beide Tage" in page.text


def test_wishes_of_the_farm(scene: Scene, farmer: PageClient, farm: int, look: Look) -> None:
    farmer.get(f"/hof/{farm}/pausen")
    farmer.press("save-wishes", knapp="5", vorlauf="36")
    row = look("SELECT low_stock_at, tells_sold_out, lead_time_minutes FROM farm WHERE id = :id", id=farm)[0]
    assert tuple(row) == (5, True, 2160)
    closes = look("SELECT closes_at FROM offer WHERE id = :id", id=scene.offers["potatoes"])[0][0]
    assert closes == min(scene.closes, scene.pickup_from - timedelta(hours=36))
    page = farmer.press("save-wishes", status=422, knapp="0")
    assert "Zahl ab 1" in page.text
