"""A market with three days ahead, farms with accounts at the provider, people who sign; and time that moves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from marketplace.kernel import clock
from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.market_days.models import MarketDay
from marketplace.people.models import Account, Membership
from marketplace.pickup.hosts import Host
from marketplace.stock.models import Offer, Stock
from tests.factories.paid import Till
from tests.factories.small_market import SmallMarket, _day, connect_farms, small_market

# Days until the pickup: money is held and captured later; captured at once; time enough for a debit.
DAYS_AHEAD = {"near": 3, "far": 9, "distant": 24}
SLOT_CAPACITY = 1_000


@dataclass
class Day:
    """A day of the market as a small market of its own, and its two moments."""

    made: SmallMarket
    closes: datetime
    pickup_from: datetime
    pickup_until: datetime


@dataclass
class Town:
    """`days` by name, the soonest first; `operator` draws payout runs up, `approver` signs them."""

    market: int
    days: dict[str, Day]
    farms: dict[str, int]
    operator: int
    approver: int
    moved: timedelta = field(default_factory=timedelta)

    @property
    def host(self) -> Host:
        """Somebody who serves all its places."""
        return Host(market_ids=frozenset({self.market}))

    def passes(self, by: timedelta) -> None:
        """Business time goes on, in SQL and in Python."""
        self.moved += by
        with transaction():
            execute(
                "INSERT INTO clock_shift (id, moved_by) VALUES (1, :by) ON CONFLICT (id) DO UPDATE SET moved_by = :by",
                by=self.moved,
            )
        clock.forget()

    def goes_on_to(self, moment: datetime) -> None:
        """Business time is a second after `moment`, never earlier than it is."""
        by = moment + timedelta(seconds=1) - clock.now()
        if by > timedelta(0):
            self.passes(by)


def build(till: Till, capacity: int = 40) -> Town:
    """The town in an empty database, at a stand-in that was just reset."""
    first = small_market(capacity, slot_capacity=SLOT_CAPACITY, days_ahead=DAYS_AHEAD["near"])
    days = {"near": _as_day(first)}
    for name in ("far", "distant"):
        days[name] = _as_day(_another_day(first, capacity, DAYS_AHEAD[name]))
    _connect(till, first)
    return Town(first.market, days, first.farms, _person(first, "operator"), _person(first, "approver"))


def _another_day(first: SmallMarket, capacity: int, days_ahead: int) -> SmallMarket:
    """The same goods on another day."""
    made = replace(first, offers={}, stocks={})
    with transaction():
        points = rows("SELECT min(id) AS low FROM pickup_point")[0].low
        execute(
            "UPDATE pickup_point SET code = code || '-' || id, slug = slug || '-' || id WHERE id >= :low", low=points
        )
        _day(made, SLOT_CAPACITY, days_ahead)
        close = db.session.get_one(MarketDay, made.day).orders_close_at
        for name, offer_id in first.offers.items():
            old = db.session.get_one(Offer, offer_id)
            stock = Stock(farm_id=old.farm_id, variant_id=old.variant_id, market_day_id=made.day, capacity=capacity)
            db.session.add(stock)
            db.session.flush()
            offer = Offer(
                market_id=made.market,
                market_day_id=made.day,
                farm_id=old.farm_id,
                variant_id=old.variant_id,
                stock_id=stock.id,
                price_cents=old.price_cents,
                unit_price_cents=old.unit_price_cents,
                closes_at=close,
            )
            db.session.add(offer)
            db.session.flush()
            made.stocks[name], made.offers[name] = stock.id, offer.id
    return made


def _as_day(made: SmallMarket) -> Day:
    found = rows(
        "SELECT d.orders_close_at, s.pickup_from, s.pickup_until FROM market_day d JOIN pickup_slot s"
        " ON s.market_day_id = d.id WHERE s.id = :slot",
        slot=made.slot,
    )[0]
    db.session.rollback()
    return Day(made, found.orders_close_at, found.pickup_from, found.pickup_until)


def _connect(till: Till, made: SmallMarket) -> None:
    """Two of three farms are paid by transfer, the third by a file for the bank."""
    connect_farms(made)
    with transaction():
        for name, farm_id in made.farms.items():
            if name == "bees":
                execute("DELETE FROM farm_connected_account WHERE farm_id = :id", id=farm_id)
            else:
                execute(
                    "UPDATE farm_connected_account SET provider_ref = :ref WHERE farm_id = :id",
                    ref=till.stand_in.farm(),
                    id=farm_id,
                )


def _person(made: SmallMarket, role: str) -> int:
    with transaction():
        account = Account(email=f"{role}@example.org", email_key=f"{role}@example.org", name=role.capitalize())
        db.session.add(account)
        db.session.flush()
        db.session.add(Membership(account_id=account.id, role=role, market_id=made.market))
        return int(account.id)
