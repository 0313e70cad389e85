"""The packing list on the phone, on paper, as a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.datastructures import MultiDict

from marketplace.pickup.begin_packing import begin_packing
from tests.pickup.scene import Scene
from tests.web.page_client import PageClient

Look = Callable[..., list[Any]]
SignIn = Callable[..., PageClient]


def ordered(app: Flask, scene: Scene, *, closed: bool = True, **goods: int) -> str:
    with app.app_context():
        number = scene.order(**goods).number
        if closed:
            scene.close()
            begin_packing(scene.day_id)
    return number


def line(look: Look, number: str, sku: str) -> Any:
    return look(
        "SELECT l.* FROM order_line l JOIN orders o ON o.id = l.order_id WHERE o.number = :number AND l.sku = :sku",
        number=number,
        sku=sku,
    )[0]


def test_ticks_and_weights_are_saved_by_order(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number = ordered(app, scene, potatoes=2, cabbage=1)
    brink = scene.farms["brink"]
    potatoes, cabbage = line(look, number, "potatoes"), line(look, number, "cabbage")
    farmer = sign_in("farm", farm_ids=(brink,))
    page = farmer.get(f"/hof/{brink}/packen?tag={scene.day}")
    assert "Martina" in page.text and number in page.text
    assert "Voß" not in page.text and "example.org" not in page.text
    weighed = (f"gewicht-{cabbage.id}", "1.320")
    fields = MultiDict([("gepackt", str(potatoes.id)), weighed, ("tag", scene.day.isoformat())])
    page = farmer.post(f"/hof/{brink}/packen/{number}", fields)
    row = next(row for row in page.all("pack-line") if row.get("data-line") == str(cabbage.id))
    assert [field.get("value") for field in row.iter("input") if field.get("inputmode")] == ["1320"]
    assert "€" not in page.text
    assert (line(look, number, "potatoes").state, line(look, number, "cabbage").amount_cents) == ("packed", 330)
    assert look("SELECT state FROM orders WHERE number = :n", n=number)[0][0] == "ready"


def test_an_unusual_weight_asks_to_be_sure(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number = ordered(app, scene, cabbage=1)
    brink, cabbage = scene.farms["brink"], line(look, number, "cabbage")
    farmer = sign_in("farm", farm_ids=(brink,))
    farmer.get(f"/hof/{brink}/packen")
    page = farmer.press("save-packed", status=422, **{f"gewicht-{cabbage.id}": "4800"})
    assert "Wirklich 4.800 g" in page.text.replace("\u00a0", " ")
    assert line(look, number, "cabbage").state == "open"
    farmer.press("save-packed", **{f"gewicht-{cabbage.id}": "4800"})
    after = line(look, number, "cabbage")
    assert (after.weight_g, after.amount_cents) == (4800, after.hold_cents)


def test_weighed_goods_without_weight_say_so(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number = ordered(app, scene, cabbage=1)
    brink, cabbage = scene.farms["brink"], line(look, number, "cabbage")
    farmer = sign_in("farm", farm_ids=(brink,))
    farmer.get(f"/hof/{brink}/packen")
    page = farmer.press("save-packed", status=422, gepackt=str(cabbage.id))
    assert "Gewicht in Gramm" in page.text
    for typed in ("schwer", "0", "-5", "9" * 30):
        farmer.get(f"/hof/{brink}/packen")
        farmer.press("save-packed", status=422, **{f"gewicht-{cabbage.id}": typed})
    assert line(look, number, "cabbage").state == "open"


def test_what_is_missing_needs_a_reason(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number = ordered(app, scene, potatoes=3, milk=1)
    brink, potatoes = scene.farms["brink"], line(look, number, "potatoes")
    farmer = sign_in("farm", farm_ids=(brink,))
    farmer.get(f"/hof/{brink}/packen/zeile/{potatoes.id}/fehlt")
    page = farmer.press("say-short", status=422, gepackt="1")
    assert "warum etwas fehlt" in page.text
    page = farmer.press("say-short", gepackt="1", grund="Frost oder Wetter")
    assert "2 fehlt (Frost oder Wetter)" in page.text
    after = line(look, number, "potatoes")
    assert (after.packed_quantity, after.state, after.amount_cents) == (1, "short", 450)
    page = farmer.get(f"/hof/{brink}/packen/zeile/{potatoes.id}/fehlt")
    assert "schon gemeldet" in page.text and page.all("say-short") == []


def test_before_the_cut_off_it_is_only_a_look_ahead(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number = ordered(app, scene, closed=False, potatoes=1)
    brink = scene.farms["brink"]
    farmer = sign_in("farm", farm_ids=(brink,))
    page = farmer.get(f"/hof/{brink}/packen")
    assert "Bestellungen kommen noch bis" in page.text and page.all("save-packed") == []
    potatoes = line(look, number, "potatoes")
    farmer.post(f"/hof/{brink}/packen/{number}", {"gepackt": str(potatoes.id)}, status=422)
    assert line(look, number, "potatoes").state == "open"


def test_other_farms_lines_are_unknown(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number = ordered(app, scene, milk=1)
    brink, milk = scene.farms["brink"], line(look, number, "milk")
    farmer = sign_in("farm", farm_ids=(brink,))
    farmer.get(f"/hof/{brink}/packen")
    farmer.post(f"/hof/{brink}/packen/{number}", {"gepackt": str(milk.id)})
    farmer.get(f"/hof/{brink}/packen/zeile/{milk.id}/fehlt", status=404)
    assert line(look, number, "milk").state == "open"


def test_every_view_and_the_paper(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    ordered(app, scene, potatoes=2, cabbage=1)
    brink = scene.farms["brink"]
    farmer = sign_in("farm", farm_ids=(brink,))
    for view in ("bestellungen", "produkte", "abholorte"):
        assert "Rotkohl" in farmer.get(f"/hof/{brink}/packen?ansicht={view}").text
    paper = farmer.get(f"/hof/{brink}/packen/drucken").text
    assert "noch nicht endgültig" in paper and "Martina" in paper
    farmer.get(f"/hof/{brink}/packen?tag=gestern", status=404)
    farmer.get(f"/hof/{brink}/packen?tag=1999-01-01", status=404)


def test_the_table_runs_no_formulas(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    with app.app_context():
        scene.order(name="=HYPERLINK(1)", potatoes=1)
    farmer = sign_in("farm", farm_ids=(scene.farms["brink"],))
    farmer.get("/hof/")
    answer = farmer.client.get(f"/hof/{scene.farms['brink']}/packen.csv")
    text = answer.get_data(as_text=True)
    assert answer.mimetype == "text/csv" and text.startswith("\ufeff")
    assert ";'=HYPERLINK(1);" in text and ";=HYPERLINK" not in text


def test_the_day_and_an_empty_farm(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    ordered(app, scene, potatoes=1)
    page = sign_in("farm", farm_ids=(scene.farms["brink"],)).get("/hof/")
    assert "0 von 1 Posten fertig" in page.text
    other = sign_in("farm", farm_ids=(scene.farms["weide"],))
    assert "Nichts zu tun." in other.get("/hof/").text
    assert "noch niemand bei Ihnen bestellt" in other.get(f"/hof/{scene.farms['weide']}/packen").text
    assert "Noch keine Abrechnung" in other.get(f"/hof/{scene.farms['weide']}/abrechnung").text
    other.get(f"/hof/{scene.farms['weide']}/abrechnung/1", status=404)
