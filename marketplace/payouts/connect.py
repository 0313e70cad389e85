"""A farm's account at the provider, to which transfers go: opened, looked at, filled in by the farm itself there."""

from __future__ import annotations

from marketplace.farms.bank import connected_account, note_connected_account
from marketplace.farms.models import Farm
from marketplace.kernel.database import command, db, in_transaction, scalar
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import id_from_text
from marketplace.payouts.bank import LEFT, AccountRequest, AccountView, port

# The provider's reasons that no form of the farm undoes by itself.
STOPPED = ("rejected", "listed", "platform_paused", LEFT)


def connect_farm(farm_id: int) -> None:
    """Opens the farm's account at the provider, once. May run twice; raises what the port raises."""
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    request = _wanted(farm_id)
    if request is not None:
        view = port().open_account(request)
        note_connected_account(farm_id, view.ref, view.enabled)


def look_at_account(farm_id: int) -> AccountView | None:
    """Notes whether the provider lets the farm be paid now (after its event `account.updated`); what it says.

    None for a farm without an account there. Raises what the port raises.
    """
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    ref = _ref(farm_id)
    if ref is None:
        return None
    view = port().account(ref)
    note_connected_account(farm_id, view.ref, view.enabled)
    return view


def stage_of(view: AccountView) -> str:
    """enabled, disabled (it was stopped), review (the provider looks), or begin (the farm has to say more)."""
    if view.enabled:
        return "enabled"
    if view.disabled.startswith(STOPPED) or (view.submitted and view.disabled and view.missing):
        return "disabled"
    if view.submitted and not view.missing:
        return "review"
    return "begin"


def onboarding_link(farm_id: int, return_url: str, refresh_url: str) -> str:
    """The address of the provider's page for this farm, asked for now and good once; opens the account if need be.

    `refresh_url`: where the provider sends the farm for a fresh link. Raises what the port raises.
    """
    connect_farm(farm_id)
    ref = _ref(farm_id)
    assert ref is not None
    return port().onboarding_link(ref, return_url, refresh_url)


@command
def farm_of_account(ref: str) -> int | None:
    """The farm whose account at the provider this is, None for an account of nobody."""
    return scalar("SELECT farm_id FROM farm_connected_account WHERE provider_ref = :ref", ref=ref)  # type: ignore[no-any-return]


@command
def awaits_account(farm: object) -> bool:
    """Is this (the farm's id in an account's metadata) a farm of ours whose account is not known yet?"""
    farm_id = id_from_text(farm)
    return farm_id is not None and db.session.get(Farm, farm_id) is not None and connected_account(farm_id) is None


@command
def _wanted(farm_id: int) -> AccountRequest | None:
    farm = db.session.get(Farm, farm_id)
    if farm is None:
        raise NotFound()
    if connected_account(farm_id) is not None:
        return None
    return AccountRequest(key=f"acct-{farm.uuid}", farm_id=farm.id, name=farm.legal_name or farm.name, email=farm.email)


@command
def _ref(farm_id: int) -> str | None:
    known = connected_account(farm_id)
    return None if known is None else known.provider_ref
