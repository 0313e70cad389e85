"""Sweeping out: what is done goes after 90 days, with its fact; what is parked or young stays."""

from __future__ import annotations

from marketplace.events import deliveries
from marketplace.events.facts import OrderConfirmed
from marketplace.events.outbox import publish
from marketplace.events.purge import purge
from marketplace.kernel.database import execute, rows, transaction

ROUTES = {"OrderConfirmed": ("first",)}


def test_done_and_old_goes_with_its_fact(db: object) -> None:
    with transaction():
        publish(*(OrderConfirmed(number) for number in range(1, 5)))
    deliveries.fan_out(ROUTES)
    with transaction():
        publish(OrderConfirmed(5))  # nobody has passed it on yet
        execute(
            "UPDATE fact SET created_at = created_at - interval '100 days',"
            " fanned_out_at = fanned_out_at - interval '100 days'"
        )
        execute(
            "UPDATE delivery SET state = 'done', done_at = clock_timestamp() - interval '91 days' WHERE id IN"
            " (SELECT min(id) FROM delivery)"
        )
        execute("UPDATE delivery SET state = 'parked' WHERE id = (SELECT min(id) + 1 FROM delivery)")
    purge()
    purge()
    assert [row.n for row in rows("SELECT (payload ->> 'order_id')::int AS n FROM fact ORDER BY id")] == [2, 3, 4, 5]
    assert [row.state for row in rows("SELECT state FROM delivery ORDER BY id")] == ["parked", "waiting", "waiting"]
