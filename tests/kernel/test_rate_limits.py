"""Few tries, counted outside of the caller's transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from marketplace.kernel import installation
from marketplace.kernel.database import transaction
from marketplace.kernel.errors import TooMany
from marketplace.kernel.rate_limits import address_bucket, forgive, hit


def test_three_and_no_more(db: Any) -> None:
    for _ in range(3):
        hit("kasse", 60, 3)
    with pytest.raises(TooMany) as refused:
        hit("kasse", 60, 3)
    assert 1 <= refused.value.retry_after <= 60
    hit("andere kasse", 60, 3)


def test_a_try_that_is_rolled_back_counts(db: Any) -> None:
    with pytest.raises(ValueError), transaction():
        hit("einmal", 60, 1)
        raise ValueError
    with pytest.raises(TooMany):
        hit("einmal", 60, 1)


def test_what_was_right_is_forgiven(db: Any) -> None:
    for _ in range(5):
        hit("richtig", 60, 1)
        forgive("richtig", 60)


def test_off(db: Any, settings: Any) -> None:
    installation.use(replace(settings, rate_limits=False))
    try:
        for _ in range(5):
            hit("aus", 60, 1)
    finally:
        installation.use(settings)


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, "unknown"),
        ("'; --", "unknown"),
    ],
)
def test_addresses(address: str | None, bucket: str) -> None:
    assert address_bucket(address) == bucket
