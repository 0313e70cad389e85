"""What amounts of stock and prices of offers may be."""

from __future__ import annotations

MOST_UNITS = 1_000_000
MOST_CENTS = 100_000_00


def is_whole(value: object, most: int) -> bool:
    """A whole number from 0 to `most`; True and False are none."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
