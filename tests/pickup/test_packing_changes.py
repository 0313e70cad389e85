"""Second thoughts at the packing table: undone, corrected, sent twice; and two people who differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from marketplace.kernel.database import db, rows, scalar
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refusal
from marketplace.orders.find import order_by_id
from marketplace.orders.models import Order
from marketplace.pickup.grams_typed import grams_typed
from marketplace.pickup.pack import pack_line, unpack_line
from marketplace.pickup.packing_entry import Entry, take_entry
from marketplace.pickup.packing_list import past_days
from marketplace.pickup.packing_results import results_of_day
from tests.pickup.scene import Scene
from tests.pickup.test_races import at_once


def paid(scene: Scene, **goods: int) -> Order:
    order = scene.order(method="card", **goods)
    scene.authorize(order)
    return order


def stands(line_id: int) -> tuple[str, int | None, int | None, int]:
    row = rows("SELECT state, packed_quantity, weight_g, amount_cents FROM order_line WHERE id = :id", id=line_id)[0]
    return row.state, row.packed_quantity, row.weight_g, row.amount_cents


@pytest.mark.parametrize(
    ("typed", "grams"),
    [
        ("1320", 1320),
        (" 1320 g ", 1320),
        ("1.250", 1250),
        ("1 250 g", 1250),
        ("1,5 kg", 1500),
        ("1,5kg", 1500),
        ("1.5 kg", 1500),
        ("1,25", 1250),
        ("0,865", 865),
        ("2 KG", 2000),
        ("1.250 kg", 1250),
        ("12.500", 12500),
        ("0", 0),
        ("", None),
        ("   ", None),
    ],
)
def test_weights_are_understood_as_people_type_them(typed: str, grams: int | None) -> None:
    assert grams_typed(typed) == grams


@pytest.mark.parametrize(
    "typed",
    ["schwer", "-5", "1,2,3", "1.25", "9" * 30, "1e3", "kg", "1,5 t", "١٢٣", "1,2345", "0x10", "1.2.3", "5 g kg"],
)
def test_nonsense_is_no_weight(typed: str) -> None:
    with pytest.raises(ValueError):
        grams_typed(typed)


def test_a_tick_is_taken_back_while_the_order_is_packed(scene: Scene) -> None:
    order = paid(scene, cabbage=1, potatoes=1)
    scene.close()
    line_id, brink = scene.line(order, "cabbage"), [scene.farms["brink"]]
    before = order_by_id(order.id).owed_cents
    pack_line(line_id, brink, 1, 1200)
    assert stands(line_id) == ("packed", 1, 1200, 300)
    unpack_line(line_id, brink)
    unpack_line(line_id, brink)
    assert stands(line_id) == ("open", None, None, 350)
    assert order_by_id(order.id).owed_cents == before
    noted = scalar("SELECT count(*) FROM audit WHERE object = :it", it=f"order_line:{line_id}")
    assert noted >= 2
    pack_line(line_id, brink, 1, 1320)
    assert stands(line_id) == ("packed", 1, 1320, 330)


def test_what_is_ready_or_told_stays(scene: Scene) -> None:
    order = paid(scene, cabbage=1, potatoes=2)
    scene.close()
    cabbage, potatoes, brink = scene.line(order, "cabbage"), scene.line(order, "potatoes"), [scene.farms["brink"]]
    pack_line(potatoes, brink, 1, None, "Frost")
    for deed in (lambda: unpack_line(potatoes, brink), lambda: pack_line(potatoes, brink, 2, instead_of=(1, None))):
        with pytest.raises(Conflict):
            deed()
    assert stands(potatoes)[:2] == ("short", 1)
    pack_line(cabbage, brink, 1, 1320)
    assert order_by_id(order.id).state == "ready"
    for deed in (lambda: unpack_line(cabbage, brink), lambda: pack_line(cabbage, brink, 1, 1400, instead_of=(1, 1320))):
        with pytest.raises(Conflict):
            deed()
    assert stands(cabbage) == ("packed", 1, 1320, 330)
    with pytest.raises(NotFound):
        unpack_line(cabbage, [scene.farms["weide"]])


def test_a_correction_needs_to_have_seen_what_it_replaces(scene: Scene) -> None:
    order = paid(scene, cabbage=1, potatoes=1)
    scene.close()
    line_id, brink = scene.line(order, "cabbage"), [scene.farms["brink"]]
    pack_line(line_id, brink, 1, 1320)
    for seen in (None, (1, 1300), (0, None)):
        with pytest.raises(Conflict):
            pack_line(line_id, brink, 1, 1400, instead_of=seen)
    with pytest.raises(Conflict):
        unpack_line(line_id, brink, (1, 1300))
    with pytest.raises(Invalid):
        pack_line(line_id, brink, 1, 99_000, instead_of=(1, 1320))
    assert stands(line_id) == ("packed", 1, 1320, 330)
    pack_line(line_id, brink, 1, 1400, instead_of=(1, 1320))
    assert stands(line_id) == ("packed", 1, 1400, 350)
    pack_line(line_id, brink, 0, None, "faul", instead_of=(1, 1400))
    assert stands(line_id)[:2] == ("short", 0)
    told = rows("SELECT payload FROM fact WHERE kind = 'OrderChanged'")
    assert [row.payload["line_id"] for row in told] == [line_id]


def test_an_entry_is_done_once_however_often_it_comes(scene: Scene) -> None:
    order = paid(scene, cabbage=1, potatoes=1)
    scene.close()
    brink, line_id = [scene.farms["brink"]], scene.line(order, "cabbage")
    entry = Entry("a" * 32, line_id, "pack", 1, 1320)
    assert take_entry(entry, brink) is True
    assert take_entry(entry, brink) is False
    assert take_entry(Entry("b" * 32, line_id, "unpack", instead_of=(1, 1320)), brink) is True
    assert take_entry(entry, brink) is False, "a straggler does not tick again what was taken back"
    assert stands(line_id)[0] == "open"
    with pytest.raises(Conflict):
        take_entry(replace(entry, weight_g=1400), brink)
    with pytest.raises(NotFound):
        take_entry(replace(entry, key="c" * 32), [scene.farms["weide"]])
    assert stands(line_id)[0] == "open"


def test_a_refused_entry_is_looked_at_anew(scene: Scene) -> None:
    order = paid(scene, cabbage=1, potatoes=1)
    brink, line_id = [scene.farms["brink"]], scene.line(order, "cabbage")
    entry = Entry("a" * 32, line_id, "pack", 1, 1320)
    with pytest.raises(Conflict):
        take_entry(entry, brink)
    assert scalar("SELECT count(*) FROM kept_answer") == 0
    scene.close()
    assert take_entry(entry, brink) is True
    assert stands(line_id) == ("packed", 1, 1320, 330)


def test_two_helpers_with_two_weights_agree_on_the_first(app: Flask, scene: Scene) -> None:
    order = paid(scene, cabbage=1, potatoes=1)
    line_id, brink = scene.line(order, "cabbage"), [scene.farms["brink"]]
    scene.close()
    db.session.rollback()

    def helper(weight_g: int) -> str:
        try:
            take_entry(Entry(f"{weight_g:032}", line_id, "pack", 1, weight_g), brink)
        except Refusal as refusal:
            return refusal.word
        return "done"

    outcomes = at_once(app, *[lambda grams=grams: helper(grams) for grams in (1300, 1310, 1320, 1330)])
    assert sorted(outcomes) == ["conflict", "conflict", "conflict", "done"]
    winner = (1300, 1310, 1320, 1330)[outcomes.index("done")]
    assert stands(line_id)[:3] == ("packed", 1, winner)
    (_state, _packed, weight_g, _reason, _open) = results_of_day(brink, scene.day_id).told[line_id]
    assert weight_g == winner


def test_the_same_entry_on_two_connections_at_once(app: Flask, scene: Scene) -> None:
    order = paid(scene, cabbage=1, potatoes=1)
    line_id, brink = scene.line(order, "cabbage"), [scene.farms["brink"]]
    scene.close()
    db.session.rollback()
    entry = Entry("a" * 32, line_id, "pack", 1, 1320)
    assert sorted(at_once(app, *[lambda: take_entry(entry, brink)] * 4)) == [False, False, False, True]


def test_two_corrections_of_the_same_result_do_not_both_hold(app: Flask, scene: Scene) -> None:
    order = paid(scene, cabbage=1, potatoes=1)
    line_id, brink = scene.line(order, "cabbage"), [scene.farms["brink"]]
    scene.close()
    pack_line(line_id, brink, 1, 1320)
    db.session.rollback()

    def correct(weight_g: int) -> str:
        try:
            pack_line(line_id, brink, 1, weight_g, instead_of=(1, 1320))
        except Conflict:
            return "conflict"
        return "done"

    assert sorted(at_once(app, lambda: correct(1300), lambda: correct(1350))) == ["conflict", "done"]


def test_results_of_a_day_are_told_short(scene: Scene) -> None:
    first, second = paid(scene, cabbage=1, potatoes=2), paid(scene, potatoes=1)
    scene.close()
    brink = [scene.farms["brink"]]
    before = results_of_day(brink, scene.day_id)
    assert (before.told, before.total) == ({}, 3)
    cabbage, potatoes, only = (
        scene.line(first, "cabbage"),
        scene.line(first, "potatoes"),
        scene.line(second, "potatoes"),
    )
    pack_line(cabbage, brink, 1, 1320)
    after = results_of_day(brink, scene.day_id)
    assert after.told == {cabbage: ("packed", 1, 1320, "", 1)}
    assert (after.lines, after.digest == before.digest) == (before.lines, False)
    pack_line(potatoes, brink, 1, None, "Frost")
    pack_line(only, brink, 1)
    told = results_of_day(brink, scene.day_id).told
    assert told[potatoes] == ("short", 1, None, "Frost", 0)
    assert [told[cabbage][4], told[only][4]] == [0, 0], "ready orders do not change"
    assert results_of_day([scene.farms["weide"]], scene.day_id).total == 0


def test_past_days_are_those_with_something_to_pack(scene: Scene) -> None:
    brink = [scene.farms["brink"]]
    assert past_days(brink, scene.day + timedelta(days=1)) == []
    paid(scene, potatoes=1)
    assert [day.id for day in past_days(brink, scene.day + timedelta(days=1))] == [scene.day_id]
    assert past_days(brink, scene.day) == []
    assert past_days([scene.farms["weide"]], scene.day + timedelta(days=1)) == []
