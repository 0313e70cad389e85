"""A transfer that is taken back from the statement's page."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest
from flask import Flask

from marketplace.kernel.database import execute, rows, transaction
from marketplace.payouts.reverse_transfer import make_reversal
from marketplace.payouts.transfer import pay_statement
from tests.payouts.scene import Scene
from tests.web.page_client import PageClient


@pytest.fixture
def paid(app: Flask, scene: Scene, ruth: PageClient, bernd: PageClient) -> str:
    """The page of a statement that was paid by transfer: 303,59 €."""
    with app.app_context():
        scene.sell(("kale", 34000, 0))
    ruth.get("/leitung/auszahlungen")
    run = ruth.press("draw-up").path
    with app.app_context():
        statement = rows("SELECT id FROM statement")[0].id
    assert ruth.get(f"{run}/{statement}").all("take-back") == []
    ruth.get(run)
    ruth.press("submit-run")
    bernd.get(run)
    bernd.press("approve-run")
    ruth.get(run)
    ruth.press("pay-run")
    with app.app_context():
        pay_statement(statement)
    return f"{run}/{statement}"


def reversals(app: Flask) -> list[Any]:
    with app.app_context():
        return [tuple(row) for row in rows("SELECT amount_cents, reason, state, created_by FROM transfer_reversal")]


def test_a_part_comes_back(app: Flask, scene: Scene, ruth: PageClient, paid: str) -> None:
    ruth.get(paid)
    page = ruth.press("take-back", amount="100,00", reason="Zu viel gezahlt")
    assert "100,00 € werden vom Konto des Hofs zurückgeholt." in page.text
    assert "unterwegs" in page.text and "Zu viel gezahlt" in page.text and "höchstens 203,59 €" in page.text
    assert reversals(app) == [(10000, "Zu viel gezahlt", "submitting", str(scene.operator))]
    with app.app_context():
        make_reversal(rows("SELECT id FROM transfer_reversal")[0].id)
    page = ruth.get(paid)
    assert "zurückgeholt" in page.text and "Ruth" in page.text and "trr_" in page.text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"amount": "303,60", "reason": "x"}, "bis 303,59 €"),
        ({"amount": "0", "reason": "x"}, "bis 303,59 €"),
        ({"amount": "viel", "reason": "x"}, "zum Beispiel 4,50"),
        ({"amount": "1,00", "reason": "  "}, "einen Grund"),
    ],
)
def test_refused(app: Flask, ruth: PageClient, paid: str, fields: dict[str, str], says: str) -> None:
    ruth.get(paid)
    assert says in ruth.press("take-back", **fields, status=422).text
    assert reversals(app) == []


def test_with_a_fresh_code_by_ones_own_operator_alone(
    app: Flask, scene: Scene, ruth: PageClient, bernd: PageClient, stranger: PageClient, paid: str
) -> None:
    wish = {"amount": "1,00", "reason": "x"}
    stranger.get("/leitung/auszahlungen")
    stranger.post(f"{paid}/zurueckholen", wish, status=404)
    assert bernd.get(paid).all("take-back") == []
    bernd.post(f"{paid}/zurueckholen", wish, status=403)
    secret = pyotp.random_base32()
    with app.app_context(), transaction():
        execute("UPDATE account SET totp_secret = :secret WHERE id = :id", secret=secret, id=scene.operator)
        execute("UPDATE sign_in SET stepped_up_at = clock_timestamp() - interval '6 minutes'")
    ruth.get(paid)
    ruth.press("take-back", **wish, code="000000", status=422)
    assert reversals(app) == []
    ruth.press("take-back", **wish, code=pyotp.TOTP(secret).now())
    assert len(reversals(app)) == 1
