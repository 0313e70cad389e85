"""The state machine: random deeds under random faults; whenever it comes to rest, everything must hold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from marketplace.kernel import clock
from marketplace.kernel.database import db
from tests.chaos.deeds import CARDS, IBANS, METHODS, Deeds
from tests.chaos.postman import BAD, CLEAR, Postman
from tests.chaos.proofs import broken, told
from tests.chaos.town import build
from tests.chaos.weather import FAULTS, HANGS, PLACES, clear_up, due_now, order_fault, rest, sweep_once
from tests.factories.paid import Till, drain
from tests.factories.small_market import GOODS

NAMES = [goods[0] for goods in GOODS]


@dataclass
class World:
    """What a machine needs of its surroundings; `fresh` empties database and stand-in. `tally` counts over all runs."""

    fresh: Callable[[], Till]
    client: Any
    secret: str
    connection: Any
    hangs: bool = False
    tally: Counter[str] = field(default_factory=Counter)


baskets = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 3), min_size=1, max_size=3)
which = st.integers(0, 11)
days = st.sampled_from(("near", "near", "far", "distant"))
GOOD_WAYS = ("good", "british", "confirmed", "refunds take time", "refunds fail")
bearers = st.sampled_from(("farm", "market"))


# Nothing, or one or two failures somewhere.
trouble = st.lists(st.tuples(st.sampled_from(3 * FAULTS + HANGS), st.sampled_from(PLACES)), max_size=2)


class Chaos(RuleBasedStateMachine):
    """Its world is set by `machine`."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.till = self.world.fresh()
        self.town = build(self.till)
        self.deeds = Deeds(self.till, self.town)
        self.postman = Postman(self.till, self.world.client, self.world.secret)
        self.is_calm = True

    # --- helping hands --------------------------------------------------------------------------------------

    def bad_luck(self, trouble: list[Any]) -> None:
        self.is_calm = False
        self.world.tally["steps"] += 1
        clear_up(self.till)
        for fault, place in trouble:
            if fault in HANGS and not self.world.hangs:
                continue
            order_fault(self.till, fault, place)
            self.world.tally["faults"] += 1

    @initialize(
        orders=st.lists(st.tuples(days, baskets, st.sampled_from(GOOD_WAYS)), min_size=3, max_size=6),
        loss=bearers,
    )
    def a_week_begins(self, orders: list[Any], loss: str) -> None:
        """Some orders are there already, so that every market has something to go wrong."""
        for day, goods, how in orders:
            self.somebody_pays(day, goods, how)

    def somebody_pays(self, day: str, goods: dict[str, int], how: str) -> None:
        placed = self.deeds.place(self.town.days[day], goods, "card")
        if placed is not None:
            self.deeds.pay(placed, how)
            self.deeds.come_back(placed)

    def order(self, number: int) -> int:
        return self.deeds.orders[-1 - number % len(self.deeds.orders)]

    # --- customers ------------------------------------------------------------------------------------------

    @rule(day=days, goods=baskets, method=st.sampled_from(METHODS),
          trouble=trouble)  # fmt: skip
    def somebody_orders(self, day: str, goods: dict[str, int], method: str, trouble: list[Any]) -> None:
        self.bad_luck(trouble)
        self.deeds.place(self.town.days[day], goods, method)

    @rule(day=days, goods=baskets, how=st.sampled_from(sorted(CARDS)),
          trouble=trouble)  # fmt: skip
    def somebody_orders_and_pays(self, day: str, goods: dict[str, int], how: str, trouble: list[Any]) -> None:
        """The usual way, so that enough orders get far."""
        self.bad_luck(trouble)
        self.somebody_pays(day, goods, how)

    @precondition(lambda self: self.deeds.orders)
    @rule(number=which, how=st.sampled_from(sorted(CARDS)), iban=st.sampled_from(sorted(IBANS)))
    def pays(self, number: int, how: str, iban: str) -> None:
        self.bad_luck([])
        from marketplace.payments.rows import payment_of

        payment = payment_of(self.order(number))
        by_debit = payment is not None and payment.method == "sepa_debit"
        db.session.rollback()
        self.deeds.pay(self.order(number), iban if by_debit else how)

    @precondition(lambda self: self.deeds.orders)
    @rule(number=which, trouble=trouble)
    def looks_at_the_order(self, number: int, trouble: list[Any]) -> None:
        self.bad_luck(trouble)
        self.deeds.open_page(self.order(number))
        self.deeds.come_back(self.order(number))

    @precondition(lambda self: self.deeds.orders)
    @rule(number=which, by_office=st.booleans())
    def is_cancelled(self, number: int, by_office: bool) -> None:
        self.bad_luck([])
        self.deeds.cancel(self.order(number), by_office=by_office)

    # --- time -----------------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from((5, 25, 25, 60 * 24)))
    def time_passes(self, minutes: int) -> None:
        self.bad_luck([])
        self.town.passes(timedelta(minutes=minutes))

    @rule(moment=st.sampled_from(("closes", "closes", "pickup_from", "pickup_until")), trouble=trouble)
    def the_next_day_gets_on(self, moment: str, trouble: list[Any]) -> None:
        """Time moves to it, and the clock's minute comes round."""
        self.bad_luck(trouble)
        ahead = [day for day in self.town.days.values() if getattr(day, moment) > clock.now()]
        if ahead:
            self.town.goes_on_to(getattr(ahead[0], moment))
        sweep_once(calm=False)
        drain()

    # --- farms, hosts, office -------------------------------------------------------------------------------

    @precondition(lambda self: self.deeds.orders)
    @rule(number=which, line=st.integers(0, 2), how=st.sampled_from(
        ("as ordered", "as ordered", "short", "nothing", "lighter", "heavier", "far heavier")))  # fmt: skip
    def is_packed(self, number: int, line: int, how: str) -> None:
        self.bad_luck([])
        self.deeds.pack(self.order(number), line, how)

    @precondition(lambda self: self.deeds.orders)
    @rule(number=which, bottles=st.sampled_from((0, 0, 2)))
    def is_handed_over(self, number: int, bottles: int) -> None:
        self.bad_luck([])
        self.deeds.hand_over(self.order(number), bottles)

    @precondition(lambda self: self.deeds.orders)
    @rule(number=which, line=st.integers(0, 2), units=st.integers(1, 2), borne_by=bearers)
    def units_go_back(self, number: int, line: int, units: int, borne_by: str) -> None:
        self.bad_luck([])
        self.deeds.refund_units(self.order(number), line, units, borne_by)

    @precondition(lambda self: self.deeds.orders)
    @rule(number=which, cents=st.sampled_from((1, 50, 100, 340)), borne_by=bearers, times=st.integers(1, 3))
    def an_amount_goes_back(self, number: int, cents: int, borne_by: str, times: int) -> None:
        self.bad_luck([])
        self.deeds.refund_cents(self.order(number), cents, borne_by, times)

    @precondition(lambda self: self.deeds.orders)
    @rule()
    def a_payout_run_gets_on(self) -> None:
        self.bad_luck([])
        self.deeds.further_a_payout_run()

    # --- the provider and the machinery ---------------------------------------------------------------------

    @rule(kinds=st.sampled_from((("funds_available",), ("debit_outcome",), ("refund_outcome",))))
    def days_go_by_at_the_provider(self, kinds: tuple[str, ...]) -> None:
        self.bad_luck([])
        self.deeds.hurry(*kinds)

    @precondition(lambda self: self.deeds.orders)
    @rule()
    def the_provider_pays_out(self) -> None:
        self.bad_luck([])
        self.deeds.pay_out_to_bank()

    @precondition(lambda self: self.deeds.orders)
    @rule(number=which)
    def a_bank_takes_money_back(self, number: int) -> None:
        self.bad_luck([])
        self.deeds.dispute(self.order(number))

    @precondition(lambda self: self.deeds.orders)
    @rule(won=st.booleans())
    def a_dispute_is_decided(self, won: bool) -> None:
        self.bad_luck([])
        self.deeds.decide(won=won)

    @precondition(lambda self: self.deeds.orders)
    @rule(number=which, cents=st.sampled_from((1, 100, 100, 340)))
    def money_goes_back_by_hand(self, number: int, cents: int) -> None:
        self.bad_luck([])
        self.deeds.refund_by_hand(self.order(number), cents)

    @rule(luck=st.integers(0, 1_000), clear=st.booleans())
    def the_postman_comes(self, luck: int, clear: bool) -> None:
        self.bad_luck([])
        self.postman.fetch()
        self.postman.bring(CLEAR if clear else BAD, random.Random(luck))

    @rule(trouble=trouble, again=st.booleans())
    def the_workers_work(self, trouble: list[Any], again: bool) -> None:
        self.bad_luck(trouble)
        if again:
            due_now()
        drain()

    @rule(trouble=trouble)
    def the_sweeps_run(self, trouble: list[Any]) -> None:
        self.bad_luck(trouble)
        due_now()
        sweep_once(calm=False)

    @precondition(lambda self: not self.is_calm)
    @rule()
    def all_comes_to_rest(self) -> None:
        mended = rest(self.till, self.postman)
        self.world.tally["mended by comparing"] += len(mended)
        self.is_calm = True
        self.world.tally["rests"] += 1
        found = broken(self.till, self.world.connection)
        assert not found, told(self.till, self.world.connection, found)

    def teardown(self) -> None:
        try:
            if not self.is_calm:
                self.all_comes_to_rest()
        finally:
            self.world.tally.update(self.deeds.done)
            self.world.tally.update({f"webhooks {name}": count for name, count in self.postman.counts.items()})
            self.world.tally["markets"] += 1


def machine(world: World) -> type[RuleBasedStateMachine]:
    """The machine in this world."""
    return type("ChaosHere", (Chaos,), {"world": world})
