"""A farm that sells has told who it is, and stays told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from marketplace.farms.trader import Trader, save_trader, trader_of
from marketplace.kernel.database import execute, transaction
from marketplace.kernel.errors import Invalid

TODAY = date(2026, 11, 24)
TOLD = Trader(
    legal_name="Ruth Hölscher",
    legal_form="person",
    street="Weg 1",
    postcode="48301",
    town="Nottuln",
    email="hof@example.org",
    phone="02502 1234",
    owner_birth_date=date(1980, 5, 1),
    tax_number="31250121234",
    lucid_number="DE1234567890123",
    certified=True,
)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": " "}, "phone"),
        ({"tax_number": ""}, "tax_number"),
        ({"lucid_number": ""}, "lucid_number"),
        ({"certified": False}, "certified"),
        ({"owner_birth_date": None}, "owner_birth_date"),
        ({"legal_form": "gmbh"}, "register_number"),
    ],
)
def test_what_the_law_wants_is_not_taken_back_while_the_farm_sells(planned_market, change, field):
    farm = planned_market.farm_id
    save_trader(farm, TOLD, TODAY)
    with pytest.raises(Invalid) as refusal:
        save_trader(farm, replace(TOLD, **change), TODAY)
    assert set(refusal.value.errors) == {field} and trader_of(farm) == TOLD
    with transaction():
        execute("UPDATE farm SET state = 'paused' WHERE id = :id", id=farm)
    save_trader(farm, replace(TOLD, **change), TODAY)
    assert trader_of(farm) != TOLD


def test_what_was_missing_already_keeps_nobody_from_telling_the_rest(planned_market):
    save_trader(planned_market.farm_id, replace(TOLD, lucid_number="", phone=""), TODAY)
    save_trader(planned_market.farm_id, replace(TOLD, lucid_number=""), TODAY)
    assert trader_of(planned_market.farm_id).phone == "02502 1234"
