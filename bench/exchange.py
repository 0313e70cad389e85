"""`python -m bench.exchange`: tables of 2,000 rows, from the upload to the last row, by the worker of a running market.

Figures are of this machine and this minute.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.__main__ import show
from marketplace.app import create_app
from marketplace.exchange.export import products_table, stock_table
from marketplace.exchange.jobs import JobView, confirm_import, job_of
from marketplace.exchange.upload import upload_table
from marketplace.exchange.write import as_csv, as_xlsx
from marketplace.kernel.database import close_engines, db, rows
from marketplace.kernel.settings import Settings
from tests.whole.running import RunningMarket

ROWS = 2_000
HEADS = (
    "Artikelnummer;Produkt;Verkaufseinheit;Füllmenge;Preis (€);Warengruppe;Stand;Aufbewahrung;Herkunft;"
    "Warum keine Nährwerte"
)
LINE = (
    "B{0};Probe {1};Beutel {0};1,5 kg;2,50 €;Gemüse;im Verkauf;kühl;Nottuln;"
    "handwerklich hergestellt, kleine Mengen, selbst abgegeben (LMIV Anhang V Nr. 19)"
)


def timed(what: str, do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    took = time.perf_counter() - began
    show(what, f"{took:6.2f} s")
    return took


def until(farm_id: int, job_id: int, *states: str) -> JobView:
    """Waits for the market's worker, as the page does."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        job = job_of(farm_id, job_id)
        db.session.rollback()
        if job.state in states:
            return job
        time.sleep(0.05)
    raise SystemExit(f"the upload is still {job.state}")


def bring_in(farm_id: int, kind: str, content: bytes, name: str, day_id: int | None = None) -> None:
    """Upload, dry run, confirmation, application by the running worker; the sum is what a farmer waits for."""
    made: list[int] = []
    total = timed("  upload", lambda: made.append(upload_table(farm_id, kind, content, name, day_id)))
    total += timed("  read and checked", lambda: until(farm_id, made[0], "checked", "failed"))
    job = until(farm_id, made[0], "checked", "failed")
    if job.can_apply:
        confirm_import(farm_id, job.id, job.digest)
        total += timed("  read again, checked again, applied", lambda: until(farm_id, job.id, "done", "checked"))
    job = until(farm_id, made[0], "done", "checked", "failed")
    show(f"  {job.state}: {job.counts['new']} new, {job.counts['changed']} changed, in all", f"{total:6.2f} s")


def measure() -> None:
    farm = rows("SELECT id, market_id FROM farm ORDER BY id LIMIT 1")[0]
    day = rows(
        "SELECT id FROM market_day WHERE market_id = :id AND cancelled_at IS NULL AND orders_close_at > app_now()"
        " ORDER BY date LIMIT 1",
        id=farm.market_id,
    )[0]
    db.session.rollback()
    lines = [LINE.format(number, number) for number in range(ROWS)]
    show(f"products, {ROWS} new ones, CSV", "")
    bring_in(farm.id, "products", "\r\n".join([HEADS, *lines]).encode(), "neu.csv")
    exported: list[bytes] = []
    timed("products out as XLSX", lambda: exported.append(as_xlsx(products_table(farm.id))))
    db.session.rollback()
    show("products, as they went out, XLSX", "")
    bring_in(farm.id, "products", exported[0], "gleich.xlsx")
    dearer = [line.replace("2,50 €", "2,70 €") for line in lines]
    show(f"products, {ROWS} with another price, CSV", "")
    bring_in(farm.id, "products", "\r\n".join([HEADS, *dearer]).encode(), "teurer.csv")
    show(f"stock, {ROWS} put on sale, CSV", "")
    stock = ["Artikelnummer;Menge", *(f"B{number};40" for number in range(ROWS))]
    bring_in(farm.id, "stock", "\r\n".join(stock).encode(), "bestand.csv", day.id)
    show(f"stock, {ROWS} changed, CSV", "")
    stock = ["Artikelnummer;Menge;Preis", *(f"B{number};50;2,60" for number in range(ROWS))]
    bring_in(farm.id, "stock", "\r\n".join(stock).encode(), "bestand.csv", day.id)
    show(f"stock, {ROWS} with another amount alone, CSV", "")
    stock = ["Artikelnummer;Menge", *(f"B{number};60" for number in range(ROWS))]
    bring_in(farm.id, "stock", "\r\n".join(stock).encode(), "bestand.csv", day.id)
    timed("stock out as CSV", lambda: as_csv(stock_table(farm.id, day.id)))
    db.session.rollback()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        market = RunningMarket(Path(folder) / "var")
        try:
            app = create_app(Settings.load({**os.environ, **market.environ, "MARKETPLACE_ENV": "test"}))
            with app.app_context():
                measure()
                close_engines()
        finally:
            market.stop()


if __name__ == "__main__":
    main()
