"""The lists: what a farm sees of a day, and that it is all a farm sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event

from marketplace.pickup.begin_packing import begin_packing
from marketplace.pickup.pack import pack_line
from marketplace.pickup.packing_list import (
    line_to_pack,
    lines_by_order,
    lines_of_order,
    packing_days,
    totals_by_point,
    totals_by_product,
)
from tests.pickup.scene import Scene, move_clock


@contextmanager
def statements(db: SQLAlchemy) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_farm_sees_its_own_lines_with_number_and_first_name(scene: Scene, db: SQLAlchemy) -> None:
    first = scene.order(name="Frau Dr. Martina Voß", potatoes=2, cabbage=1, milk=1)
    second = scene.order(at="hofladen", name="Heinz", potatoes=1)
    scene.order(name="Nur Milch", milk=3)
    scene.close()
    begin_packing(scene.day_id)
    db.session.rollback()
    with statements(db) as seen:
        lines = lines_by_order([scene.farms["brink"]], [scene.day_id])
    assert len(seen) == 1
    told = [(line.number, line.pickup_number, line.first_name, line.name, line.quantity) for line in lines]
    assert told == [
        (first.number, 1, "Martina", "Kartoffeln", 2),
        (first.number, 1, "Martina", "Rotkohl", 1),
        (second.number, 1, "Heinz", "Kartoffeln", 1),
    ]
    assert [line.usual_g for line in lines] == [None, 1400, None]
    assert not any("Voß" in str(line) or "example.org" in str(line) for line in lines)


def test_other_farms_lines_are_unknown(scene: Scene) -> None:
    order = scene.order(milk=1, potatoes=1)
    milk = scene.line(order, "milk")
    brink, weide = [scene.farms["brink"]], [scene.farms["weide"]]
    assert line_to_pack(brink, milk) is None
    assert line_to_pack(weide, milk) is not None
    assert [line.sku for line in lines_of_order(brink, order.number)] == ["potatoes"]
    assert lines_by_order([], [scene.day_id]) == []
    assert packing_days([]) == []


def test_totals_by_product_and_by_place(scene: Scene, db: SQLAlchemy) -> None:
    one = scene.order(potatoes=2, cabbage=1)
    scene.order(at="hofladen", potatoes=3)
    scene.close()
    pack_line(scene.line(one, "potatoes"), [scene.farms["brink"]], 1, None, "Faul")
    pack_line(scene.line(one, "cabbage"), [scene.farms["brink"]], 1, 1350)
    with statements(db) as seen:
        products = totals_by_product([scene.farms["brink"]], [scene.day_id])
        places = totals_by_point([scene.farms["brink"]], [scene.day_id])
    assert len(seen) == 2
    assert [(it.sku, it.quantity, it.packed_quantity, it.done, it.lines, it.weight_g) for it in products] == [
        ("potatoes", 5, 1, 1, 2, 0),
        ("cabbage", 1, 1, 1, 1, 1350),
    ]
    assert [(it.point_name, it.sku, it.quantity) for it in places] == [
        ("Hofladen", "potatoes", 3),
        ("Markt", "potatoes", 2),
        ("Markt", "cabbage", 1),
    ]


def test_late_payers_join_marked_until_the_list_is_final(scene: Scene) -> None:
    late = scene.order(method="card", potatoes=1)
    scene.order(potatoes=1)
    brink = [scene.farms["brink"]]
    move_clock(scene.closes + timedelta(seconds=5))
    (day,) = packing_days(brink, on=scene.day)
    assert (day.closed, day.final, day.unpaid) == (True, False, 1)
    assert day.final_at == scene.closes + timedelta(seconds=1200)
    assert len(lines_by_order(brink, [day.id])) == 1
    scene.authorize(late)
    assert [(line.number == late.number, line.late) for line in lines_by_order(brink, [day.id])] == [
        (True, True),
        (False, False),
    ]
    move_clock(day.final_at)
    (day,) = packing_days(brink, since=scene.day)
    assert (day.final, day.unpaid) == (True, 0)


def test_pages_of_orders_follow_each_other(scene: Scene) -> None:
    numbers = [scene.order(at=at, potatoes=1, cabbage=1).number for at in ("markt", "hofladen", "markt")]
    brink, seen, after = [scene.farms["brink"]], [], None
    while page := lines_by_order(brink, [scene.day_id], after=after, orders=1):
        assert len(page) == 2
        seen.append(page[0].number)
        after = (page[0].pickup_from, page[0].slot_id, page[0].pickup_number)
    assert sorted(seen) == sorted(numbers)
    assert len(lines_by_order(brink, [scene.day_id], orders=2)) == 4
