"""Loading the demo: what is there stays, what is missing is made, and the coming weeks are planned."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from marketplace.catalogue.pictures import MediaStore
from marketplace.cli.demo.accounts import ensure_accounts
from marketplace.cli.demo.places import MARKETS, ensure_farms, ensure_market, ensure_places
from marketplace.cli.demo.products import ensure_products
from marketplace.cli.demo.read import table
from marketplace.cli.demo.scale import STATEMENTS, multiply
from marketplace.kernel.database import rows, transaction
from marketplace.stock.open_day import roll_calendar

LOCK = 7_307_119  # two loads at once: the second waits, then finds nothing to do


@dataclass(frozen=True)
class Loaded:
    """What the demo's markets hold now."""

    farms: int
    products: int
    places: int
    days: int
    offers: int


def load_demo(store: MediaStore, scale: int = 1) -> Loaded:
    """Both demo markets; `scale` times the catalogue and the customers. Needs an application context."""
    steps = sum(len(table(market.farms)) + len(table(market.catalogue)) for market in MARKETS)
    steps += 1 + len(MARKETS) + (len(STATEMENTS) + 1 if scale > 1 else 0)
    with progress_bar() as progress:
        task = progress.add_task("Demo", total=steps)

        def tick() -> None:
            progress.advance(task)

        with transaction():
            rows("SELECT pg_advisory_xact_lock(:lock)", lock=LOCK)
            markets = [ensure_market(market) for market in MARKETS]
            for market, market_id in zip(MARKETS, markets, strict=True):
                farms = ensure_farms(market_id, market.farms, tick)
                ensure_places(market_id, market.places)
                ensure_products(farms, market.catalogue, store, tick)
            ensure_accounts()
            tick()
        for market_id in markets:
            roll_calendar(market_id)
            tick()
        if scale > 1:
            multiply(markets[0], scale, tick)
    return count(markets)


def progress_bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr),
    )


def count(markets: list[int]) -> Loaded:
    found = rows(
        """
        SELECT (SELECT count(*) FROM farm WHERE market_id = ANY(:ids)) AS farms,
               (SELECT count(*) FROM product WHERE market_id = ANY(:ids)) AS products,
               (SELECT count(*) FROM pickup_point WHERE market_id = ANY(:ids)) AS places,
               (SELECT count(*) FROM market_day WHERE market_id = ANY(:ids)) AS days,
               (SELECT count(*) FROM offer WHERE market_id = ANY(:ids)) AS offers
        """,
        ids=markets,
    )
    return Loaded(**found[0]._mapping)
