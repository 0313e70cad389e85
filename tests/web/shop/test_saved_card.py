"""A saved card at the checkout: offered first to its owner, the other means beside it; what is said when it fails."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from marketplace.kernel.database import db, execute, rows, transaction
from tests.factories.paid import Till, drain
from tests.factories.small_market import SmallMarket
from tests.factories.visitors import account, browser
from tests.payments.conftest import stand_in, till
from tests.payments.test_saved_means import ASKS, save
from tests.web.page_client import PageClient, values
from tests.web.shop.test_way_to_an_order import fill

__all__ = ["stand_in", "till"]


@pytest.fixture
def lisa(app: Flask, till: Till, market: SmallMarket) -> int:
    return account(app, email="lisa@example.org")


def at_the_checkout(app: Flask, lisa: int, market: SmallMarket, slug: str) -> PageClient:
    """Signed in, kale in the basket, at the form."""
    client = PageClient(browser(app, lisa))
    fill(client, market, slug, kale=1)
    client.get("/kasse")
    return client


def order_state() -> Any:
    found = rows("SELECT state, payment_state FROM orders ORDER BY id DESC LIMIT 1")[0]
    db.session.rollback()
    return tuple(found)


def test_offered_first_and_paid_with_one_click(
    app: Flask, till: Till, lisa: int, market: SmallMarket, slug: str
) -> None:
    save(till, lisa)
    client = at_the_checkout(app, lisa, market, slug)
    assert "Mit gespeicherter Visa •••• 4242 bezahlen" in client.page.text
    form = client.page.form(client.page.one("checkout-button"))
    assert str(values(form)["payment_method"]).startswith("means-")
    assert "keep_means" not in values(form)  # off until its owner ticks it
    page = client.press("checkout-button")
    assert page.h1 == "Danke! Ihre Bestellung ist da."
    assert order_state() == ("confirmed", "authorized")
    assert len(till.intents()) == 1


def test_another_card_goes_to_the_hosted_page(
    app: Flask, till: Till, lisa: int, market: SmallMarket, slug: str
) -> None:
    save(till, lisa)
    client = at_the_checkout(app, lisa, market, slug)
    assert "Andere Karte" in client.page.text
    left = client.press("checkout-button", follow=False, payment_method="card")
    assert "/c/pay/cs_" in left.response.location
    assert till.intents() == []


def test_kept_for_the_next_time_when_ticked(app: Flask, till: Till, lisa: int, market: SmallMarket, slug: str) -> None:
    client = at_the_checkout(app, lisa, market, slug)
    client.press("checkout-button", follow=False, payment_method="card", keep_means="1")
    ref = rows("SELECT session_ref FROM payment")[0].session_ref
    consent = rows("SELECT consent_text FROM means_setup")[0].consent_text
    db.session.rollback()
    assert "einverstanden" in consent
    till.stand_in.order("pay", session=ref)
    from marketplace.payments.poll import poll_payments

    with transaction():
        execute("UPDATE payment SET tried_at = clock_timestamp() - interval '3 minutes'")
    poll_payments()
    drain()
    client.get("/konto/zahlungsmittel")
    assert "Visa •••• 4242" in client.page.said("means-row")


def test_a_decline_says_so_and_leads_to_the_hosted_page(
    app: Flask, till: Till, lisa: int, market: SmallMarket, slug: str
) -> None:
    save(till, lisa, ASKS)
    client = at_the_checkout(app, lisa, market, slug)
    page = client.press("checkout-button")
    assert "Ihre Bank möchte, dass Sie die Zahlung bestätigen." in page.text
    assert "Es ist nichts abgebucht." in page.text
    left = client.press("pay-now", follow=False)
    assert "/c/pay/cs_" in left.response.location
    assert order_state() == ("awaiting_payment", "pending")


def test_the_provider_is_away(app: Flask, till: Till, lisa: int, market: SmallMarket, slug: str) -> None:
    save(till, lisa)
    till.stand_in.control("faults", kind="error", moment="before", status=500, count=1, method="POST")
    client = at_the_checkout(app, lisa, market, slug)
    page = client.press("checkout-button")
    assert page.h1 == "Die Zahlung wird geprüft"
    drain()
    assert client.get(page.path).h1 == "Danke! Ihre Bestellung ist da."


def test_an_expired_card_is_shown_and_cannot_be_chosen(
    app: Flask, till: Till, lisa: int, market: SmallMarket, slug: str
) -> None:
    save(till, lisa)
    with transaction():
        execute("UPDATE saved_means SET exp_year = 2020")
    client = at_the_checkout(app, lisa, market, slug)
    assert "Die Karte ist abgelaufen." in client.page.text
    assert client.page.all("pay-saved") == []
    client.get("/konto/zahlungsmittel")
    assert "abgelaufen" in client.page.said("means-row")


def test_somebody_elses_card_pays_nothing(app: Flask, till: Till, lisa: int, market: SmallMarket, slug: str) -> None:
    means_id = save(till, lisa)
    tom = account(app, email="tom@example.org")
    client = at_the_checkout(app, tom, market, slug)
    assert client.page.all("pay-saved") == []
    for chosen in (f"means-{means_id}", "means-", "means-x", f"means-{2**70}"):
        page = client.press("checkout-button", status=422, payment_method=chosen)
        assert "nicht mehr hinterlegt" in page.text
    assert rows("SELECT id FROM orders") == []
    db.session.rollback()
    assert till.intents() == []


def test_a_guest_is_offered_neither(app: Flask, till: Till, market: SmallMarket, slug: str) -> None:
    client = PageClient(app.test_client())
    fill(client, market, slug, kale=1)
    page = client.get("/kasse")
    assert "Karte für das nächste Mal merken" not in page.text and page.all("pay-saved") == []
