"""Numbers, weights, dates and codes as people read them; pure functions of value, language and time zone.

Money comes in whole cents, weights in grams, rates in basis points, instants with an offset: floats and naive
instants are refused. Signs are true minus signs, units stand after a no-break space (U+00A0; the fonts lack
U+202F). The language is `de`, `en` or `nl`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

NBSP = "\u00a0"
MINUS = "\u2212"
LOCALES = {"de": Locale("de", "DE"), "en": Locale("en", "GB"), "nl": Locale("nl", "NL")}

_DATE_LONG = {"de": f"ccc, d.'{NBSP}'MMMM", "en": f"ccc, d'{NBSP}'MMMM", "nl": f"ccc d'{NBSP}'MMMM"}
_DATE_SHORT = {"de": "ccc, d.M.", "en": "ccc, d/M", "nl": "ccc d-M"}
_DATE_PAPER = {"de": "dd.MM.yyyy", "en": "dd/MM/yyyy", "nl": "dd-MM-yyyy"}
_OCLOCK = {"de": f"{NBSP}Uhr", "en": "", "nl": f"{NBSP}uur"}


def _whole(value: int, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{what} must be a whole number, not {type(value).__name__}")
    return value


def _typeset(text: str) -> str:
    return text.replace("\u202f", NBSP).replace("-", MINUS)


def money(cents: int, language: str, *, sign: bool = False) -> str:
    """`1.284,60 €`; with `sign` also a plus before gains."""
    amount = Decimal(_whole(cents, "cents")).scaleb(-2)
    text = _typeset(format_currency(amount, "EUR", locale=LOCALES[language]))
    return f"+{text}" if sign and cents > 0 else text


def amount(cents: int, language: str, *, dash: bool = False) -> str:
    """`1.284,60`, for tables with the unit in the head; with `dash` zero is `–`."""
    if dash and _whole(cents, "cents") == 0:
        return "\u2013"
    value = Decimal(_whole(cents, "cents")).scaleb(-2)
    return _typeset(format_decimal(value, format="#,##0.00", locale=LOCALES[language]))


def number(value: int, language: str) -> str:
    """`9.835`."""
    return _typeset(format_decimal(_whole(value, "a count"), locale=LOCALES[language]))


def grams(weight_g: int, language: str) -> str:
    """`1.320 g`: on scales and receipts."""
    return f"{number(_whole(weight_g, 'grams'), language)}{NBSP}g"


def weight(weight_g: int, language: str) -> str:
    """`800 g`, `1,4 kg`: in the shop. Kilograms with as many digits as needed."""
    if abs(_whole(weight_g, "grams")) < 1000:
        return grams(weight_g, language)
    kilograms = Decimal(weight_g).scaleb(-3)
    return f"{_typeset(format_decimal(kilograms, format='#,##0.###', locale=LOCALES[language]))}{NBSP}kg"


def percent(basis_points: int, language: str) -> str:
    """`3,8 %` from 380 basis points."""
    value = Decimal(_whole(basis_points, "basis points")).scaleb(-2)
    text = _typeset(format_decimal(value, format="#,##0.##", locale=LOCALES[language]))
    return f"{text}{NBSP}%" if language == "de" else f"{text}%"


def unit_price(cents: int, basis: str, language: str) -> str:
    """`2,50 €/kg`: the Grundpreis (PAngV § 4)."""
    return f"{money(cents, language)}/{basis}"


def local(moment: date | datetime, zone: tzinfo) -> date | datetime:
    """An instant in the market's zone; a plain date stays. Refuses instants without offset."""
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ValueError("an instant needs an offset")
        return moment.astimezone(zone)
    return moment


def _dated(moment: date | datetime, zone: tzinfo, patterns: dict[str, str], language: str) -> str:
    return format_date(local(moment, zone), patterns[language], locale=LOCALES[language])


def date_long(moment: date | datetime, language: str, zone: tzinfo) -> str:
    """`Do, 26. November`: in the shop."""
    return _dated(moment, zone, _DATE_LONG, language)


def date_short(moment: date | datetime, language: str, zone: tzinfo) -> str:
    """`Do, 26.11.`: in lists."""
    return _dated(moment, zone, _DATE_SHORT, language)


def date_paper(moment: date | datetime, language: str, zone: tzinfo) -> str:
    """`26.11.2026`: on papers."""
    return _dated(moment, zone, _DATE_PAPER, language)


def weekday(moment: date | datetime, language: str, zone: tzinfo) -> str:
    """`Donnerstag`."""
    return format_date(local(moment, zone), "cccc", locale=LOCALES[language])


def clock_time(moment: datetime, language: str, zone: tzinfo) -> str:
    """`18:00 Uhr`."""
    return f"{local(moment, zone):%H:%M}{_OCLOCK[language]}"


def time_window(start: datetime, end: datetime, language: str, zone: tzinfo) -> str:
    """`16:30–18:30 Uhr`."""
    return f"{local(start, zone):%H:%M}\u2013{local(end, zone):%H:%M}{_OCLOCK[language]}"


def days_until(moment: date | datetime, now: datetime, zone: tzinfo) -> int:
    """Whole calendar days from today to `moment` in the market's zone: 0 today, 1 tomorrow."""
    there, here = local(moment, zone), local(now, zone)
    there_day = there.date() if isinstance(there, datetime) else there
    here_day = here.date() if isinstance(here, datetime) else here
    return (there_day - here_day).days


def hours_and_minutes(left: timedelta) -> tuple[int, int]:
    """Time left, rounded up to the minute, never below nothing."""
    minutes = max(0, -(-int(left.total_seconds()) // 60))
    return divmod(minutes, 60)


def iban(account: str) -> str:
    """In fours: `DE02 1203 0000 0000 2020 51`."""
    plain = "".join(account.split()).upper()
    return NBSP.join(plain[i : i + 4] for i in range(0, len(plain), 4))


def iban_masked(account: str) -> str:
    """Country and the last four digits: `DE•• •••• 4417`."""
    plain = "".join(account.split()).upper()
    return f"{plain[:2]}••{NBSP}••••{NBSP}{plain[-4:]}"


def pickup_code(code: str) -> str:
    """`K7M 4QD`: six letters in two groups that one can read out."""
    plain = "".join(code.split()).upper()
    return f"{plain[:3]}{NBSP}{plain[3:]}"
