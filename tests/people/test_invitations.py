"""An invitation is worth what whoever sent it is worth at the farm."""

from __future__ import annotations

import pytest

from marketplace.kernel import actor
from marketplace.kernel.database import db, scalar
from marketplace.kernel.errors import NotFound
from marketplace.people.accounts import create_account, give_role
from marketplace.people.invitations import accept_as_new, dismiss, invite, open_invitation, token_of
from marketplace.people.models import Invitation
from tests.factories.planned_market import planned_market

__all__ = ["planned_market"]


def test_whom_somebody_invited_does_not_come_in_their_place(planned_market):
    farm, market = planned_market.farm_id, planned_market.market_id
    runs, leaves = (create_account(f"{name}@example.org") for name in ("ruth", "kurt"))
    for account in (runs, leaves):
        give_role(account, "farm", market_id=market, farm_id=farm)
    made = {}
    for account, email in ((runs, "helferin@example.org"), (leaves, "kurts-zweite@example.org")):
        with actor.acting(str(account)):
            made[account] = invite(farm, market, email, "farm")
    dismiss(farm, leaves)
    assert open_invitation(made[leaves]) is None and open_invitation(made[runs]) is not None
    with pytest.raises(NotFound):
        accept_as_new(token_of(db.session.get(Invitation, made[leaves])), "Kurt", "ein-langes-passwort")
    assert scalar("SELECT count(*) FROM membership WHERE farm_id = :id", id=farm) == 1
