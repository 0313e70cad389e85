"""What a table of products would do to a farm's catalogue. The rules are the form's own: `product_input.complaints`."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from marketplace.catalogue.categories import all_categories
from marketplace.catalogue.models import Product
from marketplace.catalogue.product_input import ProductInput, VariantInput, as_kept, complaints
from marketplace.catalogue.products import OwnProduct, own_products
from marketplace.exchange.cells import Wrong, plain
from marketplace.exchange.columns import COLUMNS, HEADS, KEPT, Column, same_head
from marketplace.exchange.differences import as_comparable, differences
from marketplace.exchange.plan import Change, Plan, columns_at, refused_by
from marketplace.exchange.sheet import Sheet
from marketplace.kernel.database import db, rows
from marketplace.kernel.errors import Refusal
from marketplace.kernel.words import N_, Words
from marketplace.stock.change_goods import save_goods

KNOWN = {same_head(name): column.key for column in COLUMNS for name in (column.head, column.key, *column.also)}
BY_KEY = {column.key: column for column in COLUMNS}
AT_ONCE = 250
Wanted = tuple[int, int | None, ProductInput]  # first line, id of the product, what it is to be
NEW_VARIANT = VariantInput("", 0, "")
NEW_PRODUCT = ProductInput("", "", (), state="draft", nutrition_exempt="")


@dataclass
class Line:
    """A line of the table: the cells as typed, and as understood where they were."""

    number: int
    typed: dict[str, str]
    said: dict[str, Any]

    @property
    def sku(self) -> str:
        return str(self.said.get("sku", ""))


@dataclass
class Shelf:
    """What the farm has, read once: products, whose sale unit has which number, the names of categories."""

    products: dict[int, OwnProduct]
    by_sku: dict[str, int]
    by_name: dict[str, list[int]]
    categories: dict[str, str]  # compared name or slug -> slug
    names: dict[str, str]  # slug -> name
    with_stock: set[int]


def shelf_of(farm_id: int) -> Shelf:
    count = int(db.session.scalar(select(db.func.count()).select_from(Product).where(Product.farm_id == farm_id)) or 0)
    products = {own.product.id: own for own in own_products([farm_id], limit=count + 1)}
    by_name: dict[str, list[int]] = defaultdict(list)
    for number, own in products.items():
        if own.product.state != "archived":
            by_name[plain(own.product.name)].append(number)
    shelves = all_categories()
    stocked = rows("SELECT DISTINCT variant_id FROM stock WHERE farm_id = :farm_id", farm_id=farm_id)
    return Shelf(
        products,
        {variant.sku: number for number, own in products.items() for variant in own.variants},
        by_name,
        {plain(shelf.slug): shelf.slug for shelf in shelves} | {plain(shelf.name): shelf.slug for shelf in shelves},
        {shelf.slug: shelf.name for shelf in shelves},
        {row.variant_id for row in stocked},
    )


def plan_products(farm_id: int, sheet: Sheet) -> Plan:
    """Compares the table with what the farm has; nothing is written. Products and units not in it stay as they are."""
    plan = Plan()
    places = columns_at(sheet, KNOWN, (HEADS["sku"], HEADS["name"]), plan)
    if plan.has_errors:
        return plan
    shelf = shelf_of(farm_id)
    lines = [_line(number, dict(_cells(cells, places)), shelf, plan) for number, cells in sheet.rows[1:]]
    plan.lines = len(lines)
    seen: dict[str, int] = {}
    for line in lines:
        if not line.sku:
            plan.wrong(line.number, HEADS["sku"], N_("Die Artikelnummer fehlt. An ihr erkennen wir die Zeile."))
        elif first := seen.get(line.sku):
            words = Words(N_("Diese Artikelnummer steht schon in Zeile %(first)s."), {"first": first})
            plan.wrong(line.number, HEADS["sku"], words)
        seen.setdefault(line.sku, line.number)
    groups: dict[object, list[Line]] = defaultdict(list)
    for line in lines:
        groups[_product_of(line, shelf, plan)].append(line)
    wanted: list[Wanted] = []
    for whose, group in groups.items():
        product_id = whose if isinstance(whose, int) else None
        _plan_product(product_id, group, shelf, plan, wanted)
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        plan.steps.append((part[0][0], functools.partial(_save, farm_id, part, set(shelf.names), plan)))
    return plan


def _cells(cells: tuple[str, ...], places: dict[int, str]) -> list[tuple[str, str]]:
    return [(key, cells[place] if place < len(cells) else "") for place, key in places.items()]


def _line(number: int, typed: dict[str, str], shelf: Shelf, plan: Plan) -> Line:
    """Reads every cell; each that cannot be understood is a finding."""
    said: dict[str, Any] = {}
    for key, cell in typed.items():
        column = BY_KEY[key]
        try:
            said[key] = _value(column, cell, shelf)
        except Wrong as wrong:
            plan.wrong(number, column.head, wrong.words)
    said["sku"] = " ".join(str(said.get("sku", "")).split())
    return Line(number, typed, said)


def _value(column: Column, cell: str, shelf: Shelf) -> Any:
    if not cell.strip():
        return column.empty
    if column.key != "category":
        return column.read(cell)
    slug = shelf.categories.get(plain(cell))
    if slug is None:
        raise Wrong(
            N_("„%(typed)s“ kennen wir nicht. Möglich ist: %(choices)s."), cell, choices=", ".join(shelf.names.values())
        )
    return slug


def _product_of(line: Line, shelf: Shelf, plan: Plan) -> object:
    """The id of the product that the line is about, or a key that the lines of one new product share."""
    if line.sku in shelf.by_sku:
        return shelf.by_sku[line.sku]
    name = plain(str(line.said.get("name", "")))
    same = shelf.by_name.get(name, [])
    if len(same) > 1:
        words = Words(
            N_("Diesen Namen haben bei Ihnen %(count)s Produkte. Bitte geben Sie einem einen anderen."),
            {"count": len(same)},
        )
        plan.wrong(line.number, HEADS["name"], words)
    return same[0] if same else ("new", name or line.number)


def _plan_product(product_id: int | None, group: list[Line], shelf: Shelf, plan: Plan, wanted: list[Wanted]) -> None:
    before = as_kept(as_comparable(shelf.products[product_id].as_input())) if product_id is not None else None
    after, where = _merged(before or NEW_PRODUCT, group, plan)
    after = as_kept(as_comparable(after))
    for key, words in complaints(after, set(shelf.names)).items():
        _complain(key, words, group, where, plan)
    _look_at_pool(before, after, where, group, shelf, plan)
    changed = 0
    for line in group:
        fields = differences(before, after, where[line.number], line is group[0], shelf.names)
        is_new = before is None or where[line.number] >= len(before.variants)
        if not fields and not is_new:
            plan.unchanged += 1
            continue
        changed += 1
        price = not is_new and any(head in (HEADS["price_cents"], HEADS["unit_price_cents"]) for head, _, _ in fields)
        plan.changes.append(
            Change(line.number, line.sku, after.name, "new" if is_new else "changed", tuple(fields), price)
        )
    if changed:
        wanted.append((group[0].number, product_id, after))


def _save(farm_id: int, wanted: Sequence[Wanted], categories: set[str], plan: Plan) -> None:
    """Many at once; where one of them is refused, one after the other, so that each line gets what is its own."""
    try:
        save_goods(farm_id, [(number, product) for _, number, product in wanted], categories)
    except Refusal:
        for line, number, product in wanted:
            try:
                save_goods(farm_id, [(number, product)], categories)
            except Refusal as refusal:
                plan.findings += refused_by(refusal, line, HEADS)


def _merged(base: ProductInput, group: list[Line], plan: Plan) -> tuple[ProductInput, dict[int, int]]:
    """The product as the lines say it, and which of its sale units each line is about."""
    said: dict[str, tuple[int, Any]] = {}
    variants = list(base.variants)
    place_of = {variant.sku: place for place, variant in enumerate(variants)}
    where: dict[int, int] = {}
    for line in group:
        for key, value in line.said.items():
            column = BY_KEY[key]
            if column.of_variant or value is KEPT:
                continue
            if key in said and line.typed[key].strip() and said[key][1] != value:
                words = Words(N_("Zeile %(first)s sagt zu demselben Produkt etwas anderes."), {"first": said[key][0]})
                plan.wrong(line.number, column.head, words)
            said.setdefault(key, (line.number, value))
        place = place_of.get(line.sku)
        if place is None:
            place = place_of[line.sku] = len(variants)
            variants.append(NEW_VARIANT)
        where[line.number] = place
        variants[place] = _variant(variants[place], line, plan)
    plain_fields = {key: value for key, (_, value) in said.items() if "." not in key}
    nutrition = dict(base.nutrition or {})
    for key, (_, value) in said.items():
        if key.startswith("nutrition."):
            nutrition[key.removeprefix("nutrition.")] = value
    nutrition = {key: value for key, value in nutrition.items() if value is not None}
    return replace(base, **plain_fields, nutrition=nutrition or None, variants=tuple(variants)), where


def _variant(base: VariantInput, line: Line, plan: Plan) -> VariantInput:
    said = {key: value for key, value in line.said.items() if BY_KEY[key].of_variant}
    amount, behind = said.pop("net_quantity", None) or (None, None)
    beside = said.pop("net_unit", None)
    if behind and beside and behind[0] != beside[0]:
        plan.wrong(line.number, HEADS["net_unit"], N_("Diese Einheit passt nicht zu der, die bei der Füllmenge steht."))
    unit = behind or beside
    if unit:
        said["net_unit"] = unit[0]
    if amount is not None:
        net = amount * (unit[1] if unit else 1)
        if net != net.to_integral_value():
            plan.wrong(line.number, HEADS["net_quantity"], N_("So genau geht es nicht."))
        said["net_quantity"] = int(net)
    elif "net_quantity" in line.typed and not line.typed["net_quantity"].strip():
        said["net_quantity"] = 0
    if said.get("catch_weight", base.catch_weight) and said.get("price_cents") is not None:
        plan.wrong(
            line.number,
            HEADS["price_cents"],
            N_("Gewogene Ware hat einen Kilopreis. Bitte lassen Sie diese Zelle leer."),
        )
    return replace(base, **said)


def _complain(key: str, words: Words | str, group: list[Line], where: dict[int, int], plan: Plan) -> None:
    if key.startswith("variants."):
        _, place, name = key.split(".", 2)
        line = next((it for it in group if where[it.number] == int(place)), group[0])
    else:
        line, name = group[0], key
    if name in BY_KEY and name in line.typed and name not in line.said:
        return  # that this cell cannot be understood is said already
    plan.wrong(line.number, HEADS.get(name, ""), words)


def _look_at_pool(
    before: ProductInput | None, after: ProductInput, where: dict[int, int], group: list[Line], shelf: Shelf, plan: Plan
) -> None:
    """Whether stock lasts over days is settled with the first market day; `change_product` refuses it too."""
    for line in group:
        place = where[line.number]
        kept = before.variants[place] if before and place < len(before.variants) else None
        if kept and kept.id in shelf.with_stock and kept.pooled != after.variants[place].pooled:
            words = N_("Ob der Vorrat über mehrere Markttage reicht, lässt sich nicht mehr ändern.")
            plan.wrong(line.number, HEADS["pooled"], words)
