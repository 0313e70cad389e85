"""Something that needs a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trouble:
    """One exception: what, whom, how much; why; and where it is dealt with."""

    what: str
    more: str
    icon: str
    kind: str
    url: str
    do: str
