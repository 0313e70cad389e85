"""What the office's and the farms' calls about money take."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from flask import request
from pydantic import BaseModel, Field

from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.plain_text import one_line
from marketplace.kernel.words import N_
from marketplace.markets.find import find_market
from marketplace.web.access import current_actor
from marketplace.web.api.frame import parsed_body
from marketplace.web.api.kinds import Day, IdText
from marketplace.web.api.validation import read

MOST_CENTS = 100_000_00
STATE_ARGUMENT = "states, several with commas"


class NewRun(BaseModel):
    """`until`: inclusive."""

    market: IdText
    until: Day


class Signed(BaseModel):
    """`note`: shown with the run."""

    note: Annotated[str, Field(max_length=500)] = ""


class RefundedLine(BaseModel):
    """Whole sale units of a line."""

    id: IdText
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]


class RefundAsked(BaseModel):
    """Either `lines` or `amount_cents`."""

    lines: Annotated[list[RefundedLine], Field(min_length=1, max_length=200)] | None = None
    amount_cents: Annotated[int, Field(ge=1, le=MOST_CENTS)] | None = None
    reason: Annotated[str, Field(max_length=500)] = ""
    borne_by: Literal["farm", "market"] = "farm"


class Objection(BaseModel):
    """What is wrong with the statement."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


def note_given() -> str:
    """The note of a signature; the body may be left out."""
    given = parsed_body()
    return "" if given is None else one_line(read(Signed, given).note)


def office_markets() -> frozenset[int]:
    """The markets whose office is read: all of one's own, or that of `?market=`; NotFound for foreign ones."""
    markets = current_actor().office_market_ids
    asked = request.args.get("market")
    return markets if not asked else frozenset({own_market(asked, markets)})


def own_market(market: str, market_ids: frozenset[int]) -> int:
    """The id of one of these markets, by id or slug; foreign and unknown ones are NotFound."""
    found = find_market(market)
    if found.id not in market_ids:
        raise NotFound()
    return found.id


def states_asked(known: frozenset[str] | tuple[str, ...]) -> tuple[str, ...] | None:
    """`?state=a,b`; None without it or with nothing in it. Invalid for a state that there is not."""
    typed = request.args.get("state")
    if not typed:
        return None
    states = tuple(part.strip() for part in typed.split(",") if part.strip())
    if any(state not in known for state in states):
        raise Invalid({"state": N_("Diesen Zustand gibt es nicht.")})
    return states


def date_asked() -> date | None:
    """`?date=`; None without it. Invalid for what is no date."""
    typed = request.args.get("date")
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Invalid({"date": N_("Hier wird ein Datum erwartet, zum Beispiel 2026-11-26.")}) from None
