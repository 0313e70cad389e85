"""What a market has set for itself: what it means, since when, and what holds from a day on."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.ids import id_from_text
from marketplace.markets.change_setting import RULES, Dated, change_setting, history_of, today_in
from marketplace.markets.find import MarketView
from marketplace.markets.settings import setting
from marketplace.payouts.datev import ACCOUNTS
from marketplace.web.access import allow, operator
from marketplace.web.look.filters import date_paper
from marketplace.web.office import blueprint
from marketplace.web.office.setting_words import account_label, setting_words, typed_value, value_words
from marketplace.web.office.visit import confirm, errors_of, market_here, my_markets, names_of, own


@blueprint.get("/einstellungen")
@allow(operator)
def market_settings() -> str | Response:
    """One market: its settings. Several: which one, `markt` its id."""
    mine = [market for market in my_markets() if market.id in own()]
    asked = request.args.get("markt", "")
    if not asked:
        return settings_page(mine[0], {}, {}, "")
    return settings_page(_market(id_from_text(asked) or 0), {}, {}, "")


def _market(market_id: int) -> MarketView:
    if market_id not in own():
        raise NotFound()
    return market_here(market_id)


@blueprint.post("/einstellungen/<int:market_id>/<key>")
@allow(operator)
def change_market_setting(market_id: int, key: str) -> str | Response | tuple[str, int]:
    """From a day on another value holds; where money is concerned with a fresh second factor."""
    market = _market(market_id)
    if key not in RULES:
        raise NotFound()
    names = tuple(ACCOUNTS) if RULES[key].kind == "accounts" else ("value",)
    typed = {name: request.form.get(name, "")[:40] for name in names}
    from_text = request.form.get("valid_from", "")[:10]
    try:
        valid_from = date.fromisoformat(from_text)
    except ValueError:
        valid_from = None
    errors = confirm() if RULES[key].money else {}
    if not errors:
        try:
            value = change_setting(market.id, key, typed, valid_from)
        except Invalid as refusal:
            errors = errors_of(refusal)
    if errors:
        return settings_page(market, errors, {**typed, "valid_from": from_text}, key), 422
    assert valid_from is not None
    flash(
        _(
            "%(title)s: ab %(date)s gilt %(value)s.",
            title=setting_words(key).title,
            date=date_paper(valid_from),
            value=value_words(key, value),
        ),
        "ok",
    )
    return redirect(url_for("office.market_settings", markt=market.id) + f"#{key}", 303)  # type: ignore[return-value]


def settings_page(market: MarketView, errors: dict[str, str], typed: dict[str, str], key: str) -> str:
    """The page, with what is wrong in the form of `key`; fields are named by their setting."""
    market_here(market.id)
    today = today_in(market.id)
    return render_template(
        "office/settings.html",
        market=market,
        markets=[one for one in my_markets() if one.id in own()],
        today=today,
        errors={f"{key}-{name}": words for name, words in errors.items()},
        settings=[_setting(market.id, name, today, typed if name == key else {}) for name in RULES],
    )


def _setting(market_id: int, key: str, today: date, typed: dict[str, str]) -> dict[str, Any]:
    rule, words = RULES[key], setting_words(key)
    now = setting(market_id, key)
    fields = {**typed_value(key, now), "valid_from": today.isoformat(), **typed}
    accounts = [(name, account_label(name), usual) for name, usual in ACCOUNTS.items()]
    past = history_of(market_id, key)
    return {
        "key": key,
        "rule": rule,
        "words": words,
        "now": value_words(key, now),
        "own": any(one.valid_from <= today for one in past),
        "fields": fields,
        "open": bool(typed),
        "accounts": accounts if rule.kind == "accounts" else [],
        "history": _history(key, past, today),
    }


def _history(key: str, past: list[Dated], today: date) -> list[dict[str, Any]]:
    known = names_of([int(one.who) for one in past if one.who.isdigit()])
    return [
        {
            "value": value_words(key, one.value),
            "from": one.valid_from,
            "coming": one.valid_from > today,
            "who": known.get(int(one.who), "") if one.who.isdigit() else "",
        }
        for one in past
    ]
