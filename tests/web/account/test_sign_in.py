"""Signing in as a person does: address, password, code; and what ends it."""

from __future__ import annotations

import pyotp
import pytest
from flask import Flask

from marketplace.kernel.database import rows
from marketplace.kernel.errors import Invalid, TooMany
from marketplace.people import accounts
from marketplace.people.sign_in import check_sign_in
from tests.factories.small_market import small_market
from tests.factories.visitors import PASSWORD, SECRET, account, browser
from tests.web.page_client import PageClient


@pytest.fixture
def visitor(app: Flask) -> PageClient:
    return PageClient(app.test_client())


@pytest.fixture
def operator(app: Flask) -> int:
    with app.app_context():
        market = small_market()
    return account(app, "operator", second_factor=True, market_id=market.market)


def type_password(
    visitor: PageClient, email: str, password: str = PASSWORD, *, status: int = 200, path: str = ""
) -> None:
    visitor.get(f"/konto/anmelden{path}")
    visitor.press("sign-in", email=email, password=password, status=status)


def test_a_customer(app: Flask, visitor: PageClient) -> None:
    account(app, email="Lisa@example.org")
    type_password(visitor, " lisa@EXAMPLE.org")
    assert visitor.page.h1 == "Konto" and "Ruth Hölscher" in visitor.page.text
    assert "private, no-store" in visitor.page.response.headers["Cache-Control"]
    visitor.press("sign-out")
    assert visitor.page.path == "/"
    visitor.get("/konto/", follow=False)
    assert visitor.page.status == 303


def test_unknown_and_wrong_look_the_same(app: Flask, visitor: PageClient) -> None:
    account(app, email="lisa@example.org")
    type_password(visitor, "lisa@example.org", "falsch", status=422)
    known = visitor.page.text.replace("lisa@example.org", "")
    type_password(visitor, "niemand@example.org", "falsch", status=422)
    assert visitor.page.text.replace("niemand@example.org", "") == known
    assert "passen nicht zusammen" in known
    with app.app_context():
        assert not rows("SELECT 1 FROM sign_in")


@pytest.mark.parametrize("email", ["", "x" * 5000, "ä@ö", "'; DROP TABLE account; --", "a@example.org\r\nX: y"])
def test_rubbish(visitor: PageClient, email: str) -> None:
    type_password(visitor, email, "x" * 5000, status=422)


def test_an_operator_gives_a_code_and_each_code_once(app: Flask, visitor: PageClient, operator: int) -> None:
    type_password(visitor, "operator@example.org", path="?next=/leitung/")
    assert visitor.page.h1 == "Code eingeben"
    visitor.get("/leitung/", follow=False)
    assert visitor.page.status == 303  # the password alone opens nothing
    visitor.get("/konto/code?next=/leitung/")
    code = pyotp.TOTP(SECRET).now()
    visitor.press("code", code=code)
    assert visitor.page.path.startswith("/leitung/") and visitor.page.status == 200
    again = PageClient(app.test_client())
    type_password(again, "operator@example.org")
    again.press("code", code=code, status=422)
    assert "schon benutzt" in again.page.text
    again.get("/leitung/", follow=False)
    assert again.page.status == 303


def test_stepping_up_changes_the_token(app: Flask, operator: int) -> None:
    client = browser(app, operator)
    before = hashes(app)
    visitor = PageClient(client)
    visitor.get("/konto/bestaetigen?next=/konto/")
    visitor.press("code", code="000000", status=422)
    assert hashes(app) == before
    visitor.press("code", code=pyotp.TOTP(SECRET).now())
    assert visitor.page.path == "/konto/" and hashes(app) != before


def hashes(app: Flask) -> list[bytes]:
    with app.app_context():
        return [bytes(row.token_hash) for row in rows("SELECT token_hash FROM sign_in ORDER BY id")]


def test_a_privileged_role_without_a_second_factor_stays_out(app: Flask, visitor: PageClient) -> None:
    with app.app_context():
        market = small_market()
    account(app, "operator", market_id=market.market)
    type_password(visitor, "operator@example.org", status=422)
    assert "zweite Faktor" in visitor.page.text


def test_ten_wrong_passwords_and_the_right_one_waits(app: Flask, visitor: PageClient) -> None:
    account(app, email="lisa@example.org")
    for _ in range(10):
        type_password(visitor, "lisa@example.org", "falsch", status=422)
    type_password(visitor, "Lisa@example.org", status=429)
    assert int(visitor.page.response.headers["Retry-After"]) > 0
    account(app, email="jan@example.org")
    type_password(visitor, "jan@example.org")
    assert visitor.page.h1 == "Konto"


@pytest.mark.parametrize(
    "target",
    ["https://boese.example/", "//boese.example", "/\\boese.example", "javascript:alert(1)", "/konto/abmelden"],
)
def test_it_leads_nowhere_else(app: Flask, visitor: PageClient, target: str) -> None:
    account(app)
    visitor.get("/konto/anmelden", query_string={"next": target})
    visitor.press("sign-in", email="customer@example.org", password=PASSWORD, follow=False)
    assert visitor.page.response.headers["Location"] == "/konto/"


def test_where_one_may_go(app: Flask) -> None:
    with app.app_context():
        market = small_market()
    someone = account(app, "farm", farm_id=market.farms["dairy"])
    with app.app_context():
        accounts.give_role(someone, "host", market_id=market.market)
    page = PageClient(browser(app, someone)).get("/konto/")
    assert [link.get("href") for link in page.one("ways").iter("a")] == ["/hof/", "/abholung/"]


def test_ending_a_browser_counts_from_its_next_request(app: Flask) -> None:
    someone = account(app)
    here, there = (PageClient(browser(app, someone)) for _ in range(2))
    assert there.get("/konto/").status == 200
    here.get("/konto/")
    assert len(list(here.page.one("browsers").iter("li"))) == 2
    here.press("sign-out-others")
    assert here.page.status == 200
    assert there.get("/konto/", follow=False).status == 303


def test_nobody_ends_the_browsers_of_others(app: Flask) -> None:
    victim, other = account(app, email="a@example.org"), account(app, email="b@example.org")
    theirs = PageClient(browser(app, victim))
    with app.app_context():
        sign_in = rows("SELECT id FROM sign_in")[0].id
    mine = PageClient(browser(app, other))
    mine.get("/konto/")
    mine.post(f"/konto/browser/{sign_in}/beenden", {}, status=404)
    assert theirs.get("/konto/").status == 200


def test_a_role_that_is_taken_is_gone_at_once(app: Flask) -> None:
    with app.app_context():
        market = small_market()
    someone = account(app, "farm", farm_id=market.farms["dairy"])
    client = browser(app, someone)
    assert client.get(f"/hof/{market.farms['dairy']}/").status_code == 200
    with app.app_context():
        accounts.take_role(someone, "farm")
    assert client.get(f"/hof/{market.farms['dairy']}/").status_code == 403


def test_nobody_elses_guesses_keep_somebody_out(app: Flask, visitor: PageClient) -> None:
    account(app, email="lisa@example.org")
    with app.app_context():
        for _ in range(10):
            with pytest.raises(Invalid):
                check_sign_in("lisa@example.org", "falsch", "203.0.113.9")
        with pytest.raises(TooMany):
            check_sign_in("lisa@example.org", PASSWORD, "203.0.113.9")
    type_password(visitor, "lisa@example.org")
    assert visitor.page.h1 == "Konto"
