"""The stock of a day in and out of a table, by the stock page's own commands; never below what is sold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.catalogue.product_input import ProductInput, VariantInput
from marketplace.catalogue.save_product import create_product
from marketplace.exchange.export import stock_table
from marketplace.exchange.upload import upload_table
from marketplace.exchange.write import as_csv, as_xlsx
from marketplace.kernel.database import db, rows
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.stock.capacities import set_capacities
from tests.exchange.conftest import Farmer, said, table


def offers(farmer: Farmer) -> dict[str, tuple[int | None, int, bool]]:
    found = rows(
        "SELECT v.sku, s.capacity, o.price_cents, o.paused FROM offer o JOIN stock s ON s.id = o.stock_id"
        " JOIN variant v ON v.id = o.variant_id WHERE o.farm_id = :id AND o.market_day_id = :day",
        id=farmer.farm_id,
        day=farmer.scene.day_id,
    )
    db.session.rollback()
    return {row.sku: (row.capacity, row.price_cents, row.paused) for row in found}


def test_what_goes_out_comes_back_as_nothing_new(farmer: Farmer) -> None:
    out = stock_table(farmer.farm_id, farmer.scene.day_id)
    db.session.rollback()
    for content, name in ((as_csv(out), "b.csv"), (as_xlsx(out), "b.xlsx")):
        job = farmer.send(content, name, "stock")
        assert (said(job), job.changes, job.counts["unchanged"]) == ([], [], 2)


def test_amounts_prices_and_pauses(farmer: Farmer) -> None:
    job = farmer.send(
        table("SKU\tMenge\tPreis\tPausiert", "potatoes\t100 kg\t4,20 €\t", "cabbage\tunbegrenzt\t\tx"), kind="stock"
    )
    assert said(job) == []
    assert farmer.apply().state == "done"
    assert offers(farmer)["potatoes"] == (40, 420, False)
    assert offers(farmer)["cabbage"][0] is None and offers(farmer)["cabbage"][2] is True


def test_never_below_what_is_sold_and_all_findings(farmer: Farmer) -> None:
    farmer.scene.order(potatoes=4)
    before = offers(farmer)
    wrong_day = farmer.scene.day + timedelta(days=1)
    job = farmer.send(
        table(
            "Artikelnummer;Markttag;Menge;Preis am Markttag (€)",
            f"potatoes;{farmer.scene.day:%d.%m.%Y};3;teuer",
            f"cabbage;{wrong_day:%d.%m.%Y};-2;2,555",
            "milk;;7;",
            "cabbage;;1,5;",
        ),
        kind="stock",
    )
    found = said(job)
    assert (2, "Menge", "Davon sind schon 4 bestellt; weniger als das geht nicht.") in found
    assert any(it[:2] == (2, "Preis am Markttag (€)") for it in found)
    assert (3, "Menge", "„-2“ ist kleiner als 0.") in found
    assert any(it[:2] == (3, "Markttag") for it in found) and any(
        it[:2] == (3, "Preis am Markttag (€)") for it in found
    )
    assert any(it[0] == 4 and "nicht im Verkauf" in it[2] for it in found), "another farm's goods are unknown"
    assert any(it[:2] == (5, "Artikelnummer") for it in found)
    assert offers(farmer) == before


def test_what_is_ordered_between_preview_and_confirmation_stops_all_of_it(farmer: Farmer) -> None:
    farmer.send(table("Artikelnummer;Menge", "cabbage;9", "potatoes;3"), kind="stock")
    farmer.scene.order(potatoes=4)
    before = offers(farmer)
    job = farmer.apply()
    assert job.state == "checked" and not job.can_apply
    assert (3, "Menge", "Davon sind schon 4 bestellt; weniger als das geht nicht.") in said(job)
    assert offers(farmer) == before


def test_new_goods_are_put_on_sale(farmer: Farmer) -> None:
    pool = VariantInput("Glas", 500, "g", 650, sku="honey", pooled=True)
    create_product(farmer.farm_id, ProductInput("Honig", "gemuese", (pool,), storage="x", origin="y"))
    out = stock_table(farmer.farm_id, farmer.scene.day_id)
    db.session.rollback()
    assert [row[5] for row in out.rows if row[0] == "honey"] == [""]
    farmer.send(table("Artikelnummer;Menge;Preis", "honey;30;6,00"), kind="stock")
    assert farmer.apply().state == "done"
    assert offers(farmer)["honey"] == (30, 600, False)


def test_a_closed_day_is_refused(farmer: Farmer) -> None:
    farmer.send(table("Artikelnummer;Menge", "cabbage;9"), kind="stock")
    farmer.scene.close()
    before = offers(farmer)
    with pytest.raises(Conflict):
        upload_table(farmer.farm_id, "stock", b"x", "x.csv", farmer.scene.day_id)
    with pytest.raises(NotFound):
        upload_table(farmer.farm_id, "stock", b"x", "x.csv", 987654321)
    job = farmer.apply()
    assert job.state == "checked" and "Der Bestellschluss dieses Markttags ist vorbei." in said(job)[0][2]
    assert offers(farmer) == before


def test_many_amounts_at_once_refuse_as_one_does(farmer: Farmer) -> None:
    farmer.scene.order(potatoes=4)
    before, scene = offers(farmer), farmer.scene
    with pytest.raises(Conflict, match="schon 4 bestellt"):
        set_capacities(farmer.farm_id, {scene.offers["cabbage"]: 9, scene.offers["potatoes"]: 3})
    with pytest.raises(NotFound):
        set_capacities(farmer.farm_id, {scene.offers["cabbage"]: 9, scene.offers["milk"]: 3})
    assert offers(farmer) == before
    set_capacities(farmer.farm_id, {scene.offers["cabbage"]: None, scene.offers["potatoes"]: 4})
    assert (offers(farmer)["cabbage"][0], offers(farmer)["potatoes"][0]) == (None, 4)
