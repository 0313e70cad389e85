"""Uploads survive a worker that dies, do nothing twice, and are swept out."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from marketplace.exchange.jobs import cancel_import, confirm_import, job_of, recent_jobs
from marketplace.exchange.sheet import MOST_BYTES, MOST_ROWS
from marketplace.exchange.tidy import tidy_imports
from marketplace.exchange.upload import upload_table
from marketplace.exchange.work import work
from marketplace.kernel.database import beside, db, execute, rows, scalar, transaction
from marketplace.kernel.errors import Changed, Conflict, Invalid, NotFound
from tests.exchange.conftest import Farmer, said, table

DEARER = table("Artikelnummer;Produkt;Preis (€)", "potatoes;Kartoffeln;4,90")


def price() -> tuple[int, int]:
    """(cents, how often they changed) of the potatoes."""
    found = rows(
        "SELECT v.price_cents, (SELECT count(*) FROM price_change c WHERE c.variant_id = v.id) AS times"
        " FROM variant v WHERE v.sku = 'potatoes'"
    )[0]
    db.session.rollback()
    return found.price_cents, found.times


def test_confirmed_twice_and_worked_on_twice_is_done_once(farmer: Farmer) -> None:
    job = farmer.send(DEARER)
    assert confirm_import(farmer.farm_id, job.id, job.digest)
    assert not confirm_import(farmer.farm_id, job.id, job.digest)
    work(job.id)
    work(job.id)
    assert not confirm_import(farmer.farm_id, job.id, job.digest)
    work(job.id)
    assert price() == (490, 2)
    assert scalar("SELECT count(*) FROM fact WHERE kind = 'ImportWanted'") == 2
    db.session.rollback()


def test_a_worker_that_dies_leaves_nothing_and_the_next_one_finishes(farmer: Farmer) -> None:
    job = farmer.send(DEARER)
    confirm_import(farmer.farm_id, job.id, job.digest)
    with beside() as other:  # holds the variant as a worker does that will never commit
        other.execute(text("SELECT 1 FROM variant WHERE sku = 'potatoes' FOR UPDATE"))
        with pytest.raises(Exception, match="lock timeout"):
            work(job.id)
        db.session.rollback()
        assert price() == (450, 1)
        assert farmer.job().state == "applying"
    work(job.id)
    assert (farmer.job().state, price()) == ("done", (490, 2))


def test_two_workers_at_once(farmer: Farmer) -> None:
    job = farmer.send(DEARER)
    confirm_import(farmer.farm_id, job.id, job.digest)
    with beside() as other:
        other.execute(text("SELECT pg_advisory_xact_lock(820, CAST(:id AS int))"), {"id": job.id})
        work(job.id)
        assert (farmer.job().state, price()) == ("applying", (450, 1))
    work(job.id)
    assert price() == (490, 2)


def test_after_three_broken_turns_it_is_failed(farmer: Farmer) -> None:
    job = farmer.send(DEARER)
    confirm_import(farmer.farm_id, job.id, job.digest)
    with transaction():
        execute("UPDATE import_job SET tries = 3 WHERE id = :id", id=job.id)
    work(job.id)
    assert farmer.job().state == "failed" and "mehrmals nicht geklappt" in said(farmer.job())[0][2]
    assert price() == (450, 1)


def test_a_preview_that_holds_no_longer_is_shown_again(farmer: Farmer) -> None:
    job = farmer.send(DEARER)
    with transaction():
        execute("UPDATE variant SET price_cents = 470, unit_price_cents = 188 WHERE sku = 'potatoes'")
    job = farmer.apply()
    assert job.state == "checked" and job.can_apply
    assert said(job) == [(0, "", "Inzwischen hat sich etwas geändert. Bitte sehen Sie die Vorschau noch einmal an.")]
    assert ["Preis (€)", "4,70", "4,90"] in job.changes[0]["fields"]
    assert price() == (470, 1)
    assert farmer.apply().state == "done"
    assert price() == (490, 2)


def test_refusals(farmer: Farmer) -> None:
    job = farmer.send(DEARER)
    with pytest.raises(Changed):
        confirm_import(farmer.farm_id, job.id, "another")
    with pytest.raises(NotFound):
        confirm_import(farmer.scene.farms["weide"], job.id, job.digest)
    with pytest.raises(NotFound):
        job_of(farmer.scene.farms["weide"], job.id)
    with pytest.raises(NotFound):
        cancel_import(farmer.scene.farms["weide"], job.id)
    with pytest.raises(Invalid):
        upload_table(farmer.farm_id, "products", b"x" * (MOST_BYTES + 1), "x.csv")
    assert farmer.job().state == "checked"
    assert recent_jobs(farmer.scene.farms["weide"]) == []
    nothing = farmer.send(table("Artikelnummer;Produkt", "potatoes;Kartoffeln"))
    with pytest.raises(Conflict):
        confirm_import(farmer.farm_id, nothing.id, nothing.digest)
    with pytest.raises(Conflict):
        confirm_import(farmer.farm_id, job.id, job.digest)  # the next upload cancelled it
    assert price() == (450, 1)


def test_what_is_being_applied_is_neither_cancelled_nor_replaced(farmer: Farmer) -> None:
    job = farmer.send(DEARER)
    confirm_import(farmer.farm_id, job.id, job.digest)
    with pytest.raises(Conflict):
        cancel_import(farmer.farm_id, job.id)
    with pytest.raises(Conflict):
        upload_table(farmer.farm_id, "products", b"x", "x.csv")
    work(job.id)
    assert farmer.job().state == "done"
    cancel_import(farmer.farm_id, job.id)
    assert farmer.job().state == "done", "what has ended stays"


def test_too_many_rows_and_unreadable_ones_end_it(farmer: Farmer) -> None:
    lines = [f"X{number};Probe" for number in range(MOST_ROWS + 1)]
    job = farmer.send(table("Artikelnummer;Produkt", *lines))
    assert job.state == "failed" and "5000 ausgefüllte Zeilen" in said(job)[0][2]
    assert scalar("SELECT count(*) FROM import_job WHERE content IS NOT NULL") == 0
    db.session.rollback()


def test_swept_out(farmer: Farmer) -> None:
    farmer.send(DEARER)
    assert tidy_imports() == 0
    with transaction():
        execute("UPDATE import_job SET created_at = created_at - interval '8 days'")
    assert tidy_imports() == 1
    assert farmer.job().state == "cancelled"
    with transaction():
        execute("UPDATE import_job SET ended_at = ended_at - interval '91 days'")
    tidy_imports()
    assert recent_jobs(farmer.farm_id) == []
    db.session.rollback()
