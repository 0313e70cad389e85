"""No fact without somebody who reacts to it, no consumer that nobody needs."""

from __future__ import annotations

from marketplace.events.facts import KINDS
from workers.routes import BY_KIND, CONSUMERS


def test_every_fact_has_its_line_in_the_routes() -> None:
    assert set(BY_KIND) == set(KINDS)


def test_every_route_leads_to_a_consumer_and_back() -> None:
    routed = {consumer for consumers in BY_KIND.values() for consumer in consumers}
    assert routed == set(CONSUMERS)
    assert all(BY_KIND.values())
