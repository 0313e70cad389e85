"""Who comes to the market with a browser: signing in, and the app with the six digits."""

from __future__ import annotations

import time
from typing import Any

import pyotp

from tests.browser.looking import Visitor

STEP_S = 30


class App:
    """The authenticator app of an account. Each code is good once, codes of the neighbouring steps count as well:
    the next unused one is given, after waiting for its time where all three are used up."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)
        self._used = 0

    def code(self) -> str:
        step = max(self._used + 1, int(time.time()) // STEP_S - 1)
        if (early := (step - 1) * STEP_S - time.time()) > 0:
            time.sleep(early + 0.1)
        self._used = step
        return self._totp.generate_otp(step)


APPS: dict[str, App] = {}


def app_of(account: dict[str, Any]) -> App:
    """The one app of an account: which codes are used is known to it alone."""
    return APPS.setdefault(account["email"], App(account["totp_secret"]))


def sign_in(visitor: Visitor, account: dict[str, Any], looking: bool = False) -> None:
    """Through the page, with the code of the app where the account has one; `looking` checks each page on the way."""
    page = visitor.go("/konto/anmelden")
    if looking:
        visitor.look()
    page.get_by_label("E-Mail").fill(account["email"])
    page.get_by_label("Passwort").fill(account["password"])
    visitor.see("sign-in").click()
    if account["totp_secret"]:
        page.wait_for_url("**/konto/code*")
        if looking:
            visitor.look()
        page.get_by_label("Code").fill(app_of(account).code())
        visitor.see("code").click()
    page.wait_for_url(lambda url: "/konto/anmelden" not in url and "/konto/code" not in url)


def confirm(visitor: Visitor, account: dict[str, Any]) -> None:
    """Fills in the six digits where the page asks for them beside a privileged button."""
    field = visitor.page.get_by_label("Code aus Ihrer App")
    if field.count():
        field.first.fill(app_of(account).code())
