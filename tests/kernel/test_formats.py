"""Numbers, weights, dates and codes as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel import formats

BERLIN = ZoneInfo("Europe/Berlin")
NB = "\u00a0"


@pytest.mark.parametrize(
    ("cents", "language", "text"),
    [
        (128460, "de", f"1.284,60{NB}€"),
        (-340, "de", f"−3,40{NB}€"),
        (0, "de", f"0,00{NB}€"),
        (5, "de", f"0,05{NB}€"),
        (128460, "en", "€1,284.60"),
        (-340, "en", "−€3.40"),
        (128460, "nl", f"€{NB}1.284,60"),
        (10**14 + 1, "de", f"1.000.000.000.000,01{NB}€"),
    ],
)
def test_money(cents: int, language: str, text: str) -> None:
    assert formats.money(cents, language) == text


def test_money_with_sign_marks_gains_only() -> None:
    assert formats.money(340, "de", sign=True) == f"+3,40{NB}€"
    assert formats.money(0, "de", sign=True) == f"0,00{NB}€"


@pytest.mark.parametrize("wrong", [3.4, "340", True, None])
def test_money_refuses_what_is_not_whole_cents(wrong: object) -> None:
    with pytest.raises(TypeError):
        formats.money(wrong, "de")  # type: ignore[arg-type]


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_money_loses_no_cent(cents: int) -> None:
    text = formats.money(cents, "de")
    digits = "".join(character for character in text if character.isdigit())
    assert int(digits) == abs(cents)
    assert text.startswith("−") == (cents < 0)


def test_amount_for_tables() -> None:
    assert formats.amount(128460, "de") == "1.284,60"
    assert formats.amount(0, "de", dash=True) == "–"
    assert formats.amount(0, "de") == "0,00"


def test_weights() -> None:
    assert formats.grams(1320, "de") == f"1.320{NB}g"
    assert formats.weight(1400, "de") == f"1,4{NB}kg"
    assert formats.weight(800, "de") == f"800{NB}g"
    assert formats.weight(2500, "en") == f"2.5{NB}kg"


def test_rates_and_unit_prices() -> None:
    assert formats.percent(380, "de") == f"3,8{NB}%"
    assert formats.percent(900, "de") == f"9{NB}%"
    assert formats.percent(380, "en") == "3.8%"
    assert formats.unit_price(250, "kg", "de") == f"2,50{NB}€/kg"


def test_dates() -> None:
    day = date(2026, 11, 26)
    assert formats.date_long(day, "de", BERLIN) == f"Do, 26.{NB}November"
    assert formats.date_short(day, "de", BERLIN) == "Do, 26.11."
    assert formats.date_paper(day, "de", BERLIN) == "26.11.2026"
    assert formats.weekday(day, "de", BERLIN) == "Donnerstag"
    assert formats.date_long(day, "en", BERLIN) == f"Thu, 26{NB}November"
    assert formats.date_long(day, "nl", BERLIN) == f"do 26{NB}november"


def test_instants_are_shown_in_the_zone_of_the_market() -> None:
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    assert formats.date_short(late, "de", BERLIN) == "Do, 26.11."
    assert formats.clock_time(late, "de", BERLIN) == f"00:30{NB}Uhr"


def test_windows_across_the_change_of_the_clocks() -> None:
    start = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert formats.time_window(start, start + timedelta(hours=2), "de", BERLIN) == f"02:30–03:30{NB}Uhr"
    assert formats.time_window(start, start + timedelta(hours=2), "nl", BERLIN) == f"02:30–03:30{NB}uur"


def test_instants_without_offset_are_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        formats.clock_time(datetime(2026, 11, 26, 18), "de", BERLIN)  # noqa: DTZ001 - that is the point


def test_days_are_calendar_days_there() -> None:
    now = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # 23:30 in Berlin
    assert formats.days_until(datetime(2026, 11, 24, 23, 30, tzinfo=UTC), now, BERLIN) == 1
    assert formats.days_until(date(2026, 11, 24), now, BERLIN) == 0


def test_time_left_is_rounded_up_and_never_negative() -> None:
    assert formats.hours_and_minutes(timedelta(hours=2, minutes=39, seconds=1)) == (2, 40)
    assert formats.hours_and_minutes(timedelta(seconds=-5)) == (0, 0)
    assert formats.hours_and_minutes(timedelta(seconds=1)) == (0, 1)


def test_accounts_and_codes() -> None:
    assert formats.iban("de02120300000000202051") == NB.join(("DE02", "1203", "0000", "0000", "2020", "51"))
    assert formats.iban_masked("DE02 1203 0000 0000 2020 51") == f"DE••{NB}••••{NB}2051"
    assert formats.pickup_code("k7m4qd") == f"K7M{NB}4QD"
