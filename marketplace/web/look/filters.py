"""The Jinja filters: `formats` with the language and time zone of the request filled in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, has_app_context
from flask_babel import gettext as _

from marketplace.kernel import clock, formats
from marketplace.web.language import spoken

DEFAULT_ZONE = "Europe/Berlin"


def market_zone(name: str | None = None) -> tzinfo:
    """The zone `name`, else that of the request's market (`g.market_timezone`), else Europe/Berlin."""
    if name is None and has_app_context():
        name = g.get("market_timezone")
    return ZoneInfo(name or DEFAULT_ZONE)


def money(cents: int, sign: bool = False) -> str:
    """Whole cents as `1.284,60 €`."""
    return formats.money(cents, spoken(), sign=sign)


def amount(cents: int, dash: bool = False) -> str:
    """Whole cents as `1.284,60`; with `dash` zero is `–`."""
    return formats.amount(cents, spoken(), dash=dash)


def number(value: int) -> str:
    """A count with the reader's thousands separator."""
    return formats.number(value, spoken())


def grams(weight_g: int) -> str:
    """`1.320 g`."""
    return formats.grams(weight_g, spoken())


def weight(weight_g: int) -> str:
    """`1,4 kg` or `800 g`."""
    return formats.weight(weight_g, spoken())


def percent(basis_points: int) -> str:
    """Basis points as `3,8 %`."""
    return formats.percent(basis_points, spoken())


def unit_price(cents: int, basis: str = "kg") -> str:
    """`2,50 €/kg`."""
    return formats.unit_price(cents, basis, spoken())


def date_long(moment: date | datetime, zone: str | None = None) -> str:
    """`Do, 26. November`."""
    return formats.date_long(moment, spoken(), market_zone(zone))


def date_short(moment: date | datetime, zone: str | None = None) -> str:
    """`Do, 26.11.`"""
    return formats.date_short(moment, spoken(), market_zone(zone))


def date_paper(moment: date | datetime, zone: str | None = None) -> str:
    """`26.11.2026`."""
    return formats.date_paper(moment, spoken(), market_zone(zone))


def weekday(moment: date | datetime, zone: str | None = None) -> str:
    """`Donnerstag`."""
    return formats.weekday(moment, spoken(), market_zone(zone))


def clock_time(moment: datetime, zone: str | None = None) -> str:
    """`18:00 Uhr`."""
    return formats.clock_time(moment, spoken(), market_zone(zone))


def time_window(start: datetime, end: datetime, zone: str | None = None) -> str:
    """`16:30–18:30 Uhr`, kept on one line by a word joiner after the dash."""
    return formats.time_window(start, end, spoken(), market_zone(zone)).replace("\u2013", "\u2013\u2060")


def moment_near(moment: datetime, now: datetime | None = None, zone: str | None = None) -> str:
    """`heute, 18:00 Uhr`, `morgen, 18:00 Uhr`, else `Mi, 25.11., 18:00 Uhr`: for cut-offs and states."""
    place = market_zone(zone)
    days = formats.days_until(moment, now or clock.now(), place)
    day = {0: _("heute"), 1: _("morgen"), -1: _("gestern")}.get(days) or date_short(moment, zone)
    return f"{day}, {clock_time(moment, zone)}"


def countdown(deadline: datetime, now: datetime | None = None) -> str:
    """`noch 2 Std. 40 Min.`, rounded up to the minute; `abgelaufen` when it is over."""
    left = deadline - (now or clock.now())
    hours, minutes = formats.hours_and_minutes(left)
    if hours == 0 and minutes == 0:
        return _("abgelaufen")
    if hours == 0:
        return _("noch %(minutes)d Min.", minutes=minutes)
    if minutes == 0:
        return _("noch %(hours)d Std.", hours=hours)
    return _("noch %(hours)d Std. %(minutes)d Min.", hours=hours, minutes=minutes)


def iso(moment: date | datetime) -> str:
    """For `datetime=` of `<time>`: ISO 8601, instants in UTC."""
    return moment.astimezone(UTC).isoformat() if isinstance(moment, datetime) else moment.isoformat()


FILTERS: dict[str, Callable[..., Any]] = {
    "money": money,
    "amount": amount,
    "number": number,
    "grams": grams,
    "weight": weight,
    "percent": percent,
    "unit_price": unit_price,
    "date_long": date_long,
    "date_short": date_short,
    "date_paper": date_paper,
    "weekday": weekday,
    "clock_time": clock_time,
    "time_window": time_window,
    "moment_near": moment_near,
    "countdown": countdown,
    "iso": iso,
    "iban": formats.iban,
    "iban_masked": formats.iban_masked,
    "pickup_code": formats.pickup_code,
}
