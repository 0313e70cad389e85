"""The stock of a day on a phone: saved by a plain form, never below what is sold, nobody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.pickup.scene import Scene
from tests.web.page_client import Page, PageClient, values

Look = Callable[..., list[Any]]
SignIn = Callable[..., PageClient]


def capacity(look: Look, offer_id: int) -> int | None:
    return look("SELECT s.capacity FROM stock s JOIN offer o ON o.stock_id = s.id WHERE o.id = :id", id=offer_id)[0][0]  # type: ignore[no-any-return]


def save(farmer: PageClient, status: int = 200, **fields: str) -> Page:
    """Sends the form of the page, as its button in the fixed bar does."""
    form = farmer.page.form(farmer.page.all("quantity")[0])
    return farmer.post(form.get("action", ""), {**values(form), **fields}, status=status)


def without_reference(page: Page) -> str:
    return re.sub(r"Kennung: \S+", "", page.text)


def test_a_changed_amount_is_saved(scene: Scene, sign_in: SignIn, look: Look) -> None:
    farmer, offer = sign_in("farm", farm_ids=(scene.farms["brink"],)), scene.offers["potatoes"]
    page = farmer.get(f"/hof/{scene.farms['brink']}/bestand")
    assert "Kartoffeln" in page.text and "Frischmilch" not in page.text
    page = save(farmer, **{f"menge-{offer}": "77"})
    assert capacity(look, offer) == 77
    assert capacity(look, scene.offers["cabbage"]) == 50
    assert "Gespeichert" in page.text


def test_never_below_what_is_sold(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    with app.app_context():
        scene.order(potatoes=4)
    farmer, offer = sign_in("farm", farm_ids=(scene.farms["brink"],)), scene.offers["potatoes"]
    farmer.get(f"/hof/{scene.farms['brink']}/bestand")
    page = save(farmer, status=422, **{f"menge-{offer}": "3", f"menge-{scene.offers['cabbage']}": "20"}
    )
    assert "schon 4 bestellt" in page.text
    assert capacity(look, offer) == 50
    assert capacity(look, scene.offers["cabbage"]) == 20, "one refusal does not lose the others"


def test_words_for_numbers_are_refused(scene: Scene, sign_in: SignIn, look: Look) -> None:
    farmer, offer = sign_in("farm", farm_ids=(scene.farms["brink"],)), scene.offers["potatoes"]
    for typed in ("viele", "-3", "1e9", "99999999999", "2,5", "", "  "):
        farmer.get(f"/hof/{scene.farms['brink']}/bestand")
        save(farmer, status=422, **{f"menge-{offer}": typed})
    assert capacity(look, offer) == 50
    farmer.get(f"/hof/{scene.farms['brink']}/bestand/{offer}")
    farmer.press("unlimited")
    assert capacity(look, offer) is None, "not limited is said on purpose"
    farmer.get(f"/hof/{scene.farms['brink']}/bestand")
    save(farmer, **{f"menge-{scene.offers['cabbage']}": "20"})
    assert capacity(look, offer) is None, "an empty field that was empty stays"


def test_the_page_saves_itself(scene: Scene, sign_in: SignIn, look: Look) -> None:
    farmer, offer = sign_in("farm", farm_ids=(scene.farms["brink"],)), scene.offers["potatoes"]
    path = f"/hof/{scene.farms['brink']}/bestand"
    farmer.get(path)
    sent = farmer.token() | {"tag": scene.day.isoformat(), f"menge-{offer}": "41", f"war-{offer}": "50"}
    answer = farmer.client.post(path, data=sent, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json is not None and answer.json["saved"] == [str(offer)]
    assert answer.json["holds"][f"menge-{offer}"] == 41
    assert capacity(look, offer) == 41


def test_other_farms_are_unknown(scene: Scene, sign_in: SignIn, look: Look) -> None:
    brink, weide = scene.farms["brink"], scene.farms["weide"]
    farmer = sign_in("farm", farm_ids=(brink,))
    milk = scene.offers["milk"]
    foreign = without_reference(farmer.get(f"/hof/{weide}/bestand", status=404))
    assert without_reference(farmer.get("/hof/987654321/bestand", status=404)) == foreign
    farmer.get(f"/hof/{brink}/bestand/{milk}", status=404)
    farmer.get(f"/hof/{brink}/bestand")
    farmer.post(f"/hof/{brink}/bestand", {f"menge-{milk}": "1", f"war-{milk}": "50"}, status=404)
    farmer.get(f"/hof/{brink}/bestand")
    farmer.post(f"/hof/{brink}/bestand/{milk}", {"tun": "pause"}, status=404)
    assert capacity(look, milk) == 50


def test_pause_and_price(scene: Scene, sign_in: SignIn, look: Look) -> None:
    brink, offer = scene.farms["brink"], scene.offers["potatoes"]
    farmer = sign_in("farm", farm_ids=(brink,))
    farmer.get(f"/hof/{brink}/bestand/{offer}")
    farmer.press("save-price", preis="4,80")
    farmer.get(f"/hof/{brink}/bestand/{offer}")
    farmer.press("save-price", status=422, preis="viel")
    farmer.press("pause")
    assert tuple(look("SELECT price_cents, paused FROM offer WHERE id = :id", id=offer)[0]) == (480, True)
    page = farmer.get(f"/hof/{brink}/bestand")
    assert "Pausiert" in page.text
    farmer.post(f"/hof/{brink}/bestand?anbieten={offer}", {"tag": scene.day.isoformat()})
    assert look("SELECT paused FROM offer WHERE id = :id", id=offer)[0][0] is False


def test_after_the_cut_off_nothing_changes(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    brink, offer = scene.farms["brink"], scene.offers["potatoes"]
    farmer = sign_in("farm", farm_ids=(brink,))
    farmer.get(f"/hof/{brink}/bestand")
    with app.app_context():
        scene.close()
    farmer.post(f"/hof/{brink}/bestand", {f"menge-{offer}": "9", f"war-{offer}": "50"}, status=422)
    assert capacity(look, offer) == 50
    page = farmer.get(f"/hof/{brink}/bestand?tag={scene.day}")
    assert "Bestellschluss war" in page.text
    assert page.all("save-stock") == []


def test_without_a_token_nothing_happens(scene: Scene, sign_in: SignIn, look: Look) -> None:
    farmer, offer = sign_in("farm", farm_ids=(scene.farms["brink"],)), scene.offers["potatoes"]
    path = f"/hof/{scene.farms['brink']}/bestand"
    assert farmer.client.post(path, data={f"menge-{offer}": "9"}).status_code == 400
    assert capacity(look, offer) == 50


def test_who_has_several_farms_chooses(scene: Scene, sign_in: SignIn) -> None:
    farmer = sign_in("farm", farm_ids=tuple(scene.farms.values()))
    page = farmer.get("/hof/")
    assert page.h1 == "Welcher Hof?"
    assert "Hof Brinkmöller" in page.text and "Weidehof" in page.text
    page = farmer.get(f"/hof/{scene.farms['weide']}/")
    assert "Ihre anderen Höfe" in page.text


def test_strangers_are_sent_to_the_door(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    assert app.test_client().get("/hof/").status_code == 303
    host = sign_in("host", market_id=scene.market_id)
    host.get("/hof/", status=403)


def test_what_was_typed_for_a_day_goes_into_no_address(scene: Scene, sign_in: SignIn) -> None:
    farmer, farm = sign_in("farm", farm_ids=(scene.farms["brink"],)), scene.farms["brink"]
    page = farmer.get(f"/hof/{farm}/bestand")
    form = farmer.page.form(farmer.page.all("quantity")[0])
    token = {"csrf_token": values(form)["csrf_token"]}
    for typed in ("x" * 100_000, "31.12.2026", "2026-02-30"):
        answer = farmer.client.post(f"/hof/{farm}/bestand", data={**token, "tag": typed})
        assert answer.status_code == 303 and answer.headers["Location"] == f"/hof/{farm}/bestand", typed[:20]
    assert page.h1
