"""The packing list as it is shown: cards of orders, cards of products, places. No money: helpers see none.

A day has 1,500 lines: what is the same for all of them is translated and formatted once a page, not once a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.pickup.packing_list import PackingLine, ProductTotal
from marketplace.web.look.filters import grams, time_window

ANY_LINE = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One line as it is shown. `count`: what is packed, else what is ordered; `weight`: what stands in the field."""

    id: int
    number: int
    name: str
    unit: str
    quantity: int
    count: int
    state: str
    usual_g: int | None
    weigh: bool
    weigh_label: str
    target: str
    weight: int | str
    ticked: bool
    open: bool
    may_change: bool
    short: str
    menu: str
    menu_label: str


@dataclass(frozen=True, slots=True)
class Card:
    """An order (`order` its number), or a product (`order` empty), with its rows."""

    id: str
    number: int
    order: str
    name: str
    note: str
    done: bool
    late: bool
    place: str
    to_pack: bool
    rows: list[Row]


def cards(lines: Iterable[PackingLine], rows: Mapping[int, Row], *, open_to_pack: bool) -> list[Card]:
    """One card an order, by place and large number."""
    posts = cache(_posts)
    window = cache(time_window)
    somebody = _("Kundin")
    made = []
    for number, group in groupby(lines, lambda line: line.number):
        its = list(group)
        first, done = its[0], all(line.state != "open" for line in its)
        made.append(
            Card(
                id=f"bestellung-{number}",
                number=first.pickup_number,
                order=number,
                name=first.first_name or somebody,
                note=f"{number} · {posts(len(its))}",
                done=done,
                late=first.late,
                place=f"{point_name(first)}, {window(first.pickup_from, first.pickup_until)}",
                to_pack=open_to_pack and not done,
                rows=[rows[line.id] for line in its],
            )
        )
    return made


def product_cards(lines: Iterable[PackingLine], rows: Mapping[int, Row], *, open_to_pack: bool) -> list[Card]:
    """One card a product: whose it is, by place and large number."""

    def key(line: PackingLine) -> tuple[str, str, str]:
        return line.name, line.sku, line.sale_unit

    made = []
    for number, (_key, group) in enumerate(groupby(sorted(lines, key=key), key), 1):
        its = list(group)
        first, done = its[0], all(line.state != "open" for line in its)
        made.append(
            Card(
                id=f"artikel-{number}",
                number=sum(line.quantity for line in its),
                order="",
                name=first.name,
                note=f"{first.sale_unit} · {_posts(len(its))}",
                done=done,
                late=False,
                place="",
                to_pack=open_to_pack and not done,
                rows=[rows[line.id] for line in its],
            )
        )
    return made


def _posts(count: int) -> str:
    return ngettext("%(num)d Posten", "%(num)d Posten", count)


def rows_of(
    farm_id: int,
    lines: Iterable[PackingLine],
    *,
    open_to_pack: bool,
    by_product: bool = False,
    on_paper: bool = False,
    typed: Mapping[str, str] | None = None,
) -> dict[int, Row]:
    """What each line shows, by its id. By order it is called by its product, by product by its number and name.

    `on_paper`: with lines to write the weights on, and nothing to press. `typed`: what a refused form said.
    """
    make = _row_maker(farm_id, open_to_pack, by_product, on_paper, typed or {})
    return {line.id: make(line) for line in lines}


def _row_maker(
    farm_id: int, open_to_pack: bool, by_product: bool, on_paper: bool, typed: Mapping[str, str]
) -> Callable[[PackingLine], Row]:
    head, tail = url_for("farm.short", farm_id=farm_id, line_id=ANY_LINE).split(f"/{ANY_LINE}/")
    ticked = set(typed.get("gepackt", "").split())
    late, somebody, called = _("später bezahlt"), _("Kundin"), _("Nummer %(number)s, %(product)s")
    missing, change = _("%(product)s: etwas fehlt"), _("%(product)s: ändern")
    weigh_label, target = _("Gewicht %(product)s in Gramm"), cache(_target)

    def make(line: PackingLine) -> Row:
        has_result = line.state != "open"
        name, unit, title = line.name, line.sale_unit, line.name
        if by_product:
            title = called % {"number": line.pickup_number, "product": line.name}
            name = f"{line.pickup_number} · {line.first_name or somebody}"
            unit = f"{line.number} · {late}" if line.late else line.number
        if line.state == "short":
            unit = _("%(unit)s · bestellt %(count)s", unit=unit, count=line.quantity)
        menu = open_to_pack and not on_paper and (not has_result or line.may_change)
        kept = line.weight_g if line.weight_g is not None else ""
        return Row(
            id=line.id,
            number=line.pickup_number,
            name=name,
            unit=unit,
            quantity=line.quantity,
            count=line.quantity if line.packed_quantity is None else line.packed_quantity,
            state=line.state,
            usual_g=line.usual_g,
            weigh=line.catch_weight and (open_to_pack or has_result or on_paper) and line.packed_quantity != 0,
            weigh_label=weigh_label % {"product": title} if line.catch_weight else "",
            target=target(line.usual_g, line.quantity > 1) if line.catch_weight else "",
            weight=kept if has_result else typed.get(f"gewicht-{line.id}", ""),
            ticked=has_result or str(line.id) in ticked,
            open=open_to_pack and not has_result,
            may_change=open_to_pack and line.may_change,
            short=_short(line) if line.state == "short" else "",
            menu=f"{head}/{line.id}/{tail}" if menu else "",
            menu_label=(change if has_result else missing) % {"product": title} if menu else "",
        )

    return make


def _target(usual_g: int | None, several: bool) -> str:
    """`soll 2.800 g, alle zusammen`."""
    text = _("soll %(grams)s", grams=grams(usual_g)) if usual_g else _("nach Waage")
    return _("%(target)s, alle zusammen", target=text) if several else text


def _short(line: PackingLine) -> str:
    missing = line.quantity - (line.packed_quantity or 0)
    return _("%(count)s fehlt (%(reason)s)", count=missing, reason=line.reason)


def point_name(place: PackingLine | ProductTotal) -> str:
    """`Nottuln, Stiftsplatz`."""
    if place.point_name.startswith(place.point_town + " "):
        return f"{place.point_town}, {place.point_name.removeprefix(place.point_town).strip()}"
    return place.point_name if place.point_town in place.point_name else f"{place.point_town}, {place.point_name}"


def places(totals: Iterable[ProductTotal]) -> list[dict[str, Any]]:
    """The totals by place and window."""
    found = []
    for (_id, start), group in groupby(totals, lambda it: (it.point_id, it.pickup_from)):
        rows = list(group)
        until = rows[0].pickup_until
        found.append(
            {
                "name": point_name(rows[0]),
                "window": time_window(start, until) if start and until else "",
                "rows": rows,
            }
        )
    return found
