"""A farm's sales added up by week and product, for the page, its plot and the tables to download."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.exchange.cells import defused
from marketplace.exchange.columns import Cell
from marketplace.exchange.export import Table
from marketplace.reports.farm_sales import Missed, Sales
from marketplace.web.look.filters import date_short, money, number

MOST_BARS = 12
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Sum:
    """Sales added up: sale units, cents of goods, lines and those of which less was there than ordered."""

    units: int
    goods_cents: int
    lines: int
    short_lines: int

    @property
    def short_bp(self) -> int:
        """The share of short lines in basis points, half-up to a whole per cent."""
        return (200 * self.short_lines + self.lines) // (2 * self.lines) * 100 if self.lines else 0


@dataclass(frozen=True)
class ProductSum:
    """A product over the whole range; `times`, `missed_units`: asked for after it was sold out."""

    product_id: int
    name: str
    sold: Sum
    times: int
    missed_units: int


def added(sales: Iterable[Sales]) -> Sum:
    """One sum of all."""
    found = list(sales)
    return Sum(
        sum(one.units for one in found),
        sum(one.goods_cents for one in found),
        sum(one.lines for one in found),
        sum(one.short_lines for one in found),
    )


def weeks_between(since: date, until: date) -> list[date]:
    """The Mondays of all weeks in a range, also of those without a market day."""
    monday = since - timedelta(days=since.weekday())
    return [monday + WEEK * step for step in range((until - monday).days // 7 + 1)]


def by_week(sales: Iterable[Sales], weeks: Sequence[date]) -> list[tuple[date, Sum]]:
    """Each week with its sum, zeros included."""
    found = _grouped(sales, lambda one: one.week)
    return [(week, added(found.get(week, ()))) for week in weeks]


def best_sellers(sales: Sequence[Sales], missed: Sequence[Missed]) -> list[ProductSum]:
    """By revenue; products that were only asked for come last."""
    sold, wanted = (_grouped(found, lambda one: one.product_id) for found in (sales, missed))
    names = {one.product_id: one.name for one in sales} | {one.product_id: one.name for one in missed}
    sums = [
        ProductSum(
            product_id,
            name,
            added(sold.get(product_id, ())),
            sum(one.times for one in wanted.get(product_id, ())),
            sum(one.units for one in wanted.get(product_id, ())),
        )
        for product_id, name in names.items()
    ]
    return sorted(sums, key=lambda one: (-one.sold.goods_cents, -one.missed_units, one.name, one.product_id))


def _grouped(found: Iterable[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for one in found:
        groups.setdefault(key(one), []).append(one)
    return groups


def week_number(week: date) -> int:
    """The calendar week that begins on that Monday (ISO 8601)."""
    return week.isocalendar().week


def week_words(week: date) -> str:
    """`KW 48, ab Mo, 23.11.`"""
    return _("KW %(week)s, ab %(day)s", week=week_number(week), day=date_short(week))


def missed_words(times: int, units: int) -> str:
    """`38-mal gefragt, 52 Stück`"""
    pieces = ngettext("%(num)d Stück", "%(num)d Stück", units)
    return _("%(times)s-mal gefragt, %(units)s", times=number(times), units=pieces)


def plot(weeks: Sequence[tuple[date, Sum]], today: date) -> dict[str, Any]:
    """What ui/chart wants: the last twelve weeks, the running one marked; the sentence says the same in words."""
    shown = weeks[-MOST_BARS:]
    best = max(shown, key=lambda one: one[1].goods_cents)
    total = sum(one.goods_cents for _week, one in shown)
    sentence = _(
        "Gepackte Ware je Woche, zusammen %(total)s. Am meisten in %(week)s: %(best)s.",
        total=money(total),
        week=week_words(best[0]),
        best=money(best[1].goods_cents),
    )
    thousands = best[1].goods_cents >= 100_000
    bars = [
        {
            "label": str(week_number(week)),
            "value": one.goods_cents,
            "text": _thousands(one.goods_cents) if thousands else str(_rounded(one.goods_cents, 100)),
            "now": week <= today < week + WEEK,
        }
        for week, one in shown
    ]
    note = (
        _("Kalenderwochen, in Tausend Euro; die laufende ist hervorgehoben.")
        if thousands
        else _("Kalenderwochen, in Euro; die laufende ist hervorgehoben.")
    )
    return {"sentence": sentence, "bars": bars, "note": note}


def _thousands(cents: int) -> str:
    """Thousands of euros in three characters: `0,4`, `1,3`, from ten on `12`."""
    tenths = _rounded(cents, 10_000)
    return f"{tenths // 10},{tenths % 10}" if tenths < 100 else str(_rounded(cents, 100_000))


def _rounded(cents: int, part: int) -> int:
    """How many times `part` cents, half-up."""
    return (2 * cents + part) // (2 * part)


def weeks_table(weeks: Sequence[tuple[date, Sum]]) -> Table:
    """A row a week."""
    rows: list[list[Cell]] = [
        [week_number(week), f"{week:%d.%m.%Y}", one.units, _euros(one.goods_cents), one.lines, one.short_lines]
        for week, one in weeks
    ]
    heads = [_("Kalenderwoche"), _("Beginn"), _("Stück"), _("Ware (€)"), _("Posten"), _("davon gefehlt")]
    return Table(_("Wochen"), heads, rows)


def products_table(sums: Sequence[ProductSum]) -> Table:
    """A row a product, with what was asked for after it was sold out."""
    rows: list[list[Cell]] = [
        [
            defused(one.name),
            one.sold.units,
            _euros(one.sold.goods_cents),
            one.sold.lines,
            one.sold.short_lines,
            one.times,
            one.missed_units,
        ]
        for one in sums
    ]
    heads = [_("Produkt"), _("Stück"), _("Ware (€)"), _("Posten"), _("davon gefehlt")]
    return Table(_("Produkte"), [*heads, _("nach Ausverkauf gefragt"), _("gefragte Stück")], rows)


def by_both_table(sales: Sequence[Sales]) -> Table:
    """A row a product and week."""
    rows: list[list[Cell]] = [
        [
            week_number(one.week),
            f"{one.week:%d.%m.%Y}",
            defused(one.name),
            one.units,
            _euros(one.goods_cents),
            one.lines,
            one.short_lines,
        ]
        for one in sales
    ]
    heads = [_("Kalenderwoche"), _("Beginn"), _("Produkt"), _("Stück"), _("Ware (€)"), _("Posten")]
    return Table(_("Produkte und Wochen"), [*heads, _("davon gefehlt")], rows)


def missed_table(missed: Sequence[Missed]) -> Table:
    """A row a product and week in which it was asked for."""
    rows: list[list[Cell]] = [
        [week_number(one.week), f"{one.week:%d.%m.%Y}", defused(one.name), one.times, one.units] for one in missed
    ]
    heads = [_("Kalenderwoche"), _("Beginn"), _("Produkt"), _("nach Ausverkauf gefragt"), _("gefragte Stück")]
    return Table(_("Gefragt"), heads, rows)


def _euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
