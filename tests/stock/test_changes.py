"""Many offers at once, taken back, the usual week, and pauses: never below what is ordered, nothing of others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from marketplace.catalogue.product_input import VariantInput
from marketplace.kernel.database import rows, scalar
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.stock.bulk import change_at_once, wishes_for
from marketplace.stock.capacity import set_offer
from marketplace.stock.changes import Wish, change_stock, copy_day, last_change, take_back
from marketplace.stock.weekly import set_weekly
from tests.factories.planned_market import POTATOES
from tests.stock.week import bulk, order, stands


@pytest.mark.parametrize(
    ("way", "amount", "after"),
    [
        ("sold_out", None, {"Kartoffeln": (4, False), "Möhren": (0, False)}),
        ("none_today", None, {"Kartoffeln": (10, True), "Möhren": (10, True)}),
        ("set", 2, {"Kartoffeln": (4, False), "Möhren": (2, False)}),
        ("add", -7, {"Kartoffeln": (4, False), "Möhren": (3, False)}),
        ("add", 5, {"Kartoffeln": (15, False), "Möhren": (15, False)}),
    ],
)
def test_all_at_once_and_back(planned_market, week, way, amount, after):
    day, *_ = week
    before = stands(day)
    changed = bulk(planned_market, day, way, amount)
    assert stands(day) == after and not changed.refused
    last = last_change(planned_market.farm_id, day)
    assert (last.id, last.what, last.offers) == (changed.id, way, 2)
    take_back(planned_market.farm_id, changed.id)
    assert stands(day) == before
    assert last_change(planned_market.farm_id, day) is None
    with pytest.raises(Conflict):
        take_back(planned_market.farm_id, changed.id)


def test_taken_back_it_is_never_less_than_what_was_ordered_meanwhile(planned_market, week):
    day, _potatoes, carrots = week
    offer = planned_market.offer(day, carrots)
    changed = change_stock(planned_market.farm_id, day, {offer: Wish(20)}, "set")
    order(planned_market, day, carrots, 15, "later")
    take_back(planned_market.farm_id, changed.id)
    assert stands(day)["Möhren"] == (15, False)


def test_one_that_is_refused_does_not_hold_up_the_others(planned_market, week):
    day, potatoes, carrots = week
    wishes = {planned_market.offer(day, potatoes): Wish(3), planned_market.offer(day, carrots): Wish(7)}
    changed = change_stock(planned_market.farm_id, day, wishes, "set")
    assert stands(day) == {"Kartoffeln": (10, False), "Möhren": (7, False)}
    assert list(changed.refused) == [planned_market.offer(day, potatoes)]
    assert next(iter(changed.refused.values())).extra["minimum"] == 4


def test_another_farm_changes_and_takes_back_nothing(planned_market, week):
    day, potatoes, _ = week
    other = planned_market.farm("B01")
    before = stands(day)
    with pytest.raises(NotFound):
        change_stock(other, day, {planned_market.offer(day, potatoes): Wish(99)}, "set")
    changed = bulk(planned_market, day, "add", 1)
    with pytest.raises(NotFound):
        take_back(other, changed.id)
    assert stands(day) == {name: (capacity + 1, paused) for name, (capacity, paused) in before.items()}


@pytest.mark.parametrize(("way", "amount"), [("all", None), ("set", None), ("set", -1), ("add", 0), ("add", 10**9)])
def test_wishes_that_make_no_sense(planned_market, week, way, amount):
    with pytest.raises(Invalid):
        wishes_for(planned_market.farm_id, week[0], way, amount)


def test_like_last_week_for_one_product(planned_market, week):
    day, potatoes, _ = week
    later = planned_market.day(10)
    set_offer(planned_market.offer(day, potatoes), 30)
    offer = planned_market.offer(later, potatoes)
    change_stock(
        planned_market.farm_id, later, wishes_for(planned_market.farm_id, later, "last_week", offers=[offer]), "last"
    )
    assert stands(later) == {"Kartoffeln": (30, False), "Möhren": (10, False)}


def test_nobody_takes_back_what_somebody_else_did_later(planned_market, week):
    day, _, carrots = week
    changed = bulk(planned_market, day, "add", 5)
    set_offer(planned_market.offer(day, carrots), 40)
    undone = take_back(planned_market.farm_id, changed.id)
    assert stands(day) == {"Kartoffeln": (10, False), "Möhren": (40, False)}
    assert list(undone.refused) == [planned_market.offer(day, carrots)]


def test_a_number_for_all_is_no_number_of_a_pool(planned_market):
    """A pool counts what was sold on all days: twenty for all of Thursday would leave no honey."""
    jam = replace(POTATOES, name="Honig", variants=(replace(POTATOES.variants[0], sku="H1", pooled=True),))
    planned_market.product(jam, capacity=300)
    day = planned_market.day()
    bulk(planned_market, day, "set", 20)
    assert stands(day) == {"Honig": (300, False)}


WEIGHED = VariantInput("ca. 300 g", 300, "g", unit_price_cents=1999, catch_weight=True, sku="W1")
DRAINED = VariantInput("Glas", 680, "g", 490, drained_g=400, sku="G1")


@pytest.mark.parametrize(("unit", "per_kg", "dearer"), [(WEIGHED, 1999, 2333), (DRAINED, 1225, 1750)])
def test_the_price_a_kilogram_stays_exact(planned_market, unit, per_kg, dearer):
    """Last week's price comes back as it was, and a price of the day is one of the drained weight (PAngV § 5)."""
    variant = planned_market.product(replace(POTATOES, name="Ware", variants=(unit,)))
    source, target = planned_market.day(10), planned_market.day(3)
    dates = [scalar("SELECT date FROM market_day WHERE id = :id", id=one) for one in (source, target)]

    def prices():
        return scalar("SELECT unit_price_cents FROM offer WHERE id = :id", id=planned_market.offer(target, variant))

    set_offer(planned_market.offer(target, variant), price_cents=700)
    assert prices() == dearer
    changed = copy_day(planned_market.farm_id, target, *dates)
    assert prices() == per_kg
    take_back(planned_market.farm_id, changed.id)
    assert prices() == dearer


def test_three_hundred_articles_are_a_handful_of_statements(planned_market, db):
    """The day's stock is locked meanwhile: whoever orders waits for it, three seconds at most."""
    units = [replace(POTATOES.variants[0], sku=f"S{number}") for number in range(30)]
    planned_market.product(replace(POTATOES, variants=tuple(units)))
    variants = [row.id for row in rows("SELECT id FROM variant")]
    first = {(variant, weekday): 10 for variant in variants for weekday in range(1, 8)}
    set_weekly(planned_market.farm_id, first)
    day, source, farm = planned_market.day(), planned_market.day(10), planned_market.farm_id
    dates = [row.date for row in rows("SELECT date FROM market_day ORDER BY date")]
    weekday = dates[0].isoweekday()
    deeds = [
        lambda: change_at_once(farm, day, "add", 5),
        lambda: take_back(farm, last_change(farm, day).id),
        lambda: change_at_once(farm, day, "none_today"),
        lambda: copy_day(farm, day, dates[1], dates[0]),
        lambda: set_weekly(farm, {(variant, weekday): 33 for variant in variants}),
    ]
    assert source
    counts = []
    event.listen(db.engine, "before_cursor_execute", lambda *_: counts.append(1))
    for deed in deeds:
        counts.clear()
        deed()
        assert len(counts) <= 20
    assert {capacity for capacity, _ in stands(day).values()} == {33}
