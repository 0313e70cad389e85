"""What a phone keeps and sends later: each entry answered for itself, done once; and the worker that keeps the page."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.pickup.scene import Scene, move_clock, put_clock_back
from tests.web.farm.test_packing_page import Look, SignIn, line, ordered
from tests.web.page_client import PageClient


def entry(line_id: int, **more: Any) -> dict[str, Any]:
    return {"key": secrets.token_hex(16), "line": line_id, "deed": "pack", "packed_quantity": 1, **more}


def state(farmer: PageClient, scene: Scene, known: str = "") -> Any:
    where = f"/hof/{scene.farms['brink']}/packen/stand?tag={scene.day}&kennt={known}"
    return farmer.client.get(where).get_json()


def send(farmer: PageClient, scene: Scene, *entries: dict[str, Any], token: str | None = None) -> Any:
    headers = {"X-CSRFToken": state(farmer, scene)["token"] if token is None else token}
    where = f"/hof/{scene.farms['brink']}/packen/eingaben"
    return farmer.client.post(where, json={"entries": list(entries)}, headers=headers)


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [it["outcome"] for it in answer.get_json()["answers"]]


def test_entries_are_answered_each_for_itself(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number = ordered(app, scene, potatoes=2, cabbage=1)
    foreign = ordered_again(app, scene, milk=1)
    potatoes, cabbage, milk = (
        line(look, number, "potatoes"),
        line(look, number, "cabbage"),
        line(look, foreign, "milk"),
    )
    helper = sign_in("helper", farm_id=scene.farms["brink"])
    first = entry(cabbage.id, weight_g=1320)
    answer = send(
        helper,
        scene,
        first,
        entry(milk.id),
        entry(cabbage.id, weight_g=1400),
        entry(potatoes.id, packed_quantity=7),
        entry(2**60),
        {"key": "x", "line": "drei"},
    )
    assert outcomes(answer) == ["done", "refused", "conflict", "refused", "refused", "refused"]
    done, _foreign, conflict, too_many = answer.get_json()["answers"][:4]
    assert done["line"] == conflict["line"] == ["packed", 1, 1320, "", 1]
    assert "0 bis 2" in too_many["message"]
    assert (line(look, number, "potatoes").state, line(look, foreign, "milk").state) == ("open", "open")
    assert outcomes(send(helper, scene, first)) == ["done"]
    assert outcomes(send(helper, scene, entry(cabbage.id, deed="unpack", instead_of=[1, 1320]))) == ["done"]
    assert outcomes(send(helper, scene, first)) == ["done"], "said again after it was taken back"
    assert line(look, number, "cabbage").state == "open"


def ordered_again(app: Flask, scene: Scene, **goods: int) -> str:
    with app.app_context():
        put_clock_back()
    return ordered(app, scene, **goods)


def test_entries_need_a_token_and_a_body(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number = ordered(app, scene, potatoes=1)
    potatoes = line(look, number, "potatoes")
    farmer = sign_in("farm", farm_ids=(scene.farms["brink"],))
    assert send(farmer, scene, entry(potatoes.id), token="").status_code == 400
    assert send(farmer, scene, *[entry(potatoes.id)] * 101).status_code == 400
    headers = {"X-CSRFToken": state(farmer, scene)["token"]}
    where = f"/hof/{scene.farms['brink']}/packen/eingaben"
    for body in (b"", b"[]", b"{", b'{"entries": 5}', b'{"entries": ["x"]}', b"\xff\xfe", b'{"entries": [[[[1]]]]}'):
        assert farmer.client.post(where, data=body, headers=headers).status_code == 400, body
    stranger = sign_in("farm", farm_ids=(scene.farms["weide"],))
    assert stranger.client.get(f"/hof/{scene.farms['brink']}/packen/stand?tag={scene.day}").status_code == 404
    assert line(look, number, "potatoes").state == "open"


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "kurz"},
        {"deed": "steal"},
        {"packed_quantity": "1"},
        {"packed_quantity": -1},
        {"packed_quantity": 1.5},
        {"packed_quantity": True},
        {"weight_g": "1,5 kg"},
        {"reason": "x" * 201},
        {"instead_of": [1]},
        {"line": -1},
        {"line": 2**70},
        {"amount_cents": 1},
    ],
)
def test_what_is_no_entry_is_refused_alone(
    app: Flask, scene: Scene, sign_in: SignIn, look: Look, wrong: dict[str, Any]
) -> None:
    number = ordered(app, scene, potatoes=1, cabbage=1)
    potatoes, cabbage = line(look, number, "potatoes"), line(look, number, "cabbage")
    farmer = sign_in("farm", farm_ids=(scene.farms["brink"],))
    answer = send(farmer, scene, entry(potatoes.id) | wrong, entry(cabbage.id, weight_g=1400))
    assert outcomes(answer) == ["refused", "done"]
    assert line(look, number, "potatoes").state == "open"


def test_the_state_is_told_once(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number = ordered(app, scene, potatoes=2, cabbage=1)
    cabbage = line(look, number, "cabbage")
    farmer = sign_in("farm", farm_ids=(scene.farms["brink"],))
    before = state(farmer, scene)
    assert (before["lines"], before["total"]) == ({}, 2)
    assert "lines" not in state(farmer, scene, before["digest"])
    send(farmer, scene, entry(cabbage.id, weight_g=1320))
    after = state(farmer, scene, before["digest"])
    assert after["lines"] == {str(cabbage.id): ["packed", 1, 1320, "", 1]}
    assert after["list"] == before["list"]
    assert "cents" not in str(after) and "example.org" not in str(after) and "Voß" not in str(after)


def test_the_worker_sees_the_farm_alone(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    answer = app.test_client().get("/hof/packen-dienst.js")
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
    ordered(app, scene, potatoes=1)
    brink = scene.farms["brink"]
    farmer = sign_in("farm", farm_ids=(brink,))
    farmer.get(f"/hof/{brink}/packen?tag={scene.day}")
    page = farmer.page.response
    assert page.headers["Cache-Control"] == "private, no-store", "no cache but the worker's, which asks X-Keep-Until"
    assert int(page.headers["X-Keep-Until"]) > scene.pickup_from.timestamp() * 1000
    farmer.get(f"/hof/{brink}/")
    assert "X-Keep-Until" not in farmer.page.response.headers


def test_a_tick_is_taken_back_without_scripts(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number = ordered(app, scene, potatoes=2, cabbage=1)
    brink, cabbage = scene.farms["brink"], line(look, number, "cabbage")
    farmer = sign_in("farm", farm_ids=(brink,))
    farmer.get(f"/hof/{brink}/packen")
    farmer.press("save-packed", **{f"gewicht-{cabbage.id}": "1,5 kg"})
    assert line(look, number, "cabbage").weight_g == 1500
    farmer.get(f"/hof/{brink}/packen/zeile/{cabbage.id}/fehlt")
    farmer.press("unpack")
    assert line(look, number, "cabbage").state == "open"
    farmer.get(f"/hof/{brink}/packen")
    farmer.press("save-packed", **{f"gewicht-{cabbage.id}": "1320"})
    farmer.get(f"/hof/{brink}/packen/zeile/{cabbage.id}/fehlt")
    farmer.press("say-short", gepackt="0", grund="nicht gut genug")
    assert (line(look, number, "cabbage").state, line(look, number, "cabbage").packed_quantity) == ("short", 0)
    page = farmer.get(f"/hof/{brink}/packen/zeile/{cabbage.id}/fehlt")
    assert "schon gemeldet" in page.text and page.all("unpack") == []


def test_nonsense_is_refused_in_words(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    number = ordered(app, scene, cabbage=1)
    brink, cabbage = scene.farms["brink"], line(look, number, "cabbage")
    farmer = sign_in("farm", farm_ids=(brink,))
    farmer.get(f"/hof/{brink}/packen")
    page = farmer.press("save-packed", status=422, **{f"gewicht-{cabbage.id}": "schwer"})
    assert "Das ist kein Gewicht" in page.text
    farmer.get(f"/hof/{brink}/packen/zeile/{cabbage.id}/fehlt")
    page = farmer.press("say-short", status=422, gepackt="1", gewicht="viel")
    assert "Das ist kein Gewicht" in page.text
    assert line(look, number, "cabbage").state == "open"


def test_by_product_many_orders_are_packed_in_one_go(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    numbers = [ordered(app, scene, closed=False, cabbage=1, potatoes=1) for _ in range(2)]
    with app.app_context():
        scene.close()
    brink = scene.farms["brink"]
    cabbages = [line(look, number, "cabbage").id for number in numbers]
    farmer = sign_in("farm", farm_ids=(brink,))
    page = farmer.get(f"/hof/{brink}/packen?ansicht=produkte")
    assert page.text.count("Martina") == 4
    weighed = {f"gewicht-{line_id}": "1.320" for line_id in cabbages}
    (card,) = [nth for nth, it in enumerate(page.all("save-packed")) if f"gewicht-{cabbages[0]}" in fields(page, it)]
    page = farmer.press("save-packed", nth=card, **weighed)
    assert page.path.endswith("#offen") and "ansicht=produkte" in page.path
    assert [line(look, number, "cabbage").weight_g for number in numbers] == [1320, 1320]
    assert [line(look, number, "potatoes").state for number in numbers] == ["open", "open"]


def fields(page: Any, button: Any) -> set[str]:
    return {field.get("name") for field in page.form(button).iter("input")}


def test_past_days_are_reached_from_the_page(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    ordered(app, scene, potatoes=1)
    with app.app_context():
        move_clock(scene.pickup_until + timedelta(days=2))
    brink = scene.farms["brink"]
    farmer = sign_in("farm", farm_ids=(brink,))
    page = farmer.get(f"/hof/{brink}/packen")
    assert "Frühere Markttage" in page.text
    links = [it.get("href") for it in page.root.iter("a") if f"tag={scene.day}" in (it.get("href") or "")]
    page = farmer.get(links[0])
    assert "Kartoffeln" in page.text
    assert "X-Keep-Until" not in page.response.headers
