"""Which VAT a sale bears, by scheme, goods and day."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from marketplace.markets.vat import RATES, lay_down_rates, rates_on, vat_for

FOOD = SimpleNamespace(vat_key="reduced", flat_rate=True)
MEAT = SimpleNamespace(vat_key="reduced", flat_rate=False)
JUICE = SimpleNamespace(vat_key="standard", flat_rate=False)
NOW = date(2026, 11, 26)


@pytest.fixture
def rates(db):
    from marketplace.kernel.database import transaction

    with transaction():
        lay_down_rates()
        yield


@pytest.mark.parametrize(
    ("goods", "scheme", "day", "rate_bp"),
    [
        (FOOD, "regular", NOW, 700),
        (JUICE, "regular", NOW, 1900),
        (FOOD, "paragraph24", NOW, 780),
        (FOOD, "paragraph24", date(2025, 1, 1), 780),
        (FOOD, "paragraph24", date(2024, 12, 31), 840),
        (FOOD, "paragraph24", date(2024, 12, 6), 840),
        (FOOD, "paragraph24", date(2024, 12, 5), 900),
        (MEAT, "paragraph24", NOW, 700),
        (JUICE, "paragraph24", NOW, 1900),
        (FOOD, "paragraph19", NOW, 0),
        (JUICE, "paragraph19", NOW, 0),
        (FOOD, "regular", date(2020, 7, 1), 500),
        (JUICE, "regular", date(2020, 12, 31), 1600),
        (JUICE, "regular", date(2021, 1, 1), 1900),
    ],
)
def test_the_scheme_decides_then_the_goods(rates, goods, scheme, day, rate_bp):
    assert vat_for(goods, scheme, day) == (scheme, rate_bp)


def test_no_rate_no_sale(rates):
    with pytest.raises(LookupError, match="flat24"):
        vat_for(FOOD, "paragraph24", date(2022, 12, 31))


def test_laying_down_twice_keeps_what_somebody_corrected(db):
    from marketplace.kernel.database import execute, scalar, transaction

    with transaction():
        lay_down_rates()
        execute("UPDATE vat_rate SET rate_bp = 770 WHERE key = 'flat24' AND valid_from = '2025-01-01'")
        lay_down_rates()
        assert rates_on(NOW)["flat24"] == 770
        assert scalar("SELECT count(*) FROM vat_rate") == len(RATES)
