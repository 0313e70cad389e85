"""What a market may set, within which bounds, and from when: settings change from a day on, never backwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from marketplace.kernel.database import command, rows
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.words import N_, Words
from marketplace.markets.settings import DEFAULTS, set_setting

FARTHEST = timedelta(days=730)
MOST_DIGITS = 9


@dataclass(frozen=True)
class Rule:
    """`kind`: count (whole units), percent (typed so, kept in basis points), choice, accounts (names → numbers).

    `money`: the second factor is asked for.
    """

    key: str
    kind: str
    least: int = 0
    most: int = 0
    options: tuple[str, ...] = ()
    money: bool = True


RULES: Mapping[str, Rule] = {
    rule.key: rule
    for rule in (
        Rule("catch_weight_tolerance_bp", "percent", least=0, most=5000),
        Rule("dispute_losses_borne_by", "choice", options=("market", "farm")),
        Rule("cooling_off_days", "count", least=1, most=30),
        Rule("datev_accounts", "accounts", least=1, most=999_999_999),
        Rule("weeks_planned_ahead", "count", least=1, most=12, money=False),
    )
}


@dataclass(frozen=True)
class Dated:
    """A value and the day from which it holds; `who` the account that set it, None for the house's own."""

    value: Any
    valid_from: date
    who: str


def history_of(market_id: int, key: str) -> list[Dated]:
    """Every value there was or will be, the newest first."""
    found = rows(
        """
        SELECT s.value, s.valid_from, coalesce((
            SELECT a.actor FROM audit a
            WHERE a.object = 'market:' || s.market_id AND a.action LIKE 'market\\_setting.%'
              AND (a.after::jsonb ->> 'valid_from' = s.valid_from::text AND a.after::jsonb ->> 'key' = s.key)
            ORDER BY a.id DESC LIMIT 1), '') AS who
        FROM market_setting s WHERE s.market_id = :market AND s.key = :key ORDER BY s.valid_from DESC
        """,
        market=market_id,
        key=key,
    )
    return [Dated(**row._mapping) for row in found]


def today_in(market_id: int) -> date:
    """Today on the market's calendar."""
    found = rows("SELECT (app_now() AT TIME ZONE timezone)::date AS day FROM market WHERE id = :id", id=market_id)
    if not found:
        raise NotFound()
    day: date = found[0].day
    return day


@command
def change_setting(market_id: int, key: str, typed: Mapping[str, str], valid_from: date | None) -> Any:
    """From `valid_from` (today or later) on what was typed holds; gives the value as it is kept.

    `typed`: `value`, of accounts one a name. Refuses (Invalid, by field) what is out of bounds, and days that are over.
    """
    rule = RULES.get(key)
    if rule is None:
        raise NotFound()
    today = today_in(market_id)
    errors: dict[str, str | Words] = {}
    if valid_from is None or not today <= valid_from <= today + FARTHEST:
        errors["valid_from"] = N_("Bitte einen Tag ab heute wählen, höchstens zwei Jahre voraus.")
    value: Any = None
    try:
        value = _value(rule, typed)
    except Invalid as refusal:
        errors |= refusal.errors
    if errors:
        raise Invalid(errors)
    assert valid_from is not None
    set_setting(market_id, key, value, valid_from)
    return value


def _value(rule: Rule, typed: Mapping[str, str]) -> Any:
    if rule.kind == "choice":
        if typed.get("value") not in rule.options:
            raise Invalid({"value": N_("Bitte eine der Möglichkeiten wählen.")})
        return typed["value"]
    if rule.kind == "accounts":
        return _accounts(rule, typed)
    text = typed.get("value", "").strip().removesuffix("%").strip()
    number = _basis_points(text) if rule.kind == "percent" else _whole(text)
    if number is None or not rule.least <= number <= rule.most:
        shown = 100 if rule.kind == "percent" else 1
        raise Invalid(
            {
                "value": Words(
                    N_("Bitte eine Zahl zwischen %(least)s und %(most)s."),
                    {"least": rule.least // shown, "most": rule.most // shown},
                )
            }
        )
    return number


def _accounts(rule: Rule, typed: Mapping[str, str]) -> dict[str, int]:
    """Names with their numbers; one left empty is the chart's own again."""
    value, errors = {}, {}
    for name, text in typed.items():
        if not text.strip():
            continue
        number = _whole(text.strip())
        if number is None or not rule.least <= number <= rule.most:
            errors[name] = Words(N_("Eine Kontonummer besteht aus höchstens neun Ziffern."), {})
        else:
            value[name] = number
    if errors:
        raise Invalid(dict(errors))
    return value


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def _basis_points(text: str) -> int | None:
    """`12,5` per cent as 1250; two places at most."""
    whole, _, part = text.replace(".", ",").partition(",")
    units, hundredths = _whole(whole), _whole((part + "00")[:2]) if len(part) <= 2 else None
    return None if units is None or hundredths is None else units * 100 + hundredths


assert set(RULES) <= set(DEFAULTS)
