"""SQL statements of a page and of an order, counted exactly: in this process, against the running market's database."""

from __future__ import annotations

import os
import secrets
from typing import Any

from sqlalchemy import event

from marketplace.app import create_app
from marketplace.kernel.database import close_engines, db
from marketplace.kernel.settings import Settings
from tests.whole.running import RunningMarket


def count_statements(market: RunningMarket, slot: Any, lines: list[Any]) -> dict[str, int]:
    """BEGIN, COMMIT and SET do not count (DECISIONS 24)."""
    environ = {**os.environ, **market.environ, "MARKETPLACE_ENV": "test"}
    app = create_app(Settings.load(environ))
    seen: list[str] = []
    counts: dict[str, int] = {}
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    client = app.test_client()
    where = {"base_url": market.url}
    page = f"/markt/{slot.get('slug', slot['id'])}"
    client.get(page, **where)
    seen.clear()
    client.get(page, **where)
    counts["listing page"] = len(seen)
    seen.clear()
    client.get(f"/api/v1/pickup-slots/{slot['id']}/offers", **where)
    counts["offers over the API"] = len(seen)
    body = {"pickup_slot": slot["id"], "lines": lines, "customer": {"name": "Lisa", "email": "lisa@example.org"}}
    for method in ("pay_at_pickup", "card"):
        seen.clear()
        key = {"Idempotency-Key": secrets.token_hex(12)}
        client.post("/api/v1/orders", json={**body, "payment_method": method}, headers=key, **where)
        counts[f"order of {len(lines)} goods over the API, {method}"] = len(seen)
    with app.app_context():
        close_engines()
    return counts
