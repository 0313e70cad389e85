"""A farm's account at the provider: how it stands, what is missing, and the way to the provider's own pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from marketplace.kernel import installation
from marketplace.kernel.database import execute, rows, transaction
from marketplace.payouts import bank
from marketplace.payouts.bank import AccountView, ProviderUnavailable
from tests.payouts.scene import FakeBank
from tests.pickup.scene import Scene
from tests.web.farm.test_packing_page import SignIn

REF = "acct_of_brink"


@pytest.fixture
def fake(app: Flask, scene: Scene) -> Iterator[FakeBank]:
    """The provider; brink has an account there."""
    before = bank._bank
    made = FakeBank()
    bank.use(made)
    with app.app_context(), transaction():
        execute(
            "INSERT INTO farm_connected_account (farm_id, provider_ref, enabled) VALUES (:id, :ref, false)",
            id=scene.farms["brink"],
            ref=REF,
        )
    yield made
    bank._bank = before


def noted(app: Flask) -> list[tuple[str, bool]]:
    with app.app_context():
        found = rows("SELECT provider_ref, enabled FROM farm_connected_account")
    return [tuple(row) for row in found]


@pytest.mark.parametrize(
    ("view", "stage", "says"),
    [
        (AccountView(REF, False, missing=("external_account", "individual.dob.day")), "begin", "Konto einrichten"),
        (AccountView(REF, False, True, reviewing=("individual.verification.document",)), "review", "Ausweis"),
        (AccountView(REF, True, True), "enabled", "freigeschaltet"),
        (
            AccountView(REF, False, True, missing=("external_account",), disabled="requirements.past_due"),
            "disabled",
            "Bankverbindung (IBAN)",
        ),
        (AccountView(REF, False, True, disabled="rejected.fraud"), "disabled", "abgelehnt"),
        (AccountView(REF, False, True, missing=("something.new",)), "begin", "Konto einrichten"),
    ],
)
def test_how_it_stands(
    app: Flask, scene: Scene, fake: FakeBank, sign_in: SignIn, view: AccountView, stage: str, says: str
) -> None:
    fake.accounts[REF] = view
    farmer = sign_in("farm", farm_id=scene.farms["brink"])
    farmer.get(f"/hof/{scene.farms['brink']}/abrechnung")
    page = farmer.press("payout-account")
    assert page.one("payout-account").get("data-stage") == stage and says in page.text
    assert noted(app) == [(REF, view.enabled)]


def test_to_the_provider_with_a_link_made_at_the_click(
    app: Flask, scene: Scene, fake: FakeBank, sign_in: SignIn
) -> None:
    brink = scene.farms["brink"]
    farmer = sign_in("farm", farm_id=brink)
    farmer.get(f"/hof/{brink}/konto")
    assert not [call for call in fake.calls if call.startswith("link")]
    first = farmer.press("to-provider", follow=False).response
    second = farmer.client.get(f"/hof/{brink}/konto/anbieter")
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"].startswith("https://connect.example/acct_of_brink/")
    assert first.headers["Location"] != second.headers["Location"]
    assert fake.calls[0].endswith(f"/hof/{brink}/konto?zurueck=1 {_base(app)}/hof/{brink}/konto/anbieter")
    page = farmer.get(f"/hof/{brink}/konto?zurueck=1")
    assert "Willkommen zurück." in page.text


def _base(app: Flask) -> str:
    with app.app_context():
        return installation.settings().public_url


def test_the_account_is_opened_when_there_is_none(app: Flask, scene: Scene, fake: FakeBank, sign_in: SignIn) -> None:
    weide = scene.farms["weide"]
    farmer = sign_in("farm", farm_id=weide)
    page = farmer.get(f"/hof/{weide}/konto")
    assert page.one("payout-account").get("data-stage") == "begin" and noted(app) == [(REF, False)]
    farmer.press("to-provider", follow=False)
    assert (f"acct_{weide}", True) in noted(app)


def test_the_provider_does_not_answer(app: Flask, scene: Scene, fake: FakeBank, sign_in: SignIn) -> None:
    brink = scene.farms["brink"]
    farmer = sign_in("farm", farm_id=brink)
    fake.says = [ProviderUnavailable("timeout")]
    page = farmer.get(f"/hof/{brink}/konto")
    assert "antwortet gerade nicht" in page.text and page.one("payout-account").get("data-stage") == "unknown"
    fake.says = [ProviderUnavailable("timeout")]
    page = farmer.press("to-provider")
    assert page.path == f"/hof/{brink}/konto" and "in ein paar Minuten" in page.text
    assert noted(app) == [(REF, False)]


def test_for_owners_alone(app: Flask, scene: Scene, fake: FakeBank, sign_in: SignIn) -> None:
    brink, weide = scene.farms["brink"], scene.farms["weide"]
    helper, neighbour = sign_in("helper", farm_id=brink), sign_in("farm", farm_id=weide)
    for path in ("konto", "konto/anbieter"):
        helper.get(f"/hof/{brink}/{path}", status=403)
        neighbour.get(f"/hof/{brink}/{path}", status=404)
        assert app.test_client().get(f"/hof/{brink}/{path}").status_code == 303
    assert fake.calls == []
