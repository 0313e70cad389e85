"""The demo's markets, farms and pickup points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time

from marketplace.catalogue.names import slug
from marketplace.cli.demo.read import Row, invented_iban, table
from marketplace.farms.bank import change_bank_account
from marketplace.farms.open_farm import NewFarm, open_farm
from marketplace.kernel import clock
from marketplace.kernel.database import execute, rows
from marketplace.markets.fees import set_fee
from marketplace.markets.open_market import open_market
from marketplace.markets.settings import set_setting

Tick = Callable[[], None]

SINCE = date(2024, 1, 1)
FEES = {"host": 400, "platform": 400, "payment": 100}
SETTINGS = {"catch_weight_tolerance_bp": 1500, "cooling_off_days": 3}
WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
CLOSES_AT = time(18, 0)  # the evening before
STREETS = {"P15": "Hansaring 40"}
SLUGS = {"P15": "muenster-hansaviertel"}
SHELVES = {"P15"}


@dataclass(frozen=True)
class DemoMarket:
    """One market of the demo, and the names of its CSV files."""

    slug: str
    name: str
    email: str
    street: str
    postcode: str
    town: str
    phone: str
    account_number: str
    farms: str
    catalogue: str
    places: str


MARKETS = (
    DemoMarket(
        "muensterland", "Pättkesmarkt Münsterland", "markt@example.org", "Stiftsplatz 8", "48301", "Nottuln",
        "02502 5550100", "5550100001", "farms", "catalogue", "pickup_places",
    ),
    DemoMarket(
        "hellweg", "Pättkesmarkt Hellweg", "hellweg@example.org", "Petrikirchhof 3", "59494", "Soest",
        "02921 5550200", "5550200001", "hellweg_farms", "hellweg_catalogue", "hellweg_places",
    ),
)  # fmt: skip


def ensure_market(market: DemoMarket) -> int:
    """The market with its fees and settings; its id."""
    found = rows("SELECT id FROM market WHERE slug = :slug", slug=market.slug)
    if found:
        return int(found[0].id)
    legal = {name: getattr(market, name) for name in ("street", "postcode", "town", "email", "phone")}
    legal |= {"name": f"{market.name} eG", "iban": invented_iban(market.account_number)}
    made = open_market(market.slug, market.name, legal=legal)
    for component, rate_bp in FEES.items():
        set_fee(made, component, rate_bp, SINCE)
    for key, value in SETTINGS.items():
        set_setting(made, key, value, SINCE)
    return made


def ensure_farms(market_id: int, name: str, tick: Tick) -> dict[str, int]:
    """The farms of a CSV file with tax scheme and bank account; their ids by code."""
    known = {row.code: int(row.id) for row in rows("SELECT code, id FROM farm WHERE market_id = :id", id=market_id)}
    details = {row["farm_id"]: row for row in table("farm_details")} if name == "farms" else {}
    for row in table(name):
        if row["farm_id"] not in known:
            known[row["farm_id"]] = make_farm(market_id, row | details.get(row["farm_id"], {}))
        tick()
    return known


def make_farm(market_id: int, row: Row) -> int:
    """A farm's e-mail is that of its demo account."""
    organic = row["organic_control_code"] or None
    made = open_farm(
        market_id,
        NewFarm(
            code=row["farm_id"],
            slug=slug(row["name"]),
            name=row["name"],
            legal_name=row["legal_name"],
            street=row["street"],
            postcode=row["postcode"],
            town=row["town"],
            email=f"{slug(row['name'])}@example.org",
            phone=row["phone"],
            lat=float(row["lat_approx"]),
            lon=float(row["lon_approx"]),
            focus=row["focus"],
            tax_scheme=row["vat_scheme"],
            organic_code=organic,
            organic_until=date(clock.now().year + 1, 12, 31) if organic else None,
            lead_time_minutes=int(row["lead_hours"]) * 60,
        ),
        since=SINCE,
    )
    change_bank_account(made, invented_iban(row["account_number"]), row["legal_name"])
    return made


def ensure_places(market_id: int, name: str) -> dict[str, int]:
    """The pickup points of a CSV file with their weekly pattern; their ids by code."""
    known = {
        row.code: int(row.id) for row in rows("SELECT code, id FROM pickup_point WHERE market_id = :id", id=market_id)
    }
    for row in table(name):
        code = row["pickup_id"]
        if code in known:
            continue
        made = rows(
            """
            INSERT INTO pickup_point (market_id, code, slug, name, street, postcode, town, lat, lon, kind, note)
            VALUES (:market_id, :code, :slug, :name, :street, :postcode, :town, :lat, :lon, :kind, :note) RETURNING id
            """,
            market_id=market_id,
            code=code,
            slug=SLUGS.get(code) or slug(row["name"]),
            name=row["name"],
            street=STREETS.get(code) or row["name"].split(" ", 1)[1],
            postcode=row["plz"],
            town=row["town"],
            lat=float(row["lat_approx"]),
            lon=float(row["lon_approx"]),
            kind="shelf" if code in SHELVES else "market_square",
            note=row["note"],
        )
        known[code] = int(made[0].id)
        lay_pattern(known[code], row["slot_example"], capacity=300 if code in SHELVES else 150)
    return known


def lay_pattern(point_id: int, text: str, capacity: int) -> None:
    """The weekly slots of "Do 16:30-18:30" or "Mo-Sa 07:00-20:00"."""
    days, window = text.split(" ")
    first, _, last = days.partition("-")
    start, end = (time.fromisoformat(part) for part in window.split("-"))
    for weekday in range(WEEKDAYS.index(first) + 1, WEEKDAYS.index(last or first) + 2):
        execute(
            """
            INSERT INTO weekly_slot (pickup_point_id, weekday, pickup_from, pickup_until, capacity, closes_at)
            VALUES (:point, :weekday, :start, :end, :capacity, :closes_at) ON CONFLICT DO NOTHING
            """,
            point=point_id,
            weekday=weekday,
            start=start,
            end=end,
            capacity=capacity,
            closes_at=CLOSES_AT,
        )
