"""The hosted payment page and the challenge page, as a browser without JavaScript sees them."""

from __future__ import annotations

import re

import html5lib
import pytest
from werkzeug.test import Client, TestResponse

from tests.providers.stand_in_stripe.running import Running

FORM = {"card_number": "4242 4242 4242 4242", "expiry": "12/34", "cvc": "123", "email": "ute@example.org"}


@pytest.fixture
def browser(stand_in: Running) -> Client:
    return stand_in.app.test_client()


def shown(answer: TestResponse) -> str:
    """The page's text, after looking at what holds for every page."""
    text = answer.get_data(as_text=True)
    html5lib.HTMLParser(strict=True).parse(text)
    assert '<html lang="de">' in text and "Hier fließt kein Geld" in text
    title, heading = re.search("<title>(.*?)</title>", text), re.search("<h1>(.*?)</h1>", text)
    assert title and heading and title[1] == heading[1] != ""
    assert "style=" not in text and "<script" not in text and "<style" not in text and " onclick" not in text
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self'") and "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    return text


def test_page_says_what_is_paid_for(stand_in: Running, browser: Client) -> None:
    session = stand_in.checkout(123456, customer_email="ute@example.org")
    assert session.url == f"http://stand-in.test/c/pay/{session.id}"
    answer = browser.get(f"/c/pay/{session.id}")
    text = shown(answer)
    assert "1.234,56\N{NO-BREAK SPACE}€" in text and "Bestellung" in text and "Pättkesmarkt" in text
    assert 'value="ute@example.org"' in text and "http://shop.test/korb" in text
    assert "form-action 'self' http://shop.test;" in answer.headers["Content-Security-Policy"]
    for testid in ("pay-submit", "pay-card", "pay-cancel", "pay-card-4000000000000002"):
        assert f'data-testid="{testid}"' in text
    names = set(re.findall(r'<input[^>]* id="([\w-]+)"', text))
    assert names >= {"card_number", "expiry", "cvc", "email"}
    for name in names:
        assert f'<label for="{name}">' in text
    chosen = shown(browser.get(f"/c/pay/{session.id}?card=4000000000009995"))
    assert 'name="card_number" type="text" value="4000000000009995"' in chosen
    assert "<b>" not in shown(browser.get(f"/c/pay/{session.id}?card=<b>"))
    sheet = browser.get("/c/static/pay.css")
    assert sheet.status_code == 200
    sheet.close()


def test_paying_goes_back_to_the_shop(stand_in: Running, browser: Client) -> None:
    session = stand_in.checkout()
    answer = browser.post(f"/c/pay/{session.id}", data=FORM)
    assert (answer.status_code, answer.location) == (303, f"http://shop.test/danke?s={session.id}")
    assert stand_in.v1.checkout.sessions.retrieve(session.id).status == "complete"
    again = browser.post(f"/c/pay/{session.id}", data=FORM)
    assert "schon erteilt" in shown(again)
    assert len(stand_in.v1.payment_intents.list().data) == 1


@pytest.mark.parametrize(
    ("number", "reason"), [("4000000000000002", "abgelehnt"), ("4000000000009995", "nicht gedeckt")]
)
def test_decline_shows_why_and_lets_try_again(stand_in: Running, browser: Client, number: str, reason: str) -> None:
    session = stand_in.checkout()
    answer = browser.post(f"/c/pay/{session.id}", data={**FORM, "card_number": number})
    assert answer.status_code == 402 and reason in shown(answer)
    assert reason in shown(browser.get(f"/c/pay/{session.id}"))
    assert stand_in.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert browser.post(f"/c/pay/{session.id}", data=FORM).status_code == 303
    assert len(stand_in.v1.payment_intents.list().data) == 1


def test_challenge_page(stand_in: Running, browser: Client) -> None:
    session = stand_in.checkout()
    answer = browser.post(f"/c/pay/{session.id}", data={**FORM, "card_number": "4000002760003184"})
    assert answer.status_code == 303 and answer.location.startswith("http://stand-in.test/c/3ds/pi_")
    page = answer.location.removeprefix("http://stand-in.test")
    text = shown(browser.get(page))
    assert 'data-testid="threeds-ok"' in text and 'data-testid="threeds-fail"' in text and "25,00" in text
    refused = browser.post(page, data={"answer": "fail"})
    assert refused.location == f"http://stand-in.test/c/pay/{session.id}"
    assert "Bestätigung bei der Bank" in shown(browser.get(f"/c/pay/{session.id}"))
    assert browser.post(page, data={"answer": "ok"}).status_code == 410
    page = browser.post(f"/c/pay/{session.id}", data={**FORM, "card_number": "4000000000003220"}).location
    done = browser.post(page.removeprefix("http://stand-in.test"), data={"answer": "ok"})
    assert done.location == f"http://shop.test/danke?s={session.id}"


def test_challenge_of_an_intent_without_session(stand_in: Running, browser: Client) -> None:
    intent = stand_in.v1.payment_intents.create(
        {
            "amount": 500,
            "currency": "eur",
            "confirm": True,
            "payment_method": "pm_card_threeDSecure2Required",
            "return_url": "http://shop.test/zurueck?x=1",
        }
    )
    done = browser.post(f"/c/3ds/{intent.id}", data={"answer": "ok"})
    assert done.location == f"http://shop.test/zurueck?x=1&payment_intent={intent.id}&redirect_status=succeeded"


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"card_number": "4111111111111111"}, "card_number"),
        ({"card_number": ""}, "card_number"),
        ({"expiry": "13/30"}, "expiry"),
        ({"expiry": "01/20"}, "expiry"),
        ({"cvc": "12"}, "cvc"),
        ({"email": "ute"}, "email"),
    ],
)
def test_wrong_entries_are_named(stand_in: Running, browser: Client, entry: dict[str, str], field: str) -> None:
    session = stand_in.checkout()
    answer = browser.post(f"/c/pay/{session.id}", data={**FORM, **entry})
    text = shown(answer)
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in text and f'id="{field}-error"' in text and "aria-invalid" in text
    assert stand_in.v1.payment_intents.list().data == []


def test_debit_by_iban(stand_in: Running, browser: Client) -> None:
    session = stand_in.checkout(payment_intent_data={}, allowed_payment_method_types=["card", "sepa_debit"])
    shown(browser.get(f"/c/pay/{session.id}"))
    entry = {"method": "sepa_debit", "email": "ute@example.org", "iban": "DE00"}
    assert browser.post(f"/c/pay/{session.id}", data=entry).status_code == 422
    entry["iban"] = "DE89 3704 0044 0532 0130 00"
    assert browser.post(f"/c/pay/{session.id}", data=entry).status_code == 303


def test_expired_and_unknown_say_so(stand_in: Running, browser: Client) -> None:
    session = stand_in.checkout()
    stand_in.order("clock", advance=25 * 3600)
    answer = browser.get(f"/c/pay/{session.id}")
    assert answer.status_code == 410 and "vorbei" in shown(answer) and "http://shop.test/korb" in shown(answer)
    assert browser.post(f"/c/pay/{session.id}", data=FORM).status_code == 410
    answer = browser.get("/c/pay/cs_test_none")
    assert answer.status_code == 404 and "Unbekannte Zahlung" in shown(answer)


def test_names_are_only_text(stand_in: Running, browser: Client) -> None:
    item = {"price_data": {"currency": "eur", "unit_amount": 500, "product_data": {"name": "<b>Brot</b>"}}}
    session = stand_in.checkout(line_items=[{**item, "quantity": 2}])
    text = shown(browser.get(f"/c/pay/{session.id}"))
    assert "<b>" not in text and "2 × &lt;b&gt;Brot" in text and "10,00" in text
