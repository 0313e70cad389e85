"""When a product is in season."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

ALL_YEAR = tuple(range(1, 13))


def months_from_text(text: str) -> list[int]:
    """Months of "1-12", "8-4" (over the turn of the year) or "1,3,5"; sorted. ValueError for anything else."""
    months: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        start, end = int(first), int(last) if dash else int(first)
        if not (1 <= start <= 12 and 1 <= end <= 12):
            raise ValueError(f"no months of a year: {text!r}")
        months |= {(start - 1 + step) % 12 + 1 for step in range((end - start) % 12 + 1)}
    return sorted(months)


def in_season(months: Sequence[int], on_date: date) -> bool:
    """Is it in season on the pickup date? No months: always."""
    return not months or on_date.month in months
