"""What is paid when, line by line; the figures, their tables, and what was asked for after it was sold out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.kernel.database import execute, transaction
from marketplace.market_days.slots import slot_by_id
from marketplace.pickup.hand_over import Handover, hand_over
from marketplace.pickup.pack_by_default import finish_packing
from marketplace.web.farm.earnings_figures import WEEK, Sum, plot
from tests.pickup.scene import Scene
from tests.web.farm.test_statements import statement_of
from tests.web.page_client import Page, PageClient, words

Look = Callable[..., list[Any]]
SignIn = Callable[..., PageClient]


def plain(page: Page) -> str:
    return page.text.replace("\u00a0", " ")


def folds(page: Page) -> list[str]:
    return [words(element).replace("\u00a0", " ") for element in page.all("fold")]


def collected(app: Flask, scene: Scene, **goods: int) -> str:
    """An order that was packed as it stands and handed over; it is the day of the pickup."""
    with app.app_context():
        number = str(scene.order(**goods).number)
        scene.begin_pickup()
        finish_packing(scene.slots["markt"])
        hand_over(Handover(number=number), scene.host)
    return number


def table(response: Any) -> list[list[str]]:
    assert response.headers["Content-Disposition"].startswith("attachment;")
    return list(csv.reader(io.StringIO(response.get_data().decode("utf-8-sig")), delimiter=";"))


def test_open_money_by_pickup_date_and_its_lines(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    number = collected(app, scene, potatoes=2, milk=1)
    brink = scene.farms["brink"]
    farmer = sign_in("farm", farm_ids=(brink,))
    page = farmer.get(f"/hof/{brink}/abrechnung")
    (fold,) = folds(page)
    assert "9,00 €" in fold and "noch nicht fällig" in fold
    assert f"fällig ab {scene.day + timedelta(days=3):%d.%m.%Y}" in fold
    assert number not in page.text and "Uns fehlt Ihre Bankverbindung" in page.text
    page = farmer.get(f"/hof/{brink}/abrechnung?auf=verkauf-{scene.day}")
    (fold,) = folds(page)
    assert number in fold and "Kartoffeln, Beutel 2,5 kg" in fold and "Zeilen zuklappen" in fold
    for secret in ("Martina", "Voß", "kundin0@example.org", "Frischmilch"):
        assert secret not in page.text


def test_what_is_ordered_comes_later(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    with app.app_context():
        number = scene.order(potatoes=2).number
    brink = scene.farms["brink"]
    farmer = sign_in("farm", farm_ids=(brink,))
    (fold,) = folds(farmer.get(f"/hof/{brink}/abrechnung"))
    assert "noch nicht abgeholt" in fold and "9,00 €" in fold
    (fold,) = folds(farmer.get(f"/hof/{brink}/abrechnung?auf=kommt-{scene.day}"))
    assert number in fold and "2 bestellt" in fold


def test_nothing_open_is_said(scene: Scene, sign_in: SignIn) -> None:
    brink = scene.farms["brink"]
    farmer = sign_in("farm", farm_ids=(brink,))
    assert "Es ist nichts offen." in farmer.get(f"/hof/{brink}/abrechnung").text
    assert "In dieser Zeit ist nichts verkauft." in farmer.get(f"/hof/{brink}/zahlen").text


@pytest.mark.parametrize("auf", ["quatsch", "verkauf-2026-99-99", "verkauf-1999-01-01", "<script>", "anderes"])
def test_what_cannot_be_unfolded_stays_folded(app: Flask, scene: Scene, sign_in: SignIn, auf: str) -> None:
    number = collected(app, scene, potatoes=1)
    brink = scene.farms["brink"]
    page = sign_in("farm", farm_ids=(brink,)).get(f"/hof/{brink}/abrechnung?auf={auf}&ab=x")
    assert len(folds(page)) == 1 and number not in page.text


def test_a_statement_line_by_line(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    statement = statement_of(app, scene)
    (number,) = (row.number for row in look("SELECT number FROM orders"))
    brink = scene.farms["brink"]
    where = f"/hof/{brink}/abrechnung/{statement}"
    farmer = sign_in("farm", farm_ids=(brink,))
    page = farmer.get(where)
    assert "Verkauft am" in folds(page)[0] and "9,00 €" in folds(page)[0] and number not in page.text
    assert number in folds(farmer.get(f"{where}?auf=verkauf-{scene.day}"))[0]
    (row,) = folds(farmer.get(f"/hof/{brink}/abrechnung"))
    assert "angehalten" in row and "Uns fehlt Ihre Bankverbindung" in row
    weide = scene.farms["weide"]
    stranger = sign_in("farm", farm_ids=(weide,))
    stranger.get(f"{where.replace(str(brink), str(weide), 1)}?auf=verkauf-{scene.day}", status=404)


def test_figures_by_week_and_product(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    collected(app, scene, potatoes=2, cabbage=1, milk=3)
    brink = scene.farms["brink"]
    farmer = sign_in("farm", farm_ids=(brink,))
    page = farmer.get(f"/hof/{brink}/zahlen")
    totals = page.said("totals").replace("\u00a0", " ")
    assert "12,50 €gepackte Ware" in totals and "3Verkaufseinheiten" in totals and "0 %der Posten" in totals
    assert "Kartoffeln" in page.text and "Frischmilch" not in page.text
    far = farmer.get(f"/hof/{brink}/zahlen?von={scene.day + timedelta(days=1)}&bis={scene.day + timedelta(days=9)}")
    assert "In dieser Zeit ist nichts verkauft." in far.text


def test_one_product_alone(app: Flask, scene: Scene, sign_in: SignIn, look: Look) -> None:
    collected(app, scene, potatoes=2, cabbage=1)
    brink = scene.farms["brink"]
    (product,) = look("SELECT product_id AS id FROM variant WHERE sku = 'potatoes'")
    farmer = sign_in("farm", farm_ids=(brink,))
    page = farmer.get(f"/hof/{brink}/zahlen?produkt={product.id}")
    assert "9,00 €gepackte Ware" in page.said("totals").replace("\u00a0", " ")
    assert "Rotkohl" not in page.text and "Nur Kartoffeln" in page.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("von=gestern", "Bitte schreiben Sie das Datum so"),
        ("von=0001-01-01&bis=9999-12-31", "Bitte schreiben Sie das Datum so"),
        ("von=2026-03-02&bis=2026-03-01", "Das Ende liegt vor dem Anfang."),
        ("von=2020-01-01&bis=2026-03-01", "Höchstens zwei Jahre auf einmal."),
    ],
)
def test_a_range_that_is_none(scene: Scene, sign_in: SignIn, query: str, sentence: str) -> None:
    brink = scene.farms["brink"]
    farmer = sign_in("farm", farm_ids=(brink,))
    assert sentence in farmer.get(f"/hof/{brink}/zahlen?{query}", status=422).text
    assert farmer.client.get(f"/hof/{brink}/zahlen/wochen.csv?{query}").status_code == 404


def test_tables_have_no_formulas(app: Flask, scene: Scene, sign_in: SignIn) -> None:
    collected(app, scene, potatoes=2, milk=1)
    with app.app_context(), transaction():
        execute("UPDATE product SET name = '=cmd|calc' WHERE name = 'Kartoffeln'")
    brink = scene.farms["brink"]
    client = sign_in("farm", farm_ids=(brink,)).client
    head, *rows = table(client.get(f"/hof/{brink}/zahlen/produkte.csv"))
    assert head[:3] == ["Produkt", "Stück", "Ware (€)"]
    assert rows == [["'=cmd|calc", "2", "9,00", "1", "0", "0", "0"]]
    (single,) = table(client.get(f"/hof/{brink}/zahlen/einzeln.csv"))[1:]
    assert single[2:5] == ["'=cmd|calc", "2", "9,00"]
    weeks = table(client.get(f"/hof/{brink}/zahlen/wochen.csv"))[1:]
    assert len(weeks) == 12 and sum(int(row[2]) for row in weeks) == 2
    assert client.get(f"/hof/{brink}/zahlen/alles.csv").status_code == 404


@pytest.mark.parametrize("page", ["abrechnung", "zahlen", "zahlen/produkte.csv", "zahlen/gefragt.csv"])
def test_helpers_and_other_farms_see_nothing(app: Flask, scene: Scene, sign_in: SignIn, page: str) -> None:
    collected(app, scene, potatoes=2)
    brink = scene.farms["brink"]
    assert sign_in("helper", farm_id=brink).client.get(f"/hof/{brink}/{page}").status_code == 403
    stranger = sign_in("farm", farm_ids=(scene.farms["weide"],)).client
    assert stranger.get(f"/hof/{brink}/{page}").status_code == 404
    own = stranger.get(f"/hof/{scene.farms['weide']}/{page}")
    assert own.status_code == 200 and "Kartoffeln" not in own.get_data(as_text=True)


@pytest.mark.parametrize(
    ("cents", "texts"),
    [
        ([0, 49, 50, 99_949], ["0", "0", "1", "999"]),
        ([0, 4_999, 40_000, 125_000], ["0,0", "0,0", "0,4", "1,3"]),
        ([99_999, 994_999, 995_000, 1_250_000], ["1,0", "9,9", "10", "13"]),
    ],
)
def test_bars_say_their_sums_in_three_characters(app: Flask, cents: list[int], texts: list[str]) -> None:
    monday = date(2026, 11, 2)
    weeks = [(monday + WEEK * step, Sum(1, value, 1, 0)) for step, value in enumerate(cents)]
    with app.test_request_context():
        drawn = plot(weeks, monday + WEEK)
    assert [bar["text"] for bar in drawn["bars"]] == texts
    assert [bar["now"] for bar in drawn["bars"]] == [False, True, False, False]


def test_shares_are_rounded_to_a_per_cent() -> None:
    assert [Sum(0, 0, lines, short).short_bp for lines, short in ((0, 0), (3, 1), (200, 1), (201, 1), (2, 2))] == [
        0, 3300, 100, 0, 10_000,
    ]  # fmt: skip


def wish(scene: Scene, app: Flask, units: int) -> dict[str, Any]:
    with app.app_context():
        slug = slot_by_id(scene.slots["markt"]).slug
    return {
        "pickup_slot": slug,
        "lines": [{"offer": str(scene.offers["potatoes"]), "quantity": units}],
        "customer": {"name": "Martina Voß", "email": "martina@example.org"},
        "payment_method": "pay_at_pickup",
    }


def test_a_refused_order_is_counted_without_a_name(
    app: Flask, scene: Scene, client: FlaskClient, sign_in: SignIn, look: Look
) -> None:
    for key in ("one", "two", "two"):
        refused = client.post("/api/v1/orders", json=wish(scene, app, 53), headers={"Idempotency-Key": key})
        assert refused.status_code == 409
    assert look("SELECT id FROM orders") == [] and look("SELECT id FROM reservation") == []
    (missed,) = look("SELECT * FROM missed_demand")
    assert set(missed._mapping) == {"offer_id", "day", "farm_id", "times", "units"}
    assert (missed.offer_id, missed.times, missed.units) == (scene.offers["potatoes"], 1, 3)
    brink = scene.farms["brink"]
    farmer = sign_in("farm", farm_ids=(brink,))
    page = farmer.get(f"/hof/{brink}/zahlen")
    assert "1-mal gefragt, 3 Stück" in plain(page)
    assert table(farmer.client.get(f"/hof/{brink}/zahlen/gefragt.csv"))[1][2:] == ["Kartoffeln", "1", "3"]
    assert "Niemand" not in page.text


def test_an_order_that_goes_through_counts_nothing(app: Flask, scene: Scene, client: FlaskClient, look: Look) -> None:
    assert client.post("/api/v1/orders", json=wish(scene, app, 3)).status_code == 201
    assert look("SELECT * FROM missed_demand") == []


def test_a_sold_out_article_in_the_basket_is_counted(app: Flask, scene: Scene, look: Look) -> None:
    with app.app_context():
        slug = slot_by_id(scene.slots["markt"]).slug
        with transaction():
            execute("UPDATE stock SET capacity = 1 FROM offer o WHERE o.stock_id = stock.id AND o.id = :id",
                    id=scene.offers["potatoes"])  # fmt: skip
    (variant,) = look("SELECT variant_id AS id FROM offer WHERE id = :id", id=scene.offers["potatoes"])
    shop = PageClient(app.test_client())
    shop.get("/abholort")
    shop.press("choose-slot", slot=slug)
    shop.post("/warenkorb", {"artikel": variant.id, "quantity": 1})
    assert look("SELECT * FROM missed_demand") == []
    shop.post("/warenkorb", {"artikel": variant.id, "quantity": 4})
    shop.post("/warenkorb", {"artikel": variant.id, "quantity": 6})
    (missed,) = look("SELECT times, units FROM missed_demand")
    assert (missed.times, missed.units) == (1, 3)
    assert look("SELECT quantity FROM basket_line")[0].quantity == 6
