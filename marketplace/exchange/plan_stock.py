"""What a table of a market day's stock would do: amounts, prices of the day, pauses; new goods are put on sale."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marketplace.exchange import cells
from marketplace.exchange.cells import Wrong, plain
from marketplace.exchange.columns import same_head
from marketplace.exchange.differences import in_words
from marketplace.exchange.plan import Change, Plan, columns_at, refused_by
from marketplace.exchange.sheet import Sheet
from marketplace.kernel.database import rows
from marketplace.kernel.errors import NotFound, Refusal
from marketplace.kernel.words import N_, Words
from marketplace.stock.amounts import MOST_CENTS, MOST_UNITS
from marketplace.stock.capacities import set_capacities
from marketplace.stock.capacity import UNCHANGED, put_on_sale, set_offer

UNLIMITED = "unbegrenzt"
STOCK_HEADS = {
    "sku": "Artikelnummer",
    "day": "Markttag",
    "name": "Produkt",
    "sale_unit": "Verkaufseinheit",
    "taken": "Bestellt",
    "capacity": "Menge",
    "price_cents": "Preis am Markttag (€)",
    "paused": "Pausiert",
}
ALSO = {"bestand": "capacity", "anzahl": "capacity", "preis": "price_cents", "sku": "sku", "datum": "day"}
KNOWN = {same_head(head): key for key, head in STOCK_HEADS.items()} | ALSO

Amounts = dict[int, tuple[int, int | None]]  # offer: line, sale units

GOODS = """
SELECT v.id AS variant_id, v.sku, v.sale_unit, v.net_quantity, v.net_unit, v.price_cents AS usual_cents, p.name,
       o.id AS offer_id, o.price_cents, o.paused, s.capacity, d.date,
       coalesce(s.reserved + s.sold, pool.reserved + pool.sold) AS taken,
       v.pooled AND s.id IS NULL AS new_pool
FROM variant v
JOIN product p ON p.id = v.product_id
JOIN farm f ON f.id = v.farm_id
JOIN market_day d ON d.id = :day_id AND d.market_id = f.market_id
LEFT JOIN offer o ON o.variant_id = v.id AND o.market_day_id = d.id
LEFT JOIN stock s ON s.id = o.stock_id
LEFT JOIN stock pool ON pool.variant_id = v.id AND pool.market_day_id IS NULL AND v.pooled
WHERE v.farm_id = :farm_id AND (o.id IS NOT NULL OR (p.state = 'live' AND NOT v.archived))
ORDER BY p.sort_key, v.id
"""


def goods_of_day(farm_id: int, market_day_id: int) -> list[Any]:
    """What the farm has on sale on the day, and what it could put on sale besides (`offer_id` None)."""
    return rows(GOODS, farm_id=farm_id, day_id=market_day_id)


def plan_stock(farm_id: int, market_day_id: int, sheet: Sheet) -> Plan:
    """Compares the table with the day; nothing is written. An empty cell leaves what there is."""
    plan = Plan()
    closed = rows(
        "SELECT d.date, d.cancelled_at IS NOT NULL OR d.closed_at IS NOT NULL OR d.orders_close_at <= app_now()"
        " AS closed FROM market_day d WHERE d.id = :id",
        id=market_day_id,
    )
    if not closed:
        raise NotFound()
    if closed[0].closed:
        plan.wrong(0, "", N_("Der Bestellschluss dieses Markttags ist vorbei."))
        return plan
    places = columns_at(sheet, KNOWN, (STOCK_HEADS["sku"],), plan)
    if plan.has_errors:
        return plan
    goods = {row.sku: row for row in goods_of_day(farm_id, market_day_id)}
    plan.lines = len(sheet.rows) - 1
    seen: dict[str, int] = {}
    amounts: Amounts = {}
    for line, found in sheet.rows[1:]:
        typed = {key: found[place].strip() if place < len(found) else "" for place, key in places.items()}
        sku = " ".join(cells.as_text(typed["sku"]).split())
        if _is_known(plan, line, sku, goods, seen):
            _plan_line(plan, line, typed, goods[sku], farm_id, market_day_id, closed[0].date, amounts)
    if amounts:
        plan.steps.append((next(iter(amounts.values()))[0], functools.partial(_set_amounts, farm_id, amounts, plan)))
    return plan


def _set_amounts(farm_id: int, amounts: Amounts, plan: Plan) -> None:
    """All in one statement; where one of them is refused, one after the other, so that each line gets its own."""
    try:
        set_capacities(farm_id, {offer_id: capacity for offer_id, (_, capacity) in amounts.items()})
    except Refusal:
        for offer_id, (line, capacity) in amounts.items():
            try:
                set_offer(offer_id, capacity, farm_ids=[farm_id])
            except Refusal as refusal:
                plan.findings += refused_by(refusal, line, STOCK_HEADS)


def _is_known(plan: Plan, line: int, sku: str, goods: Mapping[str, Any], seen: dict[str, int]) -> bool:
    head = STOCK_HEADS["sku"]
    if not sku:
        plan.wrong(line, head, N_("Die Artikelnummer fehlt. An ihr erkennen wir die Zeile."))
    elif sku in seen:
        plan.wrong(line, head, Words(N_("Diese Artikelnummer steht schon in Zeile %(first)s."), {"first": seen[sku]}))
    elif sku not in goods:
        sentence = N_("„%(typed)s“ ist bei Ihnen nicht im Verkauf. Neue Produkte kommen mit der Produkttabelle.")
        plan.wrong(line, head, Words(sentence, {"typed": sku[:60]}))
    else:
        seen[sku] = line
        return True
    return False


def _plan_line(
    plan: Plan, line: int, typed: dict[str, str], row: Any, farm_id: int, day_id: int, day: Any, amounts: Amounts
) -> None:
    said: dict[str, Any] = {}
    for key in ("day", "capacity", "price_cents", "paused"):
        cell = typed.get(key, "")
        if not cell:
            continue
        try:
            said[key] = _value(key, cell, row)
        except Wrong as wrong:
            plan.wrong(line, STOCK_HEADS[key], wrong.words)
    if said.get("day", day) != day:
        values = {"day": f"{said['day']:%d.%m.%Y}", "chosen": f"{day:%d.%m.%Y}"}
        plan.wrong(
            line, STOCK_HEADS["day"], Words(N_("Diese Zeile ist vom %(day)s, gewählt ist der %(chosen)s."), values)
        )
    capacity, taken = said.get("capacity", UNCHANGED), row.taken or 0
    if isinstance(capacity, int) and capacity < taken:
        sentence = N_("Davon sind schon %(taken)s bestellt; weniger als das geht nicht.")
        plan.wrong(line, STOCK_HEADS["capacity"], Words(sentence, {"taken": taken}))
    if row.offer_id is None and "capacity" not in said:
        if "price_cents" in said or said.get("paused"):
            plan.wrong(
                line,
                STOCK_HEADS["capacity"],
                N_("Das ist an diesem Tag nicht im Angebot. Bitte geben Sie eine Menge an."),
            )
        plan.unchanged += 1
        return
    fields = _fields(row, said)
    if not fields:
        plan.unchanged += 1
        return
    what = "new" if row.offer_id is None else "changed"
    price = any(head == STOCK_HEADS["price_cents"] for head, _, _ in fields)
    plan.changes.append(Change(line, row.sku, f"{row.name}, {row.sale_unit}", what, tuple(fields), price))
    heads = {head for head, _, _ in fields}
    said = {key: value for key, value in said.items() if STOCK_HEADS[key] in heads}
    if row.offer_id is not None and set(said) == {"capacity"}:
        amounts[row.offer_id] = line, said["capacity"]
    else:
        plan.steps.append((line, functools.partial(_do, farm_id, day_id, row, said)))


def _value(key: str, cell: str, row: Any) -> Any:
    if key == "day":
        return cells.day(cell)
    if key == "paused":
        return cells.yes_or_no(cell)
    if key == "price_cents":
        cents = cells.parts(100)(cell)
        if cents > MOST_CENTS:
            raise Wrong(N_("„%(typed)s“ ist zu viel."), cell)
        return cents
    return _capacity(cell, row)


def _capacity(cell: str, row: Any) -> int | None:
    """Whole sale units; kilograms and litres are understood where they make whole ones."""
    if plain(cell) in (UNLIMITED, "unbegrenzt.", "ohne grenze", "∞"):
        return None
    if plain(cell).startswith(("-", "−")):
        raise Wrong(N_("„%(typed)s“ ist kleiner als 0."), cell)
    amount, unit = cells.measure(cell)
    if unit and unit[0] != "pc":
        if unit[0] != row.net_unit:
            raise Wrong(N_("„%(typed)s“ passt nicht zu „%(sale_unit)s“."), cell, sale_unit=row.sale_unit)
        whole, rest = divmod(amount * unit[1], row.net_quantity)
        if rest:
            sentence = N_(
                "„%(typed)s“ geht nicht in „%(sale_unit)s“ auf: Es sind zwischen %(least)s und %(most)s Stück."
            )
            raise Wrong(sentence, cell, sale_unit=row.sale_unit, least=int(whole), most=int(whole) + 1)
        amount = whole
    if amount != amount.to_integral_value():
        raise Wrong(cells.NOT_WHOLE, cell)
    if amount > MOST_UNITS:
        raise Wrong(N_("„%(typed)s“ ist zu viel."), cell)
    return int(amount)


def in_units(capacity: int | None) -> str:
    return UNLIMITED if capacity is None else str(capacity)


def _fields(row: Any, said: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = []
    is_new = row.offer_id is None
    if "capacity" in said and (is_new or said["capacity"] != row.capacity):
        found.append((STOCK_HEADS["capacity"], "" if is_new else in_units(row.capacity), in_units(said["capacity"])))
    price = row.usual_cents if is_new else row.price_cents
    if "price_cents" in said and said["price_cents"] != price:
        found.append((STOCK_HEADS["price_cents"], in_words(cents(price)), in_words(cents(said["price_cents"]))))
    paused = False if is_new else row.paused
    if "paused" in said and said["paused"] != paused:
        found.append((STOCK_HEADS["paused"], "ja" if paused else "nein", "ja" if said["paused"] else "nein"))
    return found


def cents(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-2)


def _do(farm_id: int, day_id: int, row: Any, said: dict[str, Any]) -> None:
    """By the commands of the stock page, with their refusals."""
    capacity, price, paused = said.get("capacity", UNCHANGED), said.get("price_cents"), said.get("paused")
    offer_id = row.offer_id
    if offer_id is None:
        offer_id = put_on_sale(farm_id, day_id, row.variant_id, capacity)
        if price is None and not paused and not row.new_pool:
            return
    if capacity is not UNCHANGED or price is not None or paused is not None:
        set_offer(offer_id, capacity, price, paused, farm_ids=[farm_id])
