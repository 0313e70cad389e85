"""A farm's account at the provider: opened once, looked at, and the way to the provider's pages."""

from __future__ import annotations

import pytest

from marketplace.farms.bank import connected_account
from marketplace.kernel.database import db, transaction
from marketplace.payouts.bank import AccountView, ProviderUnavailable
from marketplace.payouts.connect import connect_farm, look_at_account, onboarding_link, stage_of
from tests.payouts.scene import Scene

BACK, AGAIN = "https://markt.example/zurueck", "https://markt.example/weiter"


def view(**more: object) -> AccountView:
    return AccountView("acct_1", **{"enabled": False, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("account", "stage"),
    [
        (view(), "begin"),
        (view(missing=("external_account",)), "begin"),
        (view(submitted=True, missing=("individual.verification.document",)), "begin"),
        (view(submitted=True), "review"),
        (view(submitted=True, reviewing=("individual.verification.document",)), "review"),
        (view(submitted=True, disabled="requirements.pending_verification"), "review"),
        (view(submitted=True, missing=("x",), disabled="requirements.past_due"), "disabled"),
        (view(submitted=True, disabled="rejected.fraud"), "disabled"),
        (view(disabled="platform_paused"), "disabled"),
        (view(submitted=True, enabled=True, missing=("x",)), "enabled"),
    ],
)
def test_stages(account: AccountView, stage: str) -> None:
    assert stage_of(account) == stage


def test_the_account_is_opened_once_and_every_link_is_new(scene: Scene) -> None:
    farm = scene.farm("field")
    links = [onboarding_link(farm, BACK, AGAIN) for _ in range(2)]
    assert links[0] != links[1]
    opened = [call for call in scene.bank.calls if call.startswith("acct-")]
    assert len(opened) == 1
    known = connected_account(farm)
    db.session.rollback()
    assert known is not None and known.provider_ref == f"acct_{farm}"
    assert scene.bank.calls[-1] == f"link acct_{farm} {BACK} {AGAIN}"


def test_no_link_while_the_provider_is_away(scene: Scene) -> None:
    farm = scene.farm("field")
    connect_farm(farm)
    scene.bank.says = [ProviderUnavailable("timeout")]
    with pytest.raises(ProviderUnavailable):
        onboarding_link(farm, BACK, AGAIN)
    assert onboarding_link(farm, BACK, AGAIN)


def test_looked_at_and_noted(scene: Scene) -> None:
    farm = scene.farm("field")
    assert look_at_account(farm) is None
    connect_farm(farm)
    scene.bank.accounts[f"acct_{farm}"] = AccountView(f"acct_{farm}", False, True, disabled="requirements.past_due")
    seen = look_at_account(farm)
    assert seen is not None and seen.disabled == "requirements.past_due"
    known = connected_account(farm)
    db.session.rollback()
    assert known is not None and not known.enabled


def test_never_within_a_transaction(scene: Scene) -> None:
    with transaction(), pytest.raises(RuntimeError):
        onboarding_link(scene.farm("field"), BACK, AGAIN)
    assert scene.bank.calls == []
