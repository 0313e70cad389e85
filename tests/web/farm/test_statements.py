"""A farm's statements: every deduction by its name, and a word against it in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask

from marketplace.kernel.database import scalar
from marketplace.market_days.wall_clock import local_date
from marketplace.payouts.draw_up import draw_up_run
from marketplace.payouts.submit import submit_run
from marketplace.people.accounts import create_account, give_role
from marketplace.pickup.hand_over import Handover, hand_over
from marketplace.pickup.pack_by_default import finish_packing
from tests.pickup.scene import ZONE, Scene, move_clock
from tests.web.page_client import PageClient

Look = Callable[..., list[Any]]
SignIn = Callable[..., PageClient]


def statement_of(app: Flask, scene: Scene) -> int:
    """Potatoes for nine euros, collected and drawn up; the statement's id. The run waits for its approval."""
    with app.app_context():
        number = scene.order(potatoes=2).number
        scene.begin_pickup()
        finish_packing(scene.slots["markt"])
        hand_over(Handover(number=number), scene.host)
        later = scene.pickup_until + timedelta(days=10)
        move_clock(later)
        operator = create_account("leitung@example.org")
        give_role(operator, "operator", market_id=scene.market_id)
        run = draw_up_run(scene.market_id, local_date(later, ZONE) - timedelta(days=4), operator)
        submit_run(run.id, operator)
        return int(scalar("SELECT id FROM statement WHERE farm_id = :farm", farm=scene.farms["brink"]))


def test_the_farm_reads_and_objects(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    statement = statement_of(app, scene)
    brink = scene.farms["brink"]
    farmer = sign_in("farm", farm_ids=(brink,))
    page = farmer.get(f"/hof/{brink}/abrechnung")
    assert "9,00" in page.text
    page = farmer.get(f"/hof/{brink}/abrechnung/{statement}")
    assert "Uns fehlt Ihre Bankverbindung" in page.text
    assert "Gepackte Ware9,00 €" in page.said("statement-sums").replace("\u00a0", " ")
    assert "Bitte schreiben Sie" in farmer.press("object", status=422, reason=" ").text
    page = farmer.press("object", reason="Es waren drei Beutel.")
    assert "Es waren drei Beutel." in page.text and "angehalten" in page.text


def test_statements_of_others_are_unknown(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    statement = statement_of(app, scene)
    weide = scene.farms["weide"]
    farmer = sign_in("farm", farm_ids=(weide,))
    farmer.get(f"/hof/{weide}/abrechnung/{statement}", status=404)
    farmer.get(f"/hof/{weide}/abrechnung")
    farmer.post(f"/hof/{weide}/abrechnung/{statement}", {"reason": "Nicht meins."}, status=404)
    assert look("SELECT objection FROM statement WHERE id = :id", id=statement)[0][0] == ""
