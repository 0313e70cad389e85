"""Saved cards as their owner sees them: none yet, adding one, the default, removing one; nobody else's."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask

from marketplace.kernel.database import db, rows
from tests.factories.paid import Till, drain
from tests.factories.visitors import account, browser
from tests.web.page_client import PageClient

PAGE = "/konto/zahlungsmittel"


@pytest.fixture
def lisa(app: Flask, till: Till) -> PageClient:
    return PageClient(browser(app, account(app, email="lisa@example.org")))


def session_ref() -> str:
    found = rows("SELECT session_ref FROM means_setup ORDER BY id DESC LIMIT 1")[0].session_ref
    db.session.rollback()
    return str(found)


def add(lisa: PageClient, till: Till, card: str = "4242424242424242") -> None:
    lisa.get(PAGE)
    lisa.press("means-add-button", consent="1", follow=False)
    assert lisa.page.status == 303
    assert "/c/pay/cs_" in lisa.page.response.location
    till.stand_in.order("pay", session=session_ref(), card=card)
    back = till.stand_in.client.v1.checkout.sessions.retrieve(session_ref()).success_url
    assert back is not None
    parts = urlsplit(back)
    lisa.get(f"{parts.path}?{parts.query}")


def test_none_yet(lisa: PageClient) -> None:
    lisa.get("/konto/")
    lisa.press("to-means")
    assert lisa.page.h1 == "Zahlungsmittel"
    assert "Noch keine Karte hinterlegt." in lisa.page.text
    assert "Es wird nichts abgebucht." in lisa.page.text


def test_added_on_the_providers_page(lisa: PageClient, till: Till) -> None:
    add(lisa, till)
    assert lisa.page.path == PAGE
    assert "Die Karte ist hinterlegt." in lisa.page.text
    said = lisa.page.said("means-row")
    assert "Visa •••• 4242" in said and "Standard" in said and "gültig bis" in said and "Einverständnis vom" in said


def test_not_without_consent(lisa: PageClient, till: Till) -> None:
    lisa.get(PAGE)
    lisa.press("means-add-button", status=422)
    assert "Ohne Ihr Einverständnis" in lisa.page.text
    assert rows("SELECT id FROM means_setup") == []
    db.session.rollback()
    assert till.stand_in.client.v1.checkout.sessions.list().data == []


def test_given_up_on_the_providers_page(lisa: PageClient, till: Till) -> None:
    lisa.get(PAGE)
    lisa.press("means-add-button", consent="1", follow=False)
    lisa.get(PAGE)
    assert "Noch keine Karte hinterlegt." in lisa.page.text
    setup_id = rows("SELECT id FROM means_setup")[0].id
    db.session.rollback()
    lisa.get(f"{PAGE}?zurueck={setup_id}")  # not paid there, whatever the address says
    assert "noch nicht bestätigt" in lisa.page.text and lisa.page.all("means-row") == []


def test_the_provider_does_not_answer(lisa: PageClient, till: Till) -> None:
    till.stand_in.control("faults", kind="error", moment="before", status=500, count=9)
    lisa.get(PAGE)
    lisa.press("means-add-button", consent="1")
    assert lisa.page.path == PAGE
    assert "antwortet gerade nicht" in lisa.page.text and "nichts hinterlegt" in lisa.page.text


def test_default_and_removal(lisa: PageClient, till: Till) -> None:
    add(lisa, till)
    add(lisa, till, "5555555555554444")
    lisa.press("means-default")
    assert "Mastercard •••• 4444 ist jetzt der Standard." in lisa.page.text
    lisa.press("means-remove", nth=0)
    assert lisa.page.h1 == "Mastercard •••• 4444 entfernen?"
    lisa.press("confirm-remove")
    assert "Mastercard •••• 4444 ist entfernt." in lisa.page.text
    assert "Visa •••• 4242 Standard" in lisa.page.said("means-row")
    drain()
    assert rows("SELECT count(*) AS many FROM saved_means WHERE detached_at IS NOT NULL")[0].many == 1
    db.session.rollback()


def test_somebody_elses_is_unknown(app: Flask, lisa: PageClient, till: Till) -> None:
    add(lisa, till)
    means_id = rows("SELECT id FROM saved_means")[0].id
    setup_id = rows("SELECT id FROM means_setup")[0].id
    db.session.rollback()
    tom = PageClient(browser(app, account(app, email="tom@example.org")))
    tom.get(PAGE)
    for number in (means_id, means_id + 1000):
        tom.get(f"{PAGE}/{number}/entfernen", status=404)
        tom.get(PAGE)
        tom.post(f"{PAGE}/{number}/entfernen", {}, status=404)
        tom.get(PAGE)
        tom.post(f"{PAGE}/{number}/standard", {}, status=404)
    tom.get(f"{PAGE}?zurueck={setup_id}", status=404)
    lisa.get(PAGE)
    assert len(lisa.page.all("means-row")) == 1


def test_signed_out_leads_to_the_sign_in(app: Flask) -> None:
    visitor = PageClient(app.test_client())
    visitor.get(PAGE, follow=False)
    assert visitor.page.status == 303 and "/konto/anmelden" in visitor.page.response.location
