"""Planning a day: what is refused changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.kernel import clock
from marketplace.kernel.database import execute, scalar, transaction
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.market_days.plan_day import plan_market_day
from marketplace.market_days.slots import find_slot, list_slots, open_slots, slot_by_id
from tests.factories.planned_market import ZONE, PlannedMarket


def plan(market: PlannedMarket, **changes):
    day = clock.now().astimezone(ZONE).date() + timedelta(days=changes.pop("ahead", 3))
    slots = market.plans(day)
    values = {
        "day": day,
        "orders_open_at": clock.now(),
        "orders_close_at": slots[0].pickup_from - timedelta(days=1),
        "slots": slots,
    } | changes
    return plan_market_day(market.market_id, **values)


def test_the_day_stands_with_its_slots(planned_market):
    day_id = plan(planned_market)
    found = open_slots(planned_market.market_id)
    assert [slot.market_day_id for slot in found] == [day_id, day_id]
    assert {slot.places_left for slot in found} == {50}
    assert {slot.unattended for slot in found} == {False, True}


def test_the_same_date_again_is_a_conflict(planned_market):
    plan(planned_market)
    with pytest.raises(Conflict):
        plan(planned_market)
    assert scalar("SELECT count(*) FROM market_day") == 1


BAD = {
    "closes before it opens": (lambda p: {"orders_open_at": p[0].pickup_from}, "orders_open_at"),
    "closes in the past": (
        lambda p: {
            "orders_open_at": clock.now() - timedelta(days=2),
            "orders_close_at": clock.now() - timedelta(days=1),
        },
        "orders_close_at",
    ),
    "closes after pickup": (lambda p: {"orders_close_at": p[0].pickup_from + timedelta(minutes=1)}, "orders_close_at"),
    "no slots": (lambda p: {"slots": []}, "slots"),
    "unknown place": (lambda p: {"slots": [replace(p[0], pickup_point_id=2**62)]}, "slots.0.pickup_point"),
    "twice the same": (lambda p: {"slots": [p[0], p[0]]}, "slots.1.pickup_point"),
    "no places": (lambda p: {"slots": [replace(p[0], capacity=0)]}, "slots.0.capacity"),
    "too many places": (lambda p: {"slots": [replace(p[0], capacity=10**12)]}, "slots.0.capacity"),
    "ends before it begins": (
        lambda p: {"slots": [replace(p[0], pickup_until=p[0].pickup_from)]},
        "slots.0.pickup_until",
    ),
    "another day": (
        lambda p: {
            "slots": [
                p[0],
                replace(
                    p[1],
                    pickup_from=p[1].pickup_from + timedelta(days=1),
                    pickup_until=p[1].pickup_until + timedelta(days=1),
                ),
            ]
        },
        "slots.1.pickup_from",
    ),
}


@pytest.mark.parametrize(("bad", "field"), BAD.values(), ids=BAD.keys())
def test_bad_input_changes_nothing(planned_market, bad, field):
    slots = planned_market.plans(clock.now().astimezone(ZONE).date() + timedelta(days=3))
    with pytest.raises(Invalid) as refusal:
        plan(planned_market, **bad(slots))
    assert field in refusal.value.errors
    assert scalar("SELECT count(*) FROM market_day") == 0


def test_too_far_ahead(planned_market):
    with pytest.raises(Invalid) as refusal:
        plan(planned_market, ahead=500)
    assert "date" in refusal.value.errors


def test_a_slot_by_its_name(planned_market):
    plan(planned_market)
    slot = list_slots(market_id=planned_market.market_id)[0]
    assert slot.slug.startswith(slot.point_slug) and slot.slug.endswith("-1600")
    assert find_slot(slot.slug) == slot == find_slot(str(slot.id)) == slot_by_id(slot.id)


@pytest.mark.parametrize(
    "name", ["", "0", "-1", "9" * 30, "nottuln-platz-2026-99-99-9999", "x' OR 1=1", "a\0b", "ä-2026-11-26-1600"]
)
def test_no_such_slot(planned_market, name):
    with pytest.raises(NotFound):
        find_slot(name)


def test_pages_of_slots(planned_market):
    plan(planned_market)
    plan(planned_market, ahead=4)
    seen, after = [], None
    while page := list_slots(market_id=planned_market.market_id, after=after, limit=1):
        seen.append(page[0].id)
        after = (page[0].pickup_from, page[0].id)
    assert len(seen) == len(set(seen)) == 4


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ("UPDATE market_day SET orders_open_at = app_now() + interval '1 hour'", "planned"),
        ("UPDATE market_day SET orders_open_at = orders_open_at", "open"),
        ("UPDATE market_day SET orders_open_at = app_now() - interval '2 h', orders_close_at = app_now()", "closed"),
        ("UPDATE market_day SET cancelled_at = app_now()", "cancelled"),
        ("UPDATE pickup_slot SET cancelled_at = app_now()", "cancelled"),
        ("UPDATE pickup_slot SET pickup_from = '2020-01-01', pickup_until = '2020-01-02'", "done"),
        ("UPDATE pickup_slot SET finished_at = app_now()", "done"),
    ],
)
def test_states_follow_the_clock(planned_market, change, state):
    plan(planned_market)
    with transaction():
        execute(change)
    assert {slot.state for slot in list_slots(market_id=planned_market.market_id)} == {state}
    assert len(list_slots(market_id=planned_market.market_id, only_open=True)) == (2 if state == "open" else 0)
