"""States as one literal table a thing; the database holds the same table and refuses the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.kernel.errors import Conflict
from marketplace.kernel.words import N_


@dataclass(frozen=True)
class StateTable:
    """`allowed`: from which state to which others. `thing` is the name in the table `state_transition`."""

    thing: str
    allowed: Mapping[str, frozenset[str]]

    @property
    def states(self) -> frozenset[str]:
        """Every state there is."""
        return frozenset(self.allowed) | frozenset(to for targets in self.allowed.values() for to in targets)

    def may(self, current: str, to: str) -> bool:
        """Is the step allowed? Staying is not a step."""
        return to in self.allowed.get(current, frozenset())

    def check(self, current: str, to: str) -> None:
        """Refuses a step that the table does not know."""
        if not self.may(current, to):
            raise Conflict(N_("Von „%(current)s“ führt kein Weg zu „%(to)s“."), current=current, to=to)

    def steps(self) -> list[tuple[str, str]]:
        """All steps, sorted: what the migration writes and a test compares."""
        return sorted((current, to) for current, targets in self.allowed.items() for to in targets)


def table(thing: str, **allowed: str) -> StateTable:
    """`table("order", draft="open closed")`: states as words, one keyword a state."""
    return StateTable(thing, {state: frozenset(targets.split()) for state, targets in allowed.items()})
