"""Products in and out of a table: every finding by its line, all or nothing, matched by article number."""

from __future__ import annotations

from marketplace.exchange.export import products_table, products_template
from marketplace.exchange.write import as_csv, as_xlsx
from marketplace.kernel.database import db, rows
from tests.exchange.conftest import Farmer, said, table

HEADS = (
    "Artikelnummer;Produkt;Verkaufseinheit;Füllmenge;Einheit;Preis (€);Warengruppe;Stand;Aufbewahrung;Herkunft;"
    "Warum keine Nährwerte"
)
EXEMPT = "unverarbeitet, aus einer einzigen Zutat (LMIV Anhang V Nr. 1)"


def goods(farmer: Farmer) -> list[tuple[object, ...]]:
    found = rows(
        "SELECT v.sku, p.name, v.sale_unit, v.net_quantity, v.net_unit, v.price_cents, p.state FROM variant v"
        " JOIN product p ON p.id = v.product_id WHERE v.farm_id = :id ORDER BY v.sku",
        id=farmer.farm_id,
    )
    db.session.rollback()
    return [tuple(row) for row in found]


def test_what_goes_out_comes_back_as_nothing_new(farmer: Farmer) -> None:
    before = goods(farmer)
    out = products_table(farmer.farm_id)
    db.session.rollback()
    for content, name in ((as_csv(out), "p.csv"), (as_xlsx(out), "p.xlsx")):
        job = farmer.send(content, name)
        assert (job.state, said(job), job.changes) == ("checked", [], [])
        assert job.counts["unchanged"] == 2
        assert not job.can_apply
    assert goods(farmer) == before


def test_new_and_changed_goods(farmer: Farmer) -> None:
    job = farmer.send(
        table(
            HEADS,
            f"potatoes;Kartoffeln;Beutel 2,5 kg;2500;g;4,80;Gemüse;im Verkauf;kühl;Deutschland;{EXEMPT}",
            f"N1;Äpfel „Boskoop“;Kiste;1,5 kg;;2,50 €;Gemüse;im Verkauf;kühl;Nottuln;{EXEMPT}",
            "N2;Äpfel „Boskoop“;Stück;1;Stück;0,40;;;;;",
        )
    )
    assert said(job) == []
    assert (job.counts["new"], job.counts["prices"], job.can_apply) == (2, 1, True)
    assert ("Preis (€)", "4,50", "4,80") in [tuple(field) for change in job.changes for field in change["fields"]]
    assert len(goods(farmer)) == 2, "a dry run changes nothing"
    assert farmer.apply().state == "done"
    found = {row[0]: row for row in goods(farmer)}
    assert found["potatoes"][5] == 480
    assert found["N1"] == ("N1", "Äpfel „Boskoop“", "Kiste", 1500, "g", 250, "live")
    assert found["N2"][1:5] == ("Äpfel „Boskoop“", "Stück", 1, "pc")
    assert found["cabbage"][1] == "Rotkohl", "what is not in the table stays"


def test_every_line_says_all_that_is_wrong(farmer: Farmer) -> None:
    before = goods(farmer)
    job = farmer.send(
        table(
            HEADS + ";Rohmilch;Lieblingsfarbe",
            "N1;Rohe Milch;Flasche;1;l;viel;Milchprodukte;im Verkauf;;Nottuln;;ja;blau",
            "N1;Butter;Stück;250;g;2,345;Obst;im Verkauf;kühl;Nottuln;;vielleicht;",
            ";Namenlos;;;;;;;;;;;",
        )
    )
    found = said(job)
    assert (1, "Lieblingsfarbe", "Diese Spalte kennen wir nicht; sie wird übergangen.") in found
    assert (2, "Preis (€)", "„viel“ ist keine Zahl. Richtig ist zum Beispiel 2,50.") in found
    assert (2, "Aufbewahrung", "Diese Angabe fehlt.") in found
    assert any(line == 2 and "Rohmilch darf nur auf dem Hof" in text for line, _, text in found)
    assert (3, "Artikelnummer", "Diese Artikelnummer steht schon in Zeile 2.") in found
    assert (3, "Preis (€)", "„2,345“ ist zu genau.") in found
    assert any((line, head) == (3, "Warengruppe") and "Möglich ist: Gemüse" in text for line, head, text in found)
    assert any((line, head) == (3, "Rohmilch") for line, head, _ in found)
    assert (4, "Artikelnummer", "Die Artikelnummer fehlt. An ihr erkennen wir die Zeile.") in found
    assert job.state == "checked" and not job.can_apply
    assert goods(farmer) == before


def test_the_template_is_taken_as_it_is(farmer: Farmer) -> None:
    template = products_template()
    db.session.rollback()
    job = farmer.send(as_xlsx(template), "vorlage.xlsx")
    assert (said(job), job.counts["new"]) == ([], 1)
    farmer.apply()
    assert ("MUSTER-01", "Kartoffeln Linda", "Beutel 2,5 kg", 2500, "g", 450, "draft") in goods(farmer)
