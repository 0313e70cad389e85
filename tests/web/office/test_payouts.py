"""A payout run on the pages, by two people."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

from flask import Flask

from marketplace.kernel.database import execute, rows, transaction
from marketplace.payouts.check_books import check_books
from marketplace.payouts.transfer import pay_statement
from tests.payouts.scene import Scene, today
from tests.web.page_client import PageClient


def test_from_draft_to_paid(app: Flask, scene: Scene, ruth: PageClient, bernd: PageClient) -> None:
    with app.app_context():
        order = scene.sell(("kale", 34000, 0), ("milk", 20400, 1500)).number
    ruth.get("/leitung/auszahlungen")
    page = ruth.press("draw-up")
    run = page.path
    assert "Entwurf" in page.text and "Erste Auszahlung auf dieses Konto" in page.text
    page = ruth.press("submit-run")
    assert "Freigeben muss eine zweite Person" in page.text and page.all("approve-run") == []
    assert "1 Ding braucht Sie" in bernd.get("/leitung/").h1
    page = bernd.get(run)
    assert "Zahlen unverändert seit der Vorlage" in page.text and "das sind Sie" in page.text
    # 340,00: 9 % = 30,60, 19 % davon 5,81; 189,00: 17,01 und 3,23, dazu 15,00 Pfand
    assert "303,59" in page.text and "183,76" in page.text
    page = bernd.press("approve-run", note="geprüft")
    assert "Freigegeben. Noch geht kein Geld." in page.text and page.all("pay-run") == []
    page = ruth.get(run)
    assert "geprüft" in page.text
    page = ruth.press("pay-run")
    assert "wird ausgezahlt" in page.text
    with app.app_context():
        for row in rows("SELECT id FROM statement"):
            pay_statement(row.id)
        assert check_books().differences == ()
        statement = rows("SELECT id FROM statement ORDER BY id LIMIT 1")[0].id
    page = ruth.get(run)
    assert "ausgezahlt" in page.text
    page = ruth.get(f"{run}/{statement}")
    assert order in page.text and "tr_1" in page.text
    assert "487,35 €" in ruth.get("/leitung/auszahlungen").text


def test_changed_and_sent_back(app: Flask, scene: Scene, ruth: PageClient, bernd: PageClient) -> None:
    with app.app_context():
        order = scene.sell(("kale", 34000, 0))
        ruth.get("/leitung/auszahlungen")
        until = today().isoformat()
        run = ruth.press("draw-up", bis=until).path
        ruth.press("submit-run")
        bernd.get(run)  # open while the figures change
        scene.refund(order, "kale", 1000)
    page = bernd.press("approve-run")
    assert "Die Zahlen haben sich seit der Vorlage geändert." in page.text and "in Prüfung" in page.text
    page = bernd.get(run)
    assert "Zahlen haben sich seit der Vorlage geändert" in page.text
    assert page.all("changed") and not page.all("approve-run")
    page = bernd.press("reject-run", note="Bitte neu vorlegen.")
    assert "zurückgegeben" in page.text and "Bitte neu vorlegen." in page.text
    ruth.get("/leitung/auszahlungen")
    assert "bleiben für den nächsten Lauf" in ruth.page.text
    assert "−10,00" in ruth.press("draw-up", bis=until).text


def test_holding_a_farm(app: Flask, scene: Scene, ruth: PageClient) -> None:
    with app.app_context():
        scene.sell(("kale", 1000, 0))
    ruth.get("/leitung/auszahlungen")
    run = ruth.press("draw-up").path
    with app.app_context():
        statement = rows("SELECT id FROM statement")[0].id
    ruth.get(f"{run}/{statement}")
    page = ruth.press("hold", reason="Anruf steht aus")
    assert "Anruf steht aus" in page.text
    ruth.get(run)
    page = ruth.press("submit-run")
    assert "Auszahlung angehalten" in page.text and "gehen an 0 Höfe" in page.text
    ruth.get(f"{run}/{statement}")
    assert "Der Hof kann wieder ausgezahlt werden." in ruth.press("lift-hold").text


def test_the_files_of_a_run(app: Flask, scene: Scene, ruth: PageClient, bernd: PageClient) -> None:
    with app.app_context():
        scene.sell(("kale", 1000, 0))
        with transaction():
            execute("DELETE FROM farm_connected_account")
            execute(
                "UPDATE market SET legal = jsonb_build_object('name', 'Markt & Söhne eG', 'iban', CAST(:iban AS text))",
                iban="DE89370400440532013000",
            )
    ruth.get("/leitung/auszahlungen")
    run = ruth.press("draw-up").path
    ruth.press("submit-run")
    assert "Die SEPA-Datei gibt es nach der Freigabe." in ruth.get(f"{run}/sepa.xml").text
    bernd.get(run)
    bernd.press("approve-run")
    ruth.get(run)
    answer = ruth.client.get(f"{run}/sepa.xml")
    tree = ElementTree.fromstring(answer.data)
    space = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
    assert [node.text for node in tree.iterfind(".//p:InstdAmt", space)] == ["8.93"]
    assert tree.findtext(".//p:Dbtr/p:Nm", namespaces=space) == "Markt + Soehne eG"
    ruth.press("pay-run")
    page = ruth.press("confirm-bank")
    assert "Gebucht." in page.text and "ausgezahlt" in page.text
    answer = ruth.client.get(f"{run}/datev.csv")
    table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in table[1:]] == ["0,48", "0,12", "0,47", "8,93"]
    assert all(len(row) == len(table[0]) for row in table)
