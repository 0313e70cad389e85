"""Kinds of values that several calls take: ids, instants and dates within reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)


def _within_reason(moment: datetime) -> datetime:
    """In UTC. Years that no calendar of ours reaches would overflow when they are shown."""
    if not EARLIEST <= moment.date() <= LATEST:
        raise ValueError("out of range")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_within_reason)]
Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
IdText = Annotated[str, StringConstraints(max_length=200)]
Units = Annotated[int, Field(ge=0, le=1_000_000)]
PriceCents = Annotated[int, Field(ge=0, le=100_000_00)]
