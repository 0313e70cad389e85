"""`--scale N`: the demo's catalogue and customers N times, in a handful of statements."""

from __future__ import annotations

from marketplace.cli.demo.places import Tick
from marketplace.kernel.database import command, execute, rows
from marketplace.stock.opening import open_offers

# A product of the demo is one whose number is F01-01; its copies are F01-01-2, F01-01-3 and so on.
ORIGINALS = """
SELECT p.*, v.id AS variant_id, v.sku, k FROM product p
JOIN variant v ON v.product_id = p.id AND v.sku ~ '^F[0-9]{2}-[0-9]{2}$'
CROSS JOIN generate_series(2, CAST(:scale AS int)) k
WHERE p.market_id = :market_id
"""

COPIES = (
    """
SELECT o.variant_id AS original_variant, o.id AS original, c.id AS copy, c.farm_id, o.sku || '-' || o.k AS sku
FROM ("""
    + ORIGINALS
    + ") o JOIN product c ON c.market_id = o.market_id AND c.slug = o.slug || '-' || o.k"
)

STATEMENTS = (
    """
INSERT INTO product (market_id, farm_id, slug, name, sort_key, category, description, ingredients, allergens, storage,
    shelf_life_days, origin, label_note, organic, min_age, withdrawal_excluded, is_food, vat_key, flat_rate,
    season_months, lead_time_minutes, state)
SELECT market_id, farm_id, slug || '-' || k, name || ' ' || k, sort_key || ' ' || k, category, description, ingredients,
    allergens, storage, shelf_life_days, origin, label_note, organic, min_age, withdrawal_excluded, is_food, vat_key,
    flat_rate, season_months, lead_time_minutes, state
FROM ("""
    + ORIGINALS
    + ") o ON CONFLICT (market_id, slug) DO NOTHING",
    "WITH copies AS ("
    + COPIES
    + """)
INSERT INTO variant (product_id, farm_id, sku, sale_unit, net_quantity, net_unit, catch_weight, price_cents,
    unit_price_cents, unit_price_basis, deposit_cents, pooled)
SELECT c.copy, c.farm_id, c.sku, v.sale_unit, v.net_quantity, v.net_unit, v.catch_weight, v.price_cents,
    v.unit_price_cents, v.unit_price_basis, v.deposit_cents, v.pooled
FROM copies c JOIN variant v ON v.id = c.original_variant ON CONFLICT (farm_id, sku) DO NOTHING
""",
    "WITH copies AS ("  # noqa: S608 - of our own texts alone
    + COPIES
    + """)
INSERT INTO price_change (variant_id, price_cents, unit_price_cents)
SELECT v.id, v.price_cents, v.unit_price_cents FROM copies c JOIN variant v ON v.product_id = c.copy
WHERE NOT EXISTS (SELECT 1 FROM price_change h WHERE h.variant_id = v.id)
""",
    "WITH copies AS ("
    + COPIES
    + """)
INSERT INTO weekly_offer (variant_id, weekday, capacity)
SELECT v.id, w.weekday, w.capacity FROM copies c JOIN variant v ON v.product_id = c.copy
JOIN weekly_offer w ON w.variant_id = c.original_variant ON CONFLICT DO NOTHING
""",
    "WITH copies AS ("  # noqa: S608 - of our own texts alone
    + COPIES
    + """)
INSERT INTO picture (product_id, media_key, kind, position, alt)
SELECT c.copy, i.media_key, i.kind, i.position, i.alt FROM copies c JOIN picture i ON i.product_id = c.original
WHERE NOT EXISTS (SELECT 1 FROM picture k WHERE k.product_id = c.copy)
""",
    """
INSERT INTO account (email, email_key, name, password_hash)
SELECT mail, mail, a.name || ' ' || k, a.password_hash
FROM account a CROSS JOIN generate_series(2, CAST(:scale AS int)) k,
     LATERAL (SELECT replace(a.email_key, '@', '-' || k || '@') AS mail) m
WHERE a.email_key IN ('kundin@example.org', 'kunde@example.org') AND CAST(:market_id AS bigint) > 0
ON CONFLICT (email_key) DO NOTHING
""",
    """
INSERT INTO membership (account_id, role)
SELECT id, 'customer' FROM account
WHERE email_key ~ '^(kundin|kunde)-[0-9]+@example[.]org$' AND CAST(:market_id AS bigint) > 0 AND CAST(:scale AS int) > 1
ON CONFLICT DO NOTHING
""",
)


def multiply(market_id: int, scale: int, tick: Tick) -> None:
    """Copies are made once; the offers of the days to come follow, a transaction a day."""
    for statement in STATEMENTS:
        _run(statement, market_id, scale)
        tick()
    days = rows(
        "SELECT id FROM market_day WHERE market_id = :id AND orders_close_at > app_now() AND cancelled_at IS NULL",
        id=market_id,
    )
    for day in days:
        open_offers(day.id)
    tick()


@command
def _run(statement: str, market_id: int, scale: int) -> None:
    execute(statement, market_id=market_id, scale=scale)
