"""An order whose hold brought nothing: the office sends a link, and cannot give back what is not there."""

from __future__ import annotations

import pytest
from flask import Flask

from marketplace.kernel.database import execute, rows, transaction
from tests.payouts.scene import Scene
from tests.web.page_client import PageClient


@pytest.fixture
def lost(app: Flask, scene: Scene) -> str:
    with app.app_context():
        order = scene.sell(("kale", 1000, 0), state="authorized")
        number = order.number
        with transaction():
            execute("UPDATE payment SET hold_lost_at = app_now(), last_error = 'pi_1: the hold has ended, nothing'")
    return number


def attempts(app: Flask) -> list[tuple[str, int]]:
    with app.app_context():
        return [tuple(row) for row in rows("SELECT state, amount_cents FROM payment ORDER BY id")]


def test_a_link_once(app: Flask, lost: str, ruth: PageClient) -> None:
    front = ruth.get("/leitung/")
    assert f"Geld fehlt: {lost}, 10,00 €" in front.text and "neuer Zahlungslink" not in front.text
    page = ruth.get(f"/leitung/bestellungen/{lost}")
    assert "Reservierung verfallen" in page.text and page.all("refund") == []
    page = ruth.press("new-link")
    assert "Ein neuer Zahlungslink geht an die Kundin oder den Kunden." in page.text
    assert "Neue Zahlung angefragt: Karte" in page.text
    assert "er gilt weiter" in ruth.press("new-link").text
    assert attempts(app) == [("authorized", 1000), ("pending", 1000)]
    assert "Ein neuer Zahlungslink ist bei der Kundin" in ruth.get("/leitung/").text


def test_nobody_else_sends_it(
    app: Flask, lost: str, bernd: PageClient, stranger: PageClient
) -> None:
    assert bernd.get(f"/leitung/bestellungen/{lost}").all("new-link") == []
    bernd.post(f"/leitung/bestellungen/{lost}/zahlungslink", {}, status=403)
    stranger.get("/leitung/")
    stranger.get("/leitung/bestellungen")
    stranger.post(f"/leitung/bestellungen/{lost}/zahlungslink", {}, status=404)
    assert attempts(app) == [("authorized", 1000)]


def test_no_link_where_nothing_is_owed(app: Flask, scene: Scene, ruth: PageClient) -> None:
    with app.app_context():
        paid = scene.sell(("kale", 1000, 0)).number
    assert ruth.get(f"/leitung/bestellungen/{paid}").all("new-link") == []
    page = ruth.post(f"/leitung/bestellungen/{paid}/zahlungslink", {})
    assert "keine Zahlung offen" in page.text
    assert attempts(app) == [("captured", 1000)]
