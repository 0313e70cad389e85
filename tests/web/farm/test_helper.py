"""Somebody who helps at a farm packs, and sees no money."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.pickup.scene import Scene
from tests.web.farm.test_packing_page import SignIn, ordered


def test_a_helper_packs_and_sees_no_money(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    ordered(app, scene, potatoes=2, cabbage=1)
    brink = scene.farms["brink"]
    helper = sign_in("helper", farm_id=brink)
    assert helper.get("/hof/").path.startswith(f"/hof/{brink}/packen")
    for view in ("bestellungen", "produkte", "abholorte"):
        page = helper.get(f"/hof/{brink}/packen?tag={scene.day}&ansicht={view}")
        assert "Kartoffeln" in page.text and "€" not in page.text, view


@pytest.mark.parametrize("page", ["", "bestand", "abrechnung"])
def test_a_helper_gets_nowhere_else(scene: Scene, sign_in: SignIn, page: str) -> None:
    sign_in("helper", farm_id=scene.farms["brink"]).get(f"/hof/{scene.farms['brink']}/{page}", status=403)


def test_whoever_runs_one_farm_only_packs_at_the_other(scene: Scene, sign_in: SignIn) -> None:
    brink, weide = scene.farms["brink"], scene.farms["weide"]
    sign_in("helper", farm_id=brink).get(f"/hof/{weide}/packen", status=404)
    farmer = sign_in("farm", farm_id=weide)
    farmer.get(f"/hof/{brink}/packen", status=404)


def test_the_api_tells_a_helper_no_money(app: Flask, scene: Scene, bearer: Any, client: Any) -> None:
    ordered(app, scene, potatoes=2)
    helper, owner = (bearer(role, farm_id=scene.farms["brink"]) for role in ("helper", "farm"))
    where = f"/api/v1/farm/packing-list?date={scene.day}"
    seen, whole = ([one["lines"][0] for one in client.get(where, headers=who).json["items"]] for who in (helper, owner))
    assert [line["amount_cents"] for line in seen] == [None]
    assert [line["amount_cents"] for line in whole] == [900]
    assert client.get("/api/v1/farm/statements", headers=helper).status_code == 403
