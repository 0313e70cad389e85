"""The papers of a market day as a farm prints them: first names and numbers, no money, no address, no other farm."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from marketplace.pickup.pack import pack_line
from tests.papers.test_typeset import words_of
from tests.pickup.scene import Scene
from tests.web.farm.test_packing_page import Look, SignIn, line, ordered
from tests.web.page_client import PageClient

PAPERS = ("ernteliste", "bestellungen", "abholorte", "etiketten", "etikettenbogen")


def paper(farmer: PageClient, scene: Scene, name: str, farm: str = "brink") -> str:
    answer = farmer.client.get(f"/hof/{scene.farms[farm]}/packen/{name}.pdf?tag={scene.day}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert f"{name}-{date.fromisoformat(str(scene.day))}.pdf" in answer.headers["Content-Disposition"]
    return words_of(answer.get_data()).replace("\u00a0", " ").replace("\u2060", "")


def test_every_paper_tells_what_is_packed_and_nothing_of_money(
    app: Flask, scene: Scene, sign_in: SignIn, look: Look
) -> None:
    number = ordered(app, scene, potatoes=2, cabbage=1, beer=1)
    helper = sign_in("helper", farm_id=scene.farms["brink"])
    for name in PAPERS:
        said = paper(helper, scene, name)
        assert "Rotkohl" in said and "Hof Brinkmöller" in said, name
        for secret in ("€", "Voß", "example.org", "Landbier", "2,50", "3,50"):
            assert secret not in said, (name, secret)
        if name in ("bestellungen", "etiketten", "etikettenbogen"):
            assert "Martina" in said and number in said
    assert "1,4 kg" in paper(helper, scene, "ernteliste")
    assert "noch nicht endgültig" in paper(helper, scene, "bestellungen")


def test_labels_show_the_weight_and_ask_for_the_card(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number = ordered(app, scene, potatoes=1, cabbage=1, beer=2)
    cabbage, potatoes = line(look, number, "cabbage").id, line(look, number, "potatoes").id
    with app.app_context():
        pack_line(cabbage, [scene.farms["brink"]], 1, 1320)
        pack_line(potatoes, [scene.farms["brink"]], 0, None, "Frost")
    farmer = sign_in("farm", farm_ids=(scene.farms["brink"], scene.farms["weide"]))
    said = paper(farmer, scene, "etiketten")
    assert "1.320 g" in said and "Kartoffeln" not in said, "what is missing needs no label"
    assert "Ausweis" not in said
    assert "Ausweis prüfen: ab 16" in paper(farmer, scene, "etiketten", "weide")
    assert "1 fehlt (Frost)" in paper(farmer, scene, "bestellungen")


@pytest.mark.parametrize("name", ["#panic()", "$x$ \\ @a", "*fett*"])
def test_a_name_is_no_markup(app: Flask, scene: Scene, sign_in: SignIn, name: str) -> None:
    with app.app_context():
        scene.order(name=name, potatoes=1)
    farmer = sign_in("farm", farm_ids=(scene.farms["brink"],))
    assert name.split()[0] in paper(farmer, scene, "etiketten")


def test_papers_of_others_and_of_no_day_are_unknown(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    ordered(app, scene, potatoes=1)
    stranger = sign_in("farm", farm_ids=(scene.farms["weide"],))
    for name in PAPERS:
        assert stranger.client.get(f"/hof/{scene.farms['brink']}/packen/{name}.pdf").status_code == 404
    assert stranger.client.get(f"/hof/{scene.farms['weide']}/packen/ernteliste.pdf?tag=1999-01-01").status_code == 404
    assert "Keine Etiketten" in paper(stranger, scene, "etiketten", "weide")
    assert app.test_client().get(f"/hof/{scene.farms['brink']}/packen/ernteliste.pdf").status_code == 303
