"""What a host may serve: one place, several, or a whole market."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# Rows `s` of pickup_slot that the host may serve.
MAY_SERVE = (
    "(s.market_id = ANY(CAST(:market_ids AS bigint[]))"
    " OR s.pickup_point_id = ANY(CAST(:point_ids AS bigint[])))"
)


@dataclass(frozen=True)
class Host:
    """`market_ids`: all places of these markets; `point_ids`: these places alone."""

    market_ids: frozenset[int] = field(default_factory=frozenset)
    point_ids: frozenset[int] = field(default_factory=frozenset)

    def bounds(self) -> dict[str, Any]:
        """The values of `MAY_SERVE`."""
        return {"market_ids": sorted(self.market_ids), "point_ids": sorted(self.point_ids)}
