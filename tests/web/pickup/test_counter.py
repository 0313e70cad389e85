"""The host's pages: find the order, look at the passport, take the bottles, hand over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from marketplace.pickup.pack_by_default import finish_packing
from tests.pickup.scene import Scene
from tests.web.page_client import PageClient

Look = Callable[..., list[Any]]
SignIn = Callable[..., PageClient]


def ready(app: Flask, scene: Scene, **goods: int) -> Any:
    with app.app_context():
        order = scene.order(**goods)
        number, code, short = order.number, order.pickup_code, order.pickup_number
        scene.begin_pickup()
        finish_packing(scene.slots["markt"])
    return number, code, short


def state(look: Look, number: str) -> str:
    return look("SELECT state FROM orders WHERE number = :n", n=number)[0][0]  # type: ignore[no-any-return]


def test_from_the_code_to_the_handover(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number, code, short = ready(app, scene, milk=2)
    host = sign_in("host", market_id=scene.market_id)
    page = host.get("/abholung/")
    assert "Nottuln, Markt" in page.text
    host.get(f"/abholung/{scene.slots['markt']}")
    page = host.press("find", code=f"{code[:3]} {code[3:]}".lower())
    assert page.h1 == f"Nummer {short} ausgeben"
    assert "Bitte kassieren" in page.text and "Martina" in page.text and "Voß" not in page.text
    page = host.press("hand-over", **{"pfand-15": "2"})
    assert f"Nummer {short} ist ausgegeben." in page.text
    assert state(look, number) == "collected"
    assert look("SELECT amount_cents FROM refund")[0][0] == 30
    page = host.get(f"/abholung/bestellung/{number}")
    assert page.all("hand-over") == [] and "ausgegeben" in page.said("done")
    host.post(f"/abholung/bestellung/{number}", {"pfand-15": "2"})
    assert len(look("SELECT id FROM refund")) == 1


def test_the_passport_is_looked_at(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number, _code, _short = ready(app, scene, beer=1)
    host = sign_in("host", pickup_point_id=scene.points["markt"])
    host.get(f"/abholung/bestellung/{number}")
    page = host.press("hand-over", status=409)
    assert page.one("problem").get("data-problem") == "age"
    assert state(look, number) == "ready"
    host.press("hand-over", ausweis="1")
    assert state(look, number) == "collected"


def test_problems_are_said_in_words(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    with app.app_context():
        number = scene.order(potatoes=1).number
    host = sign_in("host", market_id=scene.market_id)
    slot = scene.slots["markt"]
    host.get(f"/abholung/{slot}")
    assert "gehört zu keiner Bestellung" in host.press("find", status=422, code="ZZZ ZZZ").text
    assert "Bitte scannen" in host.press("find", status=422, code=" ").text
    host.press("find", code="1")
    assert "noch nicht gepackt" in host.press("hand-over", status=409).text
    for typed in ("viele", "-1", "9" * 20):
        host.get(f"/abholung/bestellung/{number}")
        host.post(f"/abholung/bestellung/{number}", {"pfand-15": typed}, status=409)
    assert state(look, number) == "confirmed"


def test_a_host_sees_their_own_place_alone(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number, _code, _short = ready(app, scene, potatoes=1)
    stranger = sign_in("host", pickup_point_id=scene.points["hofladen"])
    page = stranger.get("/abholung/")
    assert "Hofladen" in page.text and "Nottuln, Markt" not in page.text
    stranger.get(f"/abholung/{scene.slots['markt']}", status=404)
    stranger.get("/abholung/99999999", status=404)
    stranger.get(f"/abholung/bestellung/{number}", status=404)
    stranger.get("/abholung/")
    stranger.get(f"/abholung/{scene.slots['hofladen']}")
    stranger.post(f"/abholung/bestellung/{number}", {}, status=404)
    assert state(look, number) == "ready"


def test_the_list_shows_who_is_still_to_come(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    number, _code, _short = ready(app, scene, potatoes=1)
    operator = sign_in("operator", market_id=scene.market_id)
    slot = scene.slots["markt"]
    assert number in operator.get(f"/abholung/{slot}").text
    operator.get(f"/abholung/bestellung/{number}")
    operator.press("hand-over")
    assert "Alles ausgegeben." in operator.get(f"/abholung/{slot}").text
    assert number in operator.get(f"/abholung/{slot}?zeige=alle").text


def test_others_stay_outside(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    assert app.test_client().get("/abholung/").status_code == 303
    sign_in("farm", farm_ids=(scene.farms["brink"],)).get("/abholung/", status=403)
