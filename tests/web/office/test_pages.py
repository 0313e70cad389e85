"""The office's pages: exceptions first, orders, market days, books; each for its own market alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pyotp
import pytest
from flask import Flask

from marketplace.kernel import clock
from marketplace.kernel.database import execute, rows, transaction
from marketplace.market_days.wall_clock import local_date
from tests.payouts.scene import DAYS_AGO, Scene, today
from tests.web.page_client import PageClient


@pytest.fixture
def order(app: Flask, scene: Scene) -> str:
    with app.app_context():
        return scene.sell(("kale", 1000, 0), ("milk", 2040, 150)).number


def test_the_green_state_and_an_exception(app: Flask, scene: Scene, order: str, ruth: PageClient) -> None:
    page = ruth.get("/leitung/")
    assert page.h1 == "Alles läuft" and "Nichts zu tun." in page.text
    with app.app_context(), transaction():
        execute("UPDATE balance_transaction SET net_cents = net_cents - 1")
        execute("INSERT INTO fact (kind, payload) VALUES ('OrderPlaced', '{\"order_id\": 1}')")
        execute(
            "INSERT INTO delivery (fact_id, consumer, state, last_error)"
            " SELECT id, 'mail', 'parked', 'Postfach voll' FROM fact WHERE kind = 'OrderPlaced'"
        )
    page = ruth.get("/leitung/")
    assert page.h1 == "2 Dinge brauchen Sie"
    assert "Bücher weichen ab: +0,01 €" in page.text and "1 Auftrag kam nicht durch" in page.text
    ruth.get("/leitung/zustellungen")
    ruth.press("retry")
    assert "Nichts zu tun." in ruth.page.text


def test_orders_are_found(scene: Scene, order: str, ruth: PageClient) -> None:
    for query in ("", f"?suche={order.lower()}", "?suche=martina", "?stand=collected", f"?tag={day_of_the_scene()}"):
        assert order in ruth.get(f"/leitung/bestellungen{query}").text
    for query in ("?suche=%25", "?stand=ready", "?tag=2020-01-01"):
        assert order not in ruth.get(f"/leitung/bestellungen{query}").text
    page = ruth.get(f"/leitung/bestellungen/{order}")
    assert page.h1 == f"Bestellung {order}" and "30,40 €" in page.text
    assert "customer:clearing" in ruth.get(f"/leitung/buecher/{order}").text


def day_of_the_scene() -> date:
    return local_date(clock.now(), "Europe/Berlin") - timedelta(days=DAYS_AGO)


def test_a_refund(app: Flask, scene: Scene, order: str, ruth: PageClient) -> None:
    ruth.get(f"/leitung/bestellungen/{order}")
    page = ruth.press("refund", amount_cents="abc", reason="", status=422)
    assert "Bitte geben Sie einen Grund an" in page.text
    page = ruth.press("refund", amount_cents="99,00", reason="Druckstelle", status=422)
    assert "höchstens" in page.text or "zwischen" in page.text
    page = ruth.press("refund", amount_cents="3,40", reason="Druckstelle")
    assert "3,40 € gehen zurück." in page.text and "Druckstelle" in page.text
    with app.app_context():
        (refund,) = rows("SELECT amount_cents, borne_by, created_by FROM refund")
    assert (refund.amount_cents, refund.borne_by, refund.created_by) == (340, "farm", str(scene.operator))


def test_money_asks_for_a_fresh_code(app: Flask, scene: Scene, order: str, ruth: PageClient) -> None:
    secret = pyotp.random_base32()
    with app.app_context(), transaction():
        execute("UPDATE account SET totp_secret = :secret WHERE id = :id", secret=secret, id=scene.operator)
        execute("UPDATE sign_in SET stepped_up_at = clock_timestamp() - interval '6 minutes'")
    ruth.get(f"/leitung/bestellungen/{order}")
    page = ruth.press("refund", amount_cents="1,00", reason="Druckstelle", code="000000", status=422)
    assert "Dieser Code stimmt nicht" in page.text
    with app.app_context():
        assert rows("SELECT 1 FROM refund") == []
    page = ruth.press("refund", amount_cents="1,00", reason="Druckstelle", code=pyotp.TOTP(secret).now())
    assert "1,00 € gehen zurück." in page.text


def test_market_days(app: Flask, scene: Scene, ruth: PageClient) -> None:
    with app.app_context():
        point = rows("SELECT id FROM pickup_point ORDER BY id LIMIT 1")[0].id
        day = today() + timedelta(days=9)
        before = day - timedelta(days=1)
    assert "Hier ist kein Markttag." in ruth.get("/leitung/markttage").text
    ruth.get("/leitung/markttage/neu")
    filled = {
        "date": day.isoformat(),
        "orders_open_at": f"{day_of_the_scene()}T08:00",
        "orders_close_at": f"{before.isoformat()}T18:00",
        "pickup_point": str(point),
        "pickup_from": "16:30",
        "pickup_until": "18:30",
        "capacity": "0",
    }
    page = ruth.press("plan-day", **filled, status=422)
    assert "Plätze: 1 bis" in page.text
    page = ruth.press("plan-day", **{**filled, "capacity": "60"})
    assert "Der Markttag steht" in page.text and "0 von 60" in page.text
    assert ruth.get("/leitung/markttage?frueher=1").status == 200
    ruth.page = page
    page = ruth.press("close-day")
    assert "Der Bestellschluss ist jetzt" in page.text and page.all("close-day") == []
    page = ruth.post(f"{page.path}/absagen", {})
    assert "Der Markttag ist abgesagt." in page.text


def test_the_books(scene: Scene, order: str, ruth: PageClient) -> None:
    page = ruth.get("/leitung/buecher")
    assert "stripe:available" in page.text and "Hof field" in page.text and "91,20" in page.text


PATHS = (
    "/leitung/",
    "/leitung/markttage",
    "/leitung/markttage/neu",
    "/leitung/bestellungen",
    "/leitung/auszahlungen",
    "/leitung/buecher",
    "/leitung/zustellungen",
)


@pytest.mark.parametrize("path", PATHS)
def test_nobody_enters_without_a_role(app: Flask, scene: Scene, path: str) -> None:
    response = app.test_client().get(path)
    assert response.status_code == 303 and "/konto/anmelden" in response.headers["Location"]


def test_foreign_is_unknown(
    app: Flask, scene: Scene, order: str, ruth: PageClient, stranger: PageClient
) -> None:
    ruth.get("/leitung/auszahlungen")
    run = ruth.press("draw-up").path
    day = f"/leitung/markttage/{scene.made.day}"
    for path in (f"/leitung/bestellungen/{order}", f"/leitung/buecher/{order}", run, day):
        assert ruth.get(path).status == 200
        stranger.get(path, status=404)
    assert order not in stranger.get("/leitung/bestellungen").text
    assert "Hof field" not in stranger.get("/leitung/buecher").text
    for path in (f"{run}/vorlegen", f"{run}/freigeben", f"{run}/auszahlen", f"/leitung/bestellungen/{order}/erstatten"):
        stranger.get("/leitung/auszahlungen")
        stranger.post(path, {"reason": "x", "amount_cents": "1"}, status=404)


def test_an_approver_reads_and_does_not_run(scene: Scene, order: str, bernd: PageClient) -> None:
    for path in PATHS:
        bernd.get(path, status=403 if path.endswith("neu") else 200)
    assert bernd.get(f"/leitung/bestellungen/{order}").all("refund") == []
    bernd.post(f"/leitung/bestellungen/{order}/erstatten", {}, status=403)


def test_somebody_with_several_markets(
    app: Flask, scene: Scene, order: str, stranger: PageClient, enter: Callable[..., PageClient]
) -> None:
    anna = enter(scene.admin)
    for path in PATHS:
        anna.get(path)
    assert "2 Märkte" in anna.page.text
    anna.get("/leitung/auszahlungen")
    page = anna.press("draw-up", markt=str(scene.market))
    assert "Kleiner Markt" in page.text and "Hof field" in page.text
    page = anna.press("submit-run")
    assert page.all("approve-run") == []
    assert "Kleiner Markt" in anna.get("/leitung/auszahlungen").text
