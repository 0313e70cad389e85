"""What the signed-in host may serve: own places, or all of their market. An operator may do what a host may."""

from __future__ import annotations

from marketplace.pickup.hosts import Host
from marketplace.web.access import current_actor


def host_here() -> Host:
    """The bounds of every look and every handover of this request."""
    person = current_actor()
    markets = frozenset(person.host_market_ids) | frozenset(person.operator_market_ids)
    return Host(market_ids=markets, point_ids=frozenset(person.pickup_point_ids))
