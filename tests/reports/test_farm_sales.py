"""Sales by product and week, short lines, and what was asked for after it was sold out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from marketplace.kernel.database import execute, rows, transaction
from marketplace.kernel.errors import Shortage
from marketplace.reports.farm_sales import Missed, Sales, missed_by_farm, sales_of_farm
from marketplace.stock.missed import BY_ADDRESS, MOST_UNITS, note_missed, units_of
from tests.payouts.scene import DAYS_AGO, Scene, today
from tests.servers import Servers


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def sold(scene: Scene, farm: str, days: int = 30) -> list[Sales]:
    return sales_of_farm(scene.farm(farm), today() - timedelta(days=days), today())


def test_by_product_and_week(scene: Scene) -> None:
    day = today() - timedelta(days=DAYS_AGO)
    scene.sell(("milk", 204, 15), ("korn", 1490, 0), ("kale", 340, 0))
    scene.sell(("milk", 204, 15), method="pay_at_pickup")
    korn, milk = sold(scene, "dairy")
    assert (milk.week, milk.name, milk.units, milk.goods_cents, milk.lines) == (monday(day), "Milk", 2, 378, 2)
    assert (korn.name, korn.units, korn.goods_cents, korn.short_lines) == ("Korn", 1, 1490, 0)
    assert [one.name for one in sold(scene, "field")] == ["Kale"]
    assert sold(scene, "dairy", days=DAYS_AGO - 1) == []
    assert len(sales_of_farm(scene.farm("dairy"), day, day)) == 2


@pytest.mark.parametrize(
    ("state", "method", "units"),
    [
        ("not_collected", "card", 1),  # paid for: sold
        ("not_collected", "pay_at_pickup", 0),
        ("ready", "card", 0),
    ],
)
def test_what_counts_as_sold(
    scene: Scene, servers: Servers, worker_database: str, state: str, method: str, units: int
) -> None:
    order = scene.sell(("kale", 340, 0), method=method)
    with psycopg.connect(servers.superuser_url(worker_database), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # without the steps of an order
        write = "UPDATE orders SET state = %s WHERE id = %s"
        connection.execute(write, (state, order.id))
        found = [one.units for one in sold(scene, "field")]
        connection.execute(write, ("collected", order.id))  # as its books are
    assert found == [units]


def test_short_lines_have_their_share(scene: Scene) -> None:
    scene.sell(("kale", 340, 0))
    order = scene.sell(("kale", 340, 0))
    write = "UPDATE order_line SET state = :state, packed_quantity = :packed WHERE order_id = :id"
    with transaction():
        execute(write, state="short", packed=0, id=order.id)
    (kale,) = sold(scene, "field")
    with transaction():
        execute(write, state="packed", packed=1, id=order.id)  # as its books are
    assert (kale.lines, kale.short_lines, kale.units) == (2, 1, 1)


def counted(scene: Scene, offer: str) -> list[tuple[Any, ...]]:
    found = rows("SELECT times, units FROM missed_demand WHERE offer_id = :id", id=scene.made.offers[offer])
    return [tuple(row) for row in found]


def test_each_visitor_counts_once_an_hour(scene: Scene) -> None:
    kale, milk = scene.made.offers["kale"], scene.made.offers["milk"]
    note_missed({kale: 2}, "a", "1.2.3.4")
    note_missed({kale: 5, milk: 1}, "a", "1.2.3.4")
    note_missed({kale: 3}, "b", "1.2.3.4")
    assert counted(scene, "kale") == [(2, 5)]
    assert counted(scene, "milk") == [(1, 1)]
    (missed,) = missed_by_farm(scene.farm("field"), today(), today())
    assert missed == Missed(monday(today()), missed.product_id, "Kale", 2, 5, today())
    assert missed_by_farm(scene.farm("bees"), today(), today()) == []
    assert missed_by_farm(scene.farm("field"), today() - timedelta(days=9), today() - timedelta(days=1)) == []


def test_nobody_can_make_it_look_like_a_crowd(scene: Scene) -> None:
    kale = scene.made.offers["kale"]
    note_missed({kale: 100_000}, "a", "1.2.3.4")
    assert counted(scene, "kale") == [(1, MOST_UNITS)]
    for number in range(BY_ADDRESS + 5):
        note_missed({kale: 1}, f"v{number}", "1.2.3.4")
    assert counted(scene, "kale")[0][0] == BY_ADDRESS  # the first try above was one of them
    note_missed({kale: 1}, "else", "5.6.7.8")
    assert counted(scene, "kale")[0][0] == BY_ADDRESS + 1


def test_nothing_and_unknown_offers_count_nothing(scene: Scene) -> None:
    note_missed({}, "a", "1.2.3.4")
    note_missed({scene.made.offers["kale"]: 0, 999_999: 3}, "a", "1.2.3.4")
    assert rows("SELECT 1 FROM missed_demand") == []


def test_what_a_shortage_lacked() -> None:
    refusal = Shortage(
        [
            {"offer": "7", "requested": 5, "available": 3},
            {"offer": "8", "requested": 2, "available": 3},  # of one pool with another offer
        ]
    )
    assert units_of(refusal) == {7: 2, 8: 1}
