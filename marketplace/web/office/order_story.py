"""An order's money as a story: what happened, how much, why, by whom, and the provider's numbers for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from marketplace.reports.order_money import Moment
from marketplace.web.look.filters import moment_near
from marketplace.web.office.story_words import words_of
from marketplace.web.office.visit import names_of


@dataclass(frozen=True)
class Told:
    """A line of the story. `kind`: "" (quiet), ok, info, warn, stop. `way`: +1 money in, -1 out, 0 neither."""

    what: str
    when: str
    kind: str = ""
    icon: str = "check"
    cents: int | None = None
    way: int = 0
    more: str = ""
    who: str = ""
    refs: tuple[str, ...] = ()
    url: str | None = None
    link: str = ""


def told(moments: Sequence[Moment]) -> list[Told]:
    """Each moment in words, in the order they came."""
    known = names_of([int(one.who) for one in moments if one.who.isdigit()])
    return [_told(one, _who(one, known)) for one in moments]


def _who(moment: Moment, known: dict[int | None, str]) -> str:
    if moment.kind == "payout":
        return ""
    if moment.who.isdigit():
        return known.get(int(moment.who), "")
    others = {
        "": "",
        "guest": _("Kundin, Kunde"),
        "worker": _("von selbst"),
        "provider": _("Zahlungsanbieter"),
        "system": _("von selbst"),
    }
    return others.get(moment.who, moment.who)


def _told(one: Moment, who: str) -> Told:
    known = {"when": moment_near(one.at), "who": who, "refs": one.refs}
    return Told(**{**known, **words_of(one)})  # type: ignore[arg-type]
