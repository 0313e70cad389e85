"""Seasons, the turn of the year included."""

from __future__ import annotations

from datetime import date

import pytest

from marketplace.catalogue.season import ALL_YEAR, in_season, months_from_text


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("1-12", list(ALL_YEAR)),
        ("7-4", [1, 2, 3, 4, 7, 8, 9, 10, 11, 12]),
        ("11-2", [1, 2, 11, 12]),
        ("12-1", [1, 12]),
        ("4-6", [4, 5, 6]),
        ("5-5", [5]),
        ("1,3,5", [1, 3, 5]),
        ("11-12, 2", [2, 11, 12]),
    ],
)
def test_months_of_a_text(text, months):
    assert months_from_text(text) == months


@pytest.mark.parametrize("text", ["", "0-3", "1-13", "Mai", "1-2-3", "-"])
def test_no_months(text):
    with pytest.raises(ValueError):
        months_from_text(text)


def test_the_pickup_date_counts():
    winter = months_from_text("11-2")
    assert in_season(winter, date(2027, 2, 28))
    assert not in_season(winter, date(2027, 3, 1))
    assert in_season([], date(2027, 7, 1))
