"""Bank accounts of farms: check digits, the newest holds, the first is known as such."""

from __future__ import annotations

import pytest

from marketplace.cli.demo.read import invented_iban
from marketplace.farms.bank import bank_account, change_bank_account, connected_account, is_iban, note_connected_account
from marketplace.kernel.database import scalar
from marketplace.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("iban", "valid"),
    [
        ("DE89370400440532013000", True),
        ("NL91ABNA0417164300", True),
        ("DE89370400440532013001", False),
        ("DE8937040044053201300", False),
        ("", False),
        ("DE", False),
        ("DE8937040044053201300Ö", False),
        ("123456789012345", False),
    ],
)
def test_check_digits(iban, valid):
    assert is_iban(iban) is valid


def test_the_newest_holds_and_the_first_is_known(db, planned_market):
    farm_id = planned_market.farm_id
    assert bank_account(farm_id) is None
    change_bank_account(farm_id, "DE89 3704 0044 0532 0130 00", "Hof Probe")
    first = bank_account(farm_id)
    assert first is not None and first.is_first and first.iban == "DE89370400440532013000"
    change_bank_account(farm_id, invented_iban("0000000001"), "Hof Probe GbR")
    second = bank_account(farm_id)
    assert second is not None and not second.is_first and second.holder == "Hof Probe GbR"
    assert scalar("SELECT count(*) FROM farm_bank_account WHERE ended_at IS NULL") == 1


@pytest.mark.parametrize(
    ("iban", "holder"),
    [("DE89370400440532013001", "Hof"), ("BR1500000000000010932840814P2", "Hof"), ("DE89370400440532013000", " ")],
)
def test_a_wrong_account_changes_nothing(db, planned_market, iban, holder):
    with pytest.raises(Invalid):
        change_bank_account(planned_market.farm_id, iban, holder)
    assert scalar("SELECT count(*) FROM farm_bank_account") == 0


def test_the_providers_latest_word_holds(db, planned_market):
    assert connected_account(planned_market.farm_id) is None
    note_connected_account(planned_market.farm_id, "acct_1", enabled=False)
    note_connected_account(planned_market.farm_id, "acct_1", enabled=True)
    found = connected_account(planned_market.farm_id)
    assert found is not None and found.enabled and found.provider_ref == "acct_1"
